#!/bin/sh
# Fetches the browser code of others into static/vendor: version in the names, licence in each header.
# usage: scripts/vendor.sh
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
PATH="$root/.venv/bin:$PATH"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# package NAME VERSION: unpacks it into $work/package
package() {
    rm -rf "$work/package"
    (cd "$work" && npm pack --silent "$1@$2" >/dev/null && tar -xzf ./*.tgz && rm ./*.tgz)
    name=$1 version=$2
}

# vendor FILE TARGET [LICENCES]: one file of the package; LICENCES are comments about what is bundled in it
vendor() {
    {
        printf '/*! %s %s, made by scripts/vendor.sh\n\n' "$name" "$version"
        cat "$work/package/LICENSE"
        printf '*/\n'
        if [ -n "${3-}" ]; then cat "$work/package/$3"; fi
        sed -e 's|//# sourceMappingURL=.*||' -e 's|/\*# sourceMappingURL=.*\*/||' "$work/package/$1"
    } > "$root/static/vendor/$2"
}

package swagger-ui-dist 5.35.0
vendor swagger-ui-bundle.js swagger-ui-5.35.0.js swagger-ui-bundle.js.LICENSE.txt
vendor swagger-ui.css swagger-ui-5.35.0.css
