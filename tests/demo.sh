#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Shows what fwfs does, with the simulator playing a camera on a line of
# 115200 baud. Leaves nothing behind, also when interrupted.

set -euo pipefail

build=${FWFS_BUILD:-$(cd "$(dirname "$0")/.." && pwd)/build}
work=
copier=
camera=

stop() {
    echo "demo: $*" >&2
    exit 1
}

check_machine() {
    local program

    [ "$(id -u)" -eq 0 ] ||
        stop "mounting a loop device needs root; write: sudo make demo"
    [ -e /dev/fuse ] || modprobe fuse 2> /dev/null ||
        stop "this machine has no /dev/fuse: its kernel lacks FUSE, or it is" \
            "a container; for docker write: --device /dev/fuse --privileged"
    for program in mksquashfs genromfs mount; do
        command -v "$program" > /dev/null ||
            stop "no $program; write: make deps"
    done
    [ -x "$build/fwfs" ] || stop "no $build/fwfs; write: make"
}

clean_up() {
    local dir

    trap - EXIT
    trap '' INT TERM HUP
    set +e
    cd /
    [ -z "$copier" ] || kill "$copier" 2> /dev/null
    for dir in inside inside2 cam; do
        if mountpoint -q "$work/$dir" 2> /dev/null; then
            umount "$work/$dir" 2> /dev/null || umount -l "$work/$dir"
        fi
    done
    [ -z "$camera" ] || kill "$camera" 2> /dev/null
    wait
    [ -z "$work" ] || rm -rf "$work"
}

# --- telling ---------------------------------------------------------------

if [ -t 1 ]; then
    bold=$'\e[1m' plain=$'\e[0m'
else
    bold='' plain=''
fi

say() {
    printf '\n%s\n' "# $*"
}

# Shows a command, then runs it.
run() {
    printf '%s\n' "$bold\$ $*$plain"
    eval "$*"
}

# --- the camera ------------------------------------------------------------

make_images() {
    local i

    mkdir -p romfs/www romfs/bin web/css
    for i in 1 2 3 4 5 6; do
        echo "<html><body><h1>Camera, page $i</h1></body></html>" \
            > "romfs/www/page$i.htm"
    done
    head -c 28000 "$build/fwfs" > romfs/bin/camera
    printf '#!/bin/sh\nmount -t proc none /proc\ncamera &\n' > romfs/bin/init
    genromfs -d romfs -f romfs.img -V rom
    printf 'user=admin\npassword=camera\n' > web/settings.conf
    seq 1 2000 > web/css/style.css
    head -c 131072 "$build/fwfs" > web/plugin.bin
    mksquashfs web web.sqsh -comp xz -all-root -quiet -no-progress
    head -c 400000 "$build/fwfs" | gzip -9n > linux.gz
    head -c 56 /dev/zero > bootinfo
    head -c 60000 "$build/fwfs-sim" > loader
}

make_flash() {
    "$build/fwfs-mkflash" --size 0x400000 --loader loader \
        --image '0:BOOT INFO:0x10000:af:0x7F010000:bootinfo' \
        --image '7:linux.bin:0x20000:acxz:0x8000:linux.gz' \
        --image '6:romfs.img:0xE0000:a:0x7F0E0000:romfs.img' \
        --image '5:web.sqsh:0x100000:a:0x7F100000:web.sqsh' flash
}

start_camera() {
    local i

    "$build/fwfs-sim" --loader winbond --flash flash --baud 115200 \
        --link ttyUSB0 > sim.out 2>&1 &
    camera=$!
    for ((i = 0; i < 100; i++)); do
        grep -q ready sim.out && return
        sleep 0.05
    done
    stop "the simulator does not start: $(cat sim.out)"
}

# --- the steps -------------------------------------------------------------

romfs_line() {
    fwfs --status cam | grep '^romfs.img'
}

# The bar of fwfs --status, drawn again and again while cp runs.
watch_copy() {
    while kill -0 "$copier" 2> /dev/null; do
        if [ -t 1 ]; then
            printf '\r\e[K%s' "$(romfs_line)"
            sleep 0.3
        else
            romfs_line
            sleep 2
        fi
    done
    wait "$copier" || stop "cp failed"
    copier=
    [ ! -t 1 ] || printf '\r\e[K'
    romfs_line
}

copy_romfs() {
    say 'Copy the root file system. The line brings 2.5 kB a second, so this'
    echo '# takes a while; fwfs --status tells how far it is.'
    echo "$bold\$ cp cam/romfs.img copy.img & fwfs --status cam$plain"
    cp cam/romfs.img copy.img &
    copier=$!
    watch_copy
    run 'sha256sum copy.img romfs.img'
    cmp copy.img romfs.img || stop "the copy differs"
}

has_filesystem() {
    grep -qw "$1" /proc/filesystems || modprobe "$1" 2> /dev/null
}

look_inside() {
    if has_filesystem romfs; then
        say 'Look inside, without another byte from the camera.'
        run 'mount -t romfs -o loop,ro cam/romfs.img inside'
        run 'ls inside inside/www'
        run 'umount inside'
    else
        say 'This kernel has no romfs, so that image cannot be mounted here.'
    fi
    if has_filesystem squashfs; then
        say 'Mount an image that was not copied: only what is looked at comes.'
        run 'mount -t squashfs -o loop,ro cam/web.sqsh inside2'
        run 'ls -l inside2'
        run 'cat inside2/settings.conf'
        cmp inside2/settings.conf web/settings.conf || stop "the file differs"
        run 'umount inside2'
    else
        say 'This kernel has no squashfs either.'
    fi
}

again() {
    say 'Later, or after a crash: what was read is still known.'
    run 'umount cam'
    run 'fwfs --cache-dir cache ttyUSB0 cam'
    run 'cmp cam/romfs.img romfs.img && echo the same'
    run 'grep device_bytes_read cam/.fwfs/status'
    run 'umount cam'
}

check_machine
trap clean_up EXIT
trap 'exit 130' INT TERM HUP
work=$(mktemp -d "${TMPDIR:-/tmp}/fwfs-demo.XXXXXX")
cd "$work"
mkdir cam inside inside2
PATH=$build:$PATH

make_images
make_flash
start_camera
say 'A camera with 4 MiB of flash hangs on ttyUSB0, at its boot loader. (It is'
echo '# a simulator, which sends at the pace of a real line.)'
run 'fwfs --list-dialects'
run 'fwfs --cache-dir cache ttyUSB0 cam'
run 'ls -l cam'
copy_romfs
look_inside
say 'So little of the 4 MiB was fetched:'
run "grep -E '^(device_bytes_read|line_bytes_received|retries)' cam/.fwfs/status"
run 'fwfs --status cam'
again
say "Done in $SECONDS s."
