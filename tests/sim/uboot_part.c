// SPDX-License-Identifier: BSD-2-Clause
// Partition tables as U-Boot prints them: DOS with its chain, and GPT.
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "uboot.h"

enum {
    TABLE = 446, /* in the sector */
    TABLE_END = 510,
    ENTRY = 16,
    SIGNATURE = 440,
    GPT_TYPE = 0xee,
    CHAIN_MAX = 256,
    GPT_NAME = 36,
    GPT_ENTRY = 128,
    GPT_ENTRIES_MAX = 128,
};

static uint64_t little(const uint8_t *bytes, int len)
{
    uint64_t value = 0;

    while (len-- > 0)
        value = value << 8 | bytes[len];
    return value;
}

/* NULL: beyond the end of the chip. */
static const uint8_t *sector(const struct chip *chip, uint64_t number)
{
    if (number >= chip->size / MMC_SECTOR)
        return NULL;
    return chip->data + number * MMC_SECTOR;
}

static bool is_table(const uint8_t *s)
{
    if (!s || s[MMC_SECTOR - 2] != 0x55 || s[MMC_SECTOR - 1] != 0xaa)
        return false;
    for (int i = 0; i < 4; i++) {
        if ((s[TABLE + i * ENTRY] & 0x7f) != 0)
            return false;
    }
    return true;
}

static bool is_extended(int type)
{
    return type == 0x05 || type == 0x0f || type == 0x85;
}

/* A place in the chain of extended tables. */
struct chain {
    uint64_t at;       /* sector of this table */
    uint64_t relative; /* what its links count from */
    int number;        /* of the next partition */
    uint32_t signature;
};

static void print_entry(struct sim *sim, const uint8_t *e,
                        const struct chain *c)
{
    uint64_t start = c->at + little(e + 8, 4);

    uart_printf(&sim->uart, "%3d\t%-10llu\t%-10llu\t%08x-%02x\t%02x%s%s\n",
                c->number, (unsigned long long)start,
                (unsigned long long)little(e + 12, 4), (unsigned)c->signature,
                (unsigned)c->number, e[4], is_extended(e[4]) ? " Extd" : "",
                e[0] == 0x80 ? " Boot" : "");
}

/* In the first table each entry has a number, in the others what is used. */
static void print_entries(struct sim *sim, const uint8_t *s, struct chain *c)
{
    for (const uint8_t *e = s + TABLE; e < s + TABLE_END; e += ENTRY) {
        bool used = e[4] && (c->at == 0 || !is_extended(e[4]));

        if (used)
            print_entry(sim, e, c);
        c->number += used || c->at == 0;
    }
}

/* Go on to the next table; false: this was the last one. */
static bool follow(const uint8_t *s, struct chain *c)
{
    for (const uint8_t *e = s + TABLE; e < s + TABLE_END; e += ENTRY) {
        if (!is_extended(e[4]))
            continue;
        c->at = little(e + 8, 4) + c->relative;
        if (c->relative == 0)
            c->relative = c->at;
        return true;
    }
    return false;
}

static void print_dos(struct sim *sim, const struct chip *chip)
{
    const uint8_t *s = sector(chip, 0);
    struct chain c = {.number = 1};

    c.signature = (uint32_t)little(s + SIGNATURE, 4);
    uart_puts(&sim->uart, "Part\tStart Sector\tNum Sectors\tUUID\t\tType\n");
    for (int i = 0; i < CHAIN_MAX; i++) {
        if (!s) {
            uart_printf(&sim->uart,
                        "** Can't read partition table on 0:%llu **\n",
                        (unsigned long long)c.at);
            return;
        }
        if (!is_table(s)) {
            uart_printf(&sim->uart, "bad MBR sector signature 0x%02x%02x\n",
                        s[MMC_SECTOR - 2], s[MMC_SECTOR - 1]);
            return;
        }
        print_entries(sim, s, &c);
        if (!follow(s, &c))
            return;
        s = sector(chip, c.at);
    }
}

static void print_guid(struct sim *sim, const char *what, const uint8_t *g)
{
    uart_printf(&sim->uart, "\t%s:\t%08x-%04x-%04x-%02x%02x-", what,
                (unsigned)little(g, 4), (unsigned)little(g + 4, 2),
                (unsigned)little(g + 6, 2), g[8], g[9]);
    for (int i = 10; i < 16; i++)
        uart_printf(&sim->uart, "%02x", g[i]);
    uart_puts(&sim->uart, "\n");
}

static void print_gpt_entry(struct sim *sim, unsigned number, const uint8_t *e)
{
    char name[GPT_NAME + 1];

    for (int i = 0; i < GPT_NAME; i++) {
        uint8_t c = e[56 + i * 2];

        name[i] = (char)(c && !isprint(c) ? '.' : c);
    }
    name[GPT_NAME] = '\0';
    uart_printf(&sim->uart, "%3u\t0x%08llx\t0x%08llx\t\"%s\"\n", number,
                (unsigned long long)little(e + 32, 8),
                (unsigned long long)little(e + 40, 8), name);
    uart_printf(&sim->uart, "\tattrs:\t0x%016llx\n",
                (unsigned long long)little(e + 48, 8));
    print_guid(sim, "type", e);
    print_guid(sim, "guid", e + 16);
}

/* The first entry that is not used is the end. */
static void print_gpt(struct sim *sim, const struct chip *chip)
{
    static const uint8_t unused[16];
    const uint8_t *head = sector(chip, 1);
    uint64_t entries, count;

    if (!head || memcmp(head, "EFI PART", 8) != 0) {
        uart_puts(&sim->uart, "part_print_efi: *** ERROR: Invalid GPT ***\n");
        return;
    }
    entries = little(head + 72, 8);
    count = little(head + 80, 4);
    uart_puts(&sim->uart, "Part\tStart LBA\tEnd LBA\t\tName\n\tAttributes\n"
                          "\tType GUID\n\tPartition GUID\n");
    for (unsigned i = 0; i < count && i < GPT_ENTRIES_MAX; i++) {
        const uint8_t *e = sector(chip, entries + i / 4);
        size_t at = (size_t)(i % 4) * GPT_ENTRY;

        if (!e || memcmp(e + at, unused, 16) == 0)
            return;
        print_gpt_entry(sim, i + 1, e + at);
    }
}

static bool is_gpt(const uint8_t *s)
{
    for (int i = 0; i < 4; i++) {
        if (s[TABLE + i * ENTRY + 4] == GPT_TYPE)
            return true;
    }
    return false;
}

void uboot_print_table(struct sim *sim, int device, const struct chip *chip)
{
    const uint8_t *s = sector(chip, 0);
    bool gpt;

    if (!is_table(s)) {
        uart_puts(&sim->uart, "## Unknown partition table type 0\n");
        return;
    }
    gpt = is_gpt(s);
    uart_printf(&sim->uart,
                "\nPartition Map for MMC device %d  --   "
                "Partition Type: %s\n\n",
                device, gpt ? "EFI" : "DOS");
    if (gpt)
        print_gpt(sim, chip);
    else
        print_dos(sim, chip);
}
