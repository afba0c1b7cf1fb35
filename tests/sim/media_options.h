// SPDX-License-Identifier: BSD-2-Clause
// Which media there are besides flash that is mapped, and how they answer.
#ifndef SIM_MEDIA_OPTIONS_H
#define SIM_MEDIA_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BAD_BLOCKS_MAX = 64 };

/* The age of `sf`, or Ralink's command in its place. */
enum spi_style { SPI_2010, SPI_2013, SPI_NEW, SPI_RALINK };

/* Sizes in bytes; a block is what is erased at once. */
struct nand_shape {
    uint64_t page, oob, block;
};

/* Names of files; NULL: not fitted. */
struct media_options {
    const char *spi, *nand, *mmc, *mmc_boot;
    enum spi_style spi_style;
    struct nand_shape shape;
    uint64_t bad[BAD_BLOCKS_MAX]; /* numbers of blocks, in any order */
    size_t bads;
};

#endif
