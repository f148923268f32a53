# The front door.  Each target does all its own set-up; on a bare Debian 12 run
# it as root, or install first what tools/setup names.
#
#   make run          the demo city, serving until it is stopped
#   make run ONCE=1   the same, ends; status 0 only if all went as the policy says
#   make test         everything that must hold; ends with "N passed, N failed"
#   make bench        the figures of the README
#   make fuzz         every reader for SECONDS (60) of processor time each
#   make deb          the Debian package, in $(BUILD)
#   make snapshots    the policies as people read them, written anew for review
#   make fidelity     a sample of the corpus against LibreOffice, qpdf and the picture
#                     tools: about 15 minutes (MOST=0: all of it, hours)
BUILD   ?= build
SECONDS ?= 60
DEMO    ?= $(BUILD)/demo
NINJA   := ninja -C

.PHONY: build run test bench fuzz snapshots fidelity install deb clean

build: $(BUILD)/build.ninja
	@$(NINJA) $(BUILD) --quiet
	@tools/check-rooms . $(BUILD) >$(BUILD)/rooms.log || { cat $(BUILD)/rooms.log; exit 1; }

$(BUILD)/build.ninja: meson.build
	@tools/setup build
	@meson setup $(BUILD) --buildtype=release $(MESON_OPTIONS) >/dev/null || { cat $(BUILD)/meson-logs/meson-log.txt; exit 3; }

run:
	@tools/setup run
	@$(MAKE) --no-print-directory build
	@$(BUILD)/bin/sekisho demo $(DEMO) $(if $(ONCE),--once)

test:
	@tools/setup test
	@$(MAKE) --no-print-directory build
	@tools/test $(BUILD)

snapshots:
	@$(MAKE) --no-print-directory build
	@SEKISHO_SNAPSHOTS=write $(BUILD)/tests/unit/policy/test_policy_snapshot

bench:
	@tools/setup test
	@$(MAKE) --no-print-directory build
	@bench/run $(BUILD)

fuzz:
	@tools/setup test
	@tools/fuzz $(SECONDS)

fidelity:
	@tools/setup fidelity
	@$(MAKE) --no-print-directory build
	@tests/fidelity/run $(BUILD)

install: build
	@meson install -C $(BUILD)

deb:
	@tools/setup test
	@$(MAKE) --no-print-directory build
	@tools/deb $(BUILD)

clean:
	@rm -rf $(BUILD) build-*
