// SPDX-License-Identifier: BSD-2-Clause
// Can a file system be mounted here? If not: what is wrong, what to do.

#ifndef MOUNT_MOUNTPOINT_H
#define MOUNT_MOUNTPOINT_H

#include "base/err.h"

#include <stdint.h>

/* 0, or why nothing can be mounted there, in words: -ENOENT, -ENOTDIR, -EBUSY
 * (mounted already), -ENOTCONN (what was mounted there died), -EPERM (not the
 * user's directory, or /dev/fuse), else what /dev/fuse answered. Waits for
 * the daemon of what is mounted there, if any. */
int mountpoint_check(const char *path, struct err *err);

/* Which mount path is the root of or lies in; 0: cannot be told. Asks neither
 * the file system nor its daemon, so it may be ours, unserved or dead. */
uint64_t mountpoint_id(const char *path);

/* Takes the mount at path out of the tree, in use or not. */
void mountpoint_clear(const char *path);

#endif
