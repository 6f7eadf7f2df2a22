#!/bin/sh
# Runs an image as it should be run in earnest (no privileges, read-only, here even without a network) and checks
# that it serves, is not root, stops when told, and keeps its scenes.
# usage: scripts/container-check.sh [IMAGE]        ENGINE=podman for Podman
set -eu

image=${1:-convscope}
engine=${ENGINE:-docker}
name=convscope-check-$$
scene='{"input": {"data": [[[1]]]}, "weight": {"data": [[[[2]]]]}, "operation": {"kind": "conv2d"}}'
trap '"$engine" rm -f "$name" >/dev/null 2>&1; "$engine" volume rm "$name" >/dev/null 2>&1' EXIT

fail() {
    echo "container check failed: $1" >&2
    "$engine" logs "$name" >&2
    exit 1
}

# fetch PATH [BODY]: asks the server from inside its container
fetch() {
    "$engine" exec "$name" python -c '
import sys, urllib.request
url, *body = sys.argv[1:]
request = urllib.request.Request("http://127.0.0.1:8000" + url, body[0].encode() if body else None,
                                 {"Content-Type": "application/json"})
print(urllib.request.urlopen(request, timeout=5).read().decode())' "$@"
}

wait_until_healthy() {
    for _ in $(seq 40); do
        if fetch /healthz >/dev/null 2>&1; then return; fi
        sleep 0.5
    done
    fail "not healthy after 20 seconds"
}

"$engine" run -d --name "$name" -v "$name:/data" --read-only --tmpfs /tmp --network none --memory 2g \
    --cap-drop ALL --security-opt no-new-privileges "$image" >/dev/null
wait_until_healthy
echo "serves"

[ "$("$engine" exec "$name" id -u)" != 0 ] || fail "runs as root"
echo "is not root"

id=$(fetch /api/v1/scenes "$scene" | sed 's/.*"id": *"\([0-9a-f]*\)".*/\1/')
"$engine" stop -t 10 "$name" >/dev/null
status=$("$engine" inspect --format '{{.State.ExitCode}}' "$name")
[ "$status" = 0 ] || fail "stopped with status $status"
echo "stops when told"

"$engine" start "$name" >/dev/null
wait_until_healthy
fetch "/api/v1/scenes/$id" | grep -q "$id" || fail "scene $id is lost"
echo "keeps its scenes"
