// SPDX-License-Identifier: BSD-2-Clause
// Opens the images of chips that are not mapped, and knows their marks.
#include "media.h"

#include <errno.h>
#include <stdio.h>

static int open_chip(struct chip *chip, const char *path, const char **what)
{
    *what = path;
    return path ? chip_open(chip, path, 0) : 0;
}

/* A NAND is of whole blocks, and the bad ones are among them. */
static int check_nand(const struct media *media, const struct media_options *o,
                      const char **what)
{
    if (!o->nand)
        return 0;
    errno = EINVAL;
    *what = o->nand;
    if (media->nand.size % o->shape.block != 0)
        return -1;
    *what = "--nand-bad";
    for (size_t i = 0; i < o->bads; i++) {
        if (o->bad[i] >= media->nand.size / o->shape.block)
            return -1;
    }
    return 0;
}

int media_open(struct media *media, const struct media_options *o,
               const char **what)
{
    if (open_chip(&media->spi, o->spi, what) < 0 ||
        open_chip(&media->nand, o->nand, what) < 0 ||
        open_chip(&media->mmc, o->mmc, what) < 0 ||
        open_chip(&media->mmc_boot, o->mmc_boot, what) < 0)
        return -1;
    return check_nand(media, o, what);
}

const char *media_spi_name(const struct chip *spi, char *buf)
{
    unsigned megabits = 0;

    for (uint64_t size = spi->size * 8; size > 1 << 20; size /= 2)
        megabits = megabits ? 2 * megabits : 2;
    snprintf(buf, SPI_NAME, "SM25Q%u", megabits);
    return buf;
}

bool media_nand_bad(const struct media_options *o, uint64_t offset)
{
    for (size_t i = 0; i < o->bads; i++) {
        if (o->bad[i] == offset / o->shape.block)
            return true;
    }
    return false;
}
