// SPDX-License-Identifier: BSD-2-Clause
// Fuzzes mtdparts_parse.

#include "fuzz.h"

#include "monitor/mtdparts.h"

struct seen {
    const char *text;
    size_t len;
};

static void within(const struct seen *s, struct span span)
{
    MUST(span.text != NULL);
    MUST(span.len == 0 ||
         (span.text >= s->text && span.text + span.len <= s->text + s->len));
}

static void on_part(void *arg, const struct mtdpart *part)
{
    MUST(part->id.len > 0);
    MUST(part->offset + part->size >= part->offset);
    within(arg, part->id);
    within(arg, part->name);
}

static void on_broken(void *arg, struct span rest)
{
    MUST(rest.len > 0);
    within(arg, rest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    struct seen seen = {text, size};

    MUST(text != NULL);
    memcpy(text, data, size);
    (void)mtdparts_parse(text, size, on_part, on_broken, &seen);
    free(text);
    return 0;
}
