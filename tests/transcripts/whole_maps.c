// SPDX-License-Identifier: BSD-2-Clause
// What a whole session tells of a device's map, in other people's captures.

#include "transcripts.h"

#include "monitor/map_build.h"

#define NOR_2M                                                                 \
    "FLASH: 0x50000000 - 0x50400000, 32 blocks of 0x00020000 bytes each."

/* What all rules of a dialect make of all that a file holds. */
static const struct whole {
    const char *file;
    const char *dialect;
    const char *before; /* a line before it, for what was cut off */
    const char *until;  /* where it is cut; NULL: not */
    size_t media;
    struct {
        const char *name;
        uint64_t base; /* 0: it has none */
        uint64_t size;
        uint64_t erase;
        uint64_t page;
    } medium;     /* one of them; name NULL: none is looked at */
    size_t banks; /* of RAM */
    size_t segments;
    size_t readable; /* of them */
    struct {
        const char *name;
        uint64_t offset;
        uint64_t size;
    } segment[2];
} wholes[] = {
    {"redboot-fislist-1.txt",
     "redboot",
     "",
     "RedBoot> fis list -d",
     1,
     {"flash", 0xa8000000, 0x800000, 0, 0},
     0,
     6,
     6,
     {{"image2", 0x660000, 0x140000}, {"FIS directory", 0x7e0000, 0xf000}}},
    {"redboot-fislist-2.txt",
     "redboot",
     "",
     NULL,
     1,
     {"flash", 0xa8000000, 0x800000, 0, 0},
     0,
     5,
     5,
     {{"vmlinux.bin.l7", 0x730000, 0xb0000}, {"RedBoot", 0, 0x30000}}},
    {"redboot-fislist-3-unsorted.txt",
     "redboot",
     NOR_2M,
     NULL,
     1,
     {"flash", 0x50000000, 0x400000, 0, 0},
     0,
     5,
     5,
     {{"Linux kernel", 0x20000, 0xc0000}, {"JFFS2", 0xe0000, 0x2e0000}}},
    {"redboot-fislist-5-reserved.txt",
     "redboot",
     NOR_2M,
     NULL,
     1,
     {"flash", 0x50000000, 0x400000, 0, 0},
     0,
     5,
     5,
     {{"(reserved)", 0, 0x40000}, {"RedBoot[backup]", 0x60000, 0x20000}}},
    {"redboot-help-nslu2-1.txt",
     "redboot",
     "",
     NULL,
     1,
     {"flash", 0x50000000, 0x800000, 0, 0},
     0,
     0,
     0,
     {{0}}},
    {"adam2-printenv-map-1.txt",
     "adam2",
     "",
     NULL,
     4,
     {0},
     0,
     5,
     5,
     {{"mtd4", 0, 0x3d0000}, {"mtd2", 0, 0x20000}}},
    {"eva-printenv-map-1.txt",
     "eva",
     "",
     NULL,
     1,
     {"flash", 0x90000000, 0x800000, 0, 0},
     0,
     4,
     4,
     {{"mtd1", 0x10000, 0x770000}, {"mtd4", 0x7c0000, 0x40000}}},
    {"pspboot-map-1.txt",
     "pspboot",
     "",
     NULL,
     1,
     {"flash", 0x90000000, 0x400000, 0, 0},
     0,
     7,
     7,
     {{"mtd1", 0x20000, 0x3d0000}, {"PSBL", 0, 51616}}},
    {"zyxel-atmp-map-1.txt",
     "zyxel",
     "",
     NULL,
     1,
     {"flash", 0xb0000000, 0x200000, 0, 0},
     0,
     11,
     11,
     {{"RasCode", 0x82600, 0x17da00}, {"BootBas", 0, 0x4000}}},
    {"zyxel-atmp-map-1.txt",
     "zyxel-atcmd",
     "",
     NULL,
     1,
     {"flash", 0xb0000000, 0x200000, 0, 0},
     0,
     11,
     11,
     {{"RomDefa", 0x78600, 0xa000}, {"termcap", 0x37c00, 0x400}}},
    {"zyxel-atmp-map-2.txt",
     "zyxel",
     "FLASH: AMD 16M *1",
     NULL,
     1,
     {"flash", 0x02000000, 0x200000, 0, 0},
     0,
     6,
     6,
     {{"HTPCode", 0x19000, 0x7000}, {"BootExt", 0x8030, 0x10fd0}}},
    {"cfe-showdevices-1.txt",
     "cfe",
     "",
     NULL,
     1,
     {"flash0", 0, 0x1000000, 0, 0},
     0,
     6,
     6,
     {{"os", 0x8001c, 0xf70000}, {"nvram", 0xff0000, 0x10000}}},
    {"cfe-banner-bcm47xx-1.txt", "cfe", "", NULL, 0, {0}, 0, 0, 0, {{0}}},
    /* MIPS, so that its flash is on the bus. */
    {"cfe-exception-1.txt",
     "cfe",
     "flash0   CFI flash size 8192KB",
     NULL,
     1,
     {"flash", 0xbc000000, 0x800000, 0, 0},
     0,
     0,
     0,
     {{0}}},
    {"cfe-showdevices-2-emmc.txt",
     "cfe",
     "",
     NULL,
     0,
     {0},
     0,
     14,
     0,
     {{"kernel", 0x628000, 0x1000000}, {"rsv1", 0xebff8000, 0x8000}}},
    {"cfe-banner-bcm63xx-1.txt",
     "cfe-dm",
     "",
     NULL,
     1,
     {"nand0", 0, 0x8000000, 0x20000, 0x800},
     0,
     0,
     0,
     {{0}}},
    {"bolt-showdevices-1.txt",
     "bolt",
     "",
     NULL,
     1,
     {"flash0", 0, 0x1d2000000, 0, 0},
     1,
     0,
     0,
     {{0}}},
    {"realtek-flr-dw-1.txt",
     "realtek",
     "",
     NULL,
     1,
     {"flash", 0, 0x1000000, 0x10000, 0},
     1,
     0,
     0,
     {{0}}},
    {"barebox-devinfo-1.txt",
     "barebox",
     "",
     NULL,
     1,
     {"mmc1", 0, 0x1d9c00000, 0, 0},
     0,
     5,
     5,
     {{"2", 0x24100000, 0xc0000000},
      {"barebox-environment", 0x80000, 0x80000}}},
    {"brnboot-menu-1.txt",
     "brnboot",
     "",
     NULL,
     1,
     {"flash", 0xb0000000, 0x400000, 0, 0},
     0,
     0,
     0,
     {{0}}},
    {"linux-procmtd-1.txt",
     "linux-shell",
     "",
     NULL,
     9,
     {"mtd6", 0, 0x2fc0000, 0x20000, 0},
     0,
     0,
     0,
     {{0}}},
    {"uefi-memmap-wire.txt", "uefi-shell", "", NULL, 0, {0}, 5, 0, 0, {{0}}},
    {"uboot-smeminfo-ipq40xx.txt",
     "u-boot",
     "SF: Detected GD25Q256 with page size 256 Bytes, erase size 64 KiB, "
     "total 32 MiB",
     NULL,
     1,
     {"sf0", 0, 0x2000000, 0x10000, 0},
     0,
     10,
     10,
     {{"0:APPSBL", 0xf0000, 0x80000}, {"rootfs", 0x580000, 0x1a80000}}},
    {"uboot-mmc-part-dos-doc.txt",
     "u-boot",
     "",
     NULL,
     0,
     {0},
     0,
     8,
     0,
     {{"2", 0x4400000, 0xc0000000}, {"7", 0xefd00000, 0x800000}}},
    {"uboot-part-list-gpt-doc.txt",
     "u-boot",
     "",
     NULL,
     0,
     {0},
     0,
     3,
     0,
     {{"Appended2", 0x125612800, 0x4ea800}, {0}}},
    {"uboot-nand-info-new.txt",
     "u-boot",
     "NAND:  4096 MiB",
     NULL,
     1,
     {"nand0", 0, 0x100000000, 0x200000, 0x2000},
     0,
     0,
     0,
     {{0}}},
};

/* Chips and RAM, then their geometry, then what lies on them. */
static void apply_all(struct map *map, const struct dialect *d,
                      const struct buf *text)
{
    for (int pass = 0; pass < 3; pass++)
        for (size_t i = 0; i < d->n_maps; i++) {
            enum map_makes makes = d->maps[i].makes;
            int turn = makes == MAP_MAKES_GEOMETRY ? 1
                       : makes == MAP_MAKES_SEGMENT || makes == MAP_MAKES_WINDOW
                           ? 2
                           : 0;
            if (turn == pass)
                map_apply(map, d, &d->maps[i], text->data, text->len);
        }
}

static bool has_medium(const struct map *map, const struct whole *w)
{
    for (size_t i = 0; i < map->n_media; i++) {
        const struct map_medium *m = &map->media[i];
        if (strcmp(m->name, w->medium.name) == 0 &&
            (w->medium.base != 0 ? m->base == w->medium.base
                                 : map_is_virtual(m->base)) &&
            m->size == w->medium.size && m->erase_block == w->medium.erase &&
            m->page == w->medium.page)
            return true;
    }
    return w->medium.name == NULL;
}

static bool has_segment(const struct map *map, const struct whole *w, int n)
{
    for (size_t i = 0; i < map->n_segments; i++) {
        const struct map_segment *s = &map->segments[i];
        if (strcmp(s->name, w->segment[n].name) == 0 &&
            s->offset == w->segment[n].offset && s->size == w->segment[n].size)
            return true;
    }
    return false;
}

static void check_whole(const struct map *map, const struct whole *w)
{
    size_t readable = 0;
    CLEANUP_BUF struct buf table = {0};

    for (size_t i = 0; i < map->n_segments; i++)
        readable += map->segments[i].medium >= 0;
    map_table(map, &table);
    if (map->n_media != w->media || map->n_segments != w->segments ||
        readable != w->readable || map->ram.n_banks != w->banks ||
        (w->medium.name != NULL && !has_medium(map, w))) {
        fail_msg("%s, %s: %zu media, %zu segments, %zu readable, %zu banks of "
                 "RAM\n%s",
                 w->file, w->dialect, map->n_media, map->n_segments, readable,
                 map->ram.n_banks, table.data);
    }
    for (int i = 0; i < 2; i++)
        if (w->segment[i].name != NULL && !has_segment(map, w, i))
            fail_msg("%s: no '%s' there\n%s", w->file, w->segment[i].name,
                     table.data);
}

void whole_maps_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(wholes); i++) {
        const struct whole *w = &wholes[i];
        CLEANUP_BUF struct buf text = {0};
        struct map map = {.segments = NULL};
        char *cut;
        (void)buf_printf(&text, "%s\n", w->before);
        (void)transcript_lines(w->file, &text, &text);
        cut = w->until != NULL ? strstr(text.data, w->until) : NULL;
        assert_true(w->until == NULL || cut != NULL);
        if (cut != NULL)
            text.len = (size_t)(cut - text.data);
        apply_all(&map, transcript_dialect(w->dialect), &text);
        check_whole(&map, w);
        transcript_stated(w->file, "map");
        map_free(&map);
    }
}
