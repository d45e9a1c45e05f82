# Everything a contributor runs; `make help` lists it. Needs Python >= 3.11 and make, nothing else.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
NATIVE := $(VENV)/.native
CARGO := $(shell command -v cargo)
# All extras but `native`, which is built from its room: the index does not have it.
EXTRAS := dev files metrics testing toolkit tracing
BENCHMARKS := codec check registry delivery imports

.DEFAULT_GOAL := help
.PHONY: help setup demo test soak lint generate docs bench lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) $(NATIVE) ## make .venv from requirements.lock; install eventpact and, where cargo is, its native codecs

# Python compiles what is installed when it is first imported, which most of it never is.
$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(NATIVE): $(STAMP) $(wildcard native/*.toml native/*.pyi native/src/*.rs native/src/*/*.rs)
ifdef CARGO
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
		--no-build-isolation ./native
else
	@echo "cargo is not installed: codecs run in Python (with Rust, make setup builds the native executor)"
endif
	@touch $@

demo: setup ## run the five systems end to end on the embedded broker and registry
	$(BIN)/eventpact demo

test: setup ## run every test; those on real Kafka and Apicurio need Java and Maven, and say so when they skip
	$(BIN)/pytest
ifdef CARGO
	cd native && cargo test --quiet --no-default-features
endif

soak: setup ## run what takes too long for `make test`: each fault in full length, millions of messages
	$(BIN)/pytest -m soak --timeout 3600 -o faulthandler_timeout=3000

lint: generate ## ruff, mypy --strict (the demo's flows against the generated packages), import-linter
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
ifdef CARGO
	cd native && cargo fmt --check && PYO3_PYTHON="$(abspath $(BIN))/python" cargo clippy --quiet --all-targets -- -D warnings
endif

generate: setup ## write the five systems' packages to build/packages
	$(BIN)/eventpact generate --out build/packages

docs: setup ## write docs/reference and docs/schemas from the code
	$(BIN)/python -m eventpact_cli.reference
	$(BIN)/python -m eventpact_registry.contracts.json_schemas docs/schemas

bench: setup ## run every benchmark, peers and us in the same run
	@for name in $(BENCHMARKS); do echo "== $$name"; $(BIN)/python -m benchmarks.$$name || exit 1; done

lock: setup ## choose the newest allowed versions and pin them with hashes
	$(BIN)/pip-compile --quiet --upgrade $(addprefix --extra ,$(EXTRAS)) --generate-hashes --strip-extras --allow-unsafe --no-header \
		--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --output-file requirements.lock pyproject.toml

clean: ## remove what was built, not the environment
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
