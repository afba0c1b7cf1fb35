// SPDX-License-Identifier: BSD-2-Clause
// Other people's captures: rows and maps in them are read as they should be.

/*
 * The folder is $FWFS_TRANSCRIPTS or shared/reference/transcripts beside the
 * checkout; without it the test is skipped. The first line of each file says
 * where it is from and is no part of it. Some rows were edited by hand or are
 * of another width: the counts below say how many are to be refused.
 */

#include "../unit/unit.h"

#include "monitor/console.h"
#include "monitor/dialect.h"
#include "monitor/map_build.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>

/* What a file holds for a dialect's dump method. */
static const struct {
    const char *file;
    const char *dialect;
    const char *method;
    enum row_order order;
    size_t bytes; /* in a row */
    unsigned good;
    unsigned bad; /* start like a row and are refused */
} dumps[] = {
    {"winbond-wire-d-b-synthetic.txt", "winbond", "bytes", ROW_MEMORY, 16, 16,
     0},
    {"winbond-wire-d-s-synthetic.txt", "winbond", "words", ROW_MEMORY, 16, 16,
     0},
    {"winbond-wire-d-word-synthetic.txt", "winbond", "words", ROW_REVERSED, 16,
     16, 0},
    /* In the wrong order only rows that are all dots pass: the order must be
     * proved with others. */
    {"winbond-wire-d-word-synthetic.txt", "winbond", "words", ROW_MEMORY, 16,
     10, 6},
    {"winbond-wire-d-h-synthetic.txt", "winbond", "bytes", ROW_MEMORY, 16, 0,
     16},
    /* The first row lacks cells. */
    {"winbond-wire-d-b-unaligned-synthetic.txt", "winbond", "bytes", ROW_MEMORY,
     16, 15, 1},
    {"winbond-d-words-clean.txt", "winbond", "words", ROW_REVERSED, 16, 7, 0},
    {"winbond-d-words-clean.txt", "winbond", "words", ROW_UNPROVED, 16, 7, 0},
    {"winbond-d-s-derived.txt", "winbond", "words", ROW_MEMORY, 16, 7, 0},
    {"winbond-d-b-derived.txt", "winbond", "bytes", ROW_MEMORY, 16, 7, 0},
    {"winbond-d-bytes-1.txt", "winbond", "bytes", ROW_MEMORY, 16, 2, 0},
    /* One row without its ASCII column; the last one cut short. */
    {"winbond-help-ls-d-1.txt", "winbond", "words", ROW_REVERSED, 16, 6, 2},
    {"winbond-ls-2-bootinfo-only.txt", "winbond", "bytes", ROW_MEMORY, 16, 1,
     1},
    {"uboot-md-doc.txt", "u-boot", "words", ROW_REVERSED, 16, 16, 15},
    {"uboot-md-doc.txt", "u-boot", "bytes", ROW_MEMORY, 16, 7, 24},
    {"uboot-md-l-hisi.txt", "u-boot", "words", ROW_REVERSED, 16, 5, 0},
    {"uboot-md-l-mt7628.txt", "u-boot", "words", ROW_REVERSED, 16, 13, 0},
    {"uboot-md-l-mt7628.txt", "u-boot", "words", ROW_MEMORY, 16, 0, 13},
    {"uboot-md-short-line.txt", "u-boot", "words", ROW_REVERSED, 4, 1, 0},
    {"uboot-md-short-line.txt", "u-boot", "words", ROW_REVERSED, 16, 0, 1},
    /* Edited by hand: the ASCII column contradicts the digits. */
    {"uboot-md-b-upper-vendor.txt", "u-boot", "bytes", ROW_MEMORY, 16, 0, 2},
    {"uboot-md-b-mt7628-3space.txt", "u-boot", "bytes", ROW_MEMORY, 16, 2, 2},
    {"uboot-sf-md-hisi.txt", "u-boot", "bytes", ROW_MEMORY, 16, 4, 0},
    {"uboot-sf-probe-read-md-doc.txt", "u-boot", "words", ROW_REVERSED, 16, 14,
     0},
};

/* What a map rule makes of a file. chip: told before ("": none). */
static const struct {
    const char *file;
    const char *dialect;
    const char *rule;
    const char *chip;
    size_t chips;    /* after it */
    size_t segments; /* of them readable: */
    size_t readable;
    const char *name; /* one of them, with its */
    uint64_t size;
} maps[] = {
    {"winbond-banner-p745-1.txt", "winbond", "chip", "", 1, 0, 0, "", 0},
    {"winbond-banner-boot-1.txt", "winbond", "chip", "", 1, 0, 0, "", 0},
    {"winbond-ls-1.txt", "winbond", "images", "Flash Size is 0x400000 Bytes", 1,
     3, 3, "romfs.img", 0x10c400},
    {"winbond-help-ls-d-1.txt", "winbond", "images",
     "Flash Size is 0x400000 Bytes", 1, 3, 3, "BOOT INFO", 0x38},
    {"winbond-ls-2-bootinfo-only.txt", "winbond", "images",
     "Flash Size is 0x400000 Bytes", 1, 1, 1, "BOOT INFO", 0x48},
    {"uboot-bdinfo-mips-qca.txt", "u-boot", "flash", "", 1, 0, 0, "", 0},
    {"uboot-bdinfo-arm64-doc.txt", "u-boot", "flash", "", 1, 0, 0, "", 0},
    {"uboot-bdinfo-arm-old.txt", "u-boot", "flash", "", 0, 0, 0, "", 0},
    /* flashstart 0 with RAM in KSEG0: not believed. */
    {"uboot-bdinfo-mips-mt7628.txt", "u-boot", "flash", "", 0, 0, 0, "", 0},
    {"uboot-flinfo-m29w640.txt", "u-boot", "banks", "", 1, 0, 0, "", 0},
    {"uboot-flinfo-old-header.txt", "u-boot", "banks", "", 1, 0, 0, "", 0},
    /* Its list of sectors was not kept. */
    {"uboot-flinfo-ppc-header.txt", "u-boot", "banks", "", 0, 0, 0, "", 0},
    {"uboot-flinfo-ppc-header.txt", "u-boot", "flash", "", 1, 0, 0, "", 0},
    {"uboot-mtd-list-spinand.txt", "u-boot", "mtd", "", 0, 7, 0, "ospi.tispl",
     0x200000},
    {"uboot-mtdparts-1.txt", "u-boot", "mtdparts", "", 0, 7, 0, "kernel",
     0x200000},
    {"uboot-mtdparts-2-glued-name.txt", "u-boot", "mtdparts", "", 0, 5, 0,
     "redundant-environment", 0x80000},
    {"uboot-printenv-mips-qca.txt", "u-boot", "environment",
     "flashstart = 0x9F000000\nflashsize = 0x01000000\n", 1, 5, 5, "rootfs",
     12288U << 10},
    {"uboot-printenv-hisi.txt", "u-boot", "environment", "", 0, 7, 0, "app",
     5120U << 10},
    {"uboot-printenv-isvp.txt", "u-boot", "environment", "", 0, 7, 0, "all",
     8U << 20},
    {"uboot-banner-hisi-2010.txt", "u-boot", "environment", "", 0, 3, 0,
     "rootfs", 27U << 20},
    /* 58 in nine lists; one "-" without a chip, two told twice. */
    {"uboot-mtdparts-strings.txt", "u-boot", "environment", "", 0, 57, 0,
     "ENVBK", 4096},
};

static char folder[PATH_MAX];
static struct dialect *dialect;

/* The file behind its first line. */
static void read_file(const char *name, struct buf *out)
{
    char path[2 * PATH_MAX];
    char chunk[4096];
    size_t n;
    FILE *f;
    const char *end;

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    f = fopen(path, "rb");
    if (f == NULL) {
        fail_msg("%s: %s", path, strerror(errno));
        return;
    }
    while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
        assert_true(buf_add(out, chunk, n));
    (void)fclose(f);
    end = out->len > 0 ? memchr(out->data, '\n', out->len) : NULL;
    if (end == NULL)
        fail_msg("%s: not even one line", path);
    else
        buf_drop(out, (size_t)(end - out->data) + 1);
}

/* A line whose bytes are a file. */
struct source {
    struct buf text;
    size_t at;
};

static ssize_t source_read(void *ctx, void *buf, size_t size,
                           struct deadline until)
{
    struct source *s = ctx;
    size_t n = s->text.len - s->at;

    (void)until;
    if (n > size)
        n = size;
    if (n > 61)
        n = 61;
    memcpy(buf, s->text.data + s->at, n);
    s->at += n;
    return (ssize_t)n;
}

static void source_nothing(void *ctx)
{
    (void)ctx;
}

/* Lines as the console hands them out, each ended by LF. Returns how many;
 * the last, unterminated one (a prompt) goes to partial. */
static unsigned lines_of(const char *file, struct buf *out, struct buf *partial)
{
    static const struct line_ops ops = {
        .read = source_read, .wake = source_nothing, .close = source_nothing};
    struct source source = {.at = 0};
    struct console c;
    struct span line;
    unsigned n = 0;

    read_file(file, &source.text);
    assert_int_equal(console_init(&c, line_new(&ops, &source), NULL), 0);
    while (console_fill(&c, deadline_in(0)) > 0)
        while (console_take_line(&c, &line)) {
            assert_true(line.len > 0 && line.len < 1000);
            assert_null(memchr(line.text, '\x1b', line.len));
            assert_null(memchr(line.text, '\0', line.len));
            (void)buf_printf(out, "%.*s\n", (int)line.len, line.text);
            n++;
        }
    line = console_partial(&c);
    (void)buf_add(partial, line.text, line.len);
    console_free(&c);
    buf_free(&source.text);
    return n;
}

static void use_dialect(const char *name)
{
    struct err err = {""};

    if (dialect != NULL && strcmp(dialect->name, name) == 0)
        return;
    dialect_free(dialect);
    dialect = NULL;
    if (dialect_load(&dialect, name, &err) < 0)
        fail_msg("%s", err.text);
}

static const struct row_shape *shape_of(const char *method)
{
    for (size_t i = 0; i < dialect->n_dumps; i++)
        if (strcmp(dialect->dumps[i].name, method) == 0)
            return &dialect->dumps[i].row;
    fail_msg("no dump method '%s'", method);
    return NULL;
}

static void rows_are_taken_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(dumps); i++) {
        CLEANUP_BUF struct buf text = {0};
        CLEANUP_BUF struct buf rest = {0};
        unsigned good = 0;
        unsigned bad = 0;
        uint64_t first = 0;
        const struct row_shape *shape;
        use_dialect(dumps[i].dialect);
        shape = shape_of(dumps[i].method);
        (void)lines_of(dumps[i].file, &text, &rest);
        for (char *line = text.data; line != NULL && *line != '\0';) {
            char *end = strchr(line, '\n');
            struct row row;
            enum row_result got = row_parse(shape, dumps[i].order, line,
                                            (size_t)(end - line),
                                            dumps[i].bytes, &row);
            if (got == ROW_OK && good++ == 0)
                first = row.address;
            bad += got != ROW_OK && got != ROW_NOT_A_ROW;
            line = end + 1;
        }
        if (good != dumps[i].good || bad != dumps[i].bad)
            fail_msg("%s, %s: %u good and %u bad rows, not %u and %u",
                     dumps[i].file, dumps[i].method, good, bad, dumps[i].good,
                     dumps[i].bad);
        assert_true(good == 0 || first >= 0x1000);
    }
}

/* The synthetic wire images hold the bytes 00 to FF. */
static void the_bytes_are_right(void **state)
{
    static const char *const files[] = {"winbond-wire-d-b-synthetic.txt",
                                        "winbond-wire-d-s-synthetic.txt",
                                        "winbond-wire-d-word-synthetic.txt"};

    (void)state;
    use_dialect("winbond");
    for (size_t i = 0; i < COUNT(files); i++) {
        CLEANUP_BUF struct buf text = {0};
        CLEANUP_BUF struct buf rest = {0};
        uint64_t next = 0x7f0e0000;
        assert_int_equal(lines_of(files[i], &text, &rest), 18);
        assert_string_equal(rest.data, "bootloader > ");
        for (char *line = text.data; *line != '\0';) {
            char *end = strchr(line, '\n');
            struct row row;
            if (row_parse(shape_of(i == 0 ? "bytes" : "words"),
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

static void apply(struct map *map, const char *rule, const struct buf *text)
{
    for (size_t i = 0; i < dialect->n_maps; i++)
        if (strcmp(dialect->maps[i].title, rule) == 0) {
            map_apply(map, dialect, &dialect->maps[i], text->data, text->len);
            return;
        }
    fail_msg("no rule '%s'", rule);
}

static void maps_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(maps); i++) {
        CLEANUP_BUF struct buf text = {0};
        CLEANUP_BUF struct buf chip = {0};
        struct map map = {.segments = NULL};
        size_t readable = 0;
        bool found = maps[i].name[0] == '\0';
        use_dialect(maps[i].dialect);
        (void)buf_printf(&chip, "%s", maps[i].chip);
        if (chip.len > 0)
            apply(&map, dialect->maps[0].title, &chip);
        (void)lines_of(maps[i].file, &text, &text);
        apply(&map, maps[i].rule, &text);
        for (size_t k = 0; k < map.n_segments; k++) {
            readable += map.segments[k].medium >= 0;
            found = found || (strcmp(map.segments[k].name, maps[i].name) == 0 &&
                              map.segments[k].size == maps[i].size);
        }
        if (map.n_media != maps[i].chips ||
            map.n_segments != maps[i].segments || readable != maps[i].readable)
            fail_msg("%s, %s: %zu chips, %zu segments, %zu readable",
                     maps[i].file, maps[i].rule, map.n_media, map.n_segments,
                     readable);
        if (!found)
            fail_msg("%s: no '%s' of that size", maps[i].file, maps[i].name);
        map_free(&map);
    }
}

static void every_file_is_split_into_lines(void **state)
{
    struct dirent **names;
    int n = scandir(folder, &names, NULL, alphasort);
    unsigned files = 0;

    (void)state;
    assert_true(n > 0);
    for (int i = 0; i < n; i++) {
        CLEANUP_BUF struct buf text = {0};
        CLEANUP_BUF struct buf rest = {0};
        size_t len = strlen(names[i]->d_name);
        if (len > 4 && strcmp(names[i]->d_name + len - 4, ".txt") == 0) {
            if (lines_of(names[i]->d_name, &text, &rest) < 2)
                fail_msg("%s: fewer than two lines", names[i]->d_name);
            files++;
        }
        free(names[i]);
    }
    free(names);
    assert_in_range(files, 100, 1000);
}

static int clean(void **state)
{
    (void)state;
    dialect_free(dialect);
    return 0;
}

/* Upwards from the program: the first folder that has such a one in it. */
static bool find_folder(const char *exe)
{
    const char *env = getenv("FWFS_TRANSCRIPTS");
    char at[PATH_MAX];
    char *slash;
    DIR *dir;

    if (realpath(exe, at) == NULL)
        return false;
    (void)snprintf(folder, sizeof(folder), "%s", env != NULL ? env : "");
    while (env == NULL && (slash = strrchr(at, '/')) != NULL) {
        *slash = '\0';
        (void)snprintf(folder, sizeof(folder),
                       "%.3000s/shared/reference/transcripts", at);
        dir = opendir(folder);
        if (dir != NULL) {
            (void)closedir(dir);
            return true;
        }
    }
    dir = opendir(folder);
    if (dir != NULL)
        (void)closedir(dir);
    return dir != NULL;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_taken_or_refused),
        cmocka_unit_test(the_bytes_are_right),
        cmocka_unit_test(maps_are_read),
        cmocka_unit_test(every_file_is_split_into_lines),
    };

    if (!find_folder(argc > 0 ? argv[0] : ".")) {
        (void)printf("no shared/reference/transcripts here, nor does "
                     "FWFS_TRANSCRIPTS name one\n");
        return 77;
    }
    return cmocka_run_group_tests_name("transcripts", tests, NULL, clean);
}
