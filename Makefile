# make run   installs everything, indexes documents/, serves the chat on http://127.0.0.1:8000
# make test  installs what the tests need and runs them

PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
BIN = $(VENV)/bin

.PHONY: run test lint clean

run: $(VENV)/.installed
	$(BIN)/seminar-qa index || [ $$? -eq 3 ]
	$(BIN)/seminar-qa serve --port $(PORT)

test: $(VENV)/.installed-for-tests
	$(BIN)/python -m pytest $(PYTEST)

lint: $(VENV)/.installed-for-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(VENV)/.installed-for-tests: $(VENV)/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	touch $@

clean:
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
