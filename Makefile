# Needs Python 3.11+ and make, nothing else. Every target installs what it needs into .venv first.

PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11,$(shell $(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(p))))
PY := .venv/bin/python
PYTEST = $(PY) -m pytest --numprocesses=$(WORKERS) --no-loadscope-reorder
STACK ?=
WORKERS ?= 2
ROUNDS ?= 0
SEED ?=
EXAMPLES ?= 50
VERSION ?=
SCALE ?= 1000000
ARGS ?=
COMPILE := $(PY) -m uv pip compile --universal --python-version 3.11 \
	--fork-strategy fewest --generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock" --quiet

.DEFAULT_GOAL := help
.PHONY: help setup check test test-all demo run real bench bench-scale faults fuzz mutants lock docs migration release

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "  make %-11s %s\n", $$1, $$2 }'

setup: .venv/requirements-dev.lock ## install what development and tests need into .venv, as locked

# make demo and make run need the product and the demo's client alone; the other targets need the rest too.
.venv/requirements.lock: requirements.lock
	$(call install,200 MB (half a minute))

.venv/requirements-dev.lock: requirements-dev.lock
	$(call install,800 MB (a minute))
	@cp requirements.lock .venv

define install
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; give one with make PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Installing $< into .venv with $$($(PYTHON) --version): $1"
	@test -x $(PY) || $(PYTHON) -m venv .venv || { rm -rf .venv; echo "On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@cp $< $@
endef

check: setup ## check format, lint, types, import rules, shape rules, generated documents, released events
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) -m tests.shape .
	$(PY) -m deploy.docs --check
	$(PY) -m deploy.contracts

test: setup ## run the tests, on both stacks where these may differ; STACK=embedded or real, ARGS= for pytest
	$(PYTEST) --stack=$(or $(STACK),default) $(ARGS)

test-all: setup ## run every test on both stacks
	$(PYTEST) --stack=both $(ARGS)

demo: .venv/requirements.lock ## run everything embedded with the demo company; DEMO_EXIT=1 leaves after printing
	@$(PY) -m deploy.demo

run: .venv/requirements.lock ## run everything embedded and empty, at PATRON_PORT (8000), data in PATRON_DATA (./var)
	@$(PY) -m deploy.local run

real: setup ## run everything on PostgreSQL and Apache Kafka; PATRON_KAFKA_PORT=9094 lets other programs read its events
	@$(PY) -m deploy.local real

bench: setup ## print the benchmark tables and write var/bench.json; ARGS="read start" for some of them
	@$(PY) -m deploy.bench $(ARGS)

bench-scale: setup ## measure lists with SCALE customers (1000000), filled once; SEED=
	@$(PY) -m deploy.bench.scale --customers=$(SCALE) --seed=$(or $(SEED),1)

faults: setup ## run the fault campaign on both stacks and with planted bugs; ROUNDS=, SEED=, STACK=
	@$(PY) -m tests.faults --planted --seed=$(or $(SEED),1)
	@$(PY) -m tests.faults --stack=$(or $(STACK),both) --rounds=$(ROUNDS) --seed=$(or $(SEED),1)

fuzz: setup ## send random requests to every operation (schemathesis); SEED= repeats a run, EXAMPLES=
	@$(PY) -m tests.clients fuzz --examples=$(EXAMPLES) $(SEED:%=--seed=%)

mutants: setup ## change modules one expression at a time and see that a test fails; ARGS='services/scoring/*'
	@set -f; $(PY) -m tests.mutants --record $(ARGS)

lock: setup ## write the lock files with the newest versions
	$(COMPILE) pyproject.toml --upgrade --all-extras --group demo -o requirements.lock
	$(COMPILE) pyproject.toml --upgrade --all-extras --group dev -c requirements.lock -o requirements-dev.lock
	@for service in registry survey scoring gateway; do \
		$(COMPILE) pyproject.toml --upgrade --extra $$service -c requirements.lock -o services/$$service/requirements.lock || exit 1; \
	done
	$(COMPILE) --upgrade --group pyproject.toml:clients -o requirements-clients.lock
	@$(PY) -m tests.clients lock

docs: setup ## generate the committed API and event documents
	$(PY) -m deploy.docs

migration: setup ## write the migration that the models of SERVICE= need; M="customers get tags" names it
	@$(PY) -m deploy.migration $(SERVICE) "$(M)"

release: setup ## commit and tag the release VERSION= of the changelog's section; ARGS=--dry-run only checks it
	@$(PY) -m deploy.release $(VERSION) $(ARGS)
