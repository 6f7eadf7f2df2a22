#!/bin/sh
# Makes .venv with the first Python >= 3.11 that is found.
# usage: scripts/make-venv.sh [PYTHON]
set -eu

recent='import sys; sys.exit(sys.version_info < (3, 11))'
for python in ${1:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
    if "$python" -c "$recent" 2>/dev/null; then
        echo "== 1/4 .venv with $("$python" --version)"
        "$python" -c 'import ensurepip, venv' 2>/dev/null || {
            echo "$python cannot make virtual environments; on Debian or Ubuntu: sudo apt-get install python3-venv" >&2
            exit 1
        }
        exec "$python" -m venv .venv
    fi
done
echo "Convscope needs Python 3.11 or newer; none of ${1:-python3, python3.11 to python3.14, python} is one." >&2
exit 1
