# `make` alone lists the targets. Everything is installed into .venv, which any target makes when it is missing.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
export PYTHONDONTWRITEBYTECODE :=  # what is compiled is kept, whatever the machine says: the tests start some hundred interpreters
export OPENBLAS_NUM_THREADS ?= 1# matrices are small here: threads that wait for one another take up to four times as long

.DEFAULT_GOAL := help
.PHONY: help run test unseen seen walk check types style layers examples bench batch torture calibrate mutants lowest drill lock locked audit sbom wheelhouse image fix browser database server clean defects attacked load day

help: ## list the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

run: $(VENV)/running ## set everything up and open the dashboard on the bundled data
	$(BIN)/hotspots run --port $(PORT)

PROCESSES = $$(( $$(getconf _NPROCESSORS_ONLN) + 1 ))# one more than there are processors, for tests wait for servers too
test: $(VENV)/testing browser database server ## set everything up and pass the tests, some processes and one for the browser; `make walk` has every case
	$(MAKE) -k -j 2 unseen seen

unseen: $(VENV)/testing database server
	$(BIN)/python -m pytest -q -n $(PROCESSES) --dist worksteal --benchmark-disable --durations 10 -m "not walk" tests --ignore tests/browser

seen: $(VENV)/testing browser # beside the others, for a browser waits more than it works; one process, so that each kind of server starts once
	$(BIN)/python -m pytest -q --benchmark-disable --durations 10 -m "not walk" tests/browser

walk: $(VENV)/testing browser database server ## every case of every test, and every page in a browser, each language and width; writes docs/walk.md
	@mkdir -p build
	$(BIN)/python -m pytest -q -n auto --dist loadfile --benchmark-disable --junitxml=build/walk.xml tests
	$(BIN)/python tests/browser/walked.py build/walk.xml

check: $(VENV)/testing ## style, types, architecture, the examples in the docstrings
	$(MAKE) -j 2 types style layers examples

types: $(VENV)/testing
	$(BIN)/mypy

style: $(VENV)/testing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

layers: $(VENV)/testing
	$(BIN)/lint-imports

examples: $(VENV)/testing
	$(BIN)/python -m pytest -q hotspots

bench: $(VENV)/testing browser ## measure speed, as ratios and in a browser; writes build/bench.json and docs/bench.md
	@mkdir -p build
	$(BIN)/python -m pytest tests/bench -q -o python_files="bench_*.py" --benchmark-json=build/bench.json

CITIES ?= 300
batch: $(VENV)/testing ## import, check and publish 300 invented cities, as a state would; writes what it took into docs/operations.md
	@mkdir -p build/batch
	$(BIN)/python tests/batched.py build/batch --cities $(CITIES) --write

load: $(VENV)/testing ## let 10 to 100 readers loose on a server with a process for each processor, on this machine alone; writes docs/operations.md
	$(BIN)/python tests/load --write

day: $(VENV)/testing ## look at 780 pages, one reader after the other, and see that the server's memory ends where it began; writes docs/operations.md
	$(BIN)/python tests/load/day.py --write

torture: $(VENV)/testing browser database server ## the full counts of every randomised test
	HOTSPOTS_TORTURE=1 $(BIN)/python -m pytest -q -n auto --dist loadfile --benchmark-disable

mutants: $(VENV)/testing database ## put 200 small faults into the code, one at a time, and see that a test fails; writes docs/mutants.md
	$(BIN)/python tests/mutants --map

defects: $(VENV)/testing browser database ## take each protection away in a copy of the project, one at a time, and see that a test fails; writes docs/defects.md
	$(BIN)/python tests/defects

attacked: $(VENV)/testing browser ## publish every city at hand twice, by other areas, and month by month over ten years, attack all releases together, look through what is sent; writes docs/attacked.md
	$(BIN)/python tests/attacked.py --write

LOWEST := build/lowest
QUICK := tests/test_cli.py tests/test_study.py tests/test_units.py tests/test_trends.py tests/test_victims.py tests/test_repeats.py tests/test_maps.py
calibrate: $(VENV)/testing ## measure how often each flag is false where nothing changes; writes docs/calibration.md
	$(BIN)/python tests/calibrated.py --write

lowest: ## install the lowest version of each library that pyproject.toml allows, and pass a quick set of tests with them
	@mkdir -p build
	$(PYTHON) -m venv --clear $(LOWEST)
	$(LOWEST)/bin/python -c "import tomllib; lines = tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies']; \
	  print(*(line.replace('>=', '==') for line in lines), sep='\n')" > build/lowest.txt
	grep -E '^(pytest|hypothesis|django-js-lib-leaflet|pointpats)==' requirements-dev.txt >> build/lowest.txt
	$(LOWEST)/bin/python -m pip install -q -r build/lowest.txt
	PYTHONPATH=. $(LOWEST)/bin/python -m pytest -q -p no:cacheprovider $(QUICK)

lock: $(VENV)/testing ## pin what running needs, and what that needs, by hash: writes requirements.lock; versions stay, but those that requirements.txt changes
	grep -vxF . requirements.txt | $(BIN)/uv pip compile - --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url \
	  --no-emit-find-links --no-config --custom-compile-command "make lock" --quiet --output-file requirements.lock
	grep -E '^(psycopg|sqlalchemy)' requirements-dev.txt | $(BIN)/uv pip compile - --constraint requirements.lock --universal --python-version 3.11 \
	  --generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links --no-config --custom-compile-command "make lock" --quiet \
	  --output-file requirements-database.lock

locked: $(VENV)/testing ## see that requirements.lock holds every pin of requirements.txt and all that these need, each by hash; asks nobody
	$(BIN)/python -m pytest -q -p no:cacheprovider tests/test_supply_chain.py

audit: $(VENV)/testing ## ask PyPI which pinned versions have known holes; fails where there is one, and where it could not ask about each
	$(BIN)/python tests/audited.py requirements.lock

LOCKED := build/locked
sbom: $(VENV)/testing ## install what requirements.lock pins, by its hashes alone, and write what it is made of and under what licences: build/sbom.json, CycloneDX
	@mkdir -p build
	$(PYTHON) -m venv --clear --without-pip $(LOCKED)
	$(BIN)/python -m pip --python $(LOCKED)/bin/python install -q --no-deps --require-hashes -r requirements.lock
	$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --validate --output-file build/sbom.json $(LOCKED)/bin/python

WHEELS := build/wheelhouse
wheelhouse: $(VENV)/testing ## collect in one folder all that a machine without a network installs, pinned by hashes: build/wheelhouse (docs/deploy.md)
	$(BIN)/python tests/collected.py $(WHEELS)

BASE ?= docker.io/library/python:3.11-slim-bookworm
image: # a container image from build/wheelhouse, without a network; BASE is an image at hand that has Python
	buildah build --network none --pull=never --build-arg BASE=$(BASE) -t hotspots -f $(WHEELS)/Containerfile $(WHEELS)

drill: $(VENV)/testing database ## copy a store that is used, put it back, upgrade and roll back, and measure it; writes docs/operations.md
	PYTHONPATH=.:tests $(BIN)/python tests/drilled.py --write

fix: $(VENV)/testing ## put the style right where a tool can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

browser: # a browser for the tests: Debian's chromium, where the machine allows it
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || \
	  echo "no chromium and no right to install it: the browser tests will skip"

database: # a database server for the tests, which start it themselves: Debian's PostgreSQL with PostGIS, where the machine allows it
	@ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1 || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
	    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql postgresql-postgis >/dev/null; } || \
	  echo "no PostgreSQL with PostGIS and no right to install it: the tests of a database as source will skip"

server: # what stands before the dashboard on a department's machine, for the tests: Debian's nginx and systemd, where the machine allows it
	@{ [ -x /usr/sbin/nginx ] && command -v systemd-analyze >/dev/null; } || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
	    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx-light systemd openssl >/dev/null; } || \
	  echo "no nginx, no systemd, and no right to install them: the tests of a department's machine will skip"

clean: ## remove what the other targets made
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --upgrade pip

# What is installed is compiled by all processors at once; the project itself is installed once, to be edited.
INSTALL := $(BIN)/python -m pip install -q --no-compile
COMPILE := $(BIN)/python -W ignore -m compileall -q -j 0 $(VENV)/lib >/dev/null || true  # a library's files for another Python do not compile
PINS := grep -hvxF -e . -e '-r requirements.txt'

$(VENV)/running: $(VENV)/bin/python requirements.txt pyproject.toml hatch_build.py
	$(PINS) requirements.txt | $(INSTALL) -r /dev/stdin
	$(INSTALL) --no-deps -e .
	$(COMPILE)
	@touch $@

$(VENV)/testing: $(VENV)/running requirements-dev.txt
	$(PINS) requirements.txt requirements-dev.txt | $(INSTALL) -r /dev/stdin
	$(COMPILE)
	@touch $@
