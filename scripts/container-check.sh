#!/bin/sh
# Runs an image as it should be run in earnest (no privileges, read-only, bounded, here even without a network) and
# checks that it serves everything, is not root, stops when told, and keeps its scenes.
# usage: scripts/container-check.sh [IMAGE]        ENGINE=podman for Podman
set -eu

image=${1:-convscope}
engine=${ENGINE:-docker}
name=convscope-check-$$
probe=$(dirname "$0")/container-probe.py
trap '"$engine" rm -f "$name" >/dev/null 2>&1; "$engine" volume rm "$name" >/dev/null 2>&1' EXIT

fail() {
    echo "container check failed: $1" >&2
    "$engine" logs "$name" >&2
    exit 1
}

start() {
    "$engine" run -d --name "$name" -v "$name:/data" --read-only --tmpfs /tmp --network none \
        --memory 2g --pids-limit 128 --cap-drop ALL --security-opt no-new-privileges "$@" "$image" >/dev/null
}

# inside COMMAND...: runs in the container
inside() {
    "$engine" exec -i "$name" "$@"
}

wait_until_healthy() {
    for _ in $(seq 40); do
        if inside python - healthy < "$probe" 2>/dev/null; then return; fi
        sleep 0.5
    done
    fail "not healthy after 20 seconds"
}

start
wait_until_healthy
[ "$(inside id -u)" != 0 ] || fail "runs as root"
echo "is not root"

inside python - serves < "$probe" || fail "does not serve"
[ "$engine" != podman ] || podman healthcheck run "$name" >/dev/null || fail "its own health check fails"
echo "serves the page, every kind of layer, every form of an answer, and its health"

! inside sh -c 'touch /usr/canary || touch /opt/convscope/canary' 2>/dev/null || fail "its files can be changed"
! inside sh -c 'command -v pip || command -v cc || command -v gcc || python -m pip --version' 2>/dev/null || fail "has build tools"
echo "has nothing to build with, and nothing to write to but /data and /tmp"

id=$(inside python - store < "$probe") || fail "does not store"
"$engine" stop -t 10 "$name" >/dev/null
status=$("$engine" inspect --format '{{.State.ExitCode}}' "$name")
[ "$status" = 0 ] || fail "stopped with status $status"
echo "stops when told"

"$engine" start "$name" >/dev/null
wait_until_healthy
inside python - find "$id" < "$probe" || fail "scene $id is lost"
echo "keeps its scenes"

"$engine" rm -f "$name" >/dev/null
start -e CONVSCOPE_STORE=s3://nowhere/scenes -e AWS_ENDPOINT_URL=http://127.0.0.1:9 -e AWS_ALLOW_HTTP=true \
    -e AWS_ACCESS_KEY_ID=key -e AWS_SECRET_ACCESS_KEY=secret -e CONVSCOPE_WORKERS=2
wait_until_healthy
inside python - unready < "$probe" || fail "does not say that its object store is out of reach"
echo "knows object stores, says when one is out of reach, and has more than one process"
