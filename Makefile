# `make help` lists the targets. PYTHON, HOST, PORT and JOBS can be set: make run PORT=8080
HOST ?= $(or $(CONVSCOPE_HOST),127.0.0.1)
PORT ?= $(or $(CONVSCOPE_PORT),8000)
JOBS ?= 2
TORCH_CPU_INDEX ?= https://download.pytorch.org/whl/cpu

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
BUNDLE := static/build/workbench.js
# In processes of their own, each with whole files: the tests of a file share its fixtures.
PYTEST := $(BIN)/python -m pytest -q -n $(JOBS) --dist loadfile --no-loadscope-reorder
# Those that failed run once more, alone. One that passes then is unsteady, and said to be: a fault to mend.
AGAIN = { [ $$? = 1 ] && echo "== once more, alone: what passes now is UNSTEADY, see above why it failed" && \
    $(BIN)/python -m pytest -v --last-failed --last-failed-no-failures none; }
# Left out: what starts servers or other processes (cli, deploy, safety, web, most of convscope and networks, project),
# and what looks for faults at random (fuzz); each takes seconds.
UNIT_TESTS := $(addprefix tests/,bench conv docs formats i18n lessons observability scenes services store torch_code \
    test_settings.py $(addprefix convscope/test_,printed_cell.py printed_ledger.py) \
    $(addprefix networks/test_,layer_table.py receptive_field.py))
API_TYPES := frontend/model/api_types.ts

MAKE_API_TYPES = $(BIN)/python scripts/api_schema.py | node node_modules/.bin/openapi-typescript \
    | node_modules/.bin/biome format --log-level=error --stdin-file-path=$(API_TYPES)

# node and npm come from the virtual environment too, and trust what the system trusts.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export NODE_USE_SYSTEM_CA := 1

.PHONY: help setup run dev test quick coverage check check-page fmt types contract docs fuzz load image bench soak screenshots lock hashes audit licences sbom system
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

setup: .venv/.runtime $(BUNDLE) ## what `make run` needs: .venv with torch's CPU build, Convscope, and the page's bundle

run: setup ## serve on http://127.0.0.1:8000
	@exec $(BIN)/convscope serve --host $(HOST) --port $(PORT)

dev: setup ## the same, and build and start again whenever a file changes
	@node scripts/build_page.ts --watch & trap "kill $$!" EXIT; sleep 2; \
	    $(BIN)/watchfiles '$(BIN)/convscope serve --host $(HOST) --port $(PORT)' app convscope examples lessons static templates

test: system check ## all checks and all tests, JOBS=2 at a time; sets up what they need
	$(PYTEST) -m "not exclusive" || $(AGAIN)
	$(BIN)/python -m pytest -q -m exclusive || $(AGAIN)

quick: check ## all checks and the fast unit tests, in less than a minute
	$(PYTEST) -m "not slow and not browser and not exclusive" $(UNIT_TESTS)

coverage: .venv/.dev node_modules/.dev $(BUNDLE) ## what the tests run: of Python without the browser's, of the page the unit tests
	$(PYTEST) -m "not browser and not exclusive" --cov --cov-report=term --cov-report=html:build/coverage
	node --test --test-reporter=spec --experimental-test-coverage --test-coverage-include='frontend/**' \
	    'tests/frontend/**/*.test.ts' | sed -n '/start of coverage report/,$$p'

check: check-page .venv/.dev ## lint, types, import layers, JavaScript types and unit tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m app.lessons
	$(BIN)/hadolint Dockerfile
	$(BIN)/python -m tests.docs --check
	$(MAKE_API_TYPES) | diff $(API_TYPES) - || { echo "$(API_TYPES) is stale; run \`make types\`"; exit 1; }

check-page: node_modules/.dev $(BUNDLE) ## the page's part of `make check`
	node_modules/.bin/biome check --error-on-warnings
	node node_modules/ts7/bin/tsc -p tsconfig.json
	node node_modules/ts7/bin/tsc -p tsconfig.tests.json
	node --test --test-reporter=dot 'tests/frontend/**/*.test.ts'

fmt: .venv/.dev node_modules/.dev ## format the code of Python and the page
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/ruff format
	node_modules/.bin/biome check --write

types: .venv/.dev node_modules/.dev ## write the types of what the API answers, for the page
	$(MAKE_API_TYPES) > $(API_TYPES)

fuzz: .venv/.dev ## fuzz every parser for MINUTES=10 each; what is found is kept in .fuzz/
	$(PIP) install -c constraints.txt -e '.[fuzz]'
	for target in arrays pictures npy npz safetensors code; do \
	    $(BIN)/python -m tests.fuzz $$target $(or $(MINUTES),10) .fuzz || exit; done
	$(BIN)/python -m tests.fuzz.networks $(or $(MINUTES),10) 0

load: .venv/.dev $(BUNDLE) ## two workers under a crowd, for three minutes, and far beyond capacity
	$(BIN)/python -m bench.load

contract: .venv/.dev $(BUNDLE) ## what the server does against its OpenAPI document, CASES=300 more of each call
	CONTRACT_CASES=$(or $(CASES),300) $(BIN)/python -m pytest -q -s --timeout 3000 tests/web/api/test_openapi.py

docs: .venv/.dev ## write the tables in docs/ that are made from the code
	$(BIN)/python -m tests.docs

image: .venv/.runtime ## build the container image and run it, without Docker, as root on Debian
	scripts/container-test.sh

bench: .venv/.dev $(BUNDLE) ## side-by-side measurements
	@scripts/system-packages.sh wrk
	$(BIN)/python -m bench

soak: system .venv/.dev $(BUNDLE) ## thousands of random interactions with the page (CONVSCOPE_SEED chooses them)
	$(BIN)/python -m bench soak

screenshots: system .venv/.dev $(BUNDLE) ## write the pictures in tests/browser/screenshots anew: look at them before committing
	CONVSCOPE_SCREENSHOTS=write $(BIN)/python -m pytest -q tests/browser/test_screenshots.py

lock: .venv/.dev .venv/.tools ## upgrade everything but torch and write constraints.txt and the image's hashes
	grep '^torch==' constraints.txt > .venv/torch.txt
	$(PIP) install --upgrade --upgrade-strategy eager -c .venv/torch.txt -e '.[build,dev,objectstore,tools]'
	echo '# The versions that are tested together; `make lock` writes this file.' > constraints.txt
	$(PIP) freeze --exclude-editable | sed 's/+cpu$$//' >> constraints.txt
	scripts/lock-image.sh

hashes: .venv/.tools ## write the hashes of what goes into the image, as constraints.txt has it
	scripts/lock-image.sh

audit: .venv/.tools ## ask the Python Package Index which pinned versions are known to be vulnerable
	scripts/audit.sh

licences: .venv/.dev ## write THIRD_PARTY.md, what is shipped and under which licence
	$(BIN)/python scripts/licences.py

sbom: .venv/.dev ## write build/convscope.cdx.json, the bill of materials (CycloneDX)
	$(BIN)/python scripts/sbom.py build/convscope.cdx.json

system:
	@scripts/system-packages.sh chromium fonts-noto-cjk nginx-light librsvg2-bin ffmpeg

# Stamps: each is made again when what it was made from has changed.

.venv/.python:
	@scripts/make-venv.sh $(PYTHON)
	@touch $@

# Torch goes first and alone: the extra index is asked for nothing else, and when it cannot be reached pip takes
# the torch that its other sources have.
.venv/.runtime: .venv/.python pyproject.toml constraints.txt
	@echo "== 2/4 torch's CPU build (about 200 MB to fetch)"
	@$(PIP) install --no-deps --retries 0 --extra-index-url $(TORCH_CPU_INDEX) -c constraints.txt torch
	@echo "== 3/4 Convscope and the other libraries, and Node.js to build the page"
	@$(PIP) install -c constraints.txt -e '.[build]'
	@touch $@

.venv/.dev: .venv/.runtime
	@echo "== test tools (Python)"
	@$(PIP) install -c constraints.txt -e '.[dev,objectstore]'
	@touch $@

.venv/.tools: .venv/.dev
	@echo "== tools for locking and auditing (Python)"
	@$(PIP) install -c constraints.txt -e '.[tools]'
	@touch $@

$(BUNDLE): node_modules/.build package.json scripts/build_page.ts $(shell find frontend static/css -type f)
	@echo "== 4/4 the page's bundle"
	@npm run --silent build
	@touch $@

node_modules/.build: package-lock.json .npmrc | .venv/.runtime
	@npm ci --omit=dev
	@touch $@

# `npm ci` begins with an empty folder, so it removes the other stamp, which holds after it too.
node_modules/.dev: package-lock.json .npmrc | .venv/.dev
	@echo "== test tools (TypeScript)"
	@npm ci
	@touch node_modules/.build $@
