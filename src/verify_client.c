// SPDX-License-Identifier: BSD-2-Clause
// The commands --verify, --verify --against and --retry.

#include "verify_client.h"

#include "against.h"
#include "base/buf.h"
#include "base/log.h"
#include "confirmed.h"
#include "image_file.h"
#include "madefile.h"
#include "meter.h"
#include "mounted.h"
#include "target.h"
#include "verify_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct client {
    struct mounted mounted;
    struct report report; /* arg is the client */
    struct verify_outcome total;
};

static void print_line(void *arg, const char *text)
{
    (void)arg;
    meter_clear(NULL);
    (void)puts(text);
    (void)fflush(stdout);
}

static void move_meter(void *arg, uint64_t end)
{
    (void)arg;
    meter_move(end);
}

/* What the line of the device is, by .fwfs/status; true also where it does
 * not say. */
static bool line_is_alive(void *arg)
{
    const struct client *c = arg;
    CLEANUP_BUF struct buf text = BUF_LIMITED(MADEFILE_MAX);

    if (madefile_read(c->mounted.dir, "status", &text, NULL) != 0 ||
        text.data == NULL)
        return true;
    return strstr(text.data, "\nline: silent\n") == NULL &&
           strstr(text.data, "\nline: gone\n") == NULL;
}

/* --- One file --- */

static const struct confirmed *
counts_of(const struct client *c, const char *name, struct confirmed *out)
{
    CLEANUP_BUF struct buf json = BUF_LIMITED(MADEFILE_MAX);

    if (madefile_read(c->mounted.dir, "status.json", &json, NULL) != 0 ||
        json.data == NULL)
        return NULL;
    return confirmed_find(json.data, name, out) ? out : NULL;
}

static int do_verify(struct client *c, const struct target *t, const char *name,
                     struct verify_outcome *o)
{
    struct confirmed counts;
    int r = verify_file(t, &c->report, o);

    if (r != 0)
        return r;
    verify_summary(t, &c->report, o, counts_of(c, name, &counts));
    if (ferror(stdout) == 0)
        verify_told(t, o);
    return 0;
}

static int do_retry(struct client *c, const struct target *t, const char *name,
                    struct verify_outcome *o, struct err *err)
{
    CLEANUP_BUF struct buf text = BUF_LIMITED(MADEFILE_MAX);
    CLEANUP_BUF struct buf file = {0};
    struct mapfile map = {0};
    int r;

    if (!buf_printf(&file, "%s.map", name))
        return err_set(err, -ENOMEM, "out of memory");
    r = madefile_read(c->mounted.dir, file.data, &text, err);
    if (r == 0)
        r = mapfile_read(&map, text.data, text.len, err);
    if (r == 0)
        r = verify_retry(t, &map, &c->report, o);
    else
        err_prefix(err, "%s", file.data);
    mapfile_free(&map);
    return r;
}

static int failed(const struct client *c, const struct target *t, int code,
                  struct err *err)
{
    meter_clear(NULL);
    if (err->text[0] != '\0')
        return code;
    if (code == -EHOSTDOWN)
        return err_set(err, code,
                       "%s: the device does not answer; last_error in "
                       "%s/.fwfs/status may say why",
                       t->name, c->mounted.dir);
    return target_failed(t, c->mounted.dir, code, err);
}

static int each_file(struct client *c, const struct mounted_file *f, bool retry,
                     struct err *err)
{
    struct target t;
    struct verify_outcome o = {0};
    int r = target_open(&t, c->mounted.dir, f->name, err);

    if (r == 0) {
        meter_begin(f->name, t.size);
        r = retry ? do_retry(c, &t, f->name, &o, err)
                  : do_verify(c, &t, f->name, &o);
        if (r != 0)
            r = failed(c, &t, r, err);
    }
    meter_clear(NULL);
    target_close(&t);
    c->total.differed += o.differed;
    c->total.failed += o.failed;
    c->total.more += o.more;
    return r;
}

static int all_files(struct client *c, bool retry, int *exit_code,
                     struct err *err)
{
    for (size_t i = 0; i < c->mounted.n_files; i++) {
        const struct mounted_file *f = &c->mounted.files[i];
        int r = f->covered ? 0 : each_file(c, f, retry, err);
        if (r != 0)
            return r;
    }
    *exit_code = verify_flawless(&c->total) ? 0 : 1;
    return 0;
}

/* --- Against an image --- */

static int one_file(struct client *c, const struct options *o, int *exit_code,
                    struct err *err)
{
    struct image_file image;
    struct target t;
    bool same = false;
    int r;

    if (c->mounted.n_files != 1)
        return err_set(err, -EISDIR,
                       "%s: this is a whole mount; write %s/FILE, for one file "
                       "of it",
                       o->mountpoint, o->mountpoint);
    r = image_file_open(&image, o->against, o->map, err);
    if (r == 0)
        r = target_open(&t, c->mounted.dir, c->mounted.files[0].name, err);
    if (r == 0) {
        meter_begin(c->mounted.files[0].name, t.size);
        r = against(&t, &image.image, &c->report, &same, err);
        if (r != 0)
            r = failed(c, &t, r, err);
        meter_clear(NULL);
        target_close(&t);
    }
    image_file_close(&image);
    *exit_code = same ? 0 : 1;
    return r;
}

int verify_run(const struct options *o, int *exit_code, struct err *err)
{
    struct client c = {.report = {.line = print_line,
                                  .progress = move_meter,
                                  .alive = line_is_alive,
                                  .arg = &c}};
    int r = mounted_find(&c.mounted, o->mountpoint, o->files, o->n_files, err);

    log_set_before(meter_clear, NULL);
    if (r == 0 && o->against != NULL)
        r = one_file(&c, o, exit_code, err);
    else if (r == 0)
        r = all_files(&c, o->command == COMMAND_RETRY, exit_code, err);
    mounted_free(&c.mounted);
    if (r == 0 && (fflush(stdout) != 0 || ferror(stdout)))
        return err_set(err, -EIO, "cannot write: %s", strerror(errno));
    return r;
}
