#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# -o carve: a flash without a map; what real tools made is found by its headers,
# with its length, for some 40 KB of line.

. "$(dirname "$0")/lib.sh"
need_fuse
need jq mksquashfs genromfs mkimage mkenvimage dtc mkfs.cramfs mkfs.jffs2 \
    ubinize gzip xz

cd "$T"

# --- what lies in the flash ------------------------------------------------

noise 70000 files > data
mkdir d
cp data d/data.bin
printf 'bootdelay=3\nbootcmd=run flash\nbaudrate=115200\n' > texts
mkenvimage -r -s 0x4000 -o environment texts
mkimage -A mips -O linux -T kernel -C none -n 'kernel of a test' -d data \
    uimage > log
mksquashfs d squashfs -noappend -quiet -no-progress > log
printf '/dts-v1/; / { model = "board"; chosen {}; };' |
    dtc -q -O dtb -p 0x1000 -o dtb -
gzip -9nc data > ./gzip
genromfs -f romfs -d d -V volume
mkfs.cramfs -n disk -N big d cramfs
cat > its << 'END'
/dts-v1/;
/ {
    description = "two images";
    #address-cells = <1>;
    images {
        kernel {
            data = /incbin/("data");
            type = "kernel";
            arch = "arm";
            os = "linux";
            compression = "none";
            load = <0x8000>;
            entry = <0x8000>;
        };
    };
    configurations {
        default = "one";
        one { kernel = "kernel"; };
    };
};
END
mkimage -f its fit > log
mkfs.jffs2 --big-endian --eraseblock=64KiB --pad=0x40000 -d d -o jffs2 2> log
printf '[v]\nmode=ubi\nimage=squashfs\nvol_id=0\nvol_type=static\nvol_name=v\n' \
    > ini
ubinize -o ubi -m 1 -p 128KiB ini > log 2>&1
xz -c data > ./xz
xz --format=lzma -c data > lzma

declare -A at=([environment]=0x30000 [uimage]=0x40000 [squashfs]=0x150000
    [dtb]=0x1c0000 [gzip]=0x1d0000 [romfs]=0x200000 [cramfs]=0x240000
    [fit]=0x280000 [jffs2]=0x300000 [ubi]=0x400000 [xz]=0x600000
    [lzma]=0x640000)

noise 0x30000 loader > flash
blank $((0x7d0000)) >> flash
for kind in "${!at[@]}"; do
    put "$kind" $((at[$kind])) flash
done
# Where a header is not at a boundary it is not looked for; nor is what only
# begins like one taken for one.
put squashfs $((0x6c1000)) flash
head -c 40 uimage > stub
put stub $((0x700000)) flash

name() {
    printf '%s@%x.img' "$1" "${at[$1]}"
}

start_sim --loader u-boot --format old --flash flash --baud 0

# --- mounted ---------------------------------------------------------------

mount_fwfs
equal '' "$(find mnt -name '*.img')" "files when nobody asked"
spent=$(jq .line_bytes_received mnt/.fwfs/status.json)
unmount_fwfs

mount_fwfs -o carve
spent=$(($(jq .line_bytes_received mnt/.fwfs/status.json) - spent))
at_most 49152 "$spent" "bytes of line for 128 places"
wanted=$(for kind in "${!at[@]}"; do name "$kind" && echo; done | sort)
equal "$wanted" "$(cd mnt && printf '%s\n' *.img | sort)" "files"

# Those that tell their length are what the tool wrote, to the byte.
for kind in uimage squashfs dtb romfs cramfs fit; do
    cp "mnt/$(name "$kind")" copy
    same copy "$kind"
done
# The others go on to the next.
equal $((0x10000)) "$(stat -c %s "mnt/$(name environment)")" "size, environment"
equal $((0x100000)) "$(stat -c %s "mnt/$(name jffs2)")" "size of jffs2"
equal $((0x200000)) "$(stat -c %s "mnt/$(name ubi)")" "size of ubi"
equal $((0x800000 - 0x640000)) "$(stat -c %s "mnt/$(name lzma)")" "size, lzma"
head -c "$(stat -c %s gzip)" "mnt/$(name gzip)" > copy
same copy gzip
contains "$(grep uimage mnt/.fwfs/segments)" carve "(named 'kernel of a test')"
equal 0x9f150000 "$(getfattr --only-values -n user.fwfs.address \
    "mnt/$(name squashfs)")" "address of squashfs"

# What is confirmed in the cache costs no line.
unmount_fwfs
lines=$(wc -l < sim.log)
mount_fwfs -o carve=64K
uimage=$((0x9f000000 + at[uimage]))
tail -n "+$((lines + 1))" sim.log > asked
! grep -qi "^md.* $(printf %x "$uimage") " asked || fail "read what is cached"
unmount_fwfs

# Without the device: the files of the last mount, or what the cache has.
id=$("$FWFS" --list-caches -c cache | awk 'NR == 2 { print $1 }')
"$FWFS" -c cache --offline "$id" mnt
cp "mnt/$(name squashfs)" copy
same copy squashfs "squashfs, offline"
unmount_fwfs
"$FWFS" -c cache --offline --carve "$id" mnt 2> warning
contains "$(cat warning)" "are not in the cache"
equal "$wanted" "$(cd mnt && printf '%s\n' *.img | sort)" "files, offline"
unmount_fwfs

# --- probed, with other erase blocks ---------------------------------------

"$FWFS" --probe --carve=1M tty > probe
contains "$(cat probe)" romfs@200000.img jffs2@300000.img xz@600000.img
! grep -q 'squashfs@' probe || fail "found what no 1M block starts with"
"$FWFS" --probe --carve=4K tty > probe
contains "$(cat probe)" squashfs@150000.img squashfs@6c1000.img
stop_device

# --- beside a map, on a bad line -------------------------------------------

# What the map names is not named again, but bounds what has no length.
start_sim --loader u-boot --format new --endian big --flash flash --baud 0 \
    --mtdparts 'nor0:256k(u-boot),1088k(kernel),1m(rootfs),-(rest)' \
    --flip 3000 --seed 7
mount_fwfs --no-cache -o carve
wanted=$(grep -v -e uimage -e squashfs <<< "$wanted")
equal "$wanted" "$(cd mnt && printf '%s\n' *.img | sort)" "files beside a map"
cp "mnt/$(name dtb)" copy
same copy dtb "dtb, bad line"
[ "$(status 'bad rows')" != 0 ] || fail "the line was not bad"
unmount_fwfs
stop_device

# --- a reset in the middle --------------------------------------------------

start_sim --loader u-boot --flash flash --baud 0 --reset-after 20000 \
    --reset-times 1 --autoboot 1
mount_fwfs --no-cache -o carve
[ -e "mnt/$(name lzma)" ] || fail "after a reset: no lzma"
cp "mnt/$(name uimage)" copy
same copy uimage "uimage, after a reset"
grep -q '^!reset' sim.log || fail "there was no reset"
unmount_fwfs
stop_device

# Another board after it: none of its files.
start_sim --loader u-boot --flash flash --baud 0 --reset-after 20000 \
    --reset-times 1 --autoboot 1 --mac 02:00:00:00:00:01 \
    --mac-after-reset 02:00:00:00:00:02
refused 1 --no-cache -o carve "$T/tty" "$T/mnt"
contains "$message" "another device answers"
