// SPDX-License-Identifier: BSD-2-Clause
// FUSE operations that would change something: all answer EROFS.

#ifndef MOUNT_READONLY_H
#define MOUNT_READONLY_H

#include <fuse_lowlevel.h>

void refuse_name(fuse_req_t req, fuse_ino_t parent, const char *name);
void refuse_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *attr,
                    int to_set, struct fuse_file_info *fi);
void refuse_mknod(fuse_req_t req, fuse_ino_t parent, const char *name,
                  mode_t mode, dev_t rdev);
void refuse_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name,
                  mode_t mode);
void refuse_symlink(fuse_req_t req, const char *target, fuse_ino_t parent,
                    const char *name);
void refuse_rename(fuse_req_t req, fuse_ino_t parent, const char *name,
                   fuse_ino_t new_parent, const char *new_name, unsigned flags);
void refuse_link(fuse_req_t req, fuse_ino_t ino, fuse_ino_t new_parent,
                 const char *new_name);
void refuse_create(fuse_req_t req, fuse_ino_t parent, const char *name,
                   mode_t mode, struct fuse_file_info *fi);
void refuse_write(fuse_req_t req, fuse_ino_t ino, const char *bytes,
                  size_t size, off_t offset, struct fuse_file_info *fi);
void refuse_fallocate(fuse_req_t req, fuse_ino_t ino, int mode, off_t offset,
                      off_t length, struct fuse_file_info *fi);
void refuse_setxattr(fuse_req_t req, fuse_ino_t ino, const char *name,
                     const char *value, size_t size, int flags);

#endif
