# Attune: everything one does here, in one place. `make` alone explains.
.DEFAULT_GOAL := help
.PHONY: help run test ci lint types contracts requirements bench screenshots lock

PYTHON ?= python3
WORKERS ?= 2
BIN := .venv/bin
BOOTSTRAP := $(PYTHON) deploy/bootstrap.py
LOCK := uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
    --no-annotate --python-version 3.11 $(UPGRADE) pyproject.toml

# Attune starts many processes: each would compile all that it reads, if none might keep it.
unexport PYTHONDONTWRITEBYTECODE

help:
	@echo "Hello. From here you can:"; echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-14s%s\n", $$1, $$2 }' Makefile
	@echo; echo "Nothing outside this folder is changed; .venv and .attune may be deleted at any time."

run: ## start Attune on this computer and print its addresses
	@$(BOOTSTRAP) core
	@$(BIN)/attune run

test: ## run every test that this computer can run
	@$(BOOTSTRAP) test
	@SOMEONE_WAITS=$(if $(ARGS),,1) $(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

ci: ## do all that the build does, tests included
	@bash .ci/run

lint: ## look for slips and untidy lines
	@$(BOOTSTRAP) dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/python -m tests.house.exceptions

types: ## check that the pieces fit (mypy, strict)
	@$(BOOTSTRAP) dev
	@$(BIN)/mypy

contracts: ## check who may know whom
	@$(BOOTSTRAP) test
	@$(BIN)/lint-imports

requirements: ## list each requirement and the tests that show it
	@$(BOOTSTRAP) test
	@$(BIN)/python -m tests.house.requirements

bench: ## measure how fast the events travel, beside Celery
	@$(BOOTSTRAP) dev
	@$(BIN)/python -m tests.bench

screenshots: ## take the pictures of the README anew
	@$(BOOTSTRAP) test
	@$(BIN)/python -m tests.screenshots

lock: ## pin what pyproject.toml asks for (needs uv; UPGRADE=--upgrade for newer releases)
	@$(LOCK) -o deploy/requirements/core.txt
	@$(LOCK) --extra test --extra charts -c deploy/requirements/core.txt \
	    -o deploy/requirements/test.txt
	@$(LOCK) --extra test --extra charts --extra dev --extra bench \
	    -c deploy/requirements/test.txt -o deploy/requirements/dev.txt
