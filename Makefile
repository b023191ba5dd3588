# Two commands on a fresh machine: `make demo` and `make test`. Python 3.11 or newer, pip and make are all that is needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT ?= demo-output

.PHONY: demo test lint check bench clean

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# The locks name everything: pip is to follow them, and not to look for what an extra might want newer.
# The stamps are newer than what they were made from, so that a second run does nothing.
$(VENV)/.locked: requirements.lock | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.dev-locked: requirements-dev.lock $(VENV)/.locked
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

SOURCES := $(shell find monitor -type f -not -path '*/__pycache__/*' -not -name '* *') pyproject.toml README.md LICENSE

$(VENV)/.installed: $(SOURCES) $(VENV)/.locked
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --force-reinstall .
	@touch $@

demo: $(VENV)/.installed
	@$(BIN)/channel-monitor demo --out $(OUT)

test: $(VENV)/.dev-locked $(VENV)/.installed
	$(BIN)/python -m pytest

lint: $(VENV)/.dev-locked
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test

bench:
	benchmarks/run

clean:
	rm -rf $(VENV) $(OUT) build dist .coverage .mypy_cache .pytest_cache .ruff_cache
