// SPDX-License-Identifier: BSD-2-Clause
// Maps in other people's captures.

#include "transcripts.h"

#include "monitor/map_build.h"

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

static void apply(struct map *map, const struct dialect *d, const char *rule,
                  const struct buf *text)
{
    for (size_t i = 0; i < d->n_maps; i++)
        if (strcmp(d->maps[i].title, rule) == 0) {
            map_apply(map, d, &d->maps[i], text->data, text->len);
            return;
        }
    fail_msg("no rule '%s'", rule);
}

void maps_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(maps); i++) {
        CLEANUP_BUF struct buf text = {0};
        CLEANUP_BUF struct buf chip = {0};
        struct map map = {.segments = NULL};
        size_t readable = 0;
        bool found = maps[i].name[0] == '\0';
        const struct dialect *d = transcript_dialect(maps[i].dialect);
        (void)buf_printf(&chip, "%s", maps[i].chip);
        for (size_t k = 0; chip.len > 0 && k < d->n_maps; k++)
            if (d->maps[k].makes == MAP_MAKES_CHIP &&
                d->maps[k].needs.answer == NULL)
                apply(&map, d, d->maps[k].title, &chip);
        (void)transcript_lines(maps[i].file, &text, &text);
        apply(&map, d, maps[i].rule, &text);
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
        transcript_stated(maps[i].file, "map");
        map_free(&map);
    }
}
