# `make` alone lists the targets. Each installs what it needs and the machine lacks, by
# scripts/setup.sh.
.DEFAULT_GOAL := help
.PHONY: help run build native deb check test image image-test bench lab layouts openapi clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: ## build, and start linkrd with the simulated host on http://127.0.0.1:8080
	@scripts/setup.sh run
	@scripts/build.sh host
	@exec scripts/run.sh

build: ## dist/linkrd-x64 and dist/linkrd-arm64
	@scripts/setup.sh build
	@scripts/build.sh x64 arm64

deb: ## dist/linkrd_VERSION_amd64.deb and _arm64.deb, for a Debian that runs already
	@scripts/setup.sh build
	@scripts/build.sh x64 arm64
	@scripts/deb.sh x64 arm64

native: ## the native library and the page alone, which tests load
	@scripts/setup.sh run
	@scripts/build.sh native

check: ## types, lint and tidiness, in seconds
	@scripts/setup.sh run
	@node_modules/.bin/tsc --noEmit
	@node_modules/.bin/tsc --noEmit -p src/web
	@node_modules/.bin/tsc --noEmit -p test/browser
	@node_modules/.bin/biome check --error-on-warnings .
	@node_modules/.bin/bun test test/tidy.test.ts

test: ## every check there is, the kernel lab among them
	@scripts/setup.sh test
	@scripts/build.sh x64 arm64
	@scripts/test.sh

image: ## dist/linkrd-VERSION-arm64.img.xz, to be written to a card; VARIANT=rk3588 for RK3588
	@scripts/setup.sh build
	@scripts/image-setup.sh build
	@scripts/build.sh arm64
	@scripts/deb.sh arm64
	@scripts/image.sh

image-test: image ## boot the image in an emulator; takes an hour
	@scripts/image-setup.sh test
	@scripts/image-test.sh

bench: ## what requests and frames cost; numbers go to build/bench
	@scripts/setup.sh run
	@scripts/build.sh host
	@scripts/bench.sh

lab: ## the tests on a real kernel alone
	@scripts/setup.sh test
	@scripts/build.sh x64
	@scripts/test.sh lab

layouts: ## read the keyboard layouts anew from Debian's xkb-data
	@scripts/setup.sh run
	@node_modules/.bin/bun scripts/layouts.ts

openapi: ## write docs/openapi.json anew, after a change of the routes
	@scripts/setup.sh run
	@node_modules/.bin/bun scripts/openapi.ts

clean: ## remove what was built; node_modules and fetched packages stay
	rm -rf dist build/run build/sys.so build/page.assets
