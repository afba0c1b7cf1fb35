// SPDX-License-Identifier: BSD-2-Clause
// A U-Boot with several chips of each kind, of which one is selected.

#ifndef UNIT_MEDIA_BOARDS_H
#define UNIT_MEDIA_BOARDS_H

#include "device_rig.h"

#define CHIPS_RAM   0x81800000U
#define CHIPS_SPACE 0x100000U /* of RAM that is played, from there on */

/* What it has selected, and what it does wrong, on demand. */
struct chips {
    int sf; /* -1: none is selected */
    int nand;
    int mmc;
    int part;      /* of mmc: 0 is the user's, the others are for booting */
    bool keeps;    /* `mmc dev N` leaves part as it is, as before 2014 */
    bool brief;    /* `sf probe` tells a name alone, as some vendors' do */
    bool deaf;     /* numbers are ignored: the first chip is selected */
    bool listed;   /* it has the mtd command */
    bool one_nand; /* there is no second one */
    int jump_nand; /* before the next read this is selected; -1: nothing */
    int jump_mmc;  /* likewise */
};

static struct chips chips;
static uint8_t chips_ram[CHIPS_SPACE];

/* All chips differ everywhere. */
static inline uint8_t chip_byte(char kind, int number, uint64_t offset)
{
    return (uint8_t)(loader_noise_byte(offset) ^
                     (uint8_t)(kind * 2 + number * 16 + 1));
}

static inline uint8_t chips_memory(uint64_t address)
{
    return address >= CHIPS_RAM && address - CHIPS_RAM < CHIPS_SPACE
               ? chips_ram[address - CHIPS_RAM]
               : 0;
}

static inline void chips_copy(uint64_t ram, char kind, int number,
                              uint64_t offset, uint64_t len)
{
    assert_true(ram >= CHIPS_RAM && ram - CHIPS_RAM + len <= CHIPS_SPACE);
    for (uint64_t i = 0; i < len; i++)
        chips_ram[ram - CHIPS_RAM + i] = chip_byte(kind, number, offset + i);
}

static inline const char *chips_sf(const char *c)
{
    static char said[200];
    unsigned long ram;
    unsigned long at;
    unsigned long len;
    int n = 0;

    if (strncmp(c, "sf probe", 8) == 0) {
        (void)sscanf(c, "sf probe %d", &n);
        chips.sf = chips.deaf ? 0 : n < 2 ? n : -1;
        if (chips.sf < 0)
            (void)sprintf(said, "Failed to initialize SPI flash at 0:%d\n", n);
        else
            (void)sprintf(said, "SF: Detected w25q32%s\n",
                          chips.brief ? ""
                                      : " with page size 256 Bytes, erase size "
                                        "64 KiB, total 4 MiB");
        return said;
    }
    if (sscanf(c, "sf read %lx %lx %lx", &ram, &at, &len) != 3)
        return NULL;
    if (chips.sf < 0)
        return "No SPI flash selected. Please run `sf probe'\n";
    chips_copy(ram, 's', chips.sf, at, len);
    (void)sprintf(said,
                  "device 0 offset 0x%lx, size 0x%lx\n"
                  "SF: %lu bytes @ 0x%lx Read: OK\n",
                  at, len, len, at);
    return said;
}

static inline const char *chips_nand(const char *c)
{
    static char said[200];
    unsigned long ram;
    unsigned long at;
    unsigned long len;
    int n;

    if (strcmp(c, "nand info") == 0 && chips.one_nand)
        return "\nNAND:  128 MiB\nDevice 0: nand0, sector size 128 KiB\n";
    if (strcmp(c, "nand info") == 0)
        return "\nNAND:  256 MiB\nDevice 0: nand0, sector size 128 KiB\n"
               "  Page size       2048 b\n  OOB size          64 b\n"
               "Device 1: nand1, sector size 128 KiB\n"
               "  Page size       2048 b\n  OOB size          64 b\n";
    if (sscanf(c, "nand device %d", &n) == 1) {
        if (chips.deaf || n > 1 || n == chips.nand)
            return ""; /* it says nothing where nothing changes, or fails */
        chips.nand = n;
        (void)sprintf(said, "Device %d: nand%d... is now current device\n", n,
                      n);
        return said;
    }
    if (strcmp(c, "nand device") == 0) {
        (void)sprintf(said, "\nDevice %d: nand%d, sector size 128 KiB\n",
                      chips.nand, chips.nand);
        return said;
    }
    if (strcmp(c, "nand bad") == 0) {
        (void)sprintf(said, "\nDevice %d bad blocks:\n", chips.nand);
        return said;
    }
    if (sscanf(c, "nand read %lx %lx %lx", &ram, &at, &len) != 3)
        return NULL;
    if (chips.jump_nand >= 0)
        chips.nand = chips.jump_nand;
    chips_copy(ram, 'n', chips.nand, at, len);
    (void)sprintf(said,
                  "\nNAND read: device %d offset 0x%lx, size 0x%lx\n"
                  " %lu bytes read: OK\n",
                  chips.nand, at, len, len);
    return said;
}

static inline const char *chips_mmc(const char *c)
{
    static char said[200];
    unsigned long ram;
    unsigned long at;
    unsigned long len;
    int n = 0;
    int part = -1;

    if (strncmp(c, "mmc dev ", 8) == 0) {
        (void)sscanf(c, "mmc dev %d %d", &n, &part);
        if (n > 1)
            return "no mmc device at slot 2\n";
        chips.mmc = chips.deaf ? 0 : n;
        if (part >= 0 || !chips.keeps)
            chips.part = part > 0 ? part : 0;
        (void)sprintf(said,
                      "switch to partitions #%d, OK\n"
                      "mmc%d(part %d) is current device\n%s",
                      chips.part, chips.mmc, chips.part,
                      strstr(c, "mmc info") != NULL ? "Capacity: 1 GiB\n" : "");
        return said;
    }
    if (sscanf(c, "mmc read %lx %lx %lx", &ram, &at, &len) != 3)
        return NULL;
    if (chips.jump_mmc >= 0)
        chips.mmc = chips.jump_mmc;
    chips_copy(ram, 'm', chips.mmc + 4 * chips.part, at * 512, len * 512);
    (void)sprintf(said,
                  "\nMMC read: dev # %d, block # %lu, count %lu ... %lu "
                  "blocks read: OK\n",
                  chips.mmc, at, len, len);
    return said;
}

static inline const char *chips_mtd(const char *c)
{
    static char said[200];
    unsigned long ram;
    unsigned long at;
    unsigned long len;
    int n;

    if (strcmp(c, "mtd list") == 0)
        return "List of MTD devices:\n* spi-nand0\n  - type: NAND flash\n"
               "  - block size: 0x20000 bytes\n  - min I/O: 0x800 bytes\n"
               "  - 0x000000000000-0x000008000000 : \"spi-nand0\"\n"
               "* spi-nand1\n  - type: NAND flash\n"
               "  - block size: 0x20000 bytes\n  - min I/O: 0x800 bytes\n"
               "  - 0x000000000000-0x000008000000 : \"spi-nand1\"\n"
               "\t  - 0x000000020000-0x000000060000 : \"kernel\"\n";
    if (sscanf(c, "mtd bad spi-nand%d", &n) == 1) {
        (void)sprintf(said, "MTD device spi-nand%d bad blocks list:\n%s", n,
                      n == 1 ? "\t0x00080000\n" : "");
        return said;
    }
    if (sscanf(c, "mtd read spi-nand%d %lx %lx %lx", &n, &ram, &at, &len) != 4)
        return NULL;
    chips_copy(ram, 'p', n, at, len);
    (void)sprintf(said, "Reading %lu byte(s) (%lu page(s)) at offset 0x%08lx\n",
                  len, len / 2048, at);
    return said;
}

static inline const char *chips_answer(struct loader *l, const char *c)
{
    (void)l;
    if (strcmp(c, "version") == 0)
        return "U-Boot 2019.07 (Jan 02 2020 - 03:04:05)\n";
    if (strcmp(c, "bdinfo") == 0)
        return "-> start    = 0x80000000\n-> size     = 0x04000000\n"
               "relocaddr   = 0x83f00000\n";
    if (strcmp(c, "printenv") == 0)
        return "loadaddr=81800000\nethaddr=02:00:00:12:34:56\n";
    if (strncmp(c, "sf ", 3) == 0)
        return chips_sf(c);
    if (strncmp(c, "nand ", 5) == 0)
        return chips_nand(c);
    if (strncmp(c, "mmc ", 4) == 0)
        return chips_mmc(c);
    return chips.listed ? chips_mtd(c) : NULL;
}

static inline void chips_reset(void)
{
    chips.sf = -1;
    chips.nand = 0;
    chips.mmc = 0;
    chips.part = 0;
    memset(chips_ram, 0xdd, sizeof(chips_ram));
}

static inline void chips_init(void)
{
    loader_init(&rig.l, false);
    rig.l.byte = chips_memory;
    rig.l.answer = chips_answer;
    clock_set_source(fake_now);
    chips = (struct chips){.jump_nand = -1, .jump_mmc = -1};
    chips_reset();
}

#endif
