// SPDX-License-Identifier: BSD-2-Clause
// An open file of a mount, and what can be asked of it.

#include "target.h"

#include "base/buf.h"
#include "base/text.h"
#include "madefile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* A signal that does not end us, as SIGCONT, ends the call alone. */
static int control(const struct target *t, unsigned long request, void *arg)
{
    int r;

    do
        r = ioctl(t->fd, request, arg);
    while (r < 0 && errno == EINTR);
    return r < 0 ? -errno : 0;
}

static int do_verify(void *arg, struct fwfs_verify *v)
{
    return control(arg, FWFS_IOC_VERIFY, v);
}

static int do_sum(void *arg, struct fwfs_sum *s)
{
    return control(arg, FWFS_IOC_SUM, s);
}

static int do_uniform(void *arg, struct fwfs_uniform *u)
{
    return control(arg, FWFS_IOC_UNIFORM, u);
}

static int do_told(void *arg, struct fwfs_told *t)
{
    return control(arg, FWFS_IOC_TOLD, t);
}

static int do_place(void *arg, struct fwfs_place *p)
{
    return control(arg, FWFS_IOC_PLACE, p);
}

static int do_read(void *arg, void *out, uint64_t offset, size_t len)
{
    const struct target *t = arg;
    size_t done = 0;

    while (done < len) {
        ssize_t n = pread(t->fd, (char *)out + done, len - done,
                          (off_t)(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        done += (size_t)n;
    }
    return 0;
}

int target_open(struct target *t, const char *dir, const char *name,
                struct err *err)
{
    CLEANUP_BUF struct buf path = {0};
    struct stat st;

    *t = (struct target){.verify = do_verify,
                         .sum = do_sum,
                         .uniform = do_uniform,
                         .told = do_told,
                         .place = do_place,
                         .read = do_read,
                         .arg = t,
                         .fd = -1};
    (void)text_escape(t->name, sizeof(t->name), name, strlen(name));
    if (!buf_printf(&path, "%s/%s", dir, name))
        return err_set(err, -ENOMEM, "out of memory");
    /* Not to wait for what was planted there as a pipe. */
    t->fd = open(path.data, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (t->fd < 0 || fstat(t->fd, &st) < 0)
        return target_failed(t, dir, -errno, err);
    if (!S_ISREG(st.st_mode))
        return err_set(err, -EINVAL, "%s/%s: this is no file of the device",
                       dir, t->name);
    t->size = (uint64_t)st.st_size;
    return 0;
}

void target_close(struct target *t)
{
    if (t->fd >= 0)
        (void)close(t->fd);
    t->fd = -1;
}

int target_failed(const struct target *t, const char *dir, int code,
                  struct err *err)
{
    if (code == -ENOTCONN || code == -ECONNABORTED || code == -ENODEV)
        return madefile_failed(dir, ENOTCONN, err);
    if (code == -ENOENT)
        return err_set(err, code, "%s: there is no such file in %s", t->name,
                       dir);
    if (code == -ENOTTY || code == -ENOSYS || code == -EOPNOTSUPP)
        return err_set(err, code,
                       "%s/%s: this is no file of the device, or the fwfs "
                       "that is mounted there cannot verify",
                       dir, t->name);
    return err_set(err, code, "%s/%s: %s", dir, t->name, strerror(-code));
}
