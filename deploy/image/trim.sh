#!/bin/sh
# Takes out of a virtual environment what a server never reads; docs/image.md says how much each part is.
# usage: trim.sh FOLDER
set -eu

cd "$1"/lib/python3*/site-packages

# Torch's own tests, its headers and tools for building against it. torch_shm_manager is looked for at every start.
find torch/bin -mindepth 1 -maxdepth 1 ! -name torch_shm_manager -exec rm -r {} +
rm -rf torch/include torch/share torch/test
find torch/lib -name '*.a' -delete -o -name '*_test.so' -delete -o -name 'libbackend_with_compiler.so' -delete
# What onnxruntime has for converting and shrinking models.
rm -rf onnxruntime/transformers onnxruntime/tools onnxruntime/quantization
# Tests, type stubs and sources that travel in wheels.
find . -type d \( -name tests -o -name test \) ! -path './torch/*' -prune -exec rm -r {} +
find . \( -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.h' -o -name '*.c' \) -type f -delete
# Symbols that only debuggers read. Files in *.libs have been edited by wheel builders; strip would damage them.
find . -name '*.so*' -type f ! -path '*.libs/*' -exec strip --strip-unneeded {} +

# Bytecode of what the program imports, and of nothing else.
cd /
CONVSCOPE_STORE=file:///tmp/trim PYTHONPATH=$(echo "$1"/lib/python3*/site-packages/convscope/_server) "$1/bin/python" -c 'import obstore.store, app.cli, app.main; app.main.create_app()'
