// SPDX-License-Identifier: BSD-2-Clause
// The chips no address leads to: what a command copies into RAM, or prints.
#ifndef SIM_MEDIA_H
#define SIM_MEDIA_H

#include "media_options.h"
#include "memory.h"

enum { MTD_MAX = 8, SPI_NAME = 16, MMC_SECTOR = 512 };

/* Of chips that are not fitted the data is NULL; no chip has an address. */
struct media {
    struct chip spi[MEDIA_MAX], nand[MEDIA_MAX], mmc[MEDIA_MAX];
    struct chip mmc_boot[MEDIA_MAX][BOOTS_MAX];
};

/* A chip as U-Boot's own partition table knows it. */
struct mtd_device {
    const char *type; /* "nor" or "nand" */
    int nand;         /* which of these it is */
    int number;       /* among those of its type */
    uint64_t erase;   /* bytes */
    struct chip *chip;
    bool mapped;
};

/* Open the files; -1 after errno and the name of the file in `*what`. */
int media_open(struct media *media, const struct media_options *o,
               const char **what);

/* The name a maker gives to a SPI chip of this size, SPI_NAME bytes. */
const char *media_spi_name(const struct chip *spi, char *buf);

/* Is the block of NAND `index` with the byte at `offset` marked as bad? */
bool media_nand_bad(const struct media_options *o, int index, uint64_t offset);

/* Mark it, if there is room for that. */
void media_nand_mark(struct media_options *o, int index, uint64_t offset);

/* How many of a kind are fitted. */
int media_count(const struct chip *chips);

#endif
