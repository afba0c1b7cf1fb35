// SPDX-License-Identifier: BSD-2-Clause
// A boot loader whose serial flash and NAND chip can be read through RAM only.

#ifndef UNIT_MEDIA_LOADER_H
#define UNIT_MEDIA_LOADER_H

#include "console_util.h"

#include "base/digest.h"

#define BANK     0x80000000U
#define LOAD_AT  0x81800000U
#define RAM_SIZE 0x40000U /* that is played, from LOAD_AT on */
#define NOR      0x9f000000U
#define SF_SIZE  0x30000U
#define ERASE    0x4000U /* of the NAND chip */
#define PAGE     0x800U

/* What it does wrong, on demand. */
struct media_faults {
    const char *answer; /* to the next read, instead of reading */
    uint64_t bad_from;  /* a part of the serial flash that cannot be read */
    uint64_t bad_to;
    unsigned flips; /* so many reads bring a wrong bit */
    bool no_probe;  /* probing finds nothing */
    bool no_list;   /* it lacks the command that lists bad blocks */
};

static struct media_faults faults;
static uint8_t media_ram[RAM_SIZE];
static bool sf_is_probed;

static inline uint8_t sf_byte(uint64_t offset)
{
    return loader_noise_byte(offset + 0x1234567);
}

static inline uint8_t nand_byte(uint64_t offset)
{
    return loader_noise_byte(offset * 3 + 0x7654321);
}

static inline uint8_t media_memory(uint64_t address)
{
    if (address >= LOAD_AT && address - LOAD_AT < RAM_SIZE)
        return media_ram[address - LOAD_AT];
    return loader_noise_byte(address);
}

static inline const char *media_copy(uint64_t ram, uint64_t offset,
                                     uint64_t len, uint8_t (*byte)(uint64_t),
                                     bool tells_offset)
{
    static char said[160];
    size_t at;

    assert_true(ram >= LOAD_AT && ram - LOAD_AT + len <= RAM_SIZE);
    for (uint64_t i = 0; i < len; i++)
        media_ram[ram - LOAD_AT + i] = byte(offset + i);
    if (faults.flips > 0) {
        faults.flips--;
        media_ram[ram - LOAD_AT + 5] ^= 1;
    }
    at = (size_t)sprintf(said, "%s%" PRIu64 " bytes", tells_offset ? "" : " ",
                         len);
    if (tells_offset)
        (void)sprintf(said + at, " @ 0x%" PRIx64 ": OK\n", offset);
    else
        (void)sprintf(said + at, " read: OK\n");
    return said;
}

static inline const char *sf_read(uint64_t ram, uint64_t offset, uint64_t len)
{
    if (!sf_is_probed)
        return "No chip is selected\n";
    if (offset < faults.bad_to && faults.bad_from < offset + len)
        return "device 0 reads\nread failed: -5\n";
    return media_copy(ram, offset, len, sf_byte, true);
}

static inline const char *nand_read(uint64_t ram, uint64_t offset, uint64_t len)
{
    assert_true(offset / ERASE == (offset + len - 1) / ERASE);
    if (offset / ERASE == 1)
        return "Skipping bad block 0x00004000\n 16384 bytes read: OK\n";
    return media_copy(ram, offset, len, nand_byte, false);
}

static inline const char *media_crc(uint64_t address, uint64_t len)
{
    static char said[200];
    struct digest_value sum;
    char text[DIGEST_TEXT_MAX];

    assert_true(address >= LOAD_AT && address - LOAD_AT + len <= RAM_SIZE);
    digest_of(digest_find("crc32"), media_ram + (address - LOAD_AT), len, &sum);
    digest_print(&sum, text, sizeof(text));
    (void)snprintf(said, sizeof(said), "crc ==> %s\n", text);
    return said;
}

/* A page of the NAND chip: rows that count from its beginning. */
static inline const char *nand_page(unsigned long block, unsigned long page)
{
    static char said[PAGE * 5];
    size_t at = 0;

    for (unsigned i = 0; i < PAGE; i++) {
        if (i % 16 == 0)
            at += (size_t)sprintf(said + at, "%s%08x:", i > 0 ? "\n" : "", i);
        at += (size_t)sprintf(said + at, " %02x",
                              nand_byte(block * ERASE + page * PAGE + i));
    }
    (void)sprintf(said + at, "\n-- spare --\n00000800: 00 01 02 03 04 05 06 07 "
                             "08 09 0a 0b 0c 0d 0e 0f\n");
    return said;
}

/* len bytes of the serial flash; name: how the rows are told. */
static inline const char *sf_rows(uint64_t offset, uint64_t len)
{
    static char said[0x1000 * 5];
    size_t at = 0;

    assert_true(len <= 0x1000);
    for (uint64_t i = 0; i < len; i++) {
        if (i % 16 == 0)
            at += (size_t)sprintf(said + at, "%s%08" PRIx64 ":",
                                  i > 0 ? "\n" : "", offset + i);
        at += (size_t)sprintf(said + at, " %02x", sf_byte(offset + i));
    }
    (void)sprintf(said + at, "\n");
    return said;
}

static uint64_t rows_end; /* where "sfm" goes on */

static inline const char *media_command(const char *command)
{
    unsigned long a;
    unsigned long b;
    unsigned long c;

    if (sscanf(command, "sf read %lx %lx %lx", &a, &b, &c) == 3)
        return faults.answer != NULL ? faults.answer : sf_read(a, b, c);
    if (sscanf(command, "nand read %lx %lx %lx", &a, &b, &c) == 3)
        return faults.answer != NULL ? faults.answer : nand_read(a, b, c);
    if (sscanf(command, "crc %lx %lx", &a, &b) == 2)
        return media_crc(a, b);
    if (sscanf(command, "np %lx %lx", &a, &b) == 2)
        return nand_page(a, b);
    if (sscanf(command, "sfd sf0 %lx %lx", &a, &b) == 2) {
        rows_end = a + b;
        return sf_rows(a, b);
    }
    if (sscanf(command, "sfm %lx", &b) == 1) {
        rows_end += b;
        return sf_rows(rows_end - b, b);
    }
    return NULL;
}

static inline const char *media_answer(struct loader *l, const char *command)
{
    (void)l;
    if (strcmp(command, "version") == 0)
        return "Mediamon 1.0\n";
    if (strcmp(command, "info") == 0)
        return "bank 80000000 04000000\ntop 83f00000\nload 81800000\n"
               "sf sf0 00030000\nnand nand0 00010000 erase 4000 page 800\n"
               "id 02:00:00:00:00:07\n";
    if (strcmp(command, "sf probe") == 0) {
        sf_is_probed = !faults.no_probe;
        return sf_is_probed ? "Detected a chip\n" : "Nothing there\n";
    }
    if (strcmp(command, "nand bad") == 0)
        return faults.no_list ? NULL : "bad blocks:\n 00004000\n";
    return media_command(command);
}

#define MEDIA_CONSOLE                                                          \
    "recognise { banner = {'^Mediamon \\d'} }\n"                               \
    "console { prompt = '^=> $'\n clear = \"\\x03\"\n"                         \
    " interrupt = \"\\x03\"\n unknown = \"^Unknown command '\" }\n"            \
    "identity id { command = info\n pattern = '^id .*$'\n unique = true }\n"

#define MEDIA_MAPS                                                             \
    "map bank { command = info\n makes = ram\n"                                \
    " pattern = '^bank (?<base>\\w+) (?<size>\\w+)$' }\n"                      \
    "map top { command = info\n makes = ram-top\n"                             \
    " pattern = '^top (?<base>\\w+)$' }\n"                                     \
    "map load { command = info\n makes = ram-at\n"                             \
    " pattern = '^load (?<base>\\w+)$' }\n"

#define MEDIA_CHIPS                                                            \
    "map sf { command = info\n makes = chip\n"                                 \
    " pattern = '^sf (?<medium>\\w+) (?<size>\\w+)$' }\n"                      \
    "map nand { command = info\n makes = chip\n pattern = '^nand "             \
    "(?<medium>\\w+) (?<size>\\w+) erase (?<erase>\\w+) page "                 \
    "(?<page>\\w+)$' }\n"

#define MEDIA_BYTES                                                            \
    "dump bytes { command = \"md.b {address:x} {count:x}\"\n max = 1K\n"       \
    " row { address-suffix = \": \"\n cells = 16\n ascii = true } }\n"         \
    "checksum crc32 { command = \"crc {address:x} {length:x}\"\n"              \
    " answer = '^crc ==> (?<sum>[0-9a-f]{8})$' }\n"

#define MEDIA_STAGED                                                           \
    "medium sf { names = '^sf\\d$'\n select = {\"sf probe\"}\n"                \
    " select-answer = '^Detected'\n chunk = 64K\n"                             \
    " read = \"sf read {ram:x} {offset:x} {length:x}\"\n"                      \
    " read-answer = '^(?<length>\\d+) bytes @ (?<offset>0x[0-9a-f]+): OK$'\n"  \
    " read-fail = '^(?:No chip|read failed)' }\n"                              \
    "medium nand { names = '^nand\\d$'\n bad = \"nand bad\"\n"                 \
    " bad-answer = '^ (?<offset>[0-9a-f]{8})$'\n chunk = 64K\n"                \
    " read = \"nand read {ram:x} {offset:x} {length:x}\"\n"                    \
    " read-answer = '^ (?<length>\\d+) bytes read: OK$'\n"                     \
    " read-fail = 'Skipping bad block' }\n"

/* Needs are asked by "version"; the first method is of another model. */
#define MEDIA_DIRECT                                                           \
    "dump other { medium = '^sf0$'\n needs = version\n"                        \
    " needs-answer = 'Mediamon 9'\n command = \"wrong {offset:x}\"\n"          \
    " row { address-suffix = \": \"\n cells = 16 } }\n"                        \
    "dump direct { medium = '^sf0$'\n needs = version\n"                       \
    " needs-answer = 'Mediamon 1'\n max = 1K\n"                                \
    " command = \"sfd {medium} {offset:x} {length:x}\"\n"                      \
    " again = \"sfm {length:x}\"\n"                                            \
    " row { address-suffix = \": \"\n cells = 16 } }\n"                        \
    "dump twin { medium = '^sf0$'\n max = 512\n"                               \
    " command = \"sfd {medium} {offset:x} {length:x}\"\n"                      \
    " row { address-suffix = \": \"\n cells = 16 } }\n"                        \
    "dump pages { medium = '^nand0$'\n base = page\n align = 2K\n max = 2K\n"  \
    " command = \"np {block:x} {page:x}\"\n stop = '^-- spare'\n"              \
    " row { address-suffix = \": \"\n cells = 16 } }\n"                        \
    "medium nand { names = '^nand0$'\n bad = \"nand bad\"\n"                   \
    " bad-answer = '^ (?<offset>[0-9a-f]{8})$' }\n"

static inline void media_loader(void)
{
    loader_init(&rig.l, false);
    rig.l.byte = media_memory;
    rig.l.answer = media_answer;
    faults = (struct media_faults){.answer = NULL};
    sf_is_probed = false;
    memset(media_ram, 0xee, sizeof(media_ram));
}

#endif
