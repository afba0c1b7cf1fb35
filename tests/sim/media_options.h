// SPDX-License-Identifier: BSD-2-Clause
// Which media there are besides flash that is mapped, and how they answer.
#ifndef SIM_MEDIA_OPTIONS_H
#define SIM_MEDIA_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BAD_BLOCKS_MAX = 64,
    MEDIA_MAX = 2, /* of one kind */
    BOOTS_MAX = 2, /* boot partitions of one eMMC */
};

/* The age of `sf`, or Ralink's command in its place. */
enum spi_style { SPI_2010, SPI_2013, SPI_NEW, SPI_RALINK };

/* Sizes in bytes; a block is what is erased at once. */
struct nand_shape {
    uint64_t page, oob, block;
};

/* Numbers of blocks, in any order. */
struct bad_blocks {
    uint64_t block[BAD_BLOCKS_MAX];
    size_t count;
};

/* Names of files; NULL: not fitted. Those that are come first. */
struct media_options {
    const char *spi[MEDIA_MAX], *nand[MEDIA_MAX], *mmc[MEDIA_MAX];
    const char *mmc_boot[MEDIA_MAX][BOOTS_MAX];
    bool first_selected; /* at the start; false: the last one */
    enum spi_style spi_style;
    struct nand_shape shape;
    struct bad_blocks bad[MEDIA_MAX];
};

#endif
