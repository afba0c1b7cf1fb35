// SPDX-License-Identifier: BSD-2-Clause
// Can a file system be mounted here? If not: what is wrong, what to do.

#include "mount/mountpoint.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int cannot_see(const char *path, int code, struct err *err)
{
    if (code == ENOENT)
        return err_set(err, -ENOENT,
                       "%s: there is no such directory; make it with "
                       "`mkdir -p %s`",
                       path, path);
    if (code == ENOTCONN || code == ECONNABORTED)
        return err_set(err, -ENOTCONN,
                       "%s: what was mounted here has died; clear it away "
                       "with `fusermount3 -u %s`",
                       path, path);
    return err_set(err, -code, "%s: %s", path, strerror(code));
}

/* The kernel may remember the attributes of a dead mount: so it is made to
 * ask. */
static int is_mounted(const char *path, struct err *err)
{
    struct statx st;

    if (statx(AT_FDCWD, path, AT_STATX_FORCE_SYNC, STATX_TYPE, &st) != 0)
        return cannot_see(path, errno, err);
    return err_set(err, -EBUSY,
                   "%s: something is mounted here already; unmount it (an old "
                   "fwfs: `fusermount3 -u %s`) or take another directory",
                   path, path);
}

static int check_directory(const char *path, struct err *err)
{
    struct statx st;

    if (statx(AT_FDCWD, path, 0, STATX_TYPE, &st) != 0)
        return cannot_see(path, errno, err);
    if (!S_ISDIR(st.stx_mode))
        return err_set(err, -ENOTDIR,
                       "%s: is not a directory; a mount point must be one",
                       path);
    if ((st.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0)
        return is_mounted(path, err);
    /* fusermount3 insists on it, but its words are hard to place. */
    if (geteuid() != 0 && access(path, W_OK) != 0)
        return err_set(err, -EPERM,
                       "%s: you may only mount on a directory that you can "
                       "write to; take one of your own",
                       path);
    return 0;
}

static int check_kernel(struct err *err)
{
    CLEANUP_CLOSE int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);

    if (fd >= 0)
        return 0;
    if (errno == EACCES || errno == EPERM)
        return err_set(err, -EPERM,
                       "/dev/fuse: no permission to open it; see `ls -l "
                       "/dev/fuse` (usually mode 0666), or run fwfs as root");
    return err_set(err, -errno,
                   "/dev/fuse: %s; load the kernel's FUSE with "
                   "`modprobe fuse`",
                   strerror(errno));
}

int mountpoint_check(const char *path, struct err *err)
{
    int rc = check_directory(path, err);

    return rc != 0 ? rc : check_kernel(err);
}

uint64_t mountpoint_id(const char *path)
{
    struct statx st;

    if (statx(AT_FDCWD, path, AT_STATX_DONT_SYNC, STATX_MNT_ID, &st) != 0 ||
        (st.stx_mask & STATX_MNT_ID) == 0)
        return 0;
    return st.stx_mnt_id;
}

void mountpoint_clear(const char *path)
{
    char *const argv[] = {"fusermount3",           "-u", "-q", "-z", "--",
                          (char *)(uintptr_t)path, NULL};
    pid_t pid;

    if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
        return;
    if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ) == 0)
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
        }
}
