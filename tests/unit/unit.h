// SPDX-License-Identifier: BSD-2-Clause
// What every unit test includes first; cmocka needs these before itself.

#ifndef UNIT_UNIT_H
#define UNIT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Says which text lacked which words. */
static inline void assert_says(const char *text, const char *words)
{
    if (strstr(text, words) == NULL)
        fail_msg("'%s' does not say '%s'", text, words);
}

/* Of this process; where all is slow, as under valgrind, $FWFS_PATIENCE of
 * them count as one. */
static inline double cpu_seconds(void)
{
    const char *patience = getenv("FWFS_PATIENCE");
    double slow = patience != NULL ? strtod(patience, NULL) : 1;
    struct timespec t;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return ((double)t.tv_sec + (double)t.tv_nsec / 1e9) / slow;
}

#endif
