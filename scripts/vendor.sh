#!/bin/sh
# Fetches the browser code of others into static/vendor: one file each, version in its name, licence in its header.
# usage: scripts/vendor.sh
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
PATH="$root/.venv/bin:$PATH"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# vendor PACKAGE VERSION MODULE TYPES NAME
vendor() {
    (cd "$work" && npm pack --silent "$1@$2" >/dev/null && tar -xzf ./*.tgz && rm ./*.tgz)
    target="$root/static/vendor/$5-$2"
    {
        printf '/*! %s %s, made by scripts/vendor.sh\n\n' "$1" "$2"
        cat "$work/package/LICENSE"
        printf '*/\n'
        sed 's|//# sourceMappingURL=.*||' "$work/package/$3"
    } > "$target.js"
    cp "$work/package/$4" "$target.d.ts"
    rm -r "$work/package"
}

vendor @preact/signals-core 1.14.5 dist/signals-core.module.js dist/signals-core.d.ts signals-core
