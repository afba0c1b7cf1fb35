#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# By mount(8), as in fstab: mount -t fuse.fwfs DEVICE DIRECTORY -o OPTIONS.

# mount(8) looks for fwfs in the system's folders only. So it is put into one,
# but only in this process's own view of the system.
if [ -z "${OWN_VIEW-}" ] && [ "$(id -u)" -eq 0 ]; then
    unshare --mount --propagation private true || {
        echo "no mount namespace of one's own here (in a chroot?)"
        exit 77
    }
    OWN_VIEW=yes exec unshare --mount --propagation private bash "$0"
fi

. "$(dirname "$0")/lib.sh"
need_fuse
need_root
need mount.fuse3 findmnt
mount -t tmpfs none /usr/local/sbin
printf '#!/bin/sh\nexec "%s" "$@"\n' "$FWFS" > /usr/local/sbin/fwfs
chmod 755 /usr/local/sbin/fwfs

noise 65536 helper > "$T/flash"
start_sim --loader u-boot --flash "$T/flash" --baud 0

helper() {
    timeout 60 mount -t fuse.fwfs "$@"
}

# With the words that fstab may have.
helper "$T/tty" "$T/mnt" -o "ro,nodev,noatime,_netdev,nofail,x-gvfs-hide" \
    -o "baud=115200,segment=boot:0x9f000000:4K,segment=tail:0x9f008000:32K" \
    -o "cache-dir=$T/cache,timeout=20,attach-timeout=20" \
    -o "password=geheim,ro,password=geheim"
for pid in $(fwfs_pids); do
    ! grep -aq geheim "/proc/$pid/cmdline" || fail "the password is in ps"
done
! grep -qs geheim /proc/self/mountinfo /run/mount/utab ||
    fail "the password is in the table of mounts"
equal "boot flash.bin tail" "$(cd "$T/mnt" && echo *)" files
head -c 5000 "$T/mnt/tail" > "$T/part"
same_part "$T/part" "$T/flash" 32768 tail
[ -d "$T/cache" ] || fail "cache-dir was not heeded"
equal fuse.fwfs "$(findmnt -n -o FSTYPE "$T/mnt")" "type of the mount"
equal "$(realpath "$T/tty")" "$(findmnt -n -o SOURCE "$T/mnt")" "source of the mount"
contains ",$(findmnt -n -o OPTIONS "$T/mnt")," ,ro,
unmount_fwfs

# Failures reach mount(8).
helper "$T/tty" "$T/mnt" -o baud=fast 2> "$T/err" && fail "baud=fast is fine"
note "$(cat "$T/err")"
contains "$(cat "$T/err")" "'fast'" baud
helper "$T/none" "$T/mnt" -o "cache-dir=$T/cache" 2> "$T/err" &&
    fail "a mount without a device"
contains "$(cat "$T/err")" 'no such port'
nothing_left "mount(8)"

# --no-cache as an option of mount(8).
rm -rf "$T/cache"
XDG_CACHE_HOME=$T/xdg HOME=$T/home helper "$T/tty" "$T/mnt" -o no-cache
cmp "$T/mnt/flash.bin" "$T/flash" || fail "flash.bin differs"
equal memory "$(status identity)" identity
unmount_fwfs
for dir in cache xdg home; do
    [ ! -e "$T/$dir" ] || fail "$dir was made in spite of no-cache"
done
