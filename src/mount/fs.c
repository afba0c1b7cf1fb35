// SPDX-License-Identifier: BSD-2-Clause
// The FUSE session: mounts it, serves it from one loop, takes it down.

/*
 * States: made (session exists) -> mounted -> initialised (the kernel's INIT
 * is answered; ready() was called) -> ended (unmounted, the session without
 * its descriptor) -> freed.
 *
 * Threads: the loop thread runs every operation and never waits for the
 * device; what is confirmed it answers from the cache. The fetcher thread
 * answers all other reads from reads.c.
 * fs_stop and fs_progress_line may come from anywhere.
 *
 * Lock: fs->lock guards the members marked with it in fs_priv.h. No call into
 * libfuse, the fetcher, the device or the store is made while it is held:
 * libfuse runs the interrupt callback with a request's lock held and takes
 * the same lock in fuse_req_interrupt_func.
 *
 * Unmounting closes the session's descriptor, whose number the next open(2)
 * may get: a late answer would be written into a stranger's file. So reads_end
 * answers all that is pending and bars the fetcher from libfuse first.
 */

#include "mount/fs_priv.h"

#include "base/cleanup.h"
#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

/* Where libfuse's complaints go while this thread mounts. */
static _Thread_local struct err *said;

/* libfuse logs one line in several calls, the last with the newline. */
static void add_said(const char *text)
{
    size_t have = strlen(said->text);
    bool new_line = have > 0 && said->text[have - 1] == '\n';

    if (new_line)
        have--;
    (void)snprintf(said->text + have, sizeof(said->text) - have, "%s%s",
                   new_line ? "; " : "", text);
}

static void trim(char *text)
{
    size_t len = strlen(text);

    while (len > 0 && text[len - 1] == '\n')
        text[--len] = '\0';
}

__attribute__((format(printf, 2, 0))) static void
on_fuse_log(enum fuse_log_level level, const char *fmt, va_list ap)
{
    char text[512];

    (void)vsnprintf(text, sizeof(text), fmt, ap);
    if (level <= FUSE_LOG_WARNING && said != NULL) {
        add_said(text);
        return;
    }
    trim(text);
    log_msg(level <= FUSE_LOG_WARNING ? LOG_LEVEL_WARN : LOG_LEVEL_DEBUG, "%s",
            text);
}

static int make_session(struct fs *fs, struct err *err)
{
    struct fuse_args args = FUSE_ARGS_INIT(0, NULL);
    struct err why = {""};
    int rc = fs_arguments(&args, fs, err);

    if (rc != 0)
        return rc;
    said = &why;
    fs->session = fuse_session_new(&args, &fs_ops, sizeof(fs_ops), fs);
    said = NULL;
    trim(why.text);
    fuse_opt_free_args(&args);
    if (fs->session == NULL)
        return err_set(err, -EINVAL, "mount options: %s",
                       why.text[0] != '\0' ? why.text : "libfuse refused");
    return 0;
}

/* The descriptor must not block: a request that poll saw may be withdrawn
 * before it is read. */
static int mount_session(struct fs *fs, struct err *err)
{
    const char *path = fs->config.mountpoint;
    struct err why = {""};
    int fd;
    int rc;

    said = &why;
    rc = fuse_session_mount(fs->session, path);
    said = NULL;
    trim(why.text);
    if (rc != 0)
        return err_set(err, -EPERM, "cannot mount on %s: %s", path,
                       why.text[0] != '\0' ? why.text
                                           : "fusermount3 says why above");
    fs->mounted = true;
    fs->mount_id = mountpoint_id(path);
    fd = fuse_session_fd(fs->session);
    if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) < 0)
        return err_set(err, -errno, "%s: /dev/fuse: %s", path, strerror(errno));
    return 0;
}

static int make(struct fs **out, const struct fs_config *config,
                struct err *err)
{
    struct fs *fs = calloc(1, sizeof(*fs));

    *out = fs;
    if (fs == NULL)
        return err_set(err, -ENOMEM, "out of memory");
    fs->config = *config;
    fs->map = device_map(config->device);
    fs->uid = getuid();
    fs->gid = getgid();
    fs->latest = fs->map->n_segments;
    (void)clock_gettime(CLOCK_REALTIME, &fs->mapped_at);
    (void)pthread_mutex_init(&fs->lock, NULL);
    (void)pthread_cond_init(&fs->answered, NULL);
    fs->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fs->stop_fd < 0)
        return err_set(err, -errno, "eventfd: %s", strerror(errno));
    fs->max_read = fs_max_read();
    fs->answer = malloc(fs->max_read);
    fs->activity = calloc(fs->map->n_segments + 1, sizeof(*fs->activity));
    if (fs->answer == NULL || fs->activity == NULL)
        return err_set(err, -ENOMEM, "out of memory");
    return 0;
}

int fs_mount(struct fs **out, const struct fs_config *config, struct err *err)
{
    struct fs *fs = NULL;
    int rc = mountpoint_check(config->mountpoint, err);

    *out = NULL;
    if (rc != 0)
        return rc;
    fuse_set_log_func(on_fuse_log);
    rc = make(&fs, config, err);
    if (rc == 0)
        rc = make_session(fs, err);
    if (rc == 0)
        rc = mount_session(fs, err);
    if (rc != 0) {
        fs_free(fs);
        return rc;
    }
    *out = fs;
    return 0;
}

/* Takes one request from the kernel, if there still is one. */
static int serve(struct fs *fs, struct fuse_buf *buf, struct err *err)
{
    int n = fuse_session_receive_buf(fs->session, buf);

    if (n == -EINTR || n == -EAGAIN || n == 0)
        return 0; /* 0: unmounted; the session is marked as exited */
    if (n < 0)
        return err_set(err, n, "reading from /dev/fuse: %s", strerror(-n));
    fuse_session_process_buf(fs->session, buf);
    if (fs->initialised && !fs->ready_told &&
        !fuse_session_exited(fs->session)) {
        fs->ready_told = true;
        if (fs->config.ready != NULL)
            fs->config.ready(fs->config.ready_arg);
    }
    return 0;
}

static int wait_and_serve(struct fs *fs, struct fuse_buf *buf, struct err *err)
{
    struct pollfd fds[] = {
        {.fd = fuse_session_fd(fs->session), .events = POLLIN},
        {.fd = fs->stop_fd, .events = POLLIN},
    };

    if (poll(fds, 2, -1) < 0)
        return errno == EINTR
                   ? 0
                   : err_set(err, -errno, "poll: %s", strerror(errno));
    if (fds[1].revents != 0) {
        fuse_session_exit(fs->session);
        return 0;
    }
    return fds[0].revents != 0 ? serve(fs, buf, err) : 0;
}

/* Safe to call twice. */
static void end(struct fs *fs)
{
    const char *path = fs->config.mountpoint;

    if (!fs->mounted)
        return;
    reads_end(fs);
    fuse_session_exit(fs->session); /* late complaints are of no use */
    fuse_session_unmount(fs->session);
    /* After `umount -f` or an abort of the connection libfuse believes that
     * the mount is gone; it may be there still, dead. */
    if (fs->mount_id != 0 && mountpoint_id(path) == fs->mount_id)
        mountpoint_clear(path);
    fs->mounted = false;
}

int fs_loop(struct fs *fs, struct err *err)
{
    struct fuse_buf buf = {0};
    int rc = 0;

    while (rc == 0 && !fuse_session_exited(fs->session))
        rc = wait_and_serve(fs, &buf, err);
    free(buf.mem);
    if (rc == 0 && !fs->ready_told && fs->initialised)
        rc = err_set(err, -EPROTO, "the kernel and libfuse do not agree");
    end(fs);
    return rc;
}

void fs_stop(struct fs *fs)
{
    const uint64_t one = 1;
    int saved = errno;

    if (write(fs->stop_fd, &one, sizeof(one)) < 0)
        assert(errno == EAGAIN); /* the counter is full: stopped long ago */
    errno = saved;
}

void fs_free(struct fs *fs)
{
    if (fs == NULL)
        return;
    if (fs->session != NULL) {
        end(fs);
        fuse_session_destroy(fs->session);
    }
    assert(fs->lent == 0 && fs->reads == NULL);
    if (fs->stop_fd >= 0)
        (void)close(fs->stop_fd);
    (void)pthread_cond_destroy(&fs->answered);
    (void)pthread_mutex_destroy(&fs->lock);
    free(fs->activity);
    free(fs->answer);
    free(fs);
}
