// SPDX-License-Identifier: BSD-2-Clause
// Reads the command line of fwfs-sim.
#include "options_set.h"

#include <getopt.h>

#include "values.h"

static const struct option long_options[] = {
    {"loader", required_argument, NULL, OPT_LOADER},
    {"format", required_argument, NULL, OPT_FORMAT},
    {"endian", required_argument, NULL, OPT_ENDIAN},
    {"flash", required_argument, NULL, OPT_FLASH},
    {"base", required_argument, NULL, OPT_BASE},
    {"flash2", required_argument, NULL, OPT_FLASH2},
    {"base2", required_argument, NULL, OPT_BASE2},
    {"window", required_argument, NULL, OPT_WINDOW},
    {"ram", required_argument, NULL, OPT_RAM},
    {"64", no_argument, NULL, OPT_64},
    {"prompt", required_argument, NULL, OPT_PROMPT},
    {"mtdparts", required_argument, NULL, OPT_MTDPARTS},
    {"mtdparts-in", required_argument, NULL, OPT_MTDPARTS_IN},
    {"without", required_argument, NULL, OPT_WITHOUT},
    {"baud", required_argument, NULL, OPT_BAUD},
    {"fifo", required_argument, NULL, OPT_FIFO},
    {"latency", required_argument, NULL, OPT_LATENCY},
    {"lose-ahead", optional_argument, NULL, OPT_LOSE_AHEAD},
    {"stats", required_argument, NULL, OPT_STATS},
    {"bauds", required_argument, NULL, OPT_BAUDS},
    {"strict-baud", no_argument, NULL, OPT_STRICT_BAUD},
    {"max-baud", required_argument, NULL, OPT_MAX_BAUD},
    {"max-baud-dead", required_argument, NULL, OPT_MAX_BAUD_DEAD},
    {"eol", required_argument, NULL, OPT_EOL},
    {"state", required_argument, NULL, OPT_STATE},
    {"autoboot", required_argument, NULL, OPT_AUTOBOOT},
    {"stop", required_argument, NULL, OPT_STOP},
    {"keep-key", no_argument, NULL, OPT_KEEP_KEY},
    {"leftover", required_argument, NULL, OPT_LEFTOVER},
    {"last-command", required_argument, NULL, OPT_LAST_COMMAND},
    {"shell", required_argument, NULL, OPT_SHELL},
    {"editing", required_argument, NULL, OPT_EDITING},
    {"ansi", no_argument, NULL, OPT_ANSI},
    {"link", required_argument, NULL, OPT_LINK},
    {"log", required_argument, NULL, OPT_LOG},
    {"seed", required_argument, NULL, OPT_SEED},
    {"sum-rate", required_argument, NULL, OPT_SUM_RATE},
    {"flip", required_argument, NULL, OPT_FLIP},
    {"drop", required_argument, NULL, OPT_DROP},
    {"bad-row", required_argument, NULL, OPT_BAD_ROW},
    {"lose-row", required_argument, NULL, OPT_LOSE_ROW},
    {"noise-line", required_argument, NULL, OPT_NOISE_LINE},
    {"abort-at", required_argument, NULL, OPT_ABORT_AT},
    {"reset-after", required_argument, NULL, OPT_RESET_AFTER},
    {"reset-times", required_argument, NULL, OPT_RESET_TIMES},
    {"hang-after", required_argument, NULL, OPT_HANG_AFTER},
    {"watchdog", required_argument, NULL, OPT_WATCHDOG},
    {"mac", required_argument, NULL, OPT_MAC},
    {"flash-after-reset", required_argument, NULL, OPT_FLASH_AFTER},
    {"mac-after-reset", required_argument, NULL, OPT_MAC_AFTER},
    {"swap-back", no_argument, NULL, OPT_SWAP_BACK},
    {"crc-wrong", required_argument, NULL, OPT_CRC_WRONG},
    {"crc-lies", no_argument, NULL, OPT_CRC_LIES},
    {"slow-row", required_argument, NULL, OPT_SLOW_ROW},
    {"hostile", required_argument, NULL, OPT_HOSTILE},
    {"spi", required_argument, NULL, OPT_SPI},
    {"spi-style", required_argument, NULL, OPT_SPI_STYLE},
    {"nand", required_argument, NULL, OPT_NAND},
    {"nand-shape", required_argument, NULL, OPT_NAND_SHAPE},
    {"nand-bad", required_argument, NULL, OPT_NAND_BAD},
    {"mmc", required_argument, NULL, OPT_MMC},
    {"mmc-boot", required_argument, NULL, OPT_MMC_BOOT},
    {"selected", required_argument, NULL, OPT_SELECTED},
    {"has", required_argument, NULL, OPT_HAS},
    {"map", required_argument, NULL, OPT_MAP},
    {"cpu", required_argument, NULL, OPT_CPU},
    {"password", required_argument, NULL, OPT_PASSWORD},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

/* [BASE:]SIZE */
static int parse_ram(struct options *o, const char *text)
{
    const char *rest;

    if (value_until(text, ':', &o->ram_size, &rest) < 0)
        return -1;
    if (*rest == ':') {
        o->ram_base = o->ram_size;
        if (value_number(rest + 1, &o->ram_size) < 0)
            return -1;
    }
    return o->ram_size ? 0 : complain("--ram is empty");
}

static int set_word(struct options *o, int option, const char *arg)
{
    static const char *const loaders[] = {"winbond", "u-boot"};
    static const char *const formats[] = {"old", "middle", "new"};
    static const char *const endians[] = {"little", "big"};
    static const char *const places[] = {"env", "bootargs"};
    static const char *const ends[] = {"crlf", "lfcr"};
    static const char *const shells[] = {"simple", "hush"};
    static const char *const editors[] = {"age", "plain", "full"};
    static const char *const states[] = {"prompt", "power-on", "running",
                                         "hang"};
    int n;

    switch (option) {
    case OPT_LOADER:
        n = value_choice(arg, loaders, 2);
        o->loader = (enum loader)n;
        break;
    case OPT_FORMAT:
        n = value_choice(arg, formats, 3);
        o->format = (enum format)n;
        break;
    case OPT_ENDIAN:
        n = value_choice(arg, endians, 2);
        o->big_endian = n == 1;
        break;
    case OPT_MTDPARTS_IN:
        n = value_choice(arg, places, 2);
        o->mtdparts_in_bootargs = n == 1;
        break;
    case OPT_SHELL:
        n = value_choice(arg, shells, 2);
        o->hush = n == 1;
        break;
    case OPT_EDITING:
        n = value_choice(arg, editors, 3);
        o->editing = (enum editing)n;
        break;
    case OPT_EOL:
        n = value_choice(arg, ends, 2);
        o->newline = n == 1 ? "\n\r" : "\r\n";
        break;
    default:
        n = value_choice(arg, states, 4);
        o->state = (enum state)n;
        break;
    }
    return n < 0 ? -1 : 0;
}

static int set_number(struct options *o, int option, const char *arg)
{
    switch (option) {
    case OPT_BASE:
        return value_number(arg, &o->base);
    case OPT_BASE2:
        return value_number(arg, &o->base2);
    case OPT_WINDOW:
        return value_number(arg, &o->window);
    case OPT_SUM_RATE:
        return value_number(arg, &o->sum_rate);
    default:
        return value_number(arg, &o->seed);
    }
}

static int set_text(struct options *o, int option, const char *arg)
{
    switch (option) {
    case OPT_FLASH:
        o->flash = arg;
        break;
    case OPT_FLASH2:
        o->flash2 = arg;
        break;
    case OPT_PROMPT:
        o->prompt = arg;
        break;
    case OPT_MTDPARTS:
        o->mtdparts = arg;
        break;
    case OPT_WITHOUT:
        o->without = arg;
        break;
    case OPT_LAST_COMMAND:
        o->last_command = arg;
        break;
    case OPT_LINK:
        o->link = arg;
        break;
    default:
        o->log = arg;
        break;
    }
    return 0;
}

static int set_option(struct options *o, int option)
{
    switch (option) {
    case OPT_LOADER:
    case OPT_FORMAT:
    case OPT_ENDIAN:
    case OPT_MTDPARTS_IN:
    case OPT_SHELL:
    case OPT_EDITING:
    case OPT_EOL:
    case OPT_STATE:
        return set_word(o, option, optarg);
    case OPT_BASE:
    case OPT_BASE2:
    case OPT_WINDOW:
    case OPT_SEED:
    case OPT_SUM_RATE:
        return set_number(o, option, optarg);
    case OPT_BAUD:
    case OPT_FIFO:
    case OPT_LATENCY:
    case OPT_LOSE_AHEAD:
    case OPT_STATS:
    case OPT_BAUDS:
    case OPT_STRICT_BAUD:
    case OPT_MAX_BAUD:
    case OPT_MAX_BAUD_DEAD:
        return options_set_line(o, option, optarg);
    case OPT_RAM:
        return parse_ram(o, optarg);
    case OPT_AUTOBOOT:
    case OPT_STOP:
    case OPT_PASSWORD:
        return options_set_start(o, option, optarg);
    case OPT_LEFTOVER:
        return value_unescape(o->leftover, sizeof o->leftover, optarg);
    case OPT_64:
        o->wide = true;
        return 0;
    case OPT_ANSI:
        o->ansi = true;
        return 0;
    case OPT_KEEP_KEY:
        o->keep_key = true;
        return 0;
    case OPT_FLASH:
    case OPT_FLASH2:
    case OPT_PROMPT:
    case OPT_MTDPARTS:
    case OPT_WITHOUT:
    case OPT_LAST_COMMAND:
    case OPT_LINK:
    case OPT_LOG:
        return set_text(o, option, optarg);
    default:
        if (option >= OPT_SPI)
            return options_set_media(o, option, optarg);
        return options_set_fault(o, option, optarg);
    }
}

static void set_defaults(struct options *o)
{
    *o = (struct options){
        .loader = (enum loader) - 1,
        .format = FORMAT_OLD,
        .base = UINT64_MAX,
        .base2 = UINT64_MAX,
        .window = 0x1000000,
        .ram_base = UINT64_MAX,
        .ram_size = UINT64_MAX,
        .abort_at = UINT64_MAX,
        .reset_times = -1,
        .hang_after = UINT64_MAX,
        .seed = 1,
        .without = "",
        .password = "letmein",
        .media = {.spi_style = SPI_NEW, .shape = {2048, 64, 131072}},
        .line = {.baud = 115200, .fifo = 16},
        .countdown = -1,
    };
}

/* What depends on the loader: its memory and its line. */
static void finish_loader(struct options *o, bool winbond)
{
    bool menu = o->autoboot == AUTOBOOT_MENU;

    if (o->base == UINT64_MAX)
        o->base = winbond ? 0x7f000000 : 0x9f000000;
    if (o->ram_base == UINT64_MAX)
        o->ram_base = winbond ? 0 : 0x80000000;
    if (o->ram_size == UINT64_MAX)
        o->ram_size = winbond ? 0x1000000 : 0x4000000;
    if (o->countdown < 0)
        o->countdown = winbond ? INT64_C(3000000000) : INT64_C(2000000000);
    if (winbond)
        o->newline = "\n\r";
    if (!o->newline)
        o->newline = menu ? "\n\r" : "\r\n";
    if (!o->prompt)
        o->prompt = menu ? "MT7628 # " : "=> ";
    options_finish_line(&o->line, winbond);
    if (!o->mac)
        o->mac = winbond ? "00:00:5e:00:53:01" : "00:00:5e:00:53:02";
}

static int finish(struct options *o)
{
    bool winbond = o->loader == LOADER_WINBOND;
    bool staged = o->media.spi[0] || o->media.nand[0] || o->media.mmc[0];

    if (!winbond && o->loader != LOADER_UBOOT)
        return complain("--loader is missing");
    if (!o->flash && (winbond || !staged))
        return complain("--flash is missing");
    if ((o->flash2 != NULL) != (o->base2 != UINT64_MAX))
        return complain("--flash2 and --base2 go together");
    if (winbond && staged)
        return complain("winbond knows no other media than flash");
    finish_loader(o, winbond);
    o->faults.random = o->seed;
    return 0;
}

int options_parse(struct options *o, int argc, char **argv)
{
    int option;

    set_defaults(o);
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":", long_options, NULL)) >= 0) {
        if (option == OPT_HELP)
            return 1;
        if (option == ':')
            return complain("%s needs a value", argv[optind - 1]);
        if (option == '?')
            return complain("there is no option %s", argv[optind - 1]);
        if (set_option(o, option) < 0)
            return -1;
    }
    if (optind < argc)
        return complain("'%s' does not belong here", argv[optind]);
    return finish(o);
}
