// SPDX-License-Identifier: BSD-2-Clause
// U-Boot's command table: which commands this build of it has.
#include <string.h>

#include "uboot.h"

#define FIX     FORMAT_OLD, NEED_NOTHING
#define WITH(n) FORMAT_OLD, NEED_##n

#define danger uboot_cmd_danger

const struct uboot_command uboot_commands[] = {
    {"?", 16, true, uboot_cmd_help, "alias for 'help'", "", FIX},
    {"base", 2, true, uboot_base, "print or set address offset", "\nbase off",
     FIX},
    {"bdinfo", 1, true, uboot_bdinfo, "print Board Info structure", "", FIX},
    {"bootm", 16, true, danger, "boot application image from memory",
     "[addr [arg ...]]", FIX},
    {"cp", 4, true, danger, "memory copy", "[.b, .w, .l] source target count",
     FIX},
    {"crc32", 5, true, uboot_crc32, "checksum calculation",
     "address count [addr]\n    - compute CRC32 checksum [save at addr]", FIX},
    {"echo", 16, true, uboot_cmd_echo, "echo args to console", "[args..]", FIX},
    {"erase", 3, false, danger, "erase FLASH memory", "start end", FIX},
    {"flinfo", 2, true, uboot_flinfo, "print FLASH memory information", "[N]",
     WITH(NOR)},
    {"go", 16, true, danger, "start application at address 'addr'",
     "addr [arg ...]", FIX},
    {"help", 16, true, uboot_cmd_help, "print command description/usage",
     "[command ...]", FIX},
    {"loadb", 3, false, danger,
     "load binary file over serial line (kermit mode)", "[addr [baud]]", FIX},
    {"loady", 3, false, danger,
     "load binary file over serial line (ymodem mode)", "[addr [baud]]", FIX},
    {"md", 3, true, uboot_md, "memory display",
     "[.b, .w, .l] address [# of objects]", FIX},
    {"mm", 2, true, danger, "memory modify (auto-incrementing address)",
     "[.b, .w, .l] address", FIX},
    {"mmc", 7, true, uboot_mmc, "MMC sub system",
     "info\nmmc read addr blk# cnt\nmmc part\nmmc dev [dev] [part]\nmmc list",
     WITH(MMC)},
    {"mtd", 16, true, uboot_mtd, "MTD utils", "list", FORMAT_NEW, NEED_NOTHING},
    {"mtdparts", 16, true, uboot_mtdparts, "define flash/nand partitions", "",
     FIX},
    {"mtest", 5, true, danger, "simple RAM read/write test",
     "[start [end [pattern [iterations]]]]", FIX},
    {"mw", 4, true, danger, "memory write (fill)",
     "[.b, .w, .l] address value [count]", FIX},
    {"nand", 16, true, uboot_nand, "NAND sub-system",
     "info\nnand device [dev]\nnand read - addr off size\nnand dump[.oob] off\n"
     "nand bad",
     FIX},
    {"nm", 2, true, danger, "memory modify (constant address)",
     "[.b, .w, .l] address", FIX},
    {"part", 16, true, uboot_part, "disk partition related commands",
     "list <interface> <dev>", WITH(MMC)},
    {"printenv", 16, true, uboot_printenv, "print environment variables",
     "\n    - print values of all environment variables\n"
     "printenv name ...\n    - print value of environment variable 'name'",
     FIX},
    {"protect", 4, false, danger, "enable or disable FLASH write protection",
     "on start end", FIX},
    {"reset", 1, false, uboot_cmd_reset, "Perform RESET of the CPU", "", FIX},
    {"run", 16, true, danger, "run commands in an environment variable",
     "var [...]", FIX},
    {"saveenv", 1, false, danger,
     "save environment variables to persistent storage", "", FIX},
    {"saves", 3, false, uboot_saves, "save S-Record file over serial line",
     "[ off ] [size]", WITH(SAVES)},
    {"setenv", 16, false, uboot_setenv, "set environment variables",
     "name value ...", FIX},
    {"sf", 5, true, uboot_sf, "SPI flash sub-system",
     "probe [[bus:]cs] [hz] [mode]\nsf read addr offset len", WITH(SF)},
    {"smeminfo", 1, true, uboot_smeminfo, "print SMEM FLASH information", "",
     WITH(SMEMINFO)},
    {"spi", 4, false, uboot_spi, "spi command",
     "spi usage:\n  spi id\n  spi sr read\n  spi read <addr> <len>",
     WITH(RALINK)},
    {"version", 1, true, uboot_cmd_version, "print monitor version", "", FIX},
    {NULL, 0, false, NULL, NULL, NULL, FIX},
};

static bool is_met(const struct sim *sim, enum uboot_need need)
{
    const struct media *m = &sim->media;
    bool ralink = m->spi.data && sim->opt.media.spi_style == SPI_RALINK;

    switch (need) {
    case NEED_NOR:
        return sim->memory.chip[0].data;
    case NEED_SF:
        return !ralink;
    case NEED_RALINK:
        return ralink;
    case NEED_MMC:
        return m->mmc.data;
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
    size_t len = strcspn(name, ".");

    for (const struct uboot_command *c = uboot_commands; c->name; c++) {
        if (strlen(c->name) == len && strncmp(c->name, name, len) == 0)
            return uboot_has(sim, c) ? c : NULL;
    }
    return NULL;
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
