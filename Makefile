# Clientele's front door. `make` alone lists the targets; nothing is written outside this folder.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON := .venv/bin/python
INSTALLED := .venv/.installed

# What the person gave on the command line reaches the programs through the environment and in quotes, so that
# quotes, spaces and dollar signs in it stay what they are. Make exports it too,
# whatever its name, and would expand it for that: each is made a text that stands for itself.
given = $(filter command,$(firstword $(origin $(1))))
$(foreach name,$(.VARIABLES),$(if $(call given,$(name)),$(eval override $(name) := $$(value $(name)))$(eval export $(name))))
export ARG_SOURCE = $(value SOURCE)
export ARG_INPUT = $(value INPUT)
export ARG_AS_OF = $(value AS_OF)
export ARG_FORCE_RETRAIN = $(value FORCE_RETRAIN)
export ARG_LEFT_OVER = $(value LEFT_OVER)
export ARG_Q = $(value Q)
export ARG_VERSION = $(value VERSION)
export ARG_REASON = $(value REASON)

export PYTHONPATH := $(CURDIR)
export PIP_CACHE_DIR := $(CURDIR)/.cache/pip
export UV_CACHE_DIR := $(CURDIR)/.cache/uv
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export UV_PYTHON_DOWNLOADS := never
export MPLCONFIGDIR := $(CURDIR)/.cache/matplotlib
# Of a hundred processes each would compile all libraries anew.
unexport PYTHONDONTWRITEBYTECODE

REQUEST = --source="$$ARG_SOURCE" --input="$$ARG_INPUT" --as-of="$$ARG_AS_OF" --force-retrain="$$ARG_FORCE_RETRAIN" \
	--left-over="$$ARG_LEFT_OVER"

.PHONY: help demo run source up serve down status sql versions page rollback erase share audit test unit test-slow lint bench chaos docs lock

help: ## list the targets
	@echo "make TARGET [SOURCE=name] [INPUT=file-or-folder] [AS_OF=YYYY-MM-DD] [FORCE_RETRAIN=1] [Q=\"select …\"] [VERSION=name] [REASON=text]"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' Makefile | while IFS='|' read -r name words; do \
		printf '%-10s %s\n' "  $$name" "$$words"; done

demo: $(INSTALLED) ## run the pipeline (the sample shop, or SOURCE, INPUT, AS_OF), sum up, leave the UIs up
	@$(PYTHON) -m services demo $(REQUEST)

run: $(INSTALLED) ## the same for scripts: to the end, no servers left behind, exit code 0 or not
	@$(PYTHON) -m services run $(REQUEST)

source: export ARG_NAME = $(value NAME)
source: $(INSTALLED) ## draft a source from a stranger's files (INPUT, NAME), load them by it, show the first numbers
	@$(PYTHON) -m warehouse source --name="$$ARG_NAME" --input="$$ARG_INPUT"

up: $(INSTALLED) ## start the dashboard, Airflow and MLflow on this machine
	@$(PYTHON) -m services up --left-over="$$ARG_LEFT_OVER"

serve: $(INSTALLED) ## answer for one customer at a time, over HTTP (docs/serving.md)
	@$(PYTHON) -m services serve

down: $(INSTALLED) ## stop all servers
	@$(PYTHON) -m services down

status: $(INSTALLED) ## what runs, where, and what is published
	@$(PYTHON) -m services status

sql: export ARG_FORMAT = $(value FORMAT)
sql: $(INSTALLED) ## ask the published warehouse: a prompt, or one answer to Q (FORMAT=csv, json, …)
	@$(PYTHON) -m services sql --format="$$ARG_FORMAT" -- "$$ARG_Q"

versions: $(INSTALLED) ## the published versions: which one is live, and why
	@$(PYTHON) -m warehouse versions

page: $(INSTALLED) ## draw the page of a published version anew (VERSION, by default the live one) and say where it is
	@$(PYTHON) -m dashboard page --version="$$ARG_VERSION"

rollback: $(INSTALLED) ## make a former version live again (VERSION, by default the one before; REASON)
	@$(PYTHON) -m warehouse rollback --version="$$ARG_VERSION" --reason="$$ARG_REASON"

erase: export ARG_CUSTOMER = $(value CUSTOMER)
erase: export ARG_CONFIRM = $(value CONFIRM)
erase: $(INSTALLED) ## remove a person everywhere and prove it: SOURCE, CUSTOMER=id, REASON, CONFIRM=yes (else only says what would go)
	@$(PYTHON) -m warehouse erase --source="$$ARG_SOURCE" --customer="$$ARG_CUSTOMER" --reason="$$ARG_REASON" \
		--confirm="$$ARG_CONFIRM"
	@$(PYTHON) -m dashboard missing-pages

share: export ARG_EPSILON = $(value EPSILON)
share: $(INSTALLED) ## write noisy figures of SOURCE for others, within its privacy budget: EPSILON (else only says what is left)
	@$(PYTHON) -m warehouse share --source="$${ARG_SOURCE:-latest}" --epsilon="$$ARG_EPSILON" --as-of="$$ARG_AS_OF"

audit: $(INSTALLED) ## look up known vulnerabilities of the locked packages; needs a network
	@$(PYTHON) -m services.audit

# lint keeps one core busy for a minute: it runs beside the tests.
# Three processes for two cores: a test that waits for a server or a page leaves its core to another.
test: $(INSTALLED) ## lint and all tests but the campaigns
	@$(PYTHON) -m tools.chromium
	@make --no-print-directory lint & lint=$$!; \
	$(PYTHON) -m pytest -p tests.copies --copies 3 --libraries-first -m "not campaign"; tests=$$?; \
	wait $$lint || { echo "make lint found what stands above."; exit 1; }; exit $$tests

unit: $(INSTALLED) ## the tests that answer at once: under a minute
	@$(PYTHON) -m pytest -p tests.copies --copies 2 -m unit --timeout 30

test-slow: $(INSTALLED) ## the campaigns: what repeats at length, at random, what make test tries once
	@CLIENTELE_THREADS=2 $(PYTHON) -m pytest -m campaign

lint: $(INSTALLED) ## style of Python and SQL, types, and who may import whom; unchanged SQL is not judged again
	@.venv/bin/ruff check --quiet
	@.venv/bin/ruff format --check --quiet
	@$(PYTHON) -m services.sql_lint
	@.venv/bin/pyrefly check --summary=none --output-format=min-text > .venv/pyrefly.log 2>&1 || { cat .venv/pyrefly.log; exit 1; }
	@.venv/bin/lint-imports --no-cache > .venv/lint-imports.log || { cat .venv/lint-imports.log; exit 1; }

bench: export ARG_PART = $(value PART)
bench: $(INSTALLED) ## measure times and memory into bench-report/: PART=pipeline (SOURCE, INPUT, AS_OF), scale, scorer, models or jobs; default all
	@$(PYTHON) -m tools.benchmark $(REQUEST) --part="$$ARG_PART"

chaos: export ARG_MINUTES = $(value MINUTES)
chaos: export ARG_SEED = $(value SEED)
chaos: $(INSTALLED) ## kill runs at every stage and compare what is left, into chaos-report/: MINUTES (15), SEED (1)
	@$(PYTHON) -m tests.chaos --minutes="$${ARG_MINUTES:-15}" --seed="$${ARG_SEED:-1}"

docs: $(INSTALLED) ## write docs/data-dictionary.md and docs/dictionary/ anew
	@$(PYTHON) -m warehouse dictionary

COMPILE = ../.venv/bin/uv pip compile --quiet --system-certs --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links

# celery-lock.txt has what the image needs beside the lock, and nothing that the lock has.
lock: $(INSTALLED) ## compile requirements/lock.txt from clientele.in there, celery-lock.txt from celery.in, spark.txt from spark.in
	@cd requirements && $(COMPILE) clientele.in -o lock.txt
	@cd requirements && $(COMPILE) spark.in -o spark.txt
	@cd requirements && $(COMPILE) --constraints lock.txt celery.in -o celery-lock.txt \
		$$(sed -n 's/^\([a-z0-9._-]*\)==.*/--no-emit-package \1/p' lock.txt | sort -u)
	@sed -i '/^# The following packages were excluded/,$$d' requirements/celery-lock.txt

# The environment: made when it is missing, unfinished or older than the lock. A link to a Python that is gone is none.
ifeq ($(wildcard .venv/bin/python),)
.PHONY: $(INSTALLED)
endif
$(INSTALLED): requirements/lock.txt
	@found=; for python in python3 python3.13 python3.12 python3.11; do \
		if $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2> /dev/null; then \
			found=$$python; break; fi; done; \
	if [ -z "$$found" ]; then \
		echo "Clientele needs Python 3.11, 3.12 or 3.13; python3 is: $$(python3 --version 2>&1)"; exit 1; fi; \
	$$found services/install.py
