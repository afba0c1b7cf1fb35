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

/* There are two or none, of one size; zeros where no file is named. */
static int open_boots(struct chip *boot, const char *const *path,
                      const char **what)
{
    for (int i = 0; i < BOOTS_MAX; i++) {
        if (open_chip(&boot[i], path[i], what) < 0)
            return -1;
    }
    if (!boot[0].data || boot[1].data)
        return 0;
    *what = path[0];
    return chip_blank(&boot[1], boot[0].size);
}

/* A NAND is of whole blocks, and the bad ones are among them. */
static int check_nand(const struct media *media, const struct media_options *o,
                      int index, const char **what)
{
    const struct chip *nand = &media->nand[index];
    const struct bad_blocks *bad = &o->bad[index];

    if (!nand->data)
        return 0;
    errno = EINVAL;
    *what = o->nand[index];
    if (nand->size % o->shape.block != 0)
        return -1;
    *what = "--nand-bad";
    for (size_t i = 0; i < bad->count; i++) {
        if (bad->block[i] >= nand->size / o->shape.block)
            return -1;
    }
    return 0;
}

int media_open(struct media *media, const struct media_options *o,
               const char **what)
{
    for (int i = 0; i < MEDIA_MAX; i++) {
        if (open_chip(&media->spi[i], o->spi[i], what) < 0 ||
            open_chip(&media->nand[i], o->nand[i], what) < 0 ||
            open_chip(&media->mmc[i], o->mmc[i], what) < 0 ||
            check_nand(media, o, i, what) < 0)
            return -1;
        if (open_boots(media->mmc_boot[i], o->mmc_boot[i], what) < 0)
            return -1;
    }
    return 0;
}

int media_count(const struct chip *chips)
{
    int count = 0;

    while (count < MEDIA_MAX && chips[count].data)
        count++;
    return count;
}

const char *media_spi_name(const struct chip *spi, char *buf)
{
    unsigned megabits = 0;

    for (uint64_t size = spi->size * 8; size > 1 << 20; size /= 2)
        megabits = megabits ? 2 * megabits : 2;
    snprintf(buf, SPI_NAME, "SM25Q%u", megabits);
    return buf;
}

bool media_nand_bad(const struct media_options *o, int index, uint64_t offset)
{
    const struct bad_blocks *bad = &o->bad[index];

    for (size_t i = 0; i < bad->count; i++) {
        if (bad->block[i] == offset / o->shape.block)
            return true;
    }
    return false;
}

void media_nand_mark(struct media_options *o, int index, uint64_t offset)
{
    struct bad_blocks *bad = &o->bad[index];

    if (bad->count < BAD_BLOCKS_MAX && !media_nand_bad(o, index, offset))
        bad->block[bad->count++] = offset / o->shape.block;
}
