#!/bin/sh
# Looks the pinned versions up in the advisories of the Python Package Index. Fails for a known vulnerability, and where
# the advisories cannot be asked: no answer is not a clean one.
# usage: scripts/audit.sh [pip-audit's options, such as -s osv]
set -eu
cd "$(dirname "$0")/.."

pinned=$(mktemp)
trap 'rm -f "$pinned"' EXIT
# What is shipped, and what builds and tests it.
grep -v '^#' constraints.txt > "$pinned"

echo "== $(wc -l < "$pinned") pinned versions"
.venv/bin/pip-audit --strict --disable-pip --no-deps --progress-spinner off -r "$pinned" "$@"
