# Guantian: `make` sets up and runs the study, `make test` sets up and tests.
# CORES=1 runs on one core; PYTHON=python3.12 picks another interpreter.

PYTHON ?= python3
CORES ?= all
# Snakemake and uv keep copies in the user's cache; where that cannot be written, they are here.
export XDG_CACHE_HOME := $(shell c="$${XDG_CACHE_HOME:-$${HOME:+$$HOME/.cache}}"; test -n "$$c" && mkdir -p "$$c" 2>/dev/null && \
  test -w "$$c" && echo "$$c" || echo "$$PWD/.snakemake/cache")
VENV := .venv
# Snakemake cannot start scripts with a Python whose path has a blank: the environment is then in the cache.
ifneq ($(word 2,$(CURDIR)),)
ifeq ($(word 2,$(XDG_CACHE_HOME)),)
VENV := $(XDG_CACHE_HOME)/guantian/$(shell pwd | cksum | cut -d' ' -f1)
endif
endif
READY := $(VENV)/.ready
# What tests, checks and documents, added where it is asked for.
TOOLS := $(VENV)/.tools
BIN := $(VENV)/bin

# An empty value lets the interpreter keep compiled modules: imports are three to five times as fast.
export PYTHONDONTWRITEBYTECODE :=
export UV_PYTHON_DOWNLOADS := never
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

SNAKEMAKE = $(BIN)/snakemake --cores $(CORES)
# Installed packages bring their own tests, which nothing here runs: compiled they take 80 MB.
LIGHTEN = find $(VENV) -path '*/site-packages/*/tests/*.pyc' -delete

.PHONY: all figures tables estimates paper site report small zones setup tools test test-library test-browser lint bench \
	recovery verify reference checksums from-sources errata errata-report faults mutants coverage options unlock lock slurm sbom \
	container docs metrics clean-results clean

all figures tables estimates paper site report: $(READY)
	@$(SNAKEMAKE) $@

# A small study of another zone, into results/small: an example, and a test of the whole road.
small: $(READY)
	@$(SNAKEMAKE) --configfile config/small.yaml

# Every zone of config/zones, one after the other, with the small study's draws, into results/zones/<zone>:
# a line for each. ZONES="jiangsu_coastal wanjiang" takes some.
ZONES ?=
zones: $(READY)
	@$(BIN)/python -m guantian.every_zone --cores $(CORES) $(ZONES)

# Makes the whole study anew, into results/verify, and holds it against tests/reference/study: prints
# what agrees and what differs. `snakemake verify` holds what was already made.
verify: $(READY)
	@$(SNAKEMAKE) --configfile config/verify.yaml --forceall verify

# After a deliberate change of results: makes the study from nothing, so that no file of an earlier
# version is among them, and rewrites what `make verify` compares with.
reference: $(READY)
	@$(SNAKEMAKE) --configfile config/verify.yaml -- clean_results
	@$(SNAKEMAKE) --configfile config/verify.yaml -- estimates figures paper
	@$(BIN)/python -m guantian.verification results/verify tests/reference/study --write
	@$(BIN)/python -m audit.shown --write

# One thread of linear algebra in each process: two on a core wait for each other, which cost up to
# thirty times the time of the work.
test: export OMP_NUM_THREADS := 1
test: $(TOOLS)
	@$(BIN)/pytest --numprocesses auto --dist loadscope --no-loadscope-reorder \
	  tests/workflow tests/unit packages/regiometrics/tests # the long ones first

# Opens the report and the page in a real browser; where there is none, it says so and passes.
test-browser: $(TOOLS)
	@$(BIN)/pytest tests/browser

# Builds the library's wheel and tries it in an empty environment, beside its own dependencies alone.
test-library: $(TOOLS)
	@$(BIN)/python packages/regiometrics/tests/try_wheel.py --constraint requirements.lock --constraint requirements-dev.lock

lint: $(TOOLS)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@PATH="$$(cd $(BIN) && pwd):$$PATH" snakefmt --check . # finds shfmt beside it
	@$(SNAKEMAKE) --lint
	@$(BIN)/hadolint Containerfile
	@$(BIN)/lint-imports
	@$(BIN)/mypy

# Times the study (beside the last record and version 1, the tag v1), the tests, and the spatial
# estimator beside a peer (in an environment of its own); weighs what is made; keeps the
# records in benchmarks/.
PEER := $(VENV)/peer
bench: $(TOOLS) $(PEER)/.ready
	@$(BIN)/python benchmarks/time_study.py
	@$(BIN)/python benchmarks/time_panel.py
	@$(BIN)/python benchmarks/bench_spatial.py --spreg-python $(PEER)/bin/python

$(PEER)/.ready: benchmarks/requirements.lock | $(READY)
	@$(BIN)/uv venv --quiet --python $(BIN)/python $(PEER)
	@VIRTUAL_ENV=$(PEER) $(BIN)/uv pip sync --quiet --compile-bytecode --require-hashes $<
	@touch $@

# Bias and coverage of the spatial estimators over simulated panels: five minutes.
recovery: $(READY)
	@$(SNAKEMAKE) recovery
	@$(BIN)/python packages/regiometrics/benchmarks/recovery_econometrics.py
	@$(BIN)/python packages/regiometrics/benchmarks/recovery_spatial.py

# After a deliberate change of a raw file, or of data/sources.csv, citations.bib or rights.csv.
checksums: $(READY)
	@$(BIN)/python -m guantian.data.sources data
	@$(BIN)/python -m guantian.data.package data/raw/datapackage.json

# Rebuilds raw tables from checkouts of their sources in SOURCES, at the commits of data/sources.csv, and
# compares them cell by cell. Workbooks need openpyxl beside (pip install openpyxl in an environment of your own).
from-sources: $(READY)
	@test -n "$(SOURCES)" || { echo "Name the folder of checkouts: make from-sources SOURCES=folder" >&2; exit 1; }
	@$(BIN)/python -m audit.compile "$(SOURCES)" data

# After a change of raw files or of the checks' rules: writes errata.csv and examined.csv anew, what the package
# says of them, and the page docs/corrections.md.
errata: $(READY)
	@$(BIN)/python -m audit data/raw config/study.yaml
	@$(BIN)/python -m guantian.data.package data/raw/datapackage.json
	@$(BIN)/python -m audit.shown --samples --write

# Counts corrections, flags and kept cells by rule, and prints the page of corrections: by kind before and after, planted
# faults found and good cells corrected, sample sizes, what moved in results. BEFORE=folder (the raw data of an earlier
# version) tells which cells both versions correct; without it the first version is taken, where the history has it.
FIRST_VERSION := eecc6dcb
errata-report: $(READY)
	@before="$(BEFORE)"; version=$$(git rev-parse --quiet --verify 'v1^{commit}' || echo $(FIRST_VERSION)); \
	if test -z "$$before" && git cat-file -e "$$version:data/raw/errata.csv" 2>/dev/null; then \
	  before=.snakemake/v1; mkdir -p $$before; git show "$$version:data/raw/errata.csv" > $$before/errata.csv; fi; \
	$(BIN)/python -m audit.report data/raw $${before:+--before "$$before"}
	@$(BIN)/python -m audit.shown

# Tries wrong configurations and damaged input by the thousand and prints what became of them.
faults: $(READY)
	@$(BIN)/python tests/faults/config.py
	@$(BIN)/python tests/faults/files.py

# Changes a declared sample of the code, one place at a time, and counts which changes the tests see.
mutants: $(TOOLS)
	@nice $(BIN)/python tests/mutants/run.py

# Which lines and branches the unit tests pass through, by module.
coverage: $(TOOLS)
	@$(BIN)/coverage run -m pytest tests/unit packages/regiometrics/tests
	@$(BIN)/coverage report

# After a change of an option: writes the schema and the tables of config/README.md from the models.
options: $(READY)
	@$(BIN)/python -m guantian.config --write

# After a run that was killed left its lock; make sure first that none is running.
unlock: $(READY)
	@$(SNAKEMAKE) --unlock

# After a change of the dependencies in a pyproject.toml, the study's or the library's: one lock for
# both packages, which are themselves installed from their folders, and locks of the same versions for
# what tests and documents and for a cluster. UPGRADE=--upgrade renews all pins.
UPGRADE ?=
LOCKED := --universal --fork-strategy fewest --python-version 3.11 --generate-hashes --no-emit-index-url \
  --no-emit-package regiometrics --quiet
lock: $(READY)
	@$(BIN)/uv pip compile pyproject.toml --extra workflow $(LOCKED) $(UPGRADE) --output-file requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --extra dev --extra docs --constraint requirements.lock $(LOCKED) \
	  $(UPGRADE) --output-file requirements-dev.lock
	@$(BIN)/uv pip compile pyproject.toml --extra slurm --constraint requirements.lock $(LOCKED) \
	  $(UPGRADE) --output-file requirements-slurm.lock
	@sed -i "s/^# requirements.lock: .*/# requirements.lock: $$(sha256sum requirements.lock | cut -d' ' -f1)/" environment.post-deploy.sh

# Snakemake's way to a SLURM cluster, beside what `make setup` installs.
slurm: $(READY)
	@$(BIN)/uv pip install --quiet --compile-bytecode --require-hashes --requirement requirements-slurm.lock

# What is installed, as a CycloneDX list with versions and licences.
sbom: $(TOOLS)
	@mkdir -p dist
	@$(BIN)/cyclonedx-py environment --output-reproducible --pyproject pyproject.toml \
	  --output-format JSON --output-file dist/guantian.cdx.json $(BIN)/python

# The study in a container, from the lock; DOCKER=podman for another builder.
DOCKER ?= docker
container:
	@$(DOCKER) build --file Containerfile --tag guantian .

# The documentation of study and library, read off-line: docs/_build/html/index.html.
docs: $(TOOLS)
	@$(BIN)/sphinx-build --fail-on-warning --keep-going --quiet --jobs auto docs docs/_build/html
	@echo "Done: open docs/_build/html/index.html"

clean-results: $(READY)
	@$(SNAKEMAKE) clean_results

# Removes the environment and every folder that the study made and marked; others stay.
clean:
	@find . -name .made-by-guantian -not -path './$(VENV)/*' -exec dirname {} \; | sort -r | while read -r made; do rm -rf "$$made"; done
	rm -rf $(VENV) .snakemake

setup: $(READY)

tools: $(TOOLS)

$(TOOLS): requirements-dev.lock $(READY)
	@echo "Adding what tests and documents from requirements-dev.lock (once) ..."
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes --requirement requirements-dev.lock
	@$(LIGHTEN)
	@touch $@

$(READY): requirements.lock pyproject.toml packages/regiometrics/pyproject.toml
	@command -v git >/dev/null || { echo "git is missing: install it first (Debian: apt-get install git)." >&2; exit 1; }
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is missing: install Python 3.11, 3.12 or 3.13 first (Debian 12: apt-get install python3), or name another with make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12), (3, 13)))' || { echo "$(PYTHON) is $$($(PYTHON) -V 2>&1), and the study needs Python 3.11, 3.12 or 3.13: name one with make PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing: install it first (Debian 12: apt-get install python3-venv)." >&2; exit 1; }
	@echo "Setting up $(VENV) from requirements.lock (once, about a minute) ..."
	@mkdir -p $(dir $(VENV))
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@command -v uv >/dev/null || test -x $(BIN)/uv || { sed -n '/^uv==/,/^[^ ]/p' requirements.lock | sed '$$d' > $(VENV)/uv.lock && $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/uv.lock; }
	@UV=$$(test -x $(BIN)/uv && echo $(BIN)/uv || command -v uv); \
	  VIRTUAL_ENV=$(VENV) $$UV pip sync --quiet --compile-bytecode --require-hashes requirements.lock && \
	  VIRTUAL_ENV=$(VENV) $$UV pip install --quiet --no-deps --no-build-isolation --editable packages/regiometrics --editable .
	@$(LIGHTEN)
	@touch $@

# Counts what the design promises: lines, keys taken apart as text, long modules, cycles of imports, numbers that no
# text names, and the files that the walks of CONTRIBUTING.md touch.
metrics: $(TOOLS)
	@$(BIN)/python -m benchmarks.metrics
