#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# make install and make uninstall: which files, nothing outside of DESTDIR.

. "$(dirname "$0")/lib.sh"
need make gcc
source=$(cd "$(dirname "$0")/../.." && pwd)

# A copy: another PREFIX is another build.
mkdir "$T/source"
cp -a "$source/Makefile" "$source/src" "$source/man" "$T/source"
mkdir "$T/source/tests"
cp -a "$source/tests/sim" "$source/tests/deps.sh" "$T/source/tests"
cd "$T/source"
unset MAKEFLAGS MFLAGS MAKELEVEL
make -s -j2 CFLAGS=-O0 PREFIX=/usr DESTDIR="$T/root dir" install \
    > "$T/out" 2>&1 || fail "make install: $(cat "$T/out")"

equal "./usr/bin/fwfs
./usr/share/bash-completion/completions/fwfs
$(cd "$source/src/dialects" && printf './usr/share/fwfs/dialects/%s\n' *.conf)
./usr/share/man/man1/fwfs.1
./usr/share/man/man5/fwfs-dialect.5" \
    "$(cd "$T/root dir" && find . -type f | sort)" "files installed"
equal 755 "$(stat -c %a "$T/root dir/usr/bin/fwfs")" "mode of fwfs"
contains "$("$T/root dir/usr/bin/fwfs" --version)" 'fwfs '
# It looks where it was told that it will be, and nowhere near the source.
message=$(env -u FWFS_DIALECTS "$T/root dir/usr/bin/fwfs" --list-dialects \
    2>&1) && [ ! -d /usr/share/fwfs/dialects ] && fail "dialects: $message"
[ -d /usr/share/fwfs/dialects ] || contains "$message" /usr/share/fwfs/dialects
contains "$(FWFS_DIALECTS="$T/root dir/usr/share/fwfs/dialects" \
    "$T/root dir/usr/bin/fwfs" --list-dialects)" winbond u-boot
make -s PREFIX=/usr CFLAGS=-O0 DESTDIR="$T/root dir" uninstall > "$T/out" 2>&1 ||
    fail "make uninstall: $(cat "$T/out")"
equal "" "$(find "$T/root dir" -type f)" "files left by uninstall"
