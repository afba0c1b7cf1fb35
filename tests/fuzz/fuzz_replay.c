// SPDX-License-Identifier: BSD-2-Clause
// Fuzzes the replay of a captured log: any text under each dialect.

#include "fuzz.h"

#include "monitor/dialect.h"
#include "monitor/replay.h"

static struct dialect **dialects;

static void check_report(const struct buf *out)
{
    MUST(out->len > 0 && out->len < (1U << 20));
    for (size_t i = 0; i < out->len; i++)
        MUST((out->data[i] >= ' ' && out->data[i] <= '~') ||
             out->data[i] == '\n');
}

static void check_counts(const struct replay_counts *c)
{
    MUST(!c->understood || (c->missed == 0 && c->missed_line == 0));
    MUST(c->missed_line == 0 || c->missed > 0);
    MUST(!c->understood || c->rows_bad == 0);
    MUST(c->understood || c->missed > 0);
}

/* The one that is named there; else the first. */
static struct dialect *named(const char *name, size_t len)
{
    for (size_t i = 0; dialects[i] != NULL; i++)
        if (strlen(dialects[i]->name) == len &&
            memcmp(dialects[i]->name, name, len) == 0)
            return dialects[i];
    return dialects[0];
}

/* The first line names the dialect: all of them would take their time. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    struct replay_counts counts;
    struct buf out = {0};
    size_t len;
    char *text;

    if (dialects == NULL)
        MUST(dialect_load_all(&dialects, NULL) == 0);
    if (end == NULL)
        return 0;
    len = size - (size_t)(end - data) - 1;
    text = malloc(len + 1); /* of its own, so that reading beyond it shows */
    MUST(text != NULL);
    memcpy(text, end + 1, len);
    MUST(replay_run(named((const char *)data, (size_t)(end - data)), NULL, text,
                    len, &out, &counts, NULL) == 0);
    check_report(&out);
    check_counts(&counts);
    buf_free(&out);
    free(text);
    return 0;
}
