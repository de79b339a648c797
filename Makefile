# The README's two commands are `make demo` and `make test`; CONTRIBUTING.md says what the others are for.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
ONLY ?=

.PHONY: setup demo test lint faults bench nightly docs dist lock clean

setup: $(VENV)/.ready

# The stamp comes last: a set-up that was broken off is done again.
$(VENV)/.ready: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Schoolgate needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another with PYTHON=.")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup
	@$(BIN)/schoolgate demo $(ARGS)

test: setup
	@$(BIN)/python tests/stages.py

lint: setup
	@$(BIN)/python tests/stages.py lint

faults: setup
	@$(BIN)/python tests/stages.py faults

bench: setup
	@$(BIN)/python tests/stages.py --quiet tools
	@$(BIN)/python -m bench $(ONLY)

nightly: setup
	@SCHOOLGATE_NIGHTLY=1 $(BIN)/python tests/stages.py

# Pictures in docs/ are made by the journeys; the text is Markdown and needs no build. This checks what it says.
docs: setup
	@$(BIN)/python tests/stages.py docs

# The wheel, the zip for schools and their checksums, of the last commit; the same commit gives the same bytes.
dist: setup
	@$(BIN)/python -m release

lock:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet uv
	export UV_CUSTOM_COMPILE_COMMAND="make lock"; \
	compile=".venv-lock/bin/uv pip compile --quiet pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url"; \
	$$compile --extra postgres --extra dev -o requirements/dev.txt && \
	$$compile -c requirements/dev.txt -o requirements/base.txt && \
	$$compile --extra postgres -c requirements/dev.txt -o requirements/postgres.txt && \
	$$compile --extra tray -c requirements/dev.txt -o requirements/tray.txt
	@! grep -n '://' requirements/*.txt

clean:
	rm -rf $(VENV) .venv-lock dist .mypy_cache .ruff_cache .hypothesis
