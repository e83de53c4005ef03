# Every target builds the one environment in .venv that it needs, by itself.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(PYTHON) -m pip --disable-pip-version-check --python $(BIN)/python install --quiet --constraint constraints.txt
WORKERS ?= 2

.PHONY: run test bench lint soak docs format clean
.DEFAULT_GOAL := run

run: $(VENV)/.run
	@.ci/run-app $(BIN)

test: $(VENV)/.test
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

soak: $(VENV)/.test
	GRADWIRE_SOAK=1 QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup --timeout 7200 -rs

bench: $(VENV)/.test
	@.ci/bench-extra $(BIN) $(PIP)
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m benchmarks

docs: $(VENV)/.run
	QT_QPA_PLATFORM=offscreen $(BIN)/gradwire docs build/operators

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build dist out

# A bare Debian 12 has no ensurepip, so the environment is made without pip and filled from outside.
$(BIN)/python:
	@.ci/check-python $(PYTHON)
	$(PYTHON) -m venv --without-pip $(VENV)

$(VENV)/.run: pyproject.toml constraints.txt | $(BIN)/python
	@.ci/system-libraries
	$(PIP) --editable .
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(BIN)/python
	@.ci/system-libraries
	$(PIP) --editable '.[test]'
	@touch $@ $(VENV)/.run
