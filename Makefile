PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOWEST := .venv-lowest
CORE := 97
BESIDE := sha_disclosure/tools/*,sha_disclosure/cli/*,sha_disclosure/testing.py

# Tests start many processes: the package is compiled once, not in each of them.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test lowest proof coverage check lint types layering mutation specs docs dist bench clean

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 12

demo: $(VENV)/.run  ## one notice of every kind through the embedded sandbox
	$(BIN)/sha-disclosure demo

test: $(VENV)/.dev  ## the test suite, with a sample of each long proof
	$(BIN)/python -m pytest -q -n auto --dist worksteal

lowest: $(LOWEST)/.dev  ## the test suite on the lowest versions that pyproject.toml allows
	$(LOWEST)/bin/python -m pytest -q -n auto --dist worksteal

proof: $(VENV)/.dev  ## the long proofs: kill -9, volumes, every row of the long tables; PROOF_TIMES=5 for five times the counts
	HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest -q -n auto --dist worksteal --timeout 1200 -m "proof or hypothesis"

coverage: $(VENV)/.dev  ## branch coverage of the suite: of the core, with a gate; of tools and command
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -q -n auto --dist worksteal
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --fail-under 0 --include '$(BESIDE)'
	$(BIN)/coverage report --fail-under $(CORE) --omit '$(BESIDE)'

check: lint types layering test  ## what to run before a commit; CI runs the proofs too

lint: $(VENV)/.dev  ## ruff, public names and generated pages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python specs/public_names.py --check
	$(BIN)/python specs/public_api.py --check
	$(BIN)/python specs/generate.py --check
	$(BIN)/python specs/fhir/generate.py --check

types: $(VENV)/.dev  ## mypy and pyright, strict: package, examples, what hosts write; mypy: specs, benchmarks, tests
	$(BIN)/mypy
	MYPYPATH=examples $(BIN)/mypy --config-file= --strict --follow-imports=silent examples/*.py tests/notice/from_objects.py tests/typing/*.py
	$(BIN)/pyright --pythonpath $(BIN)/python
	MYPYPATH=examples/hosts/flask $(BIN)/mypy examples/hosts/flask/records.py
	MYPYPATH=examples/hosts/fastapi $(BIN)/mypy examples/hosts/fastapi/records.py
	MYPYPATH=benchmarks:tests/outbox $(BIN)/mypy benchmarks/*.py
	MYPYPATH=specs:specs/fhir $(BIN)/mypy specs/*.py specs/traceability specs/fhir/reconstruction
	MYPYPATH=specs/fhir $(BIN)/mypy specs/fhir/generate.py
	$(BIN)/mypy --config-file tests/mypy.ini tests

layering: $(VENV)/.dev  ## rooms import one way
	$(BIN)/lint-imports --no-cache

mutation: $(VENV)/.dev  ## mutants of the decisions that must not fail, and which survive; ONLY='sha_disclosure.delivery.retry*' for some
	$(BIN)/python -m pip install --quiet --group mutation
	$(BIN)/mutmut run $(ONLY)
	$(BIN)/mutmut results

specs: $(VENV)/.dev  ## write the generated files under specs/
	$(BIN)/python specs/public_names.py
	$(BIN)/python specs/public_api.py
	$(BIN)/python specs/generate.py
	$(BIN)/python specs/fhir/generate.py

docs: $(VENV)/.dev  ## the documentation site, in site/index.html; every link is checked
	$(BIN)/python -m pip install --quiet --group docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

dist: $(VENV)/.dev  ## build the packages, check them, and try the wheel in a new environment
	$(BIN)/python -m pip install --quiet --group release
	.ci/dist $(BIN)

bench: $(VENV)/.dev  ## costs beside their targets and floors; QUICK=1 for a few minutes, RECORD=file for the figures
	$(BIN)/python benchmarks/run.py --record $(or $(RECORD),bench.json) $(if $(QUICK),--quick)

clean:  ## remove the environment and what tools left
	rm -rf $(VENV) $(LOWEST) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache mutants

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.run: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[cli,sandbox]'
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	$(BIN)/python -m pip install --quiet --editable '.[all]' --group dev
	@touch $@

$(LOWEST)/.dev: pyproject.toml
	$(PYTHON) -m venv $(LOWEST)
	$(LOWEST)/bin/python -m pip install --quiet uv
	$(LOWEST)/bin/uv pip compile --quiet --python $(LOWEST)/bin/python --resolution lowest-direct \
	  --extra all --output-file $(LOWEST)/lowest.txt pyproject.toml
	$(LOWEST)/bin/uv pip install --quiet --python $(LOWEST)/bin/python \
	  --constraint $(LOWEST)/lowest.txt --editable '.[all]' --group dev
	@touch $@
