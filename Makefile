# make demo   the taxi-fare story, end to end, on this machine
#             STORY=canary tells another one, STORY=all every one, STORY=list says what there is
# make serve  the same little Azure, left running for you to try
# make dashboard  what the newest of these services has recorded, in the browser; AUDIT=file names
#             another audit file, PORT another port than 7072
# make test   everything that CI checks, on all cores
# make crash  kill the app before and after its requests to Azure, a minute and a half
# make bench  the benchmarks
# make docs   write the reference pages that are made from the code
# make schema write docs/reference/promotion.schema.json anew from the policy's models
# make lock   write requirements.lock anew from requirements*.txt
#
# All it needs is Python 3.13 and this make. PYTHON=/path/to/python3.13 says where, if it is not
# found by itself.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# python3.13 on the PATH may be a pyenv shim that answers only where a .python-version says so;
# so each candidate is tried, pyenv's own folders among them.
PYTHON ?= $(shell \
  for python in python3.13 python3 python "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.13*/bin/python; do \
    if "$$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; then \
      echo "$$python"; break; \
    fi; \
  done)

# What demos and the service write; the newest is on top.
AUDIT ?= $(firstword $(shell ls -t .local/audit.jsonl .local/*/audit.jsonl 2>/dev/null) .local/audit.jsonl)
PORT ?= 7072

.PHONY: demo serve dashboard test lint types imports pytest crash bench docs schema lock format clean

demo: $(READY)
	@$(BIN)/python -m local.demo $(STORY)

serve: $(READY)
	@$(BIN)/python -m local.serve

dashboard: $(READY)
	@$(BIN)/python -m promotion.cli dashboard --audit-file $(AUDIT) --port $(PORT)

test: lint types imports pytest

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

imports: $(READY)
	$(BIN)/lint-imports --no-logo

pytest: $(READY)
	$(BIN)/pytest -q -n auto --dist loadfile

crash: $(READY)
	CRASH=1 $(BIN)/pytest -q tests/stories/test_crash.py

bench: $(READY)
	PYTHONPATH=tests $(BIN)/python -m benchmarks

docs: $(READY)
	$(BIN)/python -m docs.generate

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schema: $(READY)
	$(BIN)/python -m promotion.cli policy schema --output docs/reference/promotion.schema.json

# requirements.txt is held to requirements.lock, so the lock is emptied before it is made anew.
lock: $(READY)
	: > requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.13 --no-header \
	  --no-emit-index-url --no-annotate requirements-dev.txt -o $(VENV)/requirements.lock
	mv $(VENV)/requirements.lock requirements.lock

clean:
	rm -rf $(VENV) .local

$(READY): requirements.txt requirements-dev.txt requirements.lock
	@if [ -z "$(PYTHON)" ]; then \
	  echo "Python 3.13 is missing: install it (https://www.python.org/downloads/), or name it:" >&2; \
	  echo "  make $(MAKECMDGOALS) PYTHON=/path/to/python3.13" >&2; \
	  exit 1; \
	fi
	@echo "Installing into $(VENV) with $(PYTHON); this takes a minute, once."
	@"$(PYTHON)" -m venv --clear $(VENV) || { \
	  echo "That Python cannot make virtual environments: install its venv module" \
	    "(python3.13-venv on Debian and Ubuntu)." >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@# The executable promote, with the code as it stands here.
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $(READY)
