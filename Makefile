# What a person types. Each target calls the tool that does the work; CONTRIBUTING.md says when to use which.

FLAVOR ?= mysql
SCENARIO ?=
TARGET ?=
MINUTES ?=
SEED ?=
BIN := .venv/bin
PYTHON := $(BIN)/python
export FLAVOR

.PHONY: help demo demo-down test lint format sanity unit unit-newest integration molecule faults calamities bench bench-seed bench-compare bench-switch bench-vip build tarball changelog clean

help:                        ## what there is
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 22

.venv/ready: requirements.txt tests/tools/venv.py
	@python3 tests/tools/venv.py .venv

demo: .venv/ready            ## a pair of real servers, linked both ways; FLAVOR=mysql|mariadb|mariadb-lts
	@$(PYTHON) tests/tools/demo.py $(FLAVOR)

demo-down:                   ## remove the demo's pair
	@tests/lab/lab down

test: .venv/ready            ## the suite: all stages, two at a time, with a table at the end
	@$(PYTHON) tests/tools/suite.py

lint: .venv/ready            ## ruff, mypy, yamllint, ansible-lint
	@$(PYTHON) tests/tools/lint.py

format: .venv/ready          ## rewrite Python code in the house's format
	@$(BIN)/ruff check --fix-only --quiet && $(BIN)/ruff format --quiet

sanity: .venv/ready          ## ansible-test sanity; TARGET=plugins/modules/x.py for one file
	@$(PYTHON) tests/tools/sanity.py $(TARGET)

unit: .venv/ready            ## unit tests; TARGET=tests/unit/x for some
	@$(BIN)/pytest -q $(TARGET)

unit-newest: .venv/ready     ## the same on the newest ansible-core that a Python here can run
	@$(PYTHON) tests/tools/newest.py

integration: .venv/ready     ## each module on real servers of a FLAVOR; TARGET=name for one
	@$(PYTHON) tests/tools/integration.py $(FLAVOR) $(TARGET)

molecule: .venv/ready        ## situations on real servers of a FLAVOR; SCENARIO=name for one
	@$(PYTHON) tests/tools/scenarios.py $(FLAVOR) $(SCENARIO)

faults: .venv/ready          ## interrupted runs, on a FLAVOR, all of them
	@$(PYTHON) tests/faults/run.py $(FLAVOR)

calamities: .venv/ready      ## what can happen to a pair under load, at random, on a FLAVOR; MINUTES=10, SEED=number
	@$(PYTHON) tests/faults/schedule.py $(FLAVOR) $(MINUTES:%=--minutes %) $(SEED:%=--seed %)

bench: .venv/ready           ## figures, on a FLAVOR
	@$(PYTHON) tests/bench/no_change.py $(FLAVOR)

bench-seed: .venv/ready      ## a seed against the pipe and tar, on a FLAVOR; a quarter of an hour
	@$(PYTHON) tests/bench/seed.py $(FLAVOR)

bench-compare: .venv/ready   ## a comparison against pt-table-checksum, on a FLAVOR; a few minutes
	@$(PYTHON) tests/bench/compare.py $(FLAVOR)

bench-switch: .venv/ready    ## how long writers wait when the writes move, on a FLAVOR, and beside bare SQL; half an hour
	@$(PYTHON) tests/bench/switch.py $(FLAVOR)

bench-vip: .venv/ready       ## how long nobody can write when the active server dies or its host is cut off, on a FLAVOR; a quarter of an hour
	@$(PYTHON) tests/bench/vip.py $(FLAVOR)

build: .venv/ready           ## the tarball, installed where nothing else is
	@$(PYTHON) tests/tools/tarball.py

tarball: .venv/ready         ## the same, and a pair of a FLAVOR deployed with it
	@$(PYTHON) tests/tools/tarball.py --flavor $(FLAVOR) twoway.mysql.deploy_pair

changelog: .venv/ready       ## check the fragments of the changelog
	@$(BIN)/antsibull-changelog lint

clean:                       ## remove what the tools made, and the lab's members
	@tests/lab/lab down; rm -rf .venv .venv-newest .ansible .mypy_cache .pytest_cache .ruff_cache tests/output *.tar.gz
