# Thin on purpose: what a target does is told by the script that it calls.

SHELL := bash
.DEFAULT_GOAL := help

# Runs what follows with the tools that set-up chose first on PATH.
TOOLS := . scripts/toolchain.sh &&

PORT ?= 8787
export PORT RESET BENCH_JSON ONLY ROUNDS SEED

.PHONY: help setup build dev test soak bench bench-http deploy fmt clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what the build needs: wasm target, wasm-bindgen, Node packages
	@scripts/setup.sh

build: setup ## build the core for wasm32, the npm package, the playground and the console
	@$(TOOLS) node scripts/build.mjs

dev: build ## run the worker with a local KV on PORT (8787); RESET=1 clears its state
	@$(TOOLS) exec node scripts/dev.mjs

test: ## run every suite; ONLY=name,name runs some of them
	@scripts/setup.sh for-tests
	@$(TOOLS) exec node scripts/test.mjs

soak: ## run the long versions of the tests; ROUNDS=n, SEED=n, ONLY=name; goes on where it stopped
	@scripts/setup.sh for-tests
	@$(TOOLS) exec node scripts/soak.mjs

bench: build ## measure against jose; BENCH_JSON=file also writes the numbers
	@$(TOOLS) exec node scripts/bench.mjs

bench-http: build ## measure over HTTP, against a worker without a gate, jose and workers-oauth-provider; takes wrk
	@scripts/setup/debian-packages.sh wrk
	@$(TOOLS) exec node scripts/bench-http.mjs

deploy: build ## publish the worker; README lists what must exist first; DRY_RUN=1 only checks
	@$(TOOLS) exec wrangler deploy --env= $(if $(DRY_RUN),--dry-run)

fmt: ## format the Rust code
	@$(TOOLS) cargo fmt

clean: ## remove what the build and the tests made; set-up's tools stay
	@$(TOOLS) cargo clean
	rm -rf pkg/wasm pkg/dist www/dist tests/artifacts
