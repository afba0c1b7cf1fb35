# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# Boards with the loaders that Debian has for them, under QEMU; the tests of
# this folder source it first.
#
# start_BOARD makes the board's files in $T, starts it and returns when its
# console $T/tty can be opened: before it has said anything.
# `qemu_command system_reset` is its reset button.

# shellcheck source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/lib.sh"

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# cannot WHY: there is nothing to test with. Where all must be tested, that is
# a failure.
cannot() {
    [ -z "${CI-}" ] || fail "$*"
    skip "$*"
}

# need_board PROGRAM...
need_board() {
    local program

    need_fuse
    need python3 jq socat
    for program; do
        command -v "$program" > /dev/null || cannot "no $program (\`make deps\`)"
    done
}

# download BOARD: its files are in $files then. Later runs find them there.
download() {
    files=$ROOT/build/boards/$1
    "$ROOT/tests/download.sh" "$1" "$files" > "$T/download.log" 2>&1 ||
        cannot "cannot download $1: $(tail -n 1 "$T/download.log")"
}

# --- contents --------------------------------------------------------------

# traps SIZE SEED: noise, and in front of it what a reader of dumps could take
# for something else: every byte, lines that are a prompt, a status or a row,
# escape sequences, colour codes of a shell that prints them, rows alike.
traps() {
    python3 -c 'import random, sys
size = int(sys.argv[1], 0)
head = bytes(range(256))
head += b"\r\n ok\r\n0 > \r\n=> \r\n/ # \x1b[6n\r\nShell> \x1b[0m\x1b[37m\x1b[40m"
head += b"\x9b1;1H\x1b[2J%H%E%N%B%V%%H%s%d**||--::"
head += b"04000000: 00 01 02 03 04 05 06 07-08 09 0A 0B 0C 0D 0E 0F  *."
head = head.ljust(1024, b"\xff").ljust(2048, b"\0")
sys.stdout.buffer.write(head)
sys.stdout.buffer.write(random.Random(sys.argv[2]).randbytes(size - len(head)))
' "$1" "$2"
}

# --- boards ----------------------------------------------------------------

# leave_typed TEXT: somebody typed it, saw its echo, and went. (Of a port that
# nobody has open QEMU keeps the echo back for whoever opens it next.)
leave_typed() {
    stty -F "$T/tty" raw -echo
    {
        printf '%s' "$1" >&9
        timeout 3 cat <&9 > /dev/null || true
    } 9<> "$T/tty"
}

# start_sabrelite FLASH: i.MX6 with 2 MiB of SPI flash that no address reaches;
# U-Boot. 7 s to its countdown, 6 of them without a word. RAM is not what it
# was after a reset: QEMU loads a pattern where what was staged may lie.
start_sabrelite() {
    need_board qemu-system-arm
    download sabrelite
    # In front of U-Boot are tables for the processor's own loader.
    tail -c +$((0xC00 + 1)) "$files/u-boot-dtb.imx" > "$T/loader"
    head -c 64M /dev/zero | tr '\0' '\245' > "$T/junk"
    # U-Boot's console is the second port.
    start_qemu qemu-system-arm -M sabrelite -smp 1 -m 1G -serial null \
        -drive "file=$1,format=raw,if=mtd" \
        -device "loader,file=$T/junk,addr=0x10000000,force-raw=on" \
        -device "loader,file=$T/loader,addr=0x17800000,cpu-num=0,force-raw=on"
}

# start_openbios RAM: PowerPC; RAM is loaded at 0x4000000. The prompt is there
# in no time; 28 kB/s come. With -display none instead of -nographic OpenBIOS
# does not listen to its serial port.
start_openbios() {
    need_board qemu-system-ppc
    start_qemu qemu-system-ppc -M g3beige -m 128 -vga none -nographic \
        -prom-env 'auto-boot?=false' \
        -device "loader,file=$1,addr=0x4000000,force-raw=on"
}

# start_uefi RAM: AArch64; RAM is loaded at 0x48000000. 6 s to a countdown of
# 5 s, then UEFI's shell.
start_uefi() {
    local firmware=/usr/share/AAVMF

    need_board qemu-system-aarch64
    [ -e "$firmware/AAVMF_CODE.fd" ] ||
        cannot "no $firmware (package qemu-efi-aarch64)"
    cp "$firmware/AAVMF_VARS.fd" "$T/variables"
    start_qemu qemu-system-aarch64 -M virt -cpu cortex-a57 -m 256 \
        -drive "if=pflash,format=raw,readonly=on,file=$firmware/AAVMF_CODE.fd" \
        -drive "if=pflash,format=raw,file=$T/variables" \
        -device "loader,file=$1,addr=0x48000000,force-raw=on"
}

# The guest's first program. A line of its argument is a MTD device:
# NAME,ADDRESS,SIZE,ERASESIZE.
linux_init() {
    cat << 'END'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
for module in mtd phram mtd_blkdevs mtdblock; do
    insmod /lib/$module.ko
done
while read -r device; do
    echo "$device" > /sys/module/phram/parameters/phram
done < /etc/mtd
exec init
END
}

# linux_ram OUT: the guest's file system, with what $T/mtd says.
linux_ram() {
    local root=$T/guest

    mkdir -p "$root"/{bin,dev,etc,lib,proc,root,sys,tmp}
    cp "$files/busybox" "$root/bin"
    cp "$files"/*.ko "$root/lib"
    cp "$T/mtd" "$root/etc"
    echo 'ttyS0::respawn:-/bin/sh' > "$root/etc/inittab"
    linux_init > "$root/init"
    chmod 755 "$root/init" "$root/bin/busybox"
    (cd "$root" && find . | cpio -o -H newc --owner 0:0 --quiet) | gzip -1 > "$1"
}

# start_linux NAME=FILE...: x86, a root shell of busybox; each FILE (whole
# erase blocks of 64 KiB) is a MTD device of this name. 5 s to the shell.
start_linux() {
    local part at=$((0x6000000)) size loaders=()

    need_board qemu-system-x86_64 cpio
    download linux
    for part; do
        size=$(stat -c %s "${part#*=}")
        echo "${part%%=*},$at,$size,0x10000"
        loaders+=(-device
            "loader,file=${part#*=},addr=$at,force-raw=on")
        at=$((at + size))
    done > "$T/mtd"
    linux_ram "$T/initrd"
    # The kernel leaves that memory alone.
    start_qemu qemu-system-x86_64 -m 256 -nodefaults -no-reboot \
        -kernel "$files/vmlinuz" -initrd "$T/initrd" \
        -append "console=ttyS0,115200 memmap=32M\$0x6000000" "${loaders[@]}"
}
