# `make` alone prints what there is. Everything is done by programs in .venv, from the lock files.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
ZEROCART_HOME ?= $(CURDIR)/.zerocart
export ZEROCART_HOME

BIN := .venv/bin
STAMPS := .venv/stamps
T ?= tests

##@ Run
.PHONY: up down status clean-data
up: $(STAMPS)/run ## Start the shop here and wait until it answers (again: starts what is missing)
	@$(BIN)/zerocart up

down: ## Stop every process; data stays
	@if [ -x $(BIN)/zerocart ]; then $(BIN)/zerocart down; else echo 'Nothing is installed, so nothing runs'; fi

status: $(STAMPS)/run ## What runs, at which scale
	@$(BIN)/zerocart status

clean-data: $(STAMPS)/run ## Delete the stack's data, after a question (YES=1 answers)
	@$(BIN)/zerocart clean-data $(if $(YES),--yes)

##@ Change
.PHONY: function golden isolation catalogue storefront format lock
function: $(STAMPS)/test ## Make a new function with manifest, test and route (NAME=get_invoice)
	@$(BIN)/python -m knative.local.scaffold $(NAME)

golden: $(STAMPS)/test ## Rewrite the expected gateway outputs; read the diff
	@$(BIN)/pytest -q tests/golden --rewrite-golden

isolation: $(STAMPS)/test ## Write who may reach whom on a cluster, into docs/isolation.md: needs `make tools`
	@$(BIN)/python -m knative.isolation

catalogue: $(STAMPS)/test ## Draw the illustrations of the catalogue again
	@$(BIN)/python -m frontend.catalogue.illustrations

storefront: $(STAMPS)/test ## Build the storefront anew, and keep it for `make up` (needs Node 20.19)
	@cd frontend && npm ci --no-audit --no-fund --loglevel=error && npx tsc --noEmit
	@$(BIN)/python -m frontend.publishing.kept

format: $(STAMPS)/test ## Format the code
	@$(BIN)/ruff format -q .
	@$(BIN)/ruff check -q --fix .

lock: $(STAMPS)/test ## Take the newest versions that pyproject.toml allows into the lock files
	@$(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--extra local pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--extra local --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		-c requirements.lock pyproject.toml -o functions/requirements.lock

##@ Check
.PHONY: test check bench conformance
test: $(STAMPS)/test check ## Everything, ends with pytest's line (T=tests/unit/gateway for a part)
	@$(BIN)/pytest -n 2 --dist loadgroup $(T)

check: $(STAMPS)/test ## Types, lint, import rules; changes nothing
	@$(BIN)/ruff format -q --check .
	@$(BIN)/ruff check -q .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/mypy

bench: $(STAMPS)/test ## Cold start, throughput, burst, memory, with date and machine (JSON=1 for a script)
	@$(BIN)/python -m tests.bench $(if $(JSON),--json)

conformance: $(STAMPS)/test ## Knative's own tests against a stack of its own, into docs/conformance.md: needs Go
	@$(BIN)/python -m tests.conformance

##@ Cluster
.PHONY: testbench cluster sbom
testbench: $(STAMPS)/test ## The shop on a real Knative, Istio and Kubernetes here: Debian 12, root, Go (STEPS='up install test')
	@knative/testbench/run.sh $(STEPS)

cluster: ## The shop on a cluster in Docker (k3d), and the contract's tests on it: needs Docker, k3d, kubectl, Helm
	@knative/k3d/cluster.sh

sbom: $(STAMPS)/test ## Print what the functions' images have in them, as CycloneDX
	@$(BIN)/python -m knative.images.sbom

##@ Install
.PHONY: install kn tools help
install: $(STAMPS)/test ## Install everything, for development too

kn: $(STAMPS)/test ## Build Knative's client for tests/clients: a few minutes, needs Go
	@cd tests/clients/kn && GOFLAGS=-mod=mod go build -trimpath -o $(CURDIR)/$(BIN)/kn knative.dev/client/cmd/kn

# One after the other: what cannot be had does not keep the others away.
tools: $(STAMPS)/test ## Build what checks the chart and other manifests (Helm and the like): minutes, needs Go
	@cd tests/tools && failed=; for tool in $$(sed -n 's/^\t_ "\(.*\)"$$/\1/p' tools.go); do \
		CGO_ENABLED=0 GOFLAGS=-mod=mod go build -trimpath -ldflags '-s -w' -o $(CURDIR)/$(BIN)/ $$tool || failed="$$failed $$tool"; \
	done; [ -z "$$failed" ] || { echo "error: not built:$$failed"; exit 1; }

$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'error: $(PYTHON) must be Python 3.11 or newer'; echo; \
		  echo 'hint: make up PYTHON=python3.12 takes another one'; exit 1; }
	@$(PYTHON) -m venv --clear .venv || \
		{ echo 'error: $(PYTHON) could not make a virtual environment'; echo; \
		  echo 'hint: on Debian and Ubuntu the package python3-venv has what it needs'; exit 1; }
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/run: requirements.lock pyproject.toml $(STAMPS)/venv
	@echo 'Installing, once: a minute or so'
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(STAMPS)/test: requirements-dev.lock $(STAMPS)/run
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

help:
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {group = substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "%-10s %-14s %s\n", group, $$1, $$2; group = ""}' $(MAKEFILE_LIST)
