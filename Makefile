# SPDX-License-Identifier: BSD-2-Clause
# Builds, tests and installs fwfs. GNU make; no configure step.
#
#   make                  build/fwfs, build/fwfs-sim, build/fwfs-mkflash,
#                         build/fwfs-faultline
#   make check            all tests; installs nothing, says what is missing
#   make check TESTS=...  only these (paths as in `make list-tests`)
#   make tests/unit/test_x   build and run one unit test
#   make check-faults     a table: fwfs under each fault of line, device, host
#   make check-boards     fwfs with real boot loaders under QEMU; downloads some
#   make check-transcripts   parse captures of others, where they are
#   make bench            how fast it is, as a table and build/bench.json: 20
#                         minutes; ROWS="known md.l-*": these, SIZE=0.25: less
#   make fuzz             each fuzz target for FUZZ_SECONDS (60), with clang
#   make coverage         which lines the unit tests run, and the fuzz corpora;
#                         COVERAGE_TESTS="$(make list-tests)": all tests
#   make valgrind         the unit tests and a mount under memcheck
#   make demo             see it work; installs what is missing
#   make deps             install the Debian packages for all of this
#   make lint             formatters, analysers and linters; all must be quiet
#   make install          to $(DESTDIR)$(PREFIX)
#   SAN=address,undefined with sanitizers, in build/san
#   WERROR=1 (or CI set)  warnings are errors;  V=1 shows the commands

VERSION = 0.1.0
PREFIX ?= /usr/local
DESTDIR ?=
BINDIR = $(PREFIX)/bin
MANDIR = $(PREFIX)/share/man
DIALECTDIR = $(PREFIX)/share/fwfs/dialects
COMPLETIONDIR = $(PREFIX)/share/bash-completion/completions

# Debian packages: to build; then for `make check`, `make demo`, `make lint`.
DEPS_BUILD = gcc libc6-dev make pkgconf libfuse3-dev libserialport-dev \
	libconfuse-dev libpcre2-dev zlib1g-dev libmd-dev
DEPS_MOUNT = fuse3 mount squashfs-tools genromfs
DEPS_CHECK = $(DEPS_MOUNT) libcmocka-dev squashfuse gddrescue jq u-boot-qemu \
	qemu-system-arm qemu-system-mips socat attr python3 u-boot-tools \
	device-tree-compiler mtd-utils xz-utils
# What is not here is downloaded: tests/download.sh.
DEPS_BOARDS = qemu-system-ppc qemu-system-x86 qemu-efi-aarch64 cpio
DEPS_DEMO = $(DEPS_MOUNT)
DEPS_COVERAGE = gcovr
DEPS_BENCH = gnuplot-nox
DEPS_VALGRIND = valgrind
DEPS_LINT = clang-format clang-tidy cppcheck shellcheck mandoc

CC = gcc
CFLAGS ?= -O2 -g
WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wvla -Wformat=2
ifneq ($(CI)$(WERROR),)
WARNINGS += -Werror
endif

ifdef SAN
B = build/san
# Fortified functions hide accesses from the sanitizers.
HARDEN =
SANFLAGS = -fsanitize=$(SAN) -fno-sanitize-recover=all \
	-fno-omit-frame-pointer -U_FORTIFY_SOURCE
else ifdef COVERAGE
B = build/cov
HARDEN =
SANFLAGS = --coverage -fprofile-update=atomic -O0
else
B = build
HARDEN = -D_FORTIFY_SOURCE=2 -fstack-protector-strong \
	-fstack-clash-protection -fPIE
HARDEN_LD = -pie -Wl,-z,relro,-z,now
SANFLAGS =
endif

PKGS = fuse3 libserialport libconfuse libpcre2-8 zlib libmd
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null)

DEFINES = -D_GNU_SOURCE -DFUSE_USE_VERSION=312 -DFWFS_VERSION='"$(VERSION)"' \
	-DFWFS_DIALECT_DIR='"$(DIALECTDIR)"'
BASE_FLAGS = -std=gnu11 $(DEFINES) -Isrc $(PKG_CFLAGS)
# The simulator sees nothing of src.
$(B)/obj/tests/sim/%.o: private BASE_FLAGS = -std=gnu11 -D_GNU_SOURCE
ALL_CFLAGS = $(BASE_FLAGS) $(WARNINGS) $(HARDEN) -pthread \
	$(CPPFLAGS) $(CFLAGS) $(SANFLAGS)
ALL_LDFLAGS = $(HARDEN_LD) $(SANFLAGS) -pthread -Wl,--as-needed $(LDFLAGS)

SRC := $(sort $(wildcard src/*.c src/*/*.c))
SIM := $(sort $(wildcard tests/sim/*.c))
UNIT := $(sort $(wildcard tests/unit/test_*.c))
OBJ = $(SRC:%.c=$(B)/obj/%.o)
SIM_OBJ = $(SIM:%.c=$(B)/obj/%.o)
UNIT_BIN = $(UNIT:%.c=$(B)/%)
FUZZ := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ_BIN = $(FUZZ:%.c=$(B)/%)
TRANSCRIPTS = $(B)/tests/transcripts/check
TRANSCRIPT_OBJ = $(patsubst %.c,$(B)/obj/%.o,\
	$(sort $(wildcard tests/transcripts/*.c)))
LIB = $(B)/libfwfs.a
SIMLIB = $(B)/libsim.a
SIM_MAINS = $(patsubst %,$(B)/obj/tests/sim/%.o,main mkflash expect faultline)
PROGRAMS = $(B)/fwfs $(B)/fwfs-sim $(B)/fwfs-mkflash $(B)/fwfs-faultline
BENCH := $(sort $(wildcard tests/bench/*.c))
BENCH_BIN = $(BENCH:%.c=$(B)/%)
TEST_PROGRAMS = $(PROGRAMS) $(B)/fwfs-expect $(UNIT_BIN) $(FUZZ_BIN) \
	$(TRANSCRIPTS) $(BENCH_BIN)

ifdef V
Q =
SAY = @:
else
Q = @
SAY = @printf '  %-7s %s\n'
endif

all: $(PROGRAMS)

# --- Building ---

# Rebuild when a flag changes, such as PREFIX between make and make install.
$(B)/flags: FORCE | need-build
	$(Q)mkdir -p $(@D)
	$(Q)printf '%s\n' '$(CC) $(subst ','\'',$(ALL_CFLAGS))' | \
		cmp -s - $@ || \
		printf '%s\n' '$(CC) $(subst ','\'',$(ALL_CFLAGS))' > $@

$(B)/obj/%.o: %.c $(B)/flags
	$(SAY) CC $<
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# q and not r: r would take files of one name in two folders for one. Made
# anew, so that an object whose source is gone does not stay.
$(LIB): $(filter-out $(B)/obj/src/main.o,$(OBJ))
$(SIMLIB): $(filter-out $(SIM_MAINS),$(SIM_OBJ))
$(LIB) $(SIMLIB):
	$(SAY) AR $@
	$(Q)rm -f $@
	$(Q)$(AR) qcs $@ $^

define link
	$(SAY) LD $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(1)
endef

$(B)/fwfs: $(B)/obj/src/main.o $(LIB)
	$(call link,$(PKG_LIBS))

$(B)/fwfs-sim: $(B)/obj/tests/sim/main.o $(SIMLIB)
	$(call link,-lz)

$(B)/fwfs-mkflash: $(B)/obj/tests/sim/mkflash.o $(SIMLIB)
	$(call link,-lz)

$(B)/fwfs-faultline: $(B)/obj/tests/sim/faultline.o $(SIMLIB)
	$(call link,)

$(B)/fwfs-expect: $(B)/obj/tests/sim/expect.o $(SIMLIB)
	$(call link,)

$(UNIT_BIN): $(B)/tests/unit/%: $(B)/obj/tests/unit/%.o $(LIB)
	$(call link,$(PKG_LIBS) -lcmocka)

# Without a fuzzer: a main that replays files.
$(FUZZ_BIN): $(B)/tests/fuzz/%: $(B)/obj/tests/fuzz/%.o \
		$(B)/obj/tests/fuzz/replay.o $(LIB)
	$(call link,$(PKG_LIBS))

$(BENCH_BIN): $(B)/tests/bench/%: $(B)/obj/tests/bench/%.o $(LIB)
	$(call link,$(PKG_LIBS))

$(TRANSCRIPTS): $(TRANSCRIPT_OBJ) $(LIB)
	$(call link,$(PKG_LIBS) -lcmocka)

-include $(OBJ:.o=.d) $(SIM_OBJ:.o=.d) $(UNIT:%.c=$(B)/obj/%.d) \
	$(FUZZ:%.c=$(B)/obj/%.d) $(TRANSCRIPT_OBJ:.o=.d) \
	$(BENCH:%.c=$(B)/obj/%.d)

# --- Testing ---

# Scripts that others source or call are not tests.
SCRIPTS := $(filter-out %/lib.sh %/functions.sh %/common.sh %/session.sh \
	%/mkdisk.sh,$(sort $(wildcard tests/sim/*.sh tests/personas/*.sh)) \
	$(sort $(wildcard tests/e2e/*.sh)))
ALL_TESTS = $(UNIT:%.c=%) tests/transcripts/check tests/fuzz/replay.sh \
	tests/layers.sh $(SCRIPTS)
TESTS ?= $(ALL_TESTS)

# What the tests find in their environment. The sanitizers write to files, as
# a daemon's stderr is /dev/null; tests/run.sh looks at them.
check check-built $(UNIT:%.c=%): export FWFS_BUILD = $(CURDIR)/$(B)
check check-built $(UNIT:%.c=%): export FWFS_DIALECTS = $(CURDIR)/src/dialects
check-built: export FWFS_SAN = $(SAN)
check-built: export SIM = $(CURDIR)/$(B)/fwfs-sim
check-built: export MKFLASH = $(CURDIR)/$(B)/fwfs-mkflash
check-built: export FAULTLINE = $(CURDIR)/$(B)/fwfs-faultline
check-built: export EXPECT = $(CURDIR)/$(B)/fwfs-expect
ifdef SAN
check-built: export ASAN_OPTIONS = halt_on_error=1:detect_leaks=1:log_path=$(CURDIR)/$(B)/reports/asan
check-built: export LSAN_OPTIONS = report_objects=1
check-built: export UBSAN_OPTIONS = halt_on_error=1:print_stacktrace=1:log_path=$(CURDIR)/$(B)/reports/ubsan
check-built: export TSAN_OPTIONS = halt_on_error=1:log_path=$(CURDIR)/$(B)/reports/tsan
endif

check: need-check
	$(Q)$(MAKE) --no-print-directory check-built

check-built: $(TEST_PROGRAMS)
	$(Q)tests/run.sh $(TESTS)

list-tests:
	@printf '%s\n' $(ALL_TESTS)

# SEEDS runs of each row and board; ROWS, BOARDS: regular expressions; SEED:
# this one alone.
SEEDS ?= 20
check-faults: export FWFS_BUILD = $(CURDIR)/$(B)
check-faults: export FWFS_DIALECTS = $(CURDIR)/src/dialects
check-faults: export FWFS_SAN = $(SAN)
check-faults: need-check
	$(Q)$(MAKE) --no-print-directory all
	$(Q)python3 tests/faults/faults.py --seeds $(SEEDS) \
		$(if $(ROWS),--rows '$(ROWS)') \
		$(if $(BOARDS),--boards '$(BOARDS)') \
		$(if $(SEED),--seed $(SEED)) $(if $(JOBS),--jobs $(JOBS)) \
		$(if $(V),--verbose)

# ROWS: names, their beginnings up to a -, patterns; SIZE: times the usual
# bytes. Asserts no time.
SIZE ?= 1
bench-built: export FWFS_BUILD = $(CURDIR)/$(B)
bench-built: export FWFS_DIALECTS = $(CURDIR)/src/dialects
bench: need-check
	$(Q)tests/deps.sh $(DEPS_BENCH)
	$(Q)$(MAKE) --no-print-directory bench-built

# The programs that it needs, fwfs as it is.
bench-built: all $(BENCH_BIN)
	$(Q)python3 tests/bench/bench.py --size $(SIZE) $(ROWS)

# Loaders as they are, some of them from Debian's servers: not in `check`.
BOARD_TESTS := $(filter-out %/lib.sh,$(sort $(wildcard tests/boards/*.sh)))
check-boards: need-check
	$(Q)tests/deps.sh $(DEPS_BOARDS)
	$(Q)$(MAKE) --no-print-directory check-built TESTS="$(BOARD_TESTS)"

# make tests/unit/test_x: with cmocka's own output.
$(UNIT:%.c=%): %: $(B)/%
	$(Q)$(B)/$@

# Exit 77 of the program: there are none here.
check-transcripts: export FWFS_DIALECTS = $(CURDIR)/src/dialects
check-transcripts: $(TRANSCRIPTS)
	$(Q)$< || [ $$? -eq 77 ]

# A build of its own; what ran before does not count.
COVERAGE_TESTS = $(UNIT:%.c=%) tests/fuzz/replay.sh
coverage: need-check
	$(Q)tests/deps.sh $(DEPS_COVERAGE)
	$(Q)find build/cov -name '*.gcda' -delete 2>/dev/null || true
	$(Q)$(MAKE) --no-print-directory COVERAGE=1 check-built \
		TESTS="$(COVERAGE_TESTS)"
	$(Q)tests/coverage.sh build/cov

valgrind: export FWFS_BUILD = $(CURDIR)/$(B)
valgrind: export FWFS_DIALECTS = $(CURDIR)/src/dialects
valgrind: $(PROGRAMS) $(UNIT_BIN) | need-check
	$(Q)tests/deps.sh $(DEPS_VALGRIND)
	$(Q)tests/valgrind.sh

# A build of its own, with clang's coverage in the code under test; what is
# found stays in build/fuzz/found, the corpus there grows.
FUZZ_CC = clang-14
FUZZ_SECONDS = 60
FUZZ_TOP = options operands option_table value mountwords suggest
FUZZ_SRC = $(filter src/base/% src/image/% src/monitor/% src/store/% \
	src/line/line.c src/line/tty.c src/line/holder.c \
	$(FUZZ_TOP:%=src/%.c),$(SRC))
FUZZ_TARGETS = $(FUZZ:tests/fuzz/%.c=build/fuzz/%)
FUZZ_FLAGS = $(BASE_FLAGS) -g -O1 -fsanitize=address,undefined \
	-fno-sanitize-recover=all -fno-omit-frame-pointer
fuzz: export FWFS_DIALECTS = $(CURDIR)/src/dialects
fuzz: $(FUZZ_TARGETS)
	$(Q)set -e; for t in $(FUZZ:tests/fuzz/fuzz_%.c=%); do \
		mkdir -p build/fuzz/found build/fuzz/corpus/$$t; \
		echo "fuzz_$$t:"; \
		build/fuzz/fuzz_$$t -max_total_time=$(FUZZ_SECONDS) \
			-max_len=4096 -timeout=10 -malloc_limit_mb=64 \
			-print_final_stats=1 \
			-verbosity=0 -artifact_prefix=build/fuzz/found/$$t- \
			build/fuzz/corpus/$$t tests/fuzz/corpus/$$t; \
	done

build/fuzz/obj/%.o: %.c
	$(SAY) FUZZCC $<
	$(Q)mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -MMD -MP \
		-c -o $@ $<

# A library, so that a target can put a function of its own in a file's place.
build/fuzz/libfwfs.a: $(FUZZ_SRC:%.c=build/fuzz/obj/%.o)
	$(SAY) AR $@
	$(Q)rm -f $@
	$(Q)$(AR) qcs $@ $^

$(FUZZ_TARGETS): build/fuzz/%: build/fuzz/obj/tests/fuzz/%.o \
		build/fuzz/libfwfs.a
	$(SAY) LD $@
	$(Q)$(FUZZ_CC) $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $^ $(PKG_LIBS)

-include $(FUZZ_SRC:%.c=build/fuzz/obj/%.d) $(FUZZ:%.c=build/fuzz/obj/%.d)

demo:
	$(Q)tests/deps.sh --quiet $(DEPS_BUILD) $(DEPS_DEMO) || \
		tests/deps.sh --install $(DEPS_BUILD) $(DEPS_DEMO)
	$(Q)$(MAKE) --no-print-directory all
	$(Q)FWFS_BUILD=$(CURDIR)/$(B) tests/demo.sh

# --- Packages ---

deps:
	$(Q)tests/deps.sh --install $(DEPS_BUILD) $(DEPS_CHECK) $(DEPS_BOARDS) \
		$(DEPS_DEMO) $(DEPS_LINT) $(DEPS_COVERAGE) $(DEPS_VALGRIND) \
		$(DEPS_BENCH)

# Libraries from elsewhere than from Debian will do as well.
need-build:
	$(Q)pkg-config --exists $(PKGS) || tests/deps.sh $(DEPS_BUILD)

need-check:
	$(Q)tests/deps.sh $(DEPS_BUILD) $(DEPS_CHECK)

need-lint:
	$(Q)tests/deps.sh $(DEPS_BUILD) $(DEPS_CHECK) $(DEPS_LINT)

# --- Linting ---

C_FILES = $(SRC) $(SIM) $(UNIT) \
	$(wildcard tests/fuzz/*.c tests/bench/*.c tests/transcripts/*.c)
H_FILES = $(wildcard src/*.h src/*/*.h tests/*/*.h)
SH_FILES = $(wildcard tests/*.sh tests/*/*.sh) .ci/run
MAN_FILES = $(wildcard man/*.[0-9])
TIDY = -*,bugprone-*,clang-analyzer-*,concurrency-*,cert-*,misc-*,performance-*
# Too loose to be rules here: neighbouring arguments of one type, every
# unchecked snprintf and strerror, reserved names in the scope macros,
# recursion, headers of others, and integers that hold pointers: what FUSE
# gives to keep one in is an integer.
TIDY := $(TIDY),-bugprone-easily-swappable-parameters,-cert-err33-c
TIDY := $(TIDY),-bugprone-reserved-identifier,-cert-dcl37-c,-cert-dcl51-cpp
TIDY := $(TIDY),-performance-no-int-to-ptr,-misc-no-recursion,-misc-include-cleaner
TIDY := $(TIDY),-concurrency-mt-unsafe,-bugprone-narrowing-conversions
TIDY := $(TIDY),-clang-analyzer-security.insecureAPI.*

LINTS = lint-format lint-tidy lint-cppcheck lint-analyzer lint-shell lint-man
lint: $(LINTS)
$(LINTS): | need-lint

lint-format:
	$(SAY) LINT clang-format
	$(Q)clang-format --dry-run -Werror $(C_FILES) $(H_FILES)

lint-tidy: $(C_FILES:%=$(B)/lint/%.tidy)

$(B)/lint/%.tidy: % $(H_FILES) Makefile | need-lint
	$(SAY) TIDY $<
	$(Q)mkdir -p $(@D)
	$(Q)clang-tidy --quiet --warnings-as-errors='*' --checks='$(TIDY)' \
		$< -- $(BASE_FLAGS) 2>$@.log || { cat $@.log; exit 1; }
	$(Q)touch $@

lint-cppcheck:
	$(SAY) LINT cppcheck
	$(Q)mkdir -p $(B)/lint/cppcheck
	$(Q)cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr \
		--cppcheck-build-dir=$(B)/lint/cppcheck \
		--enable=warning,performance,portability $(DEFINES) -Isrc \
		--suppress=missingIncludeSystem $(SRC) $(SIM)

lint-analyzer: $(SRC:%=$(B)/lint/%.analyzed)

$(B)/lint/%.analyzed: % $(H_FILES) Makefile | need-lint
	$(SAY) ANALYZE $<
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(BASE_FLAGS) $(WARNINGS) -Werror -O2 -fanalyzer -pthread \
		-c -o /dev/null $<
	$(Q)touch $@

lint-shell:
	$(SAY) LINT shellcheck
	$(Q)shellcheck -x $(SH_FILES)
	$(Q)shellcheck -s bash src/fwfs.bash-completion

lint-man:
	$(SAY) LINT mandoc
	$(Q)mandoc -T lint -W warning $(MAN_FILES) < /dev/null

# --- Installing ---

INSTALL = install
D = $(DESTDIR)

install: all
	$(INSTALL) -d '$(D)$(BINDIR)' '$(D)$(MANDIR)/man1' \
		'$(D)$(MANDIR)/man5' '$(D)$(DIALECTDIR)' '$(D)$(COMPLETIONDIR)'
	$(INSTALL) -m 755 $(B)/fwfs '$(D)$(BINDIR)/fwfs'
	$(INSTALL) -m 644 man/fwfs.1 '$(D)$(MANDIR)/man1'
	$(INSTALL) -m 644 man/fwfs-dialect.5 '$(D)$(MANDIR)/man5'
	$(INSTALL) -m 644 src/dialects/*.conf '$(D)$(DIALECTDIR)'
	$(INSTALL) -m 644 src/fwfs.bash-completion '$(D)$(COMPLETIONDIR)/fwfs'

# A dialect that a user put there is left alone.
uninstall:
	rm -f '$(D)$(BINDIR)/fwfs' '$(D)$(MANDIR)/man1/fwfs.1' \
		'$(D)$(MANDIR)/man5/fwfs-dialect.5' '$(D)$(COMPLETIONDIR)/fwfs'
	cd '$(D)$(DIALECTDIR)' 2>/dev/null && \
		rm -f $(notdir $(wildcard src/dialects/*.conf)) || true
	rmdir '$(D)$(DIALECTDIR)' '$(D)$(PREFIX)/share/fwfs' 2>/dev/null || true

clean:
	rm -rf build

FORCE:

.PHONY: all bench bench-built check check-built check-boards check-faults check-transcripts \
	coverage valgrind fuzz \
	list-tests demo deps lint $(LINTS) install \
	uninstall clean need-build need-check need-lint FORCE $(UNIT:%.c=%)
.DELETE_ON_ERROR:
.SECONDARY:
