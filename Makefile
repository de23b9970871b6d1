# geowire. The two to know: `make demo` and `make test`. `make help` lists all.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help setup demo test check lint types test-es8 servers bench bench-search docs model constraints clean

help: ## list the targets
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/.ready ## create .venv with everything pinned (constraints.txt) and build the gazetteer

GAZETTEER := pipeline/enrich/gazetteer_build.py pipeline/text.py pipeline/countries.py $(wildcard pipeline/enrich/tables/* pipeline/data/*)

$(VENV)/.ready: pyproject.toml constraints.txt hatch_build.py $(GAZETTEER)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "geowire needs Python 3.11 or newer: set PYTHON=python3.x"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "no venv module; on Debian or Ubuntu: apt install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## index the sample news and serve them on http://127.0.0.1:8000
	$(BIN)/geowire demo

test: setup lint types ## everything: lint, types and all tests, on real servers where Java and Maven are there
	$(BIN)/python -m pytest

check: setup lint types ## the fast part, under two minutes
	$(BIN)/python -m pytest -m "not slow and not servers" -q

lint: setup
	$(BIN)/ruff check .

types: setup
	$(BIN)/mypy

test-es8: setup ## the index and state contracts on Elasticsearch 8
	GEOWIRE_TEST_ES_VERSION=8.19.5 $(BIN)/python -m pytest tests/index tests/state -m "servers"

servers: setup ## start a real Kafka and Elasticsearch by hand, until Ctrl-C
	$(BIN)/python -m tests.servers

bench: setup ## measure: articles a second, memory, search latency
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.facts

bench-search: setup ## measure searching 100,000 generated articles: latency, facets, timeline, map, size of the index
	$(BIN)/python -m benchmarks.search

docs: setup ## write the table of docs/query-language.md anew from pipeline/query/language.toml
	$(BIN)/python scripts/query_docs.py

model: setup ## make the language model anew from the corpora in TRAINING_DATA (hours; goes on where it was stopped)
	@test -d "$(TRAINING_DATA)" || { echo "set TRAINING_DATA to the folder with the corpora (training/README.md)"; exit 1; }
	$(BIN)/python -c 'import torch, faker, onnx' 2>/dev/null || $(BIN)/python -m pip install --only-binary :all: --editable '.[train]'
	OMP_NUM_THREADS=1 nice $(BIN)/python -m training --data "$(TRAINING_DATA)" --out build/model

constraints: ## resolve pyproject.toml anew into constraints.txt (needs uv); training has its own extra, and is no part of it
	uv pip compile --universal --python-version 3.11 --extra warc --extra otel --extra dev --generate-hashes --no-annotate --no-header --quiet --upgrade pyproject.toml -o constraints.txt

clean: ## remove the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist

.PHONY: env
env: ## write .env with random secrets for docker compose, once
	@test -e .env && echo ".env is there already" || (umask 077 && $(PYTHON) scripts/make_env.py > .env && echo "wrote .env")
