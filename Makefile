# Every target works from a fresh clone: Python 3.11 or later, git and make are all it needs.
# The network is needed once, to install what requirements.lock names.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
# Tests start many processes, which start at once where compiled files may be kept.
unexport PYTHONDONTWRITEBYTECODE
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$python && break; done)

DIGESTS := $(wildcard examples/*.md)

.PHONY: help demo test types tests deep bench bench-check docs pictures tex lock clean

help:
	@echo "make demo   push the examples into a library of their own, look at it, write a .bib"
	@echo "make test   format, lint, types, tests"
	@echo "make deep   the tests with ten times the examples, then the benchmarks"
	@echo "make bench  the benchmarks, into benchmarks/RESULTS.md; minutes"
	@echo "make bench-check  the benchmarks, and what became slower since RESULTS.md"
	@echo "make docs   the documentation as a website, into site/"
	@echo "make pictures  the documentation's pictures of the terminal and of pages, made anew"
	@echo "make tex    compile the examples' bibliographies in seven styles, where TeX is installed"
	@echo "make lock   take the newest versions into requirements.lock"
	@echo "make clean  remove what these targets made"

demo: $(VENV)/installed
	@rm -rf demo && mkdir demo && cp $(DIGESTS) $(wildcard examples/*.toml) demo
	@echo "== demo/ holds copies of examples/. What is understood of one of them:"
	@cd demo && ../$(BIN)/zoterodigest inspect quoted-notes.md
	@echo "== push: all of them into a trial library"
	@cd demo && ../$(BIN)/zoterodigest push *.md --yes --offline
	@echo
	@echo "== status: what is in sync, and what has diverged"
	@cd demo && ../$(BIN)/zoterodigest status
	@echo
	@echo "== ls: what arrived (its first 24 lines)"
	@cd demo && ../$(BIN)/zoterodigest ls | head -n 24
	@echo
	@echo "== export: a .bib (its first 24 lines)"
	@cd demo && ../$(BIN)/zoterodigest export --output papers.bib && head -n 24 papers.bib
	@echo
	@echo "Next: cd demo; ../$(BIN)/zoterodigest ls; ../$(BIN)/zoterodigest show KEY"
	@echo "      Edit demo/quoted-notes.md, then: ../$(BIN)/zoterodigest status"
	@echo "      ../$(BIN)/zoterodigest remove removes from the library what push added. README.md goes on from here."

test: $(VENV)/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(MAKE) $(SIDE_BY_SIDE) types $(PARTS)

types: $(VENV)/installed
	$(BIN)/mypy

tests:
	$(MAKE) $(SIDE_BY_SIDE) $(PARTS)

# One process for each part, the long ones first: to collect all tests in two processes and to send
# each to one of them took an eighth of the CPU time of 5,000 small tests. `rest` is whatever
# is in no other. The tests of sync are two parts: as one, it ran alone at the end.
PARTS := $(addprefix tests-of-,sync histories sync-to-g cli values digest rest vaults)
IN_sync := tests/sync
IN_sync-to-g := $(wildcard tests/sync/test_[a-g]*.py)
IN_histories := tests/sync/histories
IN_cli := tests/cli
IN_digest := tests/digest
IN_vaults := tests/vaults
IN_values := $(addprefix tests/,bibtex core library lookup notes project)
IN_rest := tests
NOT_IN_sync := $(IN_sync-to-g) $(IN_histories)
NOT_IN_rest := $(IN_sync) $(IN_cli) $(IN_digest) $(IN_vaults) $(IN_values)

# Four parts at a time, for two cores: a quarter of their time is waiting, as for a watcher's next
# look. It takes 169 s in place of 207. The output of a part comes when it has ended, from make 4.0 on.
SIDE_BY_SIDE := --no-print-directory --jobs=4 --keep-going \
	$(if $(filter output-sync,$(.FEATURES)),--output-sync)

READY := .hypothesis/ready

.PHONY: $(PARTS)
# Asserts say what they saw once something fails: to prepare all for that takes long.
$(PARTS): tests-of-%: $(VENV)/installed $(READY)
	@echo "== tests of $*"
	@$(PYTEST_OF_PART) --hypothesis-profile=ci --assert=plain \
		|| { $(PYTEST_OF_PART) --last-failed --last-failed-no-failures=none; exit 1; }

# Two parts at once would overwrite each other's list of what failed.
PYTEST_OF_PART = $(BIN)/pytest $(IN_$*) $(addprefix --ignore=,$(NOT_IN_$*)) \
	-o cache_dir=.pytest_cache/$*

# In a fresh clone, each of the first parts would compile the program and make the tables itself.
$(READY): | $(VENV)/installed
	$(BIN)/python -m tests.ready
	@touch $@

deep: $(VENV)/installed
	$(BIN)/pytest -n 2 --dist worksteal --hypothesis-profile=deep -m ""
	$(MAKE) bench

bench: $(VENV)/installed $(VENV)/rivals
	$(BIN)/python -m benchmarks --write

bench-check: $(VENV)/installed $(VENV)/rivals
	$(BIN)/python -m benchmarks --check

# Other programs to compare with. Without a network the benchmarks run without them.
# bibtexparser 2 has the name of the version that zoterodigest needs, so it gets a folder.
$(VENV)/rivals: | $(VENV)/installed
	-$(PIP) install --no-build-isolation --editable '.[bench]' && \
		$(PIP) install --no-deps --target $(VENV)/rivals 'bibtexparser==2.0.0b8'
	@mkdir -p $@

docs: $(VENV)/mkdocs
	$(BIN)/mkdocs build --quiet --strict
	@echo "Open site/index.html in a browser."

pictures: $(VENV)/installed
	$(BIN)/python -m tests.pictures

$(VENV)/mkdocs: | $(VENV)/installed
	$(PIP) install --no-build-isolation --editable '.[docs]'
	@touch $@

tex: $(VENV)/installed
	$(BIN)/python -m tests.tex.compile
	$(BIN)/python -m tests.tex.compile --authors

lock:
	rm -rf $(VENV)-lock
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip --quiet install --editable '.[dev]'
	$(VENV)-lock/bin/python -m pip freeze --exclude-editable > requirements.lock
	rm -rf $(VENV)-lock

clean:
	rm -rf $(VENV) $(VENV)-lock demo dist build site .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "zoterodigest needs Python 3.11 or later on the PATH." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# The lock names the build backend too: everything installed is as it was when it was tested.
$(VENV)/installed: pyproject.toml requirements.lock | $(BIN)/python
	$(PIP) install --requirement requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	$(PIP) check
	touch $@
