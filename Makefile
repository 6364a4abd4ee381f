PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test check lint types layering specs bench clean

demo: $(VENV)/.run  ## one notice of every kind through the embedded sandbox
	$(BIN)/sha-disclosure demo

test: $(VENV)/.dev  ## the whole test suite
	$(BIN)/python -m pytest -q

check: lint types layering test  ## everything CI checks

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python specs/generate.py --check

types: $(VENV)/.dev
	$(BIN)/mypy

layering: $(VENV)/.dev
	$(BIN)/lint-imports --no-cache

specs: $(VENV)/.dev  ## write the generated files under specs/
	$(BIN)/python specs/generate.py

bench: $(VENV)/.dev  ## costs as ratios to their floors
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/outbox.py

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.run: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[cli,sandbox]'
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	$(BIN)/python -m pip install --quiet --editable '.[cli,sandbox,outbox,otel,conformance]' --group dev
	@touch $@
