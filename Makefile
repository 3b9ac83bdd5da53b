# What one does with Holdfast from a clone. `make setup` is done by itself before what needs it.

VENV := .venv
BIN := $(VENV)/bin
SET_UP := $(VENV)/set-up
WORKERS ?= 2
# Which benchmarks: all, unless named
BENCHMARKS ?= $(shell $(BIN)/python -c "from tests.benchmarks.registry import BENCHMARKS; print(*BENCHMARKS)")
# More words for pytest, a benchmark or the demo: make test ARGS="-k short_pick"
ARGS ?=

.PHONY: help setup demo test check bench bundle pins clean

help:
	@echo "make setup    what the project needs, on Debian or Ubuntu: system packages and .venv"
	@echo "make demo     a sample warehouse to try; the tour into tour/ where there is no screen"
	@echo "make test     all tests"
	@echo "make check    style, types, import directions, dependencies, addresses"
	@echo "make bench    the benchmarks, into bench-results/"
	@echo "make bundle   a program that needs no Python, in dist/holdfast"
	@echo "make pins     pin what is new in pyproject.toml"
	@echo "make clean    remove what the others made, but .venv"

setup: $(SET_UP)

$(SET_UP): pyproject.toml build_spec/constraints.txt build_spec/debian-packages.txt build_spec/setup.sh
	build_spec/setup.sh
	@touch $@

demo: setup
	$(BIN)/holdfast demo $(ARGS)

test: setup
	$(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile $(ARGS)

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/python build_spec/checks/no_addresses.py

bench: setup
	@mkdir -p bench-results
	@set -e; for name in $(BENCHMARKS); do \
		$(BIN)/python -m tests.benchmarks $$name --json bench-results/$$name.json $(ARGS); \
	done

bundle: setup
	build_spec/bundle.sh

pins:
	build_spec/pin.sh $(ARGS)

clean:
	rm -rf build dist tour bench-results .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
