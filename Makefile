# obs: `make` lists what can be done here.
SHELL := /bin/bash
VENV := .venv/bin
PYTEST := $(VENV)/python -m pytest
.DEFAULT_GOAL := help
.PHONY: help demo acceptance screenshots test test-fast lint format typecheck soak bench build clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo:  ## a database, a pipeline's runs and their numbers, from nothing; no root
	@tools/bootstrap embedded
	@$(VENV)/obs demo

acceptance:  ## the product's five acceptance criteria with their evidence, on a server of its own; a minute
	@tools/bootstrap test
	@PYTHONPATH=tools:tests $(VENV)/python -m acceptance $(ARGS)

screenshots:  ## the pictures of the README, made from the demo's pages in headless Chromium
	@tools/bootstrap embedded screenshots
	@PYTHONPATH=tools $(VENV)/python tools/screenshots.py $(ARGS)

test: lint typecheck  ## everything CI runs: lint, types, the whole suite on two cores
	@$(PYTEST) -n 2 $(ARGS)

test-fast:  ## pytest alone: make test-fast ARGS='tests/contract -k search_path'
	@tools/bootstrap test
	@$(PYTEST) $(ARGS)

lint:  ## sqlfluff and the stamps of schema steps over sql/, ruff over the Python
	@tools/bootstrap test
	@$(VENV)/python tools/stamp_schema.py --check
	@$(VENV)/sqlfluff lint --disable-progress-bar sql
	@$(VENV)/ruff check . && $(VENV)/ruff format --check .

format:  ## mend what the linters can mend
	@tools/bootstrap test
	@$(VENV)/ruff check --fix . && $(VENV)/ruff format . && $(VENV)/sqlfluff fix --disable-progress-bar sql

typecheck:  ## mypy --strict over the client
	@tools/bootstrap test
	@$(VENV)/mypy

soak:  ## the long tests, left out of `make test`
	@tools/bootstrap test
	@$(PYTEST) -m soak --timeout 7200 $(ARGS)

bench:  ## all measurements, written to bench/results.md (20 minutes, an otherwise idle machine)
	@tools/bootstrap test
	@cd bench && ../$(VENV)/python run.py

build:  ## the wheel and the source archive, in dist/
	@tools/bootstrap test
	@$(VENV)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

clean:  ## forget the virtual environment and caches
	@rm -rf .venv .bootstrap.lock .pytest_cache .mypy_cache .ruff_cache dist
