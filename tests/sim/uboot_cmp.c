// SPDX-License-Identifier: BSD-2-Clause
// U-Boot's `cmp`: are two ranges of memory the same? Nothing stops it.
#include <stdio.h>

#include "uboot.h"

enum { VALUE_TEXT = 24 };

static const char *unit_name(int width)
{
    switch (width) {
    case 8:
        return "double word";
    case 4:
        return "word";
    case 2:
        return "halfword";
    default:
        return "byte";
    }
}

/*
 * Until 2012 all digits of a unit. Since then no fewer characters, 0x
 * included, than the unit has bytes: most zeros in front are gone.
 */
static const char *value_text(const struct sim *sim, uint64_t value, int width,
                              char *text)
{
    int digits = uboot_year(sim) < 2012 ? 2 * width : width - 2;

    snprintf(text, VALUE_TEXT, "0x%0*llx", digits > 1 ? digits : 1,
             (unsigned long long)value);
    return text;
}

static void print_difference(struct sim *sim, const uint64_t *addr,
                             const uint64_t *value, int width)
{
    bool pointers = sim->opt.wide && uboot_year(sim) == 2015;
    const char *name = unit_name(width);
    char text[2][VALUE_TEXT];
    int digits = pointers ? 16 : 8;

    uart_printf(&sim->uart, "%s at 0x%0*llx (%s) != %s at 0x%0*llx (%s)\n",
                name, digits, (unsigned long long)addr[0],
                value_text(sim, value[0], width, text[0]), name, digits,
                (unsigned long long)addr[1],
                value_text(sim, value[1], width, text[1]));
}

static uint64_t value_at(struct sim *sim, uint64_t addr, int width)
{
    uint8_t bytes[8];

    uboot_fetch(sim, addr, bytes, (uint64_t)width);
    return memory_value(&sim->memory, bytes, width);
}

/* How many units are the same before the first that is not. */
static uint64_t compare(struct sim *sim, uint64_t *addr, uint64_t count,
                        int width)
{
    uint64_t good;

    for (good = 0; good < count; good++) {
        uint64_t value[2];

        for (int i = 0; i < 2; i++)
            value[i] = value_at(sim, addr[i], width);
        if (value[0] != value[1]) {
            print_difference(sim, addr, value, width);
            break;
        }
        for (int i = 0; i < 2; i++)
            addr[i] = uboot_wrap(sim, addr[i] + (uint64_t)width);
    }
    return good;
}

enum uboot_result uboot_cmp(struct sim *sim, const struct uboot_call *call)
{
    int width = uboot_width(sim, call->argv[0]);
    const char *many;
    uint64_t addr[2], count, good;

    if (call->argc != 4)
        return UBOOT_USAGE;
    if (width == 0)
        return UBOOT_FAILED;
    for (int i = 0; i < 2; i++)
        addr[i] = uboot_address(sim, call->argv[i + 1]);
    count = uboot_hex(call->argv[3]);
    good = compare(sim, addr, count, width);
    uboot_take_time(sim, good * (uint64_t)width);
    many = uboot_year(sim) >= 2012 ? "(s)" : good == 1 ? "" : "s";
    uart_printf(&sim->uart, "Total of %llu %s%s were the same\n",
                (unsigned long long)good, unit_name(width), many);
    return good == count ? UBOOT_OK : UBOOT_FAILED;
}
