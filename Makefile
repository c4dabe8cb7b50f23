# Pacu. `make help` lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
# Packages are installed one after the other, and tests do not disturb each
# other, under make -j too.
.NOTPARALLEL:

VERSION := $(or $(VERSION),$(shell packaging/version))
LDFLAGS := -s -w -X main.version=$(VERSION)
STATIC_TAGS := sqlite_omit_load_extension,osusergo,netgo
BIN := $(CURDIR)/bin
# Runs a program on a real kernel with IPVS, with ours installed.
IN_LAB := $(BIN)/lab exec --with $(BIN)/pulse --with $(BIN)/nanny --with $(BIN)/lvsgui

# Packages whose TestKernel tests want a kernel with IPVS; of those in TIMED it
# matters when things happen, and they have the machine to themselves.
KERNEL_PKGS ?= ./lvscf/ipvsadm ./lvscf/keepalived ./ipvs ./vip ./firewall ./probe ./doctor/nft ./director ./director/realserver ./cmd/nanny
TIMED_PKGS ?= ./cmd/pulse ./lab ./lab/cmd/lab ./lab/article004 ./lab/scenario

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: build lab-tools ## the router pair of article 004, live; TOUR=1 plays it by itself
	$(IN_LAB) --timeout 24h $(if $(TOUR),,--forward 3636 --forward 3637) -- $(BIN)/demo $(if $(TOUR),--tour)

.PHONY: test
test: check unit package-test histories kernel-test install-test e2e ## everything, with all set-up

.PHONY: check
check: tools ## gofmt, vet, staticcheck, generated code, dependency rules, licences, known vulnerabilities
	@folders=$$(go list -f '{{.Dir}}' ./...); out=$$(gofmt -l $$folders); [ -z "$$out" ] || { echo "not gofmt'ed: $$out"; exit 1; }
	go vet ./...
	go tool staticcheck ./...
	go mod verify
	@was=$$(cat web/templates/*_templ.go | sha256sum); out=$$(go tool templ generate -path web/templates 2>&1) || { echo "$$out"; exit 1; }; \
	[ "$$was" = "$$(cat web/templates/*_templ.go | sha256sum)" ] || { echo "templ code was not current; it is made anew: commit it"; exit 1; }
	$(call tests,go test -count=1 -timeout 1h .)
	go run ./packaging/bill check ./cmd/...
	@$(MAKE) --no-print-directory vuln

.PHONY: unit
unit: tools unit-tools ## tests that need neither another kernel nor a browser
	$(call tests,go test -race -short -timeout 1h ./...)

.PHONY: histories
histories: tools tshark ## a hundred thousand random histories of a router pair, simulated; Wireshark reads our heartbeats
	$(call tests,go test -count=1 -timeout 2h -run '^TestHistories$$|^TestTshark' ./heartbeat -histories 100000)

.PHONY: kernel-test
kernel-test: build lab-tools ## the machine's own tests, and the TestKernel tests on a real kernel with IPVS
	$(call tests,go test -p 1 -count=1 -timeout 1h -run '^TestMachine' ./lab/vm ./lab/cmd/lab)
	$(call tests,CGO_ENABLED=0 go test -p 2 -count=1 -timeout 3h -run '^TestKernel' -exec "$(IN_LAB) --timeout 4h --" $(KERNEL_PKGS))
	$(call tests,CGO_ENABLED=0 go test -p 1 -count=1 -timeout 3h -run '^TestKernel' -exec "$(IN_LAB) --timeout 4h --" $(TIMED_PKGS))

# What was typed on each machine, with what it printed, is in bin/install.log.
.PHONY: install-test
install-test: build lab-tools ## the packages on fresh Debian systems, by the words of docs/quick-start.md, to an upgrade under traffic
	$(call need,mmdebstrap e2fsprogs)
	@rm -rf $(BIN)/debs
	$(MAKE) --no-print-directory package-amd64 DIST=$(BIN)/debs/old VERSION='$(VERSION)~before'
	$(MAKE) --no-print-directory package-amd64 DIST=$(BIN)/debs/new VERSION='$(VERSION)'
	@rm -rf $(BIN)/debs/*/amd64
	@CGO_ENABLED=0 go test -v -count=1 -timeout 3h -run '^TestKernel' \
	  -exec "$(BIN)/lab exec --timeout 4h --debian --with $(BIN)/debs:/lab/debs --with $(CURDIR)/docs:/lab/docs --" ./lab/install >$(BIN)/install.log 2>&1 || \
	  { cat $(BIN)/install.log; $(call failed,$(BIN)/install.log); exit 1; }
	@grep -e '^---' -e '^ok' $(BIN)/install.log

.PHONY: e2e
e2e: build lab-tools browser ## Chromium against the console of a running cluster
	$(call tests,go test -p 1 -count=1 -timeout 1h -run "^TestBrowser" ./web ./lab/e2e)

.PHONY: bench
bench: build lab-tools ## figures beside a peer's: B=failover, B=nanny, B=lvscf, B=ipvs, B=console
	$(if $(filter ipvs,$(B)),$(BIN)/bench reload)
	$(if $(filter failover,$(B)),$(BIN)/bench jitter)
	$(if $(filter nanny,$(B)),$(BIN)/bench checks)
	$(if $(filter lvscf console,$(B)),,$(IN_LAB) --timeout 1h --) $(BIN)/bench $(B)

SOAK ?= 30m
.PHONY: soak
soak: build lab-tools ## a million histories simulated, then a pair through half an hour at random, under traffic; SOAK=5m, SEED=N
	go test -count=1 -timeout 3h -run '^TestHistories$$' ./heartbeat -histories 1000000 -first-seed $(or $(SEED),$$(date +%s)000000)
	$(IN_LAB) --timeout 24h -- $(BIN)/soak --long $(SOAK) $(if $(SEED),--seed $(SEED))

.PHONY: build
build: tools ## bin/pulse, bin/nanny, bin/lvsgui (static) and bin/lab
	CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '$(LDFLAGS)' -o $(BIN)/ ./cmd/pulse ./cmd/nanny ./lab/cmd/...
	CGO_ENABLED=1 go build -trimpath -buildvcs=false -tags $(STATIC_TAGS) -ldflags '$(LDFLAGS) -linkmode external -extldflags "-static"' -o $(BIN)/ ./cmd/lvsgui

# Packages: for both architectures, or for ARCH alone. All that is in them is of
# the commit, the times too, so that the same commit gives the same bytes.
ARCH ?= amd64 arm64
DIST ?= dist
CC_amd64 := $(if $(filter x86_64,$(shell uname -m)),gcc,x86_64-linux-gnu-gcc)
CC_arm64 := $(if $(filter aarch64,$(shell uname -m)),gcc,aarch64-linux-gnu-gcc)
RPM_amd64 := x86_64
RPM_arm64 := aarch64
NFPM := go run github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2
export SOURCE_DATE_EPOCH := $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct 2>/dev/null || echo 0))

.PHONY: package
package: tools $(ARCH:%=package-%) ## .deb and .rpm in dist/; ARCH=amd64 or ARCH=arm64 for one

.PHONY: package-amd64 package-arm64
package-amd64 package-arm64: package-%: cross-%
	@rm -rf $(DIST)/$*; mkdir -p $(DIST)/$*
	CGO_ENABLED=0 GOARCH=$* go build -trimpath -buildvcs=false -ldflags '$(LDFLAGS) -buildid=' -o $(DIST)/$*/ ./cmd/pulse ./cmd/nanny
	CGO_ENABLED=1 GOARCH=$* CC=$(CC_$*) go build -trimpath -buildvcs=false -tags $(STATIC_TAGS) -ldflags '$(LDFLAGS) -buildid= -linkmode external -extldflags "-static -Wl,--build-id=none"' -o $(DIST)/$*/ ./cmd/lvsgui
	packaging/stage $(DIST)/$* '$(VERSION)'
	@rm -f $(DIST)/pacu_*_$*.* $(DIST)/pacu-*.$(RPM_$*).rpm
	@for p in deb rpm; do ARCH=$* VERSION='$(VERSION)' STAGE=$(DIST)/$* \
	  $(NFPM) package --config packaging/nfpm.yaml --packager $$p --target $(DIST); done
	@cp $(DIST)/$*/pacu.cdx.json $(DIST)/pacu_$(VERSION)_$*.cdx.json

.PHONY: package-test
package-test: lint-tools ## the packages of this machine's architecture, and what is in them
	@$(MAKE) --no-print-directory package ARCH=$(shell go env GOARCH)
	$(call tests,go test -count=1 -timeout 1h -run '^TestPackage' ./packaging -dist $(abspath $(DIST)))

.PHONY: reproducible
reproducible: tools ## builds the packages of HEAD twice, in two folders, the second time from nothing: the same bytes
	@t=$$(mktemp -d); trap 'rm -rf $$t' EXIT; \
	build() { \
	  git clone -q $$2 $$t/$$1; \
	  $(MAKE) --no-print-directory -C $$t/$$1 package ARCH='$(ARCH)' VERSION='$(VERSION:.dirty=)' >$$t/log 2>&1 || { cat $$t/log; exit 1; }; \
	  (cd $$t/$$1/dist && sha256sum *.deb *.rpm *.json) >$$t/$$(basename $$1).sums; \
	}; \
	build one .; GOCACHE=$$t/cache build a-longer-path/two $$t/one; \
	diff $$t/one.sums $$t/two.sums && echo "two builds, the same bytes:" && cat $$t/one.sums

.PHONY: vuln
vuln: ## known vulnerabilities in what is linked; says so where their database cannot be reached
	@[ -n "$${HTTPS_PROXY:-}" ] || timeout 5 getent ahosts vuln.go.dev >/dev/null || \
	  { echo "vulnerabilities are not checked: vuln.go.dev cannot be reached"; exit; }; \
	out=$$(timeout 300 go run golang.org/x/vuln/cmd/govulncheck@v1.8.0 ./cmd/... 2>&1) && { echo "$$out"; exit; }; \
	if grep -q '^exit status 3$$' <<<"$$out"; then echo "$$out"; exit 1; fi; \
	echo "vulnerabilities are not checked: $$(tail -n 3 <<<"$$out")"

.PHONY: lint-tools
lint-tools:
	$(call need,shellcheck mandoc rpm lintian systemd)

.PHONY: cross-amd64 cross-arm64
cross-amd64:
	$(if $(filter gcc,$(CC_amd64)),,$(call need,gcc-x86-64-linux-gnu libc6-dev-amd64-cross))
cross-arm64:
	$(if $(filter gcc,$(CC_arm64)),,$(call need,gcc-aarch64-linux-gnu libc6-dev-arm64-cross))

.PHONY: generate
generate: ## make the templ code anew
	go tool templ generate -path web/templates

.PHONY: clean
clean: ## remove what was built
	rm -rf $(BIN) $(DIST)

# What the machine itself must have. `need` installs Debian packages when run
# by root, and says what is missing otherwise.
define need
	@missing=; for p in $(1); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" != 0 ]; then echo "missing packages: as root, run: apt-get install -y$$missing" >&2; exit 1; fi; \
	  echo "installing$$missing"; \
	  export DEBIAN_FRONTEND=noninteractive; \
	  apt="apt-get -qq -o DPkg::Lock::Timeout=600 -o Acquire::Retries=5"; \
	  for wait in 0 10 60 never; do \
	    out=$$($$apt install -y --no-install-recommends$$missing 2>&1) && break; \
	    if [ $$wait = never ]; then echo "$$out" >&2; exit 1; fi; \
	    sleep $$wait; $$apt update || true; \
	  done; \
	fi
endef

# Runs tests. If they fail, why comes once more at the end, where it is not lost
# between what was logged: $(call failed,FILE) finds it in what they printed.
define tests
@echo '$(subst ','\'',$(1))'; mkdir -p $(BIN); \
	$(1) 2>&1 | tee $(BIN)/$@.log || { $(call failed,$(BIN)/$@.log); exit 1; }
endef

failed = printf '\n%s\n' "what failed, of $(1):"; awk '\
	/^ *[A-Za-z_0-9]+_test\.go:[0-9]+: / {on = !/_test\.go:[0-9]+: [0-9][0-9]:[0-9][0-9]:/} \
	/^(=== |--- |FAIL|ok |PASS|panic|WARNING|SIG|lab: )/ {on = /^(--- FAIL|FAIL|panic|WARNING|SIG|lab: )/} on' $(1) | tail -n 150

.PHONY: tools
tools:
	@command -v go >/dev/null || { echo "Go 1.26 or later is missing: see https://go.dev/doc/install" >&2; exit 1; }
	$(call need,gcc libc6-dev git)

.PHONY: lab-tools
lab-tools:
	$(call need,qemu-system-x86 busybox-static kmod cpio iproute2)

.PHONY: unit-tools
unit-tools:
	$(call need,prometheus curl jq)

.PHONY: tshark
tshark:
	$(call need,tshark)

.PHONY: browser
browser:
	$(call need,chromium fonts-noto-cjk)
