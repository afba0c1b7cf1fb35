// SPDX-License-Identifier: BSD-2-Clause
// Reads those options of fwfs-sim that are about media and variants.
#include "options_set.h"

#include <ctype.h>
#include <string.h>

#include "values.h"

/* How many are fitted; the next option may be about the last of them. */
static int count_fitted(const char *const *files)
{
    int count = 0;

    while (count < MEDIA_MAX && files[count])
        count++;
    return count;
}

static int add_file(const char **files, const char *arg, const char *what)
{
    int count = count_fitted(files);

    if (count == MEDIA_MAX)
        return complain("there are too many of %s", what);
    files[count] = arg;
    return 0;
}

static int add_boot(struct media_options *m, const char *arg)
{
    int count = count_fitted(m->mmc);

    if (count == 0)
        return complain("--mmc-boot wants --mmc before it");
    return add_file(m->mmc_boot[count - 1], arg, "--mmc-boot");
}

/* BLOCK[,BLOCK...], of the last NAND. */
static int set_bad(struct media_options *m, const char *text)
{
    int count = count_fitted(m->nand);
    struct bad_blocks *bad = &m->bad[count ? count - 1 : 0];
    const char *rest = text;

    for (bad->count = 0; bad->count < BAD_BLOCKS_MAX; rest++) {
        if (value_until(rest, ',', &bad->block[bad->count++], &rest) < 0)
            return -1;
        if (!*rest)
            return 0;
    }
    return complain("too many bad blocks");
}

static bool is_power_of_two(uint64_t n)
{
    return n > 0 && (n & (n - 1)) == 0;
}

/* PAGE:OOB:BLOCK */
static int set_shape(struct nand_shape *s, const char *text)
{
    const char *rest;

    if (value_until(text, ':', &s->page, &rest) < 0)
        return -1;
    if (*rest != ':' || value_until(rest + 1, ':', &s->oob, &rest) < 0 ||
        *rest != ':' || value_number(rest + 1, &s->block) < 0)
        return complain("--nand-shape wants PAGE:OOB:BLOCK");
    if (!is_power_of_two(s->page) || !is_power_of_two(s->block) ||
        s->page < 16 || s->page > 65536 || s->block < s->page ||
        s->block > UINT32_MAX || s->oob % 8 != 0 || s->oob > s->page)
        return complain("there is no NAND of shape '%s'", text);
    return 0;
}

static int set_variant(struct options *o, int option, const char *arg)
{
    static const char *const styles[] = {"2010", "2013", "new", "ralink"};
    static const char *const cpus[] = {"any", "arm", "arm64", "mips", "ppc"};
    static const char *const maps[] = {"env", "smeminfo"};
    static const char *const commands[] = {"saves"};
    static const char *const selections[] = {"first", "last"};
    int n;

    switch (option) {
    case OPT_SPI_STYLE:
        n = value_choice(arg, styles, 4);
        o->media.spi_style = (enum spi_style)n;
        break;
    case OPT_CPU:
        n = value_choice(arg, cpus, 5);
        o->cpu = (enum cpu)n;
        break;
    case OPT_SELECTED:
        n = value_choice(arg, selections, 2);
        o->media.first_selected = n == 0;
        break;
    case OPT_MAP:
        n = value_choice(arg, maps, 2);
        o->smeminfo = n == 1;
        break;
    default:
        n = value_choice(arg, commands, 1);
        o->saves = true;
        break;
    }
    return n < 0 ? -1 : 0;
}

int options_set_media(struct options *o, int option, const char *arg)
{
    struct media_options *m = &o->media;

    switch (option) {
    case OPT_SPI:
        return add_file(m->spi, arg, "--spi");
    case OPT_NAND:
        return add_file(m->nand, arg, "--nand");
    case OPT_MMC:
        return add_file(m->mmc, arg, "--mmc");
    case OPT_MMC_BOOT:
        return add_boot(m, arg);
    case OPT_NAND_BAD:
        return set_bad(m, arg);
    case OPT_NAND_SHAPE:
        return set_shape(&m->shape, arg);
    default:
        return set_variant(o, option, arg);
    }
}

/* Of a number of seconds, or of the words. */
static int set_autoboot(struct options *o, const char *arg)
{
    static const char *const variants[] = {
        "any",          "press-any", "ctrl-c",
        "press-ctrl-c", "space",     "press-space",
        "esc-esc",      "s-key",     "tpl",
        "tpl-magic",    "slp",       "gl",
        "ralink-menu",  "password",  "password-enter",
    };
    int n;

    if (isdigit((unsigned char)*arg) || *arg == '.')
        return value_seconds(arg, &o->countdown);
    n = value_choice(arg, variants, sizeof variants / sizeof *variants);
    o->autoboot = (enum autoboot)n;
    return n < 0 ? -1 : 0;
}

int options_set_start(struct options *o, int option, const char *arg)
{
    if (option == OPT_AUTOBOOT)
        return set_autoboot(o, arg);
    if (!*arg)
        return complain("there is an empty word to stop it");
    if (option == OPT_PASSWORD) {
        o->password = arg;
        return 0;
    }
    o->stop = arg;
    o->autoboot = AUTOBOOT_STOP;
    if (strcmp(arg, "any") == 0)
        o->autoboot = AUTOBOOT_ANY;
    if (strcmp(arg, "ctrl-c") == 0)
        o->autoboot = AUTOBOOT_CTRL_C;
    return 0;
}
