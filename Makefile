# `make run` and `make test` need Python 3.11 or newer and make, nothing else.
PYTHON ?= python3
BIN := .venv/bin
# The shell's own settings of pip decide where packages come from; no file of this project names a host.
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run test check fix bench quality docs image clean
.DEFAULT_GOAL := run

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Communiqué needs Python 3.11 or newer; try: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv

.venv/run.stamp: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) install --constraint constraints.txt --editable .
	@touch $@

.venv/test.stamp: .venv/run.stamp
	$(PIP) install --constraint constraints.txt --editable '.[test]'
	@touch $@

run: .venv/run.stamp ## the bot with a token, the preview without
	@exec $(BIN)/communique run --or-preview

test: .venv/test.stamp ## the whole test suite, PostgreSQL included
	$(BIN)/python -m pytest -n auto

check: .venv/test.stamp ## format, lint, types, floors, and that the documents are up to date
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m docs.build --check

fix: .venv/test.stamp ## format and mend what ruff can
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

.venv/bench.stamp: .venv/test.stamp
	$(PIP) install --constraint constraints.txt --editable '.[bench,quality]'
	$(PYTHON) -m venv .venv/peer # newspaper4k, which articles are read beside, wants an older dateutil than we have
	$(PIP) --python .venv/peer install 'newspaper4k[nlp]==0.9.6'
	@touch $@

bench: .venv/bench.stamp ## figures, beside peers where there are any; EVAL=folder adds that of evaluation data
	$(BIN)/python -m tests.bench $(EVAL)

quality: .venv/bench.stamp ## the whole evaluation: make quality EVAL=folder
	$(BIN)/python -m tests.quality $(EVAL)

docs: .venv/test.stamp ## write the tables of README and the picture anew
	$(BIN)/python -m docs.build
	$(BIN)/python -m docs.picture

image: ## the container image
	docker build -t communique .
