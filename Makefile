# make run    talk to the example bots on http://127.0.0.1:8000
# make test   every test
# make check  what must pass before a commit: format, lint, types, imports, tests with coverage
# make bench  how fast it is on this machine; make bench-peers: beside other frameworks
# make faults what it stands: a quarter of an hour of kills, outages and broken promises
# make lock   requirements*.txt from pyproject.toml (UPGRADE=1: the newest of everything)
# make clean  remove what these made; data/ stays
#
# They need Python 3.11 or newer and nothing else: libraries go into .venv, once.
# EXTRAS="llm scale" adds optional parts: llm scale otel.

MAKEFLAGS += --no-print-directory
BIN := .venv/bin
EXTRAS ?=
UV_VERSION := 0.13.9
# A file's tests stay together: what they share, such as a server, is started once. Files are begun
# in the order of tests/conftest.py, the long ones first; it also says how many are at it.
# Tests start many a Python of their own, which need not compile all of ours anew.
unexport PYTHONDONTWRITEBYTECODE
SIDE_BY_SIDE := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: run test check bench bench-peers faults lock clean

run: .venv/.core $(EXTRAS:%=.venv/.%)
	@exec $(BIN)/python run.py

test: .venv/.dev
	@exec $(BIN)/python -m pytest $(SIDE_BY_SIDE)

check: .venv/.dev
	@exec .ci/check

bench: .venv/.dev
	@exec $(BIN)/python -m benchmarks

# The others' libraries come into benchmarks/.peers, once.
bench-peers: .venv/.dev
	@exec $(BIN)/python -m benchmarks.peers --install --kill

faults: .venv/.dev
	@exec $(BIN)/python -m tests.faults

lock: .venv/.pip
	@$(BIN)/python -m pip install -qq uv==$(UV_VERSION)
	@.ci/lock $(if $(UPGRADE),--upgrade)

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The files .venv/.<name> say what is installed already, so that a second `make run` starts at once.
.venv/.pip:
	@for python in $(PYTHON) python3.11 python3 python3.12 python3.13; do \
	  if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	  then $$python -m venv --clear .venv && touch $@ && exit 0; fi; \
	done; \
	echo 'Easy Flow needs Python 3.11 or newer with venv (on Debian: apt install python3-venv);' \
	  'name yours with PYTHON=/path/to/python' >&2; exit 1

.venv/.core: requirements.txt .venv/.pip
	@echo 'Installing the libraries into .venv: a minute or two, only this once'
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/.%: requirements-%.txt requirements.txt .venv/.pip
	@echo 'Installing the libraries for «$*» into .venv: a minute or two, only this once'
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r $<
	@touch $@
