# The two commands a person needs: make run, make test. Everything else is for developers and vendors.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test setup freeze bench lint types imports format clean

setup:
	@provision/setup.sh run build test

run: setup
	@$(BIN)/kiosk demo

test: setup lint types imports
	@$(BIN)/python -m pytest -q

lint: setup
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: setup
	@$(BIN)/mypy

imports: setup
	@$(BIN)/lint-imports

format: setup
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

freeze: setup
	@$(BIN)/pyinstaller --noconfirm --log-level WARN --distpath dist --workpath build/freeze kiosk.spec

bench:
	@provision/setup.sh run build test bench
	@$(BIN)/python -m bench

clean:
	rm -rf build dist .venv
