// SPDX-License-Identifier: BSD-2-Clause
// Reads those options of fwfs-sim that make trouble.
#include "options_set.h"

#include <ctype.h>
#include <string.h>

#include "values.h"

enum { NUMBER_MAX = 1000000000 };

static int add_fault(struct options *o, enum fault_kind kind, const char *text)
{
    struct fault *fault = &o->faults.list[o->faults.count];
    const char *rest;
    long left = -1;

    if (o->faults.count == FAULTS_MAX)
        return complain("too many faults");
    if (value_until(text, ':', &fault->addr, &rest) < 0 ||
        (*rest && value_small(rest + 1, 1000000000, &left) < 0))
        return -1;
    fault->kind = kind;
    fault->left = left;
    o->faults.count++;
    return 0;
}

/* N[,N...] */
static int set_resets(struct options *o, const char *text)
{
    const char *rest = text;

    for (o->resets = 0; o->resets < RESETS_MAX; rest++) {
        if (value_until(rest, ',', &o->reset_after[o->resets++], &rest) < 0)
            return -1;
        if (!*rest)
            return 0;
    }
    return complain("too many resets");
}

static int set_mac(const char **mac, const char *text)
{
    *mac = text;
    for (int i = 0; i < 17; i++) {
        if (i % 3 == 2 ? text[i] != ':' : !isxdigit((unsigned char)text[i]))
            return complain("'%s' is not xx:xx:xx:xx:xx:xx", text);
    }
    return text[17] ? complain("'%s' is too long", text) : 0;
}

static int set_hostile(struct options *o, const char *text)
{
    static const char *const kinds[] = {
        "none",    "endless", "endless-map", "longline",   "longline-map",
        "escapes", "sizes",   "sizes-huge",  "sizes-zero", "crc",
    };
    int n = value_choice(text, kinds, sizeof kinds / sizeof *kinds);

    o->hostile = (enum hostile)n;
    return n < 0 ? -1 : 0;
}

static int set_one_in(unsigned long *n, const char *text)
{
    long value = 0;

    if (value_small(text, NUMBER_MAX, &value) < 0)
        return -1;
    *n = (unsigned long)value;
    return 0;
}

static int set_slow_row(struct options *o, const char *text)
{
    long ms = 0;

    if (value_small(text, NUMBER_MAX, &ms) < 0)
        return -1;
    o->faults.slow_row = ms * INT64_C(1000000);
    return 0;
}

/* Of the board as a whole. */
static int set_board(struct options *o, int option, const char *arg)
{
    switch (option) {
    case OPT_RESET_AFTER:
        return set_resets(o, arg);
    case OPT_RESET_TIMES:
        return value_small(arg, NUMBER_MAX, &o->reset_times);
    case OPT_HANG_AFTER:
        return value_number(arg, &o->hang_after);
    case OPT_WATCHDOG:
        return value_seconds(arg, &o->watchdog);
    case OPT_MAC:
        return set_mac(&o->mac, arg);
    case OPT_MAC_AFTER:
        return set_mac(&o->mac_after, arg);
    case OPT_FLASH_AFTER:
        o->flash_after = arg;
        return 0;
    case OPT_SWAP_BACK:
        o->swap_back = true;
        return 0;
    default:
        return set_hostile(o, arg);
    }
}

int options_set_fault(struct options *o, int option, const char *arg)
{
    switch (option) {
    case OPT_FLIP:
        return set_one_in(&o->faults.flip, arg);
    case OPT_DROP:
        return set_one_in(&o->faults.drop, arg);
    case OPT_CRC_WRONG:
        return set_one_in(&o->faults.crc_wrong, arg);
    case OPT_CRC_LIES:
        o->faults.crc_lies = true;
        return 0;
    case OPT_SLOW_ROW:
        return set_slow_row(o, arg);
    case OPT_ABORT_AT:
        return value_number(arg, &o->abort_at);
    case OPT_BAD_ROW:
        return add_fault(o, FAULT_BAD_ROW, arg);
    case OPT_LOSE_ROW:
        return add_fault(o, FAULT_LOSE_ROW, arg);
    case OPT_NOISE_LINE:
        return add_fault(o, FAULT_NOISE_LINE, arg);
    default:
        return set_board(o, option, arg);
    }
}
