// SPDX-License-Identifier: BSD-2-Clause
// How U-Boot's environment says a system is started.
#include <stdio.h>

#include "uboot.h"

/* Of the second partition, or of what is behind a loader, so much as fits. */
static void find_kernel(struct sim *sim, const struct chip *chip,
                        uint64_t *offset, uint64_t *len)
{
    struct partition_list list;
    uint64_t size = chip->size;
    uint64_t room = uboot_own_address(sim) - uboot_load_address(sim);

    *offset = size / 8 / MMC_SECTOR * MMC_SECTOR;
    *len = size / 4 / MMC_SECTOR * MMC_SECTOR;
    if (partitions_parse(uboot_partitions(sim), 0, size, &list) &&
        list.count > 1 && list.part[1].offset <= size &&
        list.part[1].size <= size - list.part[1].offset) {
        *offset = list.part[1].offset;
        *len = list.part[1].size;
    }
    if (*len > room / 2)
        *len = room / 2 / MMC_SECTOR * MMC_SECTOR;
}

/* How it would be read into RAM first. */
static void make_staged(struct sim *sim, char *value, size_t max)
{
    const struct media *m = &sim->media;
    unsigned long long addr = uboot_load_address(sim);
    uint64_t offset, len;

    find_kernel(sim,
                m->spi[0].data    ? &m->spi[0]
                : m->nand[0].data ? &m->nand[0]
                                  : &m->mmc[0],
                &offset, &len);
    if (m->spi[0].data)
        snprintf(value, max,
                 "sf probe 0;sf read 0x%llx 0x%llx 0x%llx;bootm 0x%llx", addr,
                 (unsigned long long)offset, (unsigned long long)len, addr);
    else if (m->nand[0].data)
        snprintf(value, max, "nand read 0x%llx 0x%llx 0x%llx;bootm 0x%llx",
                 addr, (unsigned long long)offset, (unsigned long long)len,
                 addr);
    else
        snprintf(value, max,
                 "mmc dev 0;mmc read 0x%llx 0x%llx 0x%llx;bootm 0x%llx", addr,
                 (unsigned long long)offset / MMC_SECTOR,
                 (unsigned long long)len / MMC_SECTOR, addr);
}

void uboot_bootcmd(struct sim *sim, char *value, size_t max)
{
    const struct chip *flash = &sim->memory.chip[0];

    if (flash->data)
        snprintf(value, max, "bootm 0x%llx",
                 (unsigned long long)flash->base + 0x20000);
    else
        make_staged(sim, value, max);
}
