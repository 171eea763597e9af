# The two commands a person needs: make run, make test. Everything else is for developers and vendors.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test journeys setup freeze test-frozen gallery screens image mirror test-image bench prove fuzz lint types imports format clean

setup:
	@provision/setup.sh run build test

run: setup
	@$(BIN)/kiosk demo

test: setup lint types imports
	@$(BIN)/python -m pytest -q -n 3 --dist worksteal --reruns 2 -rR

# The visit scripts of ten more matters through the real window (some ten minutes); make test plays them in the engine.
journeys: setup
	@KIOSK_WINDOW=matters $(BIN)/python -m pytest -q tests/journeys/test_journeys.py -k matter

lint: setup
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: setup
	@$(BIN)/mypy

imports: setup
	@$(BIN)/lint-imports

format: setup
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

# The frozen terminal: dist/kiosk/, or with KIOSK_BUILD=test dist/kiosk-test/ with simulators and the runner in it.
FREEZE := $(BIN)/pyinstaller --noconfirm --log-level ERROR --distpath dist --workpath build/freeze kiosk.spec

freeze: setup
	@$(FREEZE)

# Both builds, and what each promises (docs/frozen.md).
test-frozen: setup
	@KIOSK_BUILD=production $(FREEZE)
	@KIOSK_BUILD=test $(FREEZE)
	@KIOSK_TEST_FROZEN=1 $(BIN)/python -m pytest -q tests/provision

# A disk image that starts as a terminal, in build/village-terminal.img, and a machine that is not there to try it on
# (needs root; minutes). make image MIRROR=an address of a Debian mirror
image: mirror freeze
	@provision/image/make.sh $(MIRROR) build/village-terminal.img

mirror:
	@$(if $(MIRROR),,$(error name a Debian mirror: make image MIRROR=…)):

test-image: setup
	@KIOSK_TEST_IMAGE=build/village-terminal.img $(BIN)/python -m pytest -q tests/provision/test_image.py \
		tests/provision/test_image_sticks.py

bench:
	@provision/setup.sh run build test bench
	@$(BIN)/python -m bench

# Every step in two ways of showing it, on one page; and every screen in every way held to the measures (minutes).
gallery: setup
	@$(BIN)/python -m screens.book build/gallery
	@$(BIN)/python -m bench.gallery build/gallery/papers

screens: setup
	@$(BIN)/python -m screens.sweep

# The promise at every point, thousands of times (an hour, or PROVE="--minutes 10"); writes docs/proof.md.
prove: setup
	@nice $(BIN)/python -m tests.prove $(PROVE)

# A million mutated frames through the card parsers, a hundred thousand replies through every other; minutes.
fuzz: setup
	@$(BIN)/python -m bench.fuzz --table docs/fuzz.md

clean:
	rm -rf build dist .venv
