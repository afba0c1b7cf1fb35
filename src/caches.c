// SPDX-License-Identifier: BSD-2-Clause
// The caches on disk, for a person: a list, and forgetting.

#include "caches.h"

#include "base/log.h"
#include "base/text.h"
#include "monitor/map_file.h"
#include "store/catalog.h"
#include "store/forget.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

struct list {
    struct buf *out;
    size_t n;
};

/* Appends a name of a file or directory. */
static void add_safe(struct buf *out, const char *name, int columns)
{
    char safe[NAME_MAX * 4 + 1];

    (void)text_escape(safe, sizeof(safe), name, strlen(name));
    (void)buf_printf(out, "%-*s", columns, safe);
}

static void add_size(struct buf *out, uint64_t bytes, int columns)
{
    char text[TEXT_SIZE_MAX];

    text_size(text, bytes);
    (void)buf_printf(out, "  %*s", columns, text);
}

/* The local date, or "-". */
static void add_date(struct buf *out, time_t at)
{
    struct tm tm;
    char text[32] = "-";

    if (at != 0 && localtime_r(&at, &tm) != NULL &&
        strftime(text, sizeof(text), "%Y-%m-%d", &tm) == 0)
        (void)snprintf(text, sizeof(text), "-");
    (void)buf_printf(out, "  %-10s", text);
}

static void add_user(struct buf *out, const struct catalog_entry *e)
{
    if (!e->busy)
        (void)buf_printf(out, "  %-8s", "-");
    else if (e->holder == 0)
        (void)buf_printf(out, "  %-8s", "yes");
    else
        (void)buf_printf(out, "  %-8ld", e->holder);
}

/* "-" where nothing was kept, "?" where it cannot be believed. */
static void add_device(struct buf *out, const struct catalog_entry *e)
{
    const char *none = e->device->len == 0 ? "-" : "?";
    struct map_file file;

    if (e->device->len == 0 || e->identity == NULL ||
        map_file_parse(&file, e->device->data, e->device->len, e->identity,
                       NULL) < 0) {
        (void)buf_printf(out, "  %-10s  %s", none, none);
        return;
    }
    (void)buf_printf(out, "  %-10s  %s", file.dialect,
                     file.banner[0] != '\0' ? file.banner : "-");
    map_file_free(&file);
}

static void add_row(void *arg, const struct catalog_entry *e)
{
    struct list *l = arg;

    if (l->n++ == 0)
        (void)buf_printf(l->out,
                         "%-22s  %6s  %6s  %9s  %7s  %-10s  %-8s  "
                         "%-10s  %s\n",
                         "id", "known", "of", "confirmed", "on disk",
                         "last used", "used by", "dialect", "banner");
    add_safe(l->out, e->id, 22);
    add_size(l->out, e->known, 6);
    add_size(l->out, e->size, 6);
    add_size(l->out, e->confirmed, 9);
    add_size(l->out, e->disk, 7);
    add_date(l->out, e->used);
    add_user(l->out, e);
    add_device(l->out, e);
    (void)buf_printf(l->out, "\n");
}

int caches_list(const char *dir, struct buf *out, struct err *err)
{
    struct list list = {.out = out};
    char path[PATH_MAX];
    char safe[PATH_MAX];
    int r = catalog_list(dir, MAP_FILE_MAX, path, add_row, &list, err);

    if (r == 0 && list.n == 0) {
        (void)text_escape(safe, sizeof(safe), path, strlen(path));
        (void)buf_printf(out, "no caches in %s\n", safe);
    }
    return r;
}

int caches_forget(const char *dir, const char *const *ids, size_t n,
                  struct buf *out, struct err *err)
{
    int code = 0;

    for (size_t i = 0; i < n; i++) {
        struct err why = {""};
        char size[TEXT_SIZE_MAX];
        uint64_t freed;
        int r = forget_cache(dir, ids[i], &freed, &why);

        if (r == 0 || freed > 0) {
            text_size(size, freed);
            add_safe(out, ids[i], 0);
            (void)buf_printf(out, ": forgotten, %s freed\n", size);
        }
        if (r == 0)
            continue;
        if (code < 0 && err != NULL)
            log_warn("%s", err->text);
        code = err_set(err, r, "%s", why.text);
    }
    return code;
}
