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

test: $(VENV)/.installed-for-tests tests/node/.installed
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

# axe-core and Lighthouse, for the browser tests; without npm those tests are skipped
tests/node/.installed: tests/node/package-lock.json
	if command -v npm >/dev/null; then cd tests/node && npm ci --silent --no-audit --no-fund --ignore-scripts; fi
	touch $@

clean:
	rm -rf $(VENV) tests/node/node_modules tests/node/.installed dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
