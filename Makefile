# Flags set in the environment must not change what is built or tested.
export GOFLAGS := -buildvcs=false
export GOWORK := off

TOOL := go tool -modfile=tools/go.mod

# The module of the browser test, with dependencies that the program does not have.
BROWSER_TEST = internal/cli/page/browsertest

# 1.2.0 on a tag, 1.2.0-5-gabc1234 after it, 0.0.0-dev.abc1234 before the first.
VERSION = $(shell git describe --tags --match 'v*' --dirty 2>/dev/null | sed 's/^v//')
DEV = 0.0.0-dev.$(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)

# The race detector needs a C compiler. Without one the tests run without it and
# print a message; CI requires it.
RACE = $(shell go list -race errors >/dev/null 2>&1 && echo -race)

# The release tools are installed at these versions: docs/decisions.md says why they are in no module.
GORELEASER := v2.16.0
SYFT := v1.57.1
GORELEASER_DIR := $(CURDIR)/bin/tools/goreleaser-$(GORELEASER)
SYFT_DIR := $(CURDIR)/bin/tools/syft-$(SYFT)
# goreleaser does not accept a clone without a remote.
RELEASE := PATH='$(GORELEASER_DIR):$(SYFT_DIR):$(PATH)' GIT_CONFIG_COUNT=1 \
	GIT_CONFIG_KEY_0=remote.origin.url GIT_CONFIG_VALUE_0=https://github.com/spothandler/spothandler

.NOTPARALLEL:
.PHONY: help build generate test format-check format lint actionlint tidy-check cross unit browser-test page-picture bench demo docs licenses
.PHONY: vulncheck release-tools release-check release-snapshot release-build release-test clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

build: generate ## build bin/spothandler
	@go build -trimpath -ldflags '-s -w -X github.com/spothandler/spothandler/internal/cli.version=$(or $(VERSION),$(DEV))' -o bin/ ./cmd/spothandler
	@echo "built bin/spothandler $(or $(VERSION),$(DEV))"

generate: ## build the function's archives into embed/dist
	@echo '== go generate ./embed'
	@ls embed/dist/*.zip >/dev/null 2>&1 || echo 'The first build takes a few minutes.'
	@go generate ./embed

test: format-check lint actionlint tidy-check cross generate unit ## everything CI checks except the browser test
	@echo 'All checks passed.'

format-check:
	@echo '== format'
	@$(TOOL) golangci-lint fmt --diff || { echo 'run: make format'; exit 1; }

format: ## format the code (gofumpt, import groups)
	@$(TOOL) golangci-lint fmt

# go vet is among the linters; only build.go, which is in no package, needs a run of its own.
lint: ## run golangci-lint
	@echo '== golangci-lint'
	@go vet embed/build.go
	@$(TOOL) golangci-lint run
	@cd $(BROWSER_TEST) && go tool -modfile=$(CURDIR)/tools/go.mod golangci-lint run

# Not in tools/go.mod: it does not compile with the YAML parser that golangci-lint needs. Without shellcheck, which
# may not be installed.
actionlint:
	@echo '== actionlint'
	@go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.12 -shellcheck= -pyflakes=

tidy-check:
	@echo '== go mod tidy'
	@go mod tidy -diff
	@go -C tools mod tidy -diff
	@go -C $(BROWSER_TEST) mod tidy -diff

# go list -export compiles as go build does, and does not link.
cross:
	@echo '== compile for Windows and macOS'
	@GOOS=windows GOARCH=amd64 go list -export ./... >/dev/null
	@GOOS=darwin GOARCH=arm64 go list -export ./... >/dev/null

# More parallel tests than cores: many of them wait, as the program does between attempts. Two kinds of tests run without
# the race detector, which makes them five times slower: those of the built program, which does not have it, and
# those that repeat hundreds of times what other tests do once. Both kinds run side by side.
BUILT := Scripts|PolicyEnforced|KilledAtEveryWrite|(Install|Uninstall)StoppedAtEveryWrite|Demo.*|Local.*|TheUploadedFunctionRuns|HistoryAgrees
REPEATED := HostileText(IsEscaped|InErrors|InSimulate)|ErrorTexts|ResultsMatchSchemas|LeastPrivilege|PolicyIsScoped|Drift|OptionalSettingsFaults|Crash|TwoAtOnce|ReportAtScale|FiftyServices|Region|Outages|ThrottledUpdate
WITHOUT_RACE := ^Test($(BUILT)|$(REPEATED))$$
GO_TEST := go test -vet=off -timeout 20m -p 3 -parallel 8

unit:
	@echo '== go test $(RACE)'
ifneq ($(CI),true)
	@test -n '$(RACE)' || echo 'without the race detector: no C compiler found'
else
	@test -n '$(RACE)' || { echo 'the race detector is required in CI: install a C compiler'; exit 1; }
endif
	@others=$$(mktemp) && trap 'kill $$pid 2>/dev/null; rm -f '$$others EXIT && trap 'exit 130' INT TERM && \
	{ $(GO_TEST) -run '$(WITHOUT_RACE)' ./internal/cli ./internal/deploy/... ./internal/history ./internal/handler/storm >$$others 2>&1 & } && pid=$$! && \
	failed=0 && { $(GO_TEST) $(RACE) -skip '$(WITHOUT_RACE)' ./... || failed=1; } && \
	echo '== go test' && { wait $$pid || failed=1; } && cat $$others && exit $$failed
	@echo '== coverage'
	@$(GO_TEST) -coverprofile=coverage.out -coverpkg=./internal/deploy,./internal/deploy/resource ./internal/deploy ./internal/deploy/resource
	@.ci/coverage coverage.out 85 internal/deploy internal/deploy/resource
	@$(GO_TEST) -coverprofile=coverage.out ./internal/handler
	@.ci/coverage coverage.out 85 internal/handler

# Without Chromium it is skipped with a message; in CI it fails. BROWSER_SHOTS=DIR keeps the screenshots.
browser-test: ## test report's page in Chromium
	@echo '== the page in a browser'
	@go -C $(BROWSER_TEST) test -count=1 -v .

page-picture: ## take README's screenshot of the page in Chromium (with the font Inter, if installed)
	@PAGE_PICTURE=$(CURDIR)/docs/report.webp go -C $(BROWSER_TEST) test -count=1 -run '^TestPicture$$' .

bench: ## run the benchmarks
	@go test -run '^$$' -bench . -benchmem ./...

demo: build ## show the whole lifecycle on a local AWS
	@echo
	@bin/spothandler demo

docs: build ## write the generated parts of the documents, and the pictures
	@go run ./internal/docs pages
	@go run ./internal/docs pictures bin/spothandler
	@go test ./internal/doctor -run '^TestDocs$$' -update >/dev/null

licenses: ## write THIRD_PARTY_LICENSES.txt, which every release contains
	@go run ./internal/release licenses THIRD_PARTY_LICENSES.txt

vulncheck: generate ## check for known vulnerabilities (queries vuln.go.dev)
	@$(TOOL) govulncheck ./...

release-tools: $(GORELEASER_DIR)/goreleaser $(SYFT_DIR)/syft

$(GORELEASER_DIR)/goreleaser:
	@echo 'installing goreleaser $(GORELEASER): some minutes, once'
	@GOBIN='$(GORELEASER_DIR)' go install github.com/goreleaser/goreleaser/v2@$(GORELEASER)

$(SYFT_DIR)/syft:
	@echo 'installing syft $(SYFT): some minutes, once'
	@GOBIN='$(SYFT_DIR)' go install github.com/anchore/syft/cmd/syft@$(SYFT)

release-check: release-tools
	@$(RELEASE) goreleaser check

release-snapshot: release-check ## build a release of the current commit into dist
	@$(RELEASE) goreleaser release --snapshot --clean

release-build: release-check ## build a release of the current tag; publishes nothing
	@$(RELEASE) goreleaser release --clean --skip=publish,announce

release-test: release-check ## build two snapshots of the commit; compare, install and verify them
	@$(RELEASE) .ci/release-test

clean: ## remove the files of the other targets
	@rm -rf bin dist coverage.out embed/dist/*.zip
