// SPDX-License-Identifier: BSD-2-Clause
// The FUSE operations; each answers at once except a segment's read.

/*
 * All run in the loop thread and none asks the device. What is not set here
 * stays so on purpose: lseek, fsync and copy_file_range have defaults
 * in the kernel that suit plain bytes.
 */

#include "mount/fs_priv.h"

#include "base/cleanup.h"
#include "mount/readonly.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

static struct fs *fs_of(fuse_req_t req)
{
    return fuse_req_userdata(req);
}

static struct node node_of(fuse_req_t req, fuse_ino_t ino)
{
    return nodes_from_ino(fs_of(req)->map, ino);
}

static void attributes(const struct fs *fs, struct node node, struct stat *st)
{
    bool dir = nodes_is_dir(node);
    uint64_t size = nodes_size(fs->map, node);

    *st = (struct stat){
        .st_ino = nodes_ino(node),
        .st_mode = dir ? S_IFDIR | 0555 : S_IFREG | 0444,
        .st_nlink = node.kind == NODE_ROOT ? 3
                    : dir                  ? 2
                                           : 1,
        .st_uid = fs->uid,
        .st_gid = fs->gid,
        .st_size = (off_t)size,
        .st_blksize = 512, /* stdio reads in these: no more than is needed */
        .st_blocks = (blkcnt_t)(size / 512 + (size % 512 != 0)),
        .st_atim = fs->mapped_at,
        .st_mtim = fs->mapped_at,
        .st_ctim = fs->mapped_at,
    };
}

static void op_init(void *userdata, struct fuse_conn_info *conn)
{
    struct fs *fs = userdata;

    conn->max_read = fs->max_read; /* must match arguments.c */
    if (conn->max_readahead > FS_MAX_READAHEAD)
        conn->max_readahead = FS_MAX_READAHEAD;
    fs->initialised = true;
}

static void op_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
    struct fs *fs = fs_of(req);
    struct node node = nodes_lookup(fs->map, node_of(req, parent), name);
    /* Number 0 tells the kernel to remember that there is none. */
    struct fuse_entry_param entry = {
        .ino = nodes_ino(node),
        .attr_timeout = FS_VALID_SECONDS,
        .entry_timeout = FS_VALID_SECONDS,
    };

    if (node.kind != NODE_NONE)
        attributes(fs, node, &entry.attr);
    (void)fuse_reply_entry(req, &entry);
}

static void op_getattr(fuse_req_t req, fuse_ino_t ino,
                       struct fuse_file_info *fi)
{
    struct node node = node_of(req, ino);
    struct stat st;

    (void)fi;
    if (node.kind == NODE_NONE) {
        (void)fuse_reply_err(req, ENOENT);
        return;
    }
    attributes(fs_of(req), node, &st);
    (void)fuse_reply_attr(req, &st, FS_VALID_SECONDS);
}

static void op_opendir(fuse_req_t req, fuse_ino_t ino,
                       struct fuse_file_info *fi)
{
    if (!nodes_is_dir(node_of(req, ino))) {
        (void)fuse_reply_err(req, ENOTDIR);
        return;
    }
    fi->cache_readdir = 1;
    fi->keep_cache = 1;
    (void)fuse_reply_open(req, fi);
}

static void op_readdir(fuse_req_t req, fuse_ino_t ino, size_t size,
                       off_t position, struct fuse_file_info *fi)
{
    struct fs *fs = fs_of(req);
    char *out = malloc(size);
    struct node dir = node_of(req, ino);
    struct node_entry e = {.next = (uint64_t)position};
    size_t used = 0;

    (void)fi;
    if (out == NULL) {
        (void)fuse_reply_err(req, ENOMEM);
        return;
    }
    while (nodes_entry(fs->map, dir, e.next, &e)) {
        struct stat st;
        size_t n;
        attributes(fs, e.node, &st);
        n = fuse_add_direntry(req, out + used, size - used, e.name, &st,
                              (off_t)e.next);
        if (n > size - used)
            break;
        used += n;
    }
    (void)fuse_reply_buf(req, out, used);
    free(out);
}

/* The content is made now and stays for this opening: a reader in several
 * steps sees one state. */
static int open_made(struct fs *fs, struct node node, struct fuse_file_info *fi)
{
    struct buf *content = calloc(1, sizeof(*content));
    int rc;

    if (content == NULL)
        return -ENOMEM;
    rc = control_content(fs, node, content);
    fi->fh = (uintptr_t)content;
    return rc;
}

static void close_made(struct fuse_file_info *fi)
{
    struct buf *content = (struct buf *)(uintptr_t)fi->fh;

    if (content != NULL)
        buf_free(content);
    free(content);
    fi->fh = 0;
}

static void op_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    struct node node = node_of(req, ino);
    int rc = 0;

    fi->fh = 0;
    if (node.kind == NODE_NONE)
        rc = -ENOENT;
    else if ((fi->flags & O_ACCMODE) != O_RDONLY)
        rc = -EROFS;
    else if (nodes_is_made(node))
        rc = open_made(fs_of(req), node, fi);
    fi->direct_io = 1; /* exact sizes, and a read that Ctrl-C can end */
    if (rc != 0)
        (void)fuse_reply_err(req, -rc);
    else
        rc = fuse_reply_open(req, fi);
    if (rc != 0) /* also when the opener has gone: no release will come */
        close_made(fi);
}

static void op_release(fuse_req_t req, fuse_ino_t ino,
                       struct fuse_file_info *fi)
{
    (void)ino;
    close_made(fi);
    (void)fuse_reply_err(req, 0);
}

/* Bytes of [offset, offset+size) before end. */
static size_t clamp(uint64_t end, uint64_t offset, size_t size)
{
    if (offset >= end)
        return 0;
    return end - offset < size ? (size_t)(end - offset) : size;
}

static void read_made(fuse_req_t req, const struct buf *content,
                      uint64_t offset, size_t size)
{
    size_t len = clamp(content->len, offset, size);

    (void)fuse_reply_buf(req, len > 0 ? content->data + offset : NULL, len);
}

static void op_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
                    struct fuse_file_info *fi)
{
    struct fs *fs = fs_of(req);
    struct node node = node_of(req, ino);
    size_t len;

    if (node.kind == NODE_NONE || nodes_is_dir(node) || offset < 0) {
        (void)fuse_reply_err(req, EINVAL);
        return;
    }
    if (nodes_is_made(node)) {
        read_made(req, (const struct buf *)(uintptr_t)fi->fh, (uint64_t)offset,
                  size);
        return;
    }
    len = clamp(nodes_size(fs->map, node), (uint64_t)offset, size);
    if (len == 0)
        (void)fuse_reply_buf(req, NULL, 0);
    else
        reads_begin(fs, req, node.segment, (uint64_t)offset, len);
}

/* Once told so, the kernel sends no FLUSH again: close(2) never waits. */
static void op_flush(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    (void)ino;
    (void)fi;
    (void)fuse_reply_err(req, ENOSYS);
}

static void op_statfs(fuse_req_t req, fuse_ino_t ino)
{
    const struct map *map = fs_of(req)->map;
    struct statvfs st = {
        .f_bsize = 512,
        .f_frsize = 512,
        .f_files = nodes_total(map),
        .f_namemax = NODES_NAME_MAX - 1,
    };

    (void)ino;
    for (size_t i = 0; i < map->n_media; i++)
        st.f_blocks += map->media[i].size / 512;
    (void)fuse_reply_statfs(req, &st);
}

/* Of an attribute's value or of the list: size 0 asks how long it is. */
static void reply_xattr(fuse_req_t req, const char *value, size_t len,
                        size_t size)
{
    if (size == 0)
        (void)fuse_reply_xattr(req, len);
    else if (size < len)
        (void)fuse_reply_err(req, ERANGE);
    else
        (void)fuse_reply_buf(req, value, len);
}

static void op_getxattr(fuse_req_t req, fuse_ino_t ino, const char *name,
                        size_t size)
{
    char value[NODES_XATTR_MAX];
    struct node node = node_of(req, ino);
    int len = node.kind == NODE_SEGMENT && strcmp(name, NODES_CONFIRMED) == 0
                  ? control_confirmed(fs_of(req), node.segment, value,
                                      sizeof(value))
                  : nodes_xattr(fs_of(req)->map, node, name, value);

    if (len < 0)
        (void)fuse_reply_err(req, -len);
    else
        reply_xattr(req, value, (size_t)len, size);
}

static void op_listxattr(fuse_req_t req, fuse_ino_t ino, size_t size)
{
    size_t len;
    const char *names = nodes_xattr_names(node_of(req, ino), &len);

    reply_xattr(req, names, len, size);
}

static void op_ioctl(fuse_req_t req, fuse_ino_t ino, unsigned cmd, void *arg,
                     struct fuse_file_info *fi, unsigned flags, const void *in,
                     size_t in_size, size_t out_size)
{
    struct node node = node_of(req, ino);

    (void)arg;
    (void)fi;
    (void)flags;
    if (node.kind == NODE_SEGMENT)
        verify_begin(fs_of(req), req, node.segment, cmd, in, in_size, out_size);
    else
        (void)fuse_reply_err(req, ENOTTY);
}

const struct fuse_lowlevel_ops fs_ops = {
    .init = op_init,
    .lookup = op_lookup,
    .getattr = op_getattr,
    .opendir = op_opendir,
    .readdir = op_readdir,
    .open = op_open,
    .release = op_release,
    .read = op_read,
    .ioctl = op_ioctl,
    .flush = op_flush,
    .statfs = op_statfs,
    .getxattr = op_getxattr,
    .listxattr = op_listxattr,
    .setattr = refuse_setattr,
    .mknod = refuse_mknod,
    .mkdir = refuse_mkdir,
    .unlink = refuse_name,
    .rmdir = refuse_name,
    .symlink = refuse_symlink,
    .rename = refuse_rename,
    .link = refuse_link,
    .create = refuse_create,
    .write = refuse_write,
    .fallocate = refuse_fallocate,
    .setxattr = refuse_setxattr,
    .removexattr = refuse_name,
};
