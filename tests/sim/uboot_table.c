// SPDX-License-Identifier: BSD-2-Clause
// U-Boot's command table: which commands this build of it has.
#include <string.h>

#include "uboot.h"

#define FIX     FORMAT_OLD, NEED_NOTHING
#define WITH(n) FORMAT_OLD, NEED_##n

#define danger uboot_cmd_danger

#define YES REPEAT_ALWAYS
#define NO  REPEAT_NEVER
#define OLD REPEAT_UNTIL_2007

const struct uboot_command uboot_commands[] = {
    {"?", 16, YES, uboot_cmd_help, "alias for 'help'", "", FIX},
    {"base", 2, YES, uboot_base, "print or set address offset", "\nbase off",
     FIX},
    {"bdinfo", 1, YES, uboot_bdinfo, "print Board Info structure", "", FIX},
    {"bootm", 16, YES, danger, "boot application image from memory",
     "[addr [arg ...]]", FIX},
    {"cmp", 4, YES, uboot_cmp, "memory compare",
     "[.b, .w, .l] addr1 addr2 count", FIX},
    {"cp", 4, YES, uboot_cp, "memory copy", "[.b, .w, .l] source target count",
     FIX},
    {"crc32", 5, YES, uboot_crc32, "checksum calculation",
     "address count [addr]\n    - compute CRC32 checksum [save at addr]", FIX},
    {"echo", 16, YES, uboot_cmd_echo, "echo args to console", "[args..]", FIX},
    {"erase", 3, OLD, uboot_flerase, "erase FLASH memory",
     "start end\n    - erase FLASH from addr 'start' to addr 'end'\n"
     "erase N:SF[-SL]\n    - erase sectors SF-SL in FLASH bank # N\n"
     "erase bank N\n    - erase FLASH bank # N\n"
     "erase all\n    - erase all FLASH banks",
     WITH(NOR)},
    {"flinfo", 2, YES, uboot_flinfo, "print FLASH memory information", "[N]",
     WITH(NOR)},
    {"go", 16, YES, danger, "start application at address 'addr'",
     "addr [arg ...]", FIX},
    {"help", 16, YES, uboot_cmd_help, "print command description/usage",
     "[command ...]", FIX},
    {"loadb", 3, NO, danger, "load binary file over serial line (kermit mode)",
     "[addr [baud]]", FIX},
    {"loady", 3, NO, danger, "load binary file over serial line (ymodem mode)",
     "[addr [baud]]", FIX},
    {"md", 3, YES, uboot_md, "memory display",
     "[.b, .w, .l] address [# of objects]", FIX},
    {"mm", 2, YES, uboot_mm, "memory modify (auto-incrementing address)",
     "[.b, .w, .l] address", FIX},
    {"mmc", 7, YES, uboot_mmc, "MMC sub system",
     "info\nmmc read addr blk# cnt\nmmc part\nmmc dev [dev] [part]\nmmc list",
     WITH(MMC)},
    {"mtd", 16, NO, uboot_mtd, "MTD utils",
     "list\nmtd read <name> <addr> [<off> [<size>]]\n"
     "mtd dump <name> [<off> [<size>]]\nmtd bad <name>",
     FORMAT_NEW, NEED_NOTHING},
    {"mtdparts", 6, NO, uboot_mtdparts, "define flash/nand partitions", "",
     FIX},
    {"mtest", 5, YES, danger, "simple RAM read/write test",
     "[start [end [pattern [iterations]]]]", FIX},
    {"mw", 4, YES, uboot_mw, "memory write (fill)",
     "[.b, .w, .l] address value [count]", FIX},
    {"nand", 16, YES, uboot_nand, "NAND sub-system",
     "info\nnand device [dev]\nnand read - addr off size\nnand dump[.oob] off\n"
     "nand bad",
     FIX},
    {"nm", 2, YES, uboot_nm, "memory modify (constant address)",
     "[.b, .w, .l] address", FIX},
    {"part", 16, YES, uboot_part, "disk partition related commands",
     "list <interface> <dev>", WITH(MMC)},
    {"printenv", 16, YES, uboot_printenv, "print environment variables",
     "\n    - print values of all environment variables\n"
     "printenv name ...\n    - print value of environment variable 'name'",
     FIX},
    {"protect", 4, OLD, uboot_protect,
     "enable or disable FLASH write protection",
     "on  start end\n    - protect FLASH from addr 'start' to addr 'end'\n"
     "protect on  N:SF[-SL]\n    - protect sectors SF-SL in FLASH bank # N\n"
     "protect on  all\n    - protect all FLASH banks\n"
     "protect off ...\n    - the same, make it writable",
     WITH(NOR)},
    {"reset", 1, NO, uboot_cmd_reset, "Perform RESET of the CPU", "", FIX},
    {"run", 16, YES, danger, "run commands in an environment variable",
     "var [...]", FIX},
    {"saveenv", 1, NO, danger,
     "save environment variables to persistent storage", "", FIX},
    {"saves", 3, NO, uboot_saves, "save S-Record file over serial line",
     "[ off ] [size]", WITH(SAVES)},
    {"setenv", 16, NO, uboot_setenv, "set environment variables",
     "name value ...", FIX},
    {"sf", 5, YES, uboot_sf, "SPI flash sub-system",
     "probe [[bus:]cs] [hz] [mode]\nsf read addr offset len", WITH(SF)},
    {"smeminfo", 1, YES, uboot_smeminfo, "print SMEM FLASH information", "",
     WITH(SMEMINFO)},
    {"spi", 4, YES, uboot_spi, "spi command",
     "spi usage:\n  spi id\n  spi sr read\n  spi read <addr> <len>",
     WITH(RALINK)},
    {"version", 1, YES, uboot_cmd_version, "print monitor version", "", FIX},
    {NULL, 0, NO, NULL, NULL, NULL, FIX},
};

static bool is_met(const struct sim *sim, enum uboot_need need)
{
    const struct media *m = &sim->media;
    bool ralink = m->spi[0].data && sim->opt.media.spi_style == SPI_RALINK;

    switch (need) {
    case NEED_NOR:
        return sim->memory.chip[0].data;
    case NEED_SF:
        return !ralink;
    case NEED_RALINK:
        return ralink;
    case NEED_MMC:
        return m->mmc[0].data;
    case NEED_SAVES:
        return sim->opt.saves;
    case NEED_SMEMINFO:
        return sim->opt.smeminfo;
    default:
        return true;
    }
}

bool uboot_has(const struct sim *sim, const struct uboot_command *command)
{
    const char *p = sim->opt.without;
    size_t len = strlen(command->name);

    if (sim->opt.format < command->since || !is_met(sim, command->need))
        return false;
    while (*p) {
        size_t word = strcspn(p, ",");

        if (word == len && strncmp(p, command->name, len) == 0)
            return false;
        p += word;
        p += *p == ',';
    }
    return true;
}

const struct uboot_command *uboot_find(const struct sim *sim, const char *name)
{
    const struct uboot_command *found = NULL;
    size_t len = strcspn(name, ".");
    int count = 0;

    for (const struct uboot_command *c = uboot_commands; c->name; c++) {
        if (!uboot_has(sim, c) || strncmp(c->name, name, len) != 0)
            continue;
        if (c->name[len] == '\0')
            return c;
        found = c;
        count++;
    }
    return count == 1 ? found : NULL;
}

bool uboot_repeats(const struct sim *sim, const struct uboot_command *command)
{
    if (command->repeat == REPEAT_UNTIL_2007)
        return uboot_year(sim) < 2007;
    return command->repeat == REPEAT_ALWAYS;
}

/* Where there is .q, it stands behind the other sizes. */
void uboot_usage(struct sim *sim, const struct uboot_command *c)
{
    const char *rest = c->usage;
    const char *sizes = strstr(rest, ", .l]");
    struct uart *u = &sim->uart;

    uart_printf(u, "%s - %s\n\nUsage:\n%s ", c->name, c->title, c->name);
    if (sizes && uboot_has_quad(sim)) {
        uart_printf(u, "%.*s, .q", (int)(sizes + 4 - rest), rest);
        rest = sizes + 4;
    }
    uart_printf(u, "%s\n", rest);
}
