# Two commands: `make demo` runs the main job, `make test` passes the tests. Both make the environment first.

PYTHON ?= $(shell for candidate in python3 python3.13 python3.12 python3.11 python; do \
	command -v $$candidate >/dev/null 2>&1 && \
	$$candidate -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null && \
	echo $$candidate && break; done)
BIN := .venv/bin
# One worker more than there are cores: tests wait for nodes and for other processes.
WORKERS ?= $(shell $(BIN)/python -c 'import os; print((os.cpu_count() or 1) + 1)')

.PHONY: demo test lint install node clean
.DEFAULT_GOAL := demo

demo: install
	$(BIN)/claims demo

test: install lint
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

install: .venv/installed

.venv/installed: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed and none was found; name one with PYTHON=..."; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --only-binary :all: --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --no-index -e .
	@touch .venv/installed

# The compiler, the contract library and anvil: for whoever changes contracts or tests against a second chain.
# `npm ci` would refuse the lock: not every registry carries the binaries of every platform, and the lock has what it found.
node: node_modules/.package-lock.json

node_modules/.package-lock.json: package-lock.json
	npm install --no-save --no-audit --no-fund
	@touch node_modules/.package-lock.json

clean:
	rm -rf .venv node_modules build claims.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
