#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Shows fwfs at work on a simulated camera: mount, look, copy, loop-mount.

set -euo pipefail
cd "$(dirname "$0")/.."

build=${FWFS_BUILD:-$PWD/build}
export PATH=$build:$PATH LC_ALL=C
dir=$(mktemp -d "${TMPDIR:-/tmp}/fwfs-demo.XXXXXX")
mnt=$dir/cam
inside=$dir/inside
port=$dir/ttyCamera
sim_pid=

# Runs at the end, also after Ctrl-C or a failure.
clean_up()
{
    code=$?
    trap - EXIT
    cd /
    umount "$inside" 2> /dev/null || true
    fusermount3 -u "$mnt" 2> /dev/null || umount "$mnt" 2> /dev/null || true
    [ -z "$sim_pid" ] || kill "$sim_pid" 2> /dev/null || true
    rm -rf "$dir"
    exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

say()
{
    printf '\n\033[1m# %s\033[0m\n' "$*"
}

# Shows a command as one would type it, and runs it.
run()
{
    printf '$ %s\n' "${*//$dir\//}"
    "$@"
}

need()
{
    [ -r /dev/fuse ] && [ -w /dev/fuse ] && return
    echo "demo: /dev/fuse is missing or not yours; load the module with" \
        "\`modprobe fuse\`, or run as root" >&2
    exit 1
}

# A file system as a camera would have it, in two formats.
make_files()
{
    mkdir -p "$dir/root/bin" "$dir/root/etc" "$mnt" "$inside"
    head -c 14000 /dev/urandom > "$dir/root/bin/camera"
    printf 'root:x:0:0:root:/:/bin/sh\n' > "$dir/root/etc/passwd"
    printf 'welcome to the camera\n' > "$dir/root/etc/motd"
    genromfs -V camera -d "$dir/root" -f "$dir/romfs.img"
    mksquashfs "$dir/root" "$dir/web.sqsh" -comp xz -quiet -no-progress \
        -noappend > "$dir/mksquashfs.log"
    head -c 20000 /dev/urandom | gzip -9 > "$dir/linux.bin"
    printf '%56s' "boot info" > "$dir/bootinfo"
    head -c 60000 /dev/urandom > "$dir/loader"
}

make_flash()
{
    make_files
    fwfs-mkflash --size 0x400000 --base 0x7F000000 \
        --loader "$dir/loader" \
        --image "0:BOOT INFO:0x10000:af:0x7F010000:$dir/bootinfo" \
        --image "7:linux.bin:0x20000:acxz:0x8000:$dir/linux.bin" \
        --image "6:romfs.img:0xE0000:a:0x7F0E0000:$dir/romfs.img" \
        --image "5:web.sqsh:0x200000:a:0x7F200000:$dir/web.sqsh" \
        "$dir/flash.img"
}

start_camera()
{
    fwfs-sim --loader winbond --flash "$dir/flash.img" --baud 115200 \
        --link "$port" > "$dir/sim.out" &
    sim_pid=$!
    for _ in $(seq 100); do
        [ -e "$port" ] && return
        sleep 0.05
    done
    echo "demo: the simulated camera does not start" >&2
    exit 1
}

# Copies in the background and shows how far it is.
copy_with_progress()
{
    printf '$ cp %s . &\n$ fwfs --status cam\n' "${1#"$dir"/}"
    cp "$1" "$2" &
    local cp_pid=$!
    while kill -0 "$cp_pid" 2> /dev/null; do
        sleep 1
        fwfs --status "$mnt" | grep -F "$(basename "$1") " || true
    done
    wait "$cp_pid"
}

counter()
{
    awk -v key="$1:" '$1 == key { print $2 }' "$mnt/.fwfs/status"
}

# can_mount TYPE: does this kernel know it?
can_mount()
{
    [ "$(id -u)" -eq 0 ] || return 1
    grep -qw "$1" /proc/filesystems || modprobe -q "$1" 2> /dev/null ||
        return 1
    [ -e /dev/loop-control ] || modprobe -q loop 2> /dev/null
}

loop_mount()
{
    can_mount "$1" || {
        echo "(this kernel, or user, cannot loop-mount $1: skipped)"
        return
    }
    run mount -o loop,ro "$mnt/$2" "$inside"
    run ls -l "$inside/etc"
    run cat "$inside/etc/motd"
    run umount "$inside"
}

need
say "A camera with 4 MiB of flash; its boot loader answers on a serial console"
make_flash
start_camera
say "What is it?"
run fwfs --probe "$port"
say "Mount it"
run fwfs --cache-dir "$dir/cache" "$port" "$mnt"
run ls -l "$mnt"
say "Copy the romfs, at 115200 baud"
copy_with_progress "$mnt/romfs.img" "$dir/copy.img"
(cd "$dir" && run sha256sum copy.img romfs.img)
cmp "$dir/copy.img" "$dir/romfs.img"
say "Look into the file systems without copying them"
loop_mount squashfs web.sqsh
loop_mount romfs romfs.img
say "Of 4194304 bytes of flash, $(counter device_bytes_read) were fetched"
run fwfs --status "$mnt"
say "Unmount"
run fusermount3 -u "$mnt"
