// SPDX-License-Identifier: BSD-2-Clause
// A file here that may hold the same bytes as the device.

#include "image/reference.h"

#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct reference {
    int fd;
    bool told; /* that it cannot be read */
    uint64_t size;
    char *name;
};

static int open_file(struct reference *r, const char *path, struct err *err)
{
    struct stat st;
    off_t size;

    /* Not to wait for the other end of a pipe. */
    r->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (r->fd < 0 || fstat(r->fd, &st) < 0)
        return err_set(err, -errno, "%s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
        return err_set(err, -EINVAL,
                       "%s: a reference is a plain file or a block device",
                       path);
    size = lseek(r->fd, 0, SEEK_END);
    if (size < 0)
        return err_set(err, -errno, "%s: %s", path, strerror(errno));
    if (size == 0)
        return err_set(err, -EINVAL,
                       "%s: this file is empty, so nothing can be taken "
                       "from it",
                       path);
    r->size = (uint64_t)size;
    return 0;
}

static int set_name(struct reference *r, const char *path)
{
    size_t size = 4 * strlen(path) + 1;

    r->name = malloc(size);
    if (r->name == NULL)
        return -ENOMEM;
    (void)text_escape(r->name, size, path, strlen(path));
    return 0;
}

int reference_open(struct reference **out, const char *path, struct err *err)
{
    struct reference *r = calloc(1, sizeof(*r));
    int code;

    *out = NULL;
    if (r == NULL)
        return err_set(err, -ENOMEM, "%s: out of memory", path);
    r->fd = -1;
    code = open_file(r, path, err);
    if (code == 0 && set_name(r, path) != 0)
        code = err_set(err, -ENOMEM, "%s: out of memory", path);
    if (code != 0) {
        reference_close(r);
        return code;
    }
    *out = r;
    return 0;
}

void reference_close(struct reference *r)
{
    if (r == NULL)
        return;
    if (r->fd >= 0)
        (void)close(r->fd);
    free(r->name);
    free(r);
}

uint64_t reference_size(const struct reference *r)
{
    return r->size;
}

const char *reference_name(const struct reference *r)
{
    return r->name;
}

/* code: an errno, 0: it ended. */
static int fails(struct reference *r, uint64_t offset, int code)
{
    if (!r->told)
        log_warn("reference %s: cannot be read at 0x%" PRIx64 ": %s", r->name,
                 offset, code == 0 ? "it has become shorter" : strerror(code));
    r->told = true;
    return -EIO;
}

int reference_read(struct reference *r, uint64_t offset, void *out, size_t len)
{
    size_t done = 0;

    if (offset > r->size || len > r->size - offset)
        return -ERANGE;
    while (done < len) {
        ssize_t n = pread(r->fd, (char *)out + done, len - done,
                          (off_t)(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return fails(r, offset + done, n < 0 ? errno : 0);
        done += (size_t)n;
    }
    return 0;
}
