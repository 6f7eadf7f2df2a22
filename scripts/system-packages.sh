#!/bin/sh
# Installs the Debian packages that are missing, where that is allowed; otherwise says how.
# usage: scripts/system-packages.sh PACKAGE...
set -eu

if ! command -v dpkg-query >/dev/null; then
    echo "This needs Debian or Ubuntu, with: $*" >&2
    exit 1
fi

missing=
for package in "$@"; do
    dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
    as_root=
elif sudo -n true 2>/dev/null; then
    as_root='sudo -n'
else
    echo "The tests need the system packages$missing. This installs them: sudo $0$missing" >&2
    exit 1
fi

echo "== system packages:$missing"
$as_root apt-get update -q
# shellcheck disable=SC2086  # words are meant
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
