// SPDX-License-Identifier: BSD-2-Clause
// Dumps in other people's captures: rows, S-records, streams.

/*
 * Some rows were edited by hand or are of another width: the counts say how
 * many are to be refused. The CRC-32 is that of all bytes of the good ones, in
 * the order of memory; it was computed by another program.
 */

#include "transcripts.h"

#include "monitor/srec.h"
#include "monitor/stream.h"

#include <zlib.h>

/* What a file holds for a dialect's dump method. */
static const struct {
    const char *file;
    const char *dialect;
    const char *method;
    enum row_order order;
    unsigned bytes; /* in a row */
    unsigned good;
    unsigned bad; /* start like a row and are refused */
    uint32_t crc;
} dumps[] = {
    {"winbond-wire-d-b-synthetic.txt", "winbond", "bytes", ROW_MEMORY, 16, 16,
     0, 0x29058c73},
    {"winbond-wire-d-s-synthetic.txt", "winbond", "words", ROW_MEMORY, 16, 16,
     0, 0x29058c73},
    {"winbond-wire-d-word-synthetic.txt", "winbond", "words", ROW_REVERSED, 16,
     16, 0, 0x29058c73},
    /* In the wrong order only rows that are all dots pass: the order must be
     * proved with others. */
    {"winbond-wire-d-word-synthetic.txt", "winbond", "words", ROW_MEMORY, 16,
     10, 6, 0x9e4abe41},
    {"winbond-wire-d-h-synthetic.txt", "winbond", "bytes", ROW_MEMORY, 16, 0,
     16, 0x00000000},
    /* The first row lacks cells. */
    {"winbond-wire-d-b-unaligned-synthetic.txt", "winbond", "bytes", ROW_MEMORY,
     16, 15, 1, 0xc0e612ed},
    {"winbond-d-words-clean.txt", "winbond", "words", ROW_REVERSED, 16, 7, 0,
     0xba87166d},
    {"winbond-d-words-clean.txt", "winbond", "words", ROW_UNPROVED, 16, 7, 0,
     0x2698420d},
    {"winbond-d-s-derived.txt", "winbond", "words", ROW_MEMORY, 16, 7, 0,
     0xba87166d},
    {"winbond-d-b-derived.txt", "winbond", "bytes", ROW_MEMORY, 16, 7, 0,
     0xba87166d},
    {"winbond-d-bytes-1.txt", "winbond", "bytes", ROW_MEMORY, 16, 2, 0,
     0x9e0fe47c},
    /* One row without its ASCII column; the last one cut short. */
    {"winbond-help-ls-d-1.txt", "winbond", "words", ROW_REVERSED, 16, 6, 2,
     0x75b301ef},
    {"winbond-ls-2-bootinfo-only.txt", "winbond", "bytes", ROW_MEMORY, 16, 1, 1,
     0xb901dfdd},
    {"uboot-md-doc.txt", "u-boot", "words", ROW_REVERSED, 16, 16, 15,
     0x53d9f425},
    {"uboot-md-doc.txt", "u-boot", "bytes", ROW_MEMORY, 16, 7, 24, 0xc0f442ab},
    {"uboot-md-l-hisi.txt", "u-boot", "words", ROW_REVERSED, 16, 5, 0,
     0x917d23d3},
    {"uboot-md-l-mt7628.txt", "u-boot", "words", ROW_REVERSED, 16, 13, 0,
     0x98db23b4},
    {"uboot-md-l-mt7628.txt", "u-boot", "words", ROW_MEMORY, 16, 0, 13,
     0x00000000},
    {"uboot-md-short-line.txt", "u-boot", "words", ROW_REVERSED, 4, 1, 0,
     0x5436d75f},
    {"uboot-md-short-line.txt", "u-boot", "words", ROW_REVERSED, 16, 0, 1,
     0x00000000},
    /* Edited by hand: the ASCII column contradicts the digits. */
    {"uboot-md-b-upper-vendor.txt", "u-boot", "bytes", ROW_MEMORY, 16, 0, 2,
     0x00000000},
    {"uboot-md-b-mt7628-3space.txt", "u-boot", "bytes", ROW_MEMORY, 16, 2, 2,
     0xe8c0f070},
    {"uboot-sf-md-hisi.txt", "u-boot", "bytes", ROW_MEMORY, 16, 4, 0,
     0x8ce2d669},
    {"uboot-sf-probe-read-md-doc.txt", "u-boot", "words", ROW_REVERSED, 16, 14,
     0, 0xfe10abf1},
    /* A short last row. */
    {"cfe-d-b-stb-1.txt", "cfe", "bytes-stb", ROW_MEMORY, 16, 6, 1, 0x46d91cd0},
    /* The page put two blanks behind each line. */
    {"cfe-d-words-1.txt", "cfe", "words", ROW_MEMORY, 16, 7, 0, 0xb029f200},
    {"cfe-dm-bytes-1.txt", "cfe-dm", "dm", ROW_MEMORY, 16, 10, 0, 0x8316848b},
    /* One cell of four bytes, where four bytes were asked for. */
    {"cfe-dm-word-1.txt", "cfe-dm", "dm", ROW_MEMORY, 16, 0, 2, 0x00000000},
    /* A page; its spare area is left out. */
    {"cfe-dn-nand-1.txt", "cfe-dm", "dn", ROW_MEMORY, 16, 128, 0, 0x61a50bea},
    {"cfe-dn-nand-2-ecc-spare.txt", "cfe-dm", "dn", ROW_MEMORY, 16, 7, 0,
     0x6904b1e2},
    {"bolt-d-load-1.txt", "bolt", "bytes", ROW_MEMORY, 16, 1, 2, 0xff6935e1},
    {"bolt-d-load-1.txt", "bolt", "words", ROW_REVERSED, 16, 2, 1, 0xcb319bf0},
    {"redboot-dump-1-manual.txt", "redboot", "pairs", ROW_MEMORY, 16, 9, 0,
     0xd3cb7d20},
    {"redboot-dump-1-manual.txt", "redboot", "words", ROW_REVERSED, 16, 2, 2,
     0x8d7fd3ed},
    {"redboot-dump-2-2001.txt", "redboot", "pairs", ROW_MEMORY, 16, 2, 0,
     0xa36f7e61},
    {"realtek-d-words-rtl8186-1.txt", "realtek", "words", ROW_MEMORY, 16, 10, 0,
     0x0f1ea078},
    {"realtek-flr-dw-1.txt", "realtek", "words", ROW_MEMORY, 16, 3, 0,
     0xab9a4b19},
    {"realtek-db-1.txt", "realtek", "bytes", ROW_MEMORY, 16, 4, 4, 0x2a013636},
    {"realtek-db-1.txt", "realtek", "word-rows", ROW_MEMORY, 16, 4, 4,
     0x47e3ab5b},
    /* Edited by hand: a dot for 37. */
    {"realtek-flr-db-2.txt", "realtek", "bytes", ROW_MEMORY, 16, 0, 1,
     0x00000000},
    {"realtek-help-1.txt", "realtek", "words", ROW_MEMORY, 16, 2, 2,
     0x14375448},
    {"realtek-help-1.txt", "realtek", "bytes", ROW_MEMORY, 16, 2, 2,
     0x14375448},
    {"tcboot-dump-1.txt", "tcboot", "bytes", ROW_MEMORY, 16, 10, 0, 0x78969c41},
    {"tcboot-badaddr-1.txt", "tcboot", "bytes", ROW_MEMORY, 16, 0, 1,
     0x00000000},
    /* The last character of the last row was lost. */
    {"adam2-dm-1.txt", "adam2", "words", ROW_REVERSED, 16, 7, 1, 0xf89c0c40},
    {"adam2-dm-1.txt", "adam2", "words", ROW_MEMORY, 16, 0, 8, 0x00000000},
    {"eva-dm-1.txt", "eva", "words-little", ROW_REVERSED, 16, 7, 0, 0xefdfe243},
    {"zyxel-atdu-1.txt", "zyxel", "bytes", ROW_MEMORY, 16, 16, 0, 0x87f2f820},
    /* The last character is missing. */
    {"pmon-d-1.txt", "pmon", "bytes", ROW_MEMORY, 16, 0, 1, 0x00000000},
    {"yamon-dump-1.txt", "yamon", "bytes", ROW_MEMORY, 16, 4, 4, 0xb4dad37e},
    {"yamon-dump-1.txt", "yamon", "words", ROW_MEMORY, 16, 4, 4, 0x4849a90d},
    {"brnboot-read-1.txt", "brnboot", "bytes", ROW_MEMORY, 16, 10, 0,
     0x17e33fb9},
    {"linux-shell-dumps-1.txt", "linux-shell", "hexdump", ROW_MEMORY, 16, 13, 2,
     0xc64a38a5},
    {"linux-shell-dumps-1.txt", "linux-shell", "od", ROW_MEMORY, 16, 8, 46,
     0x1a3d19c8},
    {"openbios-ppc-wire.txt", "openfirmware", "bytes", ROW_MEMORY, 16, 11, 52,
     0xed90a842},
    {"openbios-eol-wire.txt", "openfirmware", "bytes", ROW_MEMORY, 16, 2, 5,
     0x11ede9e1},
    {"openbios-sparc32-wire.txt", "openfirmware", "bytes", ROW_MEMORY, 16, 8, 4,
     0x720e18c0},
    {"uefi-dmem-1.txt", "uefi-shell", "bytes", ROW_MEMORY, 16, 11, 0,
     0x8ea684ee},
    {"uefi-aavmf-wire.txt", "uefi-shell", "bytes", ROW_MEMORY, 16, 8, 1,
     0x8e0829ab},
    {"uefi-ovmf-wire.txt", "uefi-shell", "bytes", ROW_MEMORY, 16, 7, 1,
     0xee5825d7},
};

static const struct {
    const char *file;
    const char *dialect;
    const char *method; /* "": by none, these are just records */
    unsigned records;   /* with data */
    unsigned others;
    uint64_t first; /* address */
    uint32_t crc;   /* of the data */
} records[] = {
    {"redboot-dump-1-manual.txt", "redboot", "s-records", 2, 0, 0x100000,
     0x8d7fd3ed},
    /* Its S7 record is too short, so it is skipped. */
    {"pmon-dump-srec-1.txt", "pmon", "s-records", 16, 0, 0x9fc00240,
     0x45800369},
    {"uboot-saves-doc.txt", "u-boot", "", 8, 2, 0x4fc00000, 0x9343cbd4},
};

/* Streams in linux-shell-dumps-1.txt: a file of 133 bytes, the command that
 * printed it, and its sum. */
static const struct {
    const char *command;
    enum stream_form form;
} streams[] = {
    {"# xxd -p ", STREAM_HEX},
    {"# base64 ", STREAM_BASE64},
};
#define STREAM_FILE  "linux-shell-dumps-1.txt"
#define STREAM_BYTES 133
#define STREAM_CRC   0xf624fa48U

static const struct dump_method *method_of(const struct dialect *d,
                                           const char *name)
{
    for (size_t i = 0; i < d->n_dumps; i++)
        if (strcmp(d->dumps[i].name, name) == 0)
            return &d->dumps[i];
    fail_msg("%s has no dump method '%s'", d->name, name);
    return NULL;
}

struct found {
    unsigned good;
    unsigned bad;
    uint32_t crc;
};

static bool says(struct pattern *p, struct span line)
{
    return p != NULL && pattern_match(p, line.text, line.len, 0, NULL);
}

static void take_line(const struct dump_method *m, enum row_order order,
                      struct span line, size_t bytes, struct found *f)
{
    struct row row;
    enum row_result got = row_parse(&m->row, order, line.text, line.len, bytes,
                                    &row);

    if (got == ROW_OK) {
        f->good++;
        f->crc = (uint32_t)crc32(f->crc, row.bytes, (uInt)row.len);
    }
    f->bad += got != ROW_OK && got != ROW_NOT_A_ROW;
}

void rows_are_taken_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(dumps); i++) {
        CLEANUP_BUF struct buf text = {0};
        CLEANUP_BUF struct buf rest = {0};
        struct dialect *d = transcript_dialect(dumps[i].dialect);
        const struct dump_method *m = method_of(d, dumps[i].method);
        struct found f = {0};
        bool more = true;
        (void)transcript_lines(dumps[i].file, &text, &rest);
        for (char *at = text.data; more && at != NULL && *at != '\0';) {
            char *end = strchr(at, '\n');
            struct span line = {at, (size_t)(end - at)};
            more = !says(m->stop, line);
            if (more && !says(m->skip, line))
                take_line(m, dumps[i].order, line, dumps[i].bytes, &f);
            at = end + 1;
        }
        if (f.good != dumps[i].good || f.bad != dumps[i].bad ||
            f.crc != dumps[i].crc)
            fail_msg("%s, %s: %u good and %u bad rows, 0x%08x, not %u and "
                     "%u, 0x%08x",
                     dumps[i].file, dumps[i].method, f.good, f.bad, f.crc,
                     dumps[i].good, dumps[i].bad, dumps[i].crc);
        transcript_stated(dumps[i].file, "rows");
    }
}

/* The synthetic wire images hold the bytes 00 to FF. */
void the_bytes_are_right(void **state)
{
    static const char *const files[] = {"winbond-wire-d-b-synthetic.txt",
                                        "winbond-wire-d-s-synthetic.txt",
                                        "winbond-wire-d-word-synthetic.txt"};

    (void)state;
    for (size_t i = 0; i < COUNT(files); i++) {
        CLEANUP_BUF struct buf text = {0};
        CLEANUP_BUF struct buf rest = {0};
        const struct dialect *d = transcript_dialect("winbond");
        uint64_t next = 0x7f0e0000;
        assert_int_equal(transcript_lines(files[i], &text, &rest), 18);
        assert_string_equal(rest.data, "bootloader > ");
        for (char *line = text.data; *line != '\0';) {
            char *end = strchr(line, '\n');
            struct row row;
            if (row_parse(&method_of(d, i == 0 ? "bytes" : "words")->row,
                          i == 2 ? ROW_REVERSED : ROW_MEMORY, line,
                          (size_t)(end - line), 16, &row) == ROW_OK) {
                assert_true(row.address == next);
                for (unsigned k = 0; k < 16; k++)
                    assert_int_equal(row.bytes[k], (next + k) & 0xff);
                next += 16;
            }
            line = end + 1;
        }
        assert_true(next == 0x7f0e0100);
    }
}

static void take_record(struct span line, uint64_t *next, struct found *f)
{
    struct srec r;
    enum srec_result got = srec_parse(line.text, line.len, &r);

    assert_int_not_equal(got, SREC_BAD);
    f->bad += got == SREC_OTHER;
    if (got != SREC_DATA)
        return;
    assert_true(r.address == *next);
    *next += r.len;
    f->crc = (uint32_t)crc32(f->crc, r.bytes, (uInt)r.len);
    f->good++;
}

void records_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(records); i++) {
        CLEANUP_BUF struct buf text = {0};
        CLEANUP_BUF struct buf rest = {0};
        struct dialect *d = transcript_dialect(records[i].dialect);
        struct pattern *skip = records[i].method[0] != '\0'
                                   ? method_of(d, records[i].method)->skip
                                   : NULL;
        struct found f = {0};
        uint64_t next = records[i].first;
        (void)transcript_lines(records[i].file, &text, &rest);
        for (char *at = text.data; *at != '\0';) {
            char *end = strchr(at, '\n');
            struct span line = {at, (size_t)(end - at)};
            if (!says(skip, line))
                take_record(line, &next, &f);
            at = end + 1;
        }
        if (f.good != records[i].records || f.bad != records[i].others ||
            f.crc != records[i].crc)
            fail_msg("%s: %u records and %u others, 0x%08x", records[i].file,
                     f.good, f.bad, f.crc);
        transcript_stated(records[i].file, "records");
    }
}

/* Decodes the lines from start to the next command. */
static bool decode(char *start, enum stream_form form,
                   uint8_t out[STREAM_BYTES])
{
    struct stream s;
    bool whole;

    stream_start(&s, form, STREAM_BYTES);
    while (*start != '\0' && *start != '#') {
        char *end = strchr(start, '\n');
        assert_true(stream_add(&s, start, (size_t)(end - start)));
        start = end + 1;
    }
    whole = stream_finish(&s, out);
    stream_free(&s);
    return whole;
}

void streams_are_read(void **state)
{
    CLEANUP_BUF struct buf text = {0};
    uint8_t bytes[STREAM_BYTES];

    (void)state;
    (void)transcript_lines(STREAM_FILE, &text, &text);
    for (size_t i = 0; i < COUNT(streams); i++) {
        char *at = strstr(text.data, streams[i].command);
        assert_non_null(at);
        assert_true(decode(strchr(at, '\n') + 1, streams[i].form, bytes));
        assert_int_equal(crc32(0, bytes, sizeof(bytes)), STREAM_CRC);
    }
    transcript_stated(STREAM_FILE, "streams");
}
