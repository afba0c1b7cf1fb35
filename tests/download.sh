#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# download.sh BOARD FOLDER: what a board of tests/boards runs and this machine
# does not install, out of Debian packages, into FOLDER. Once: what is there
# already is left alone.
#
#   sabrelite   u-boot-dtb.imx      U-Boot, of a package for armhf
#   linux       vmlinuz, busybox, *.ko   a kernel of 400 MB, of which 9 are used
#
# apt keeps lists of its own for this, in a folder that goes away: another
# architecture among the machine's would break its updates when the lists of
# the two are out of step.

set -euo pipefail
shopt -s inherit_errexit

board=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)

declare -A wanted=(
    [sabrelite]="u-boot-dtb.imx"
    [linux]="vmlinuz busybox mtd.ko mtd_blkdevs.ko mtdblock.ko phram.ko"
)
read -ra files <<< "${wanted[$board]}"

complete() {
    (cd "$1" && ls "${files[@]}") > /dev/null 2>&1
}

complete "$folder" && exit 0
# Beside it, so that what is complete gets there by being renamed.
work=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/root" \
    "$work/out"
cd "$work"

# use_apt ARCHITECTURE
use_apt() {
    options=(-q -q "-oAPT::Architecture=$1" "-oAPT::Architectures=$1"
        -oAPT::Sandbox::User=root -oAcquire::Languages=none
        -oAcquire::Retries=3 "-oDir::State::Lists=$work/lists"
        "-oDir::Cache=$work" -oDir::State::status=/dev/null)
    # One list of many may be out of step. Without the one that is needed, the
    # download fails.
    apt-get "${options[@]}" update || true
}

# take PACKAGE PATTERN...: these files of it, without their folders
take() {
    local package=$1

    shift
    apt-get "${options[@]}" download "$package"
    dpkg-deb --fsys-tarfile "$package"_*.deb |
        tar -x -C root --wildcards "$@"
}

get_sabrelite() {
    use_apt armhf
    take u-boot-imx './usr/lib/u-boot/mx6qsabrelite/u-boot-dtb.imx'
}

# The guest's processor is this one, whatever the machine's is.
get_linux() {
    local kernel modules='./lib/modules/*/kernel/drivers/mtd'

    use_apt amd64
    kernel=$(apt-cache "${options[@]}" depends linux-image-amd64 |
        awk '$1 == "Depends:" && $2 ~ /^linux-image-/ { print $2; exit }')
    take "$kernel" './boot/vmlinuz-*' "$modules/mtd.ko" \
        "$modules/mtd_blkdevs.ko" "$modules/mtdblock.ko" \
        "$modules/devices/phram.ko"
    take busybox-static ./bin/busybox
    mv root/boot/vmlinuz-* root/boot/vmlinuz
}

"get_$board"
find root -type f -exec mv -t out {} +
complete out || {
    echo "not in the packages: some of ${files[*]}" >&2
    exit 1
}
mv out/* "$folder"
