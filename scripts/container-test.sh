#!/bin/sh
# Builds the image with Buildah and runs it with Podman, on a Debian that has no container engine and reaches no
# image registry: the base image is made from Debian's packages. Leaves nothing behind but build/base-image.tar.
# usage: scripts/container-test.sh [IMAGE-CONTENTS.json]     as root; exits with 77 where it cannot be tried
set -eu
cd "$(dirname "$0")/.."

contents=${1:-/dev/null}
suite=bookworm
base=$(sed -n 's/^ARG BASE=//p' Dockerfile)
cached=build/base-image.tar

cannot() {
    echo "THE CONTAINER IMAGE IS NOT TESTED: $1" >&2
    exit 77
}

[ "$(id -u)" = 0 ] || cannot "building and running it here takes root"
command -v apt-get >/dev/null || cannot "Buildah and Podman are installed from Debian's packages, and this is not Debian"
scripts/system-packages.sh mmdebstrap buildah podman runc >/dev/null || cannot "Debian's packages are out of reach"

work=$(mktemp -d)
# In memory where there is plenty: most of the time would go into writing what is soon deleted.
[ "$(awk '/^MemAvailable/ {print $2}' /proc/meminfo)" -lt 12000000 ] || mount -t tmpfs -o size=8g none "$work" || :
clean_up() {
    podman rm -fa >/dev/null 2>&1 || :
    podman volume rm -fa >/dev/null 2>&1 || :
    grep -o "$work[^ ]*" /proc/mounts | sort -r | while read -r mount; do umount -l "$mount" || :; done
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

# Without systemd, and without what a container that is itself confined may not do.
cat > "$work/storage.conf" <<END
[storage]
driver = "overlay"
runroot = "$work/run"
graphroot = "$work/graph"
END
cat > "$work/containers.conf" <<END
[containers]
default_ulimits = ["nofile=1024:20000", "nproc=4096:4096"]
netns = "host"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
END
export CONTAINERS_STORAGE_CONF="$work/storage.conf" CONTAINERS_CONF="$work/containers.conf" TMPDIR="$work"

# A Debian with Python and pip under the names that they have in the official image.
make_base() {
    mkdir -p build "$work/base"
    timeout 400 mmdebstrap --quiet --variant=minbase --format=directory --dpkgopt=force-unsafe-io \
        --include=ca-certificates,python3,python3-pip,python3-venv --aptopt='Acquire::Retries "3"' \
        "$suite" "$work/base" || cannot "Debian's packages are out of reach"
    ln -s /usr/bin/python3 "$work/base/usr/local/bin/python"
    ln -s /usr/bin/pip3 "$work/base/usr/local/bin/pip"
    rm "$work/base"/usr/lib/python3*/EXTERNALLY-MANAGED
    # What this machine trusts, for a network that is looked into on its way.
    cp /etc/ssl/certs/ca-certificates.crt "$work/base/etc/ssl/certs/"
    tar -C "$work/base" -cf "$cached.new" .
    rm -r "$work/base"
    mv "$cached.new" "$cached"
}

echo "== base image"
[ -n "$(find "$cached" -mtime -7 2>/dev/null)" ] || make_base
podman import --quiet --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' "$cached" "$base" \
    >/dev/null || cannot "no images can be made here"
podman run --rm --network none "$base" true 2>"$work/refused" || cannot "no container can be started here: $(tail -1 "$work/refused")"

echo "== build"
set -- --build-arg "PIP_EXTRA_INDEX_URL=${TORCH_CPU_INDEX-https://download.pytorch.org/whl/cpu}"
wheels=$(.venv/bin/python -m pip config get global.find-links 2>/dev/null || :)
if [ -d "$wheels" ]; then
    set -- --build-arg PIP_EXTRA_INDEX_URL= --build-arg "PIP_FIND_LINKS=$wheels" -v "$wheels:$wheels:ro"
fi
build() {
    timeout 900 buildah bud --quiet --isolation chroot --network host --format docker --pull-never "$@" \
        -t localhost/convscope . >/dev/null
}
# Once more, in case a download failed.
build "$@" || build "$@" || { [ $? = 124 ] && cannot "building it takes more than a quarter of an hour here"; exit 1; }

echo "== run"
ENGINE=podman scripts/container-check.sh localhost/convscope 2>"$work/said" || { cat "$work/said" >&2; exit 1; }
podman run --rm -i --network none localhost/convscope python - < scripts/image-contents.py > "$contents"
podman image inspect --format 'size {{.Size}}' localhost/convscope
