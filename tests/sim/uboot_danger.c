// SPDX-License-Identifier: BSD-2-Clause
// What somebody had typed at U-Boot before: the worst that this board repeats.
#include <stdio.h>
#include <string.h>

#include "uboot.h"

static bool knows(const struct sim *sim, const char *name)
{
    const struct uboot_command *c = uboot_find(sim, name);

    return c && strcmp(c->name, name) == 0 && uboot_repeats(sim, c);
}

const char *uboot_danger_at_hand(struct sim *sim)
{
    static char line[80];
    const struct chip *nor = &sim->memory.chip[0];
    uint64_t half = nor->base + nor->size / 2;

    if (knows(sim, "erase"))
        return "erase all";
    if (sim->media.spi[0].data && knows(sim, "sf"))
        return "sf erase 0 10000";
    if (sim->media.spi[0].data && knows(sim, "spi"))
        return "spi erase 0 10000";
    if (sim->media.nand[0].data && uboot_year(sim) < 2010 && knows(sim, "nand"))
        return "nand erase 0 20000";
    if (nor->data && knows(sim, "cp")) {
        snprintf(line, sizeof line, "cp.b %llx %llx 100",
                 (unsigned long long)uboot_load_address(sim),
                 (unsigned long long)half);
        return line;
    }
    if (!knows(sim, "mw"))
        return "";
    snprintf(line, sizeof line, "mw.b %llx 5a 10000",
             (unsigned long long)uboot_load_address(sim));
    return line;
}
