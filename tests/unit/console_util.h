// SPDX-License-Identifier: BSD-2-Clause
// A console in step with the tiny boot loader.

#ifndef UNIT_CONSOLE_UTIL_H
#define UNIT_CONSOLE_UTIL_H

#include "tiny_loader.h"

#include "monitor/console.h"
#include "monitor/dialect.h"

struct rig {
    struct loader l;
    struct console c;
    struct dialect *d;
};

static struct rig rig; /* too large for a stack */

static inline struct dialect *load_dialect(const char *name)
{
    struct err err = {""};
    struct dialect *d = NULL;

    if (dialect_load(&d, name, &err) < 0)
        fail_msg("%s", err.text);
    return d;
}

/* No dialect and no prompt yet. */
static inline void rig_raw(bool winbond)
{
    loader_init(&rig.l, winbond);
    rig.d = NULL;
    assert_int_equal(console_init(&rig.c, fake_open(&rig.l.line), NULL), 0);
}

static inline void rig_up(bool winbond)
{
    rig_raw(winbond);
    rig.d = load_dialect(winbond ? "winbond" : "u-boot");
    rig.c.dialect = rig.d;
    rig.c.prompt_len = strlen(rig.l.prompt);
    memcpy(rig.c.prompt, rig.l.prompt, rig.c.prompt_len);
}

static inline void rig_down(void)
{
    console_free(&rig.c);
    assert_true(rig.l.line.closed);
    dialect_free(rig.d);
}

/* Receives what is on its way. */
static inline void rig_hear(void)
{
    while (console_fill(&rig.c, deadline_in(1)) > 0)
        ;
}

#endif
