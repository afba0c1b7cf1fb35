// SPDX-License-Identifier: BSD-2-Clause
// How far the line can be trusted, by the rows that arrived damaged.

/*
 * A damaged digit goes unseen when it stays a digit and both bytes look alike
 * in the ASCII column: about one in eleven. Two readings agree on the same
 * wrong row only if the same digit is hit the same way, and by two commands the
 * same byte has other digits beside it, in another place. Where one row in 128
 * is damaged that happens, calculated, once in some 10^8 rows, and a third
 * reading costs more than it is worth; above that it is asked for.
 */

#include "fetch/fetcher_priv.h"

#include "base/log.h"

#define VERY_NOISY 128U /* one row in so many is damaged */
#define ROW_BYTES  16U

void noise_look(struct fetcher *f)
{
    struct device_stats s;
    uint64_t damaged;

    device_get_stats(f->device, &s);
    damaged = s.rows_bad + s.rows_lost;
    if (damaged > 0 && !f->noisy) {
        f->noisy = true;
        if (f->verify == VERIFY_FAST)
            log_warn("a row arrived damaged: from now on nothing is answered "
                     "before it is confirmed, and what was answered is "
                     "confirmed first");
    }
    if (damaged > 1 && damaged * VERY_NOISY > s.device_bytes_read / ROW_BYTES)
        f->very_noisy = true; /* and stays so */
}

unsigned noise_patience(const struct fetcher *f)
{
    return f->very_noisy ? 4 : 1;
}

unsigned noise_readings(const struct fetcher *f)
{
    return f->very_noisy ? 3 : 2;
}
