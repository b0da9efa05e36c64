# `make help` lists what there is. Everything runs in .venv, which `make setup` keeps in step with requirements.lock.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

bin := .venv/bin
# What a person typed reaches the command letter by letter: Make must not expand a `$` in it.
define as-typed
ifneq ($$(origin $(1)),undefined)
override $(1) := $$(value $(1))
export $(1)
endif
endef
$(foreach each,TASK ATTACH OUT ARGS ERRAND,$(eval $(call as-typed,$(each))))

.PHONY: help setup run up-local flower test killtest chaos llama test-llama lint format docs bench lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

setup: ## make or update .venv; nothing to do: nothing said
	@scripts/setup --quick

run: setup ## start the assistant; or one task: TASK="…" ATTACH="a b" OUT=folder
	@scripts/run

up-local: setup ## all of Errand's processes on this machine, with Redis and PostgreSQL: WORKERS=2 SLOTS=4
	@exec $(bin)/python scripts/up_local.py $(if $(WORKERS),--workers "$(WORKERS)") $(if $(SLOTS),--slots "$(SLOTS)")

flower: setup ## Flower on loopback, port 5555, for the broker of ERRAND_BROKER_URL (docs/queue.md)
	@VIRTUAL_ENV=.venv $(bin)/uv pip install --quiet 'flower>=2,<3'
	@: "$${ERRAND_BROKER_URL:?set it, for example by: source .errand-local}"
	@CELERY_BROKER_URL="$$ERRAND_BROKER_URL" exec $(bin)/celery --app errand.queues.flower flower --address=127.0.0.1 --port=5555

test: setup ## the tests; ARGS="-k word" for some of them
	@$(bin)/python -m pytest $(ARGS)

killtest: setup ## kill real runs at MOMENTS=15 random moments; FOLDER=… with the files to work on
	@KILLTEST_MOMENTS="$(or $(MOMENTS),15)" $(if $(FOLDER),KILLTEST_FOLDER="$(FOLDER)") \
	  $(bin)/python -m pytest --verbose tests/e2e/test_killed_run.py

chaos: setup ## kill everything again and again while tasks run: ROUNDS=10, or SEEDS="1 2 3"; TASKS=200 WORKERS=6
	@for seed in $(or $(SEEDS),$$(shuf -i 1-999999 -n "$(or $(ROUNDS),1)")); do \
	  CHAOS_SEED="$$seed" CHAOS_TASKS="$(or $(TASKS),200)" CHAOS_WORKERS="$(or $(WORKERS),6)" \
	    $(bin)/python -m pytest tests/e2e/chaos; done

llama: setup ## install what models in this process need, built from source: five minutes on two cores
	@CMAKE_ARGS="$${CMAKE_ARGS:--DLLAVA_BUILD=OFF}" VIRTUAL_ENV=.venv $(bin)/uv pip install --quiet --editable '.[llama]' gguf

test-llama: ## the tests of models in this process, after `make llama`
	@$(bin)/python -m pytest tests/unit/models/test_llama.py $(ARGS)

lint: setup ## format, lint, types, import layers, YAML, lock
	@$(bin)/ruff format --quiet --check .
	@$(bin)/ruff check --quiet .
	@$(bin)/mypy --no-error-summary
	@$(bin)/lint-imports --no-logo
	@$(bin)/yamllint --strict .
	@$(bin)/python scripts/lock.py --check

format: setup ## let ruff put the code in order
	@$(bin)/ruff check --quiet --fix --exit-zero .
	@$(bin)/ruff format --quiet .

docs: setup ## write the parts of docs/ that are made from the code
	@$(bin)/python scripts/docs.py

bench: setup ## measure: BENCH="engine run" for some of them, ARGS for their arguments
	@for each in $(or $(BENCH),$(filter-out planner narrowing compare full_store idle,$(basename $(notdir $(wildcard benchmarks/[a-z]*.py))))); do \
	  echo "== $$each"; $(bin)/python benchmarks/$$each.py $(ARGS); done

lock: setup ## compile requirements.lock from pyproject.toml; UPGRADE=1 for the newest that fit
	@$(bin)/python scripts/lock.py $(if $(UPGRADE),--upgrade)
	@scripts/setup --quick

clean: ## remove what was made here, .venv too
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
	@find . -name __pycache__ -prune -exec rm -rf {} +
