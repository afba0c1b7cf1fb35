// SPDX-License-Identifier: BSD-2-Clause
// U-Boot's environment, which cannot be changed here.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "uboot.h"

enum { ENV_SIZE = 0x10000, VALUE_MAX = 2048, VARIABLES = 16 };

static const char *const names[VARIABLES] = {
    "baudrate", "bootargs", "bootcmd", "bootdelay", "ethaddr", "fileaddr",
    "ipaddr",   "loadaddr", "mtdids",  "mtdparts",  "netmask", "serverip",
    "stderr",   "stdin",    "stdout",  "ver",
};

static bool make_mtd(struct sim *sim, const char *name, char *value)
{
    struct mtd_device devices[MTD_MAX];
    int count = uboot_mtd_devices(sim, devices);
    const char *parts = uboot_partitions(sim);
    struct partition_list list;
    size_t len = 0;

    if (!parts || sim->opt.mtdparts_in_bootargs)
        return false;
    if (strcmp(name, "mtdparts") == 0) {
        snprintf(value, VALUE_MAX, "mtdparts=%s", parts);
        return true;
    }
    for (int i = 0; i < count; i++) {
        if (partitions_parse(parts, i, 0, &list))
            len += (size_t)snprintf(value + len, VALUE_MAX - len, "%s%s%d=%s",
                                    i ? "," : "", devices[i].type,
                                    devices[i].number, list.id);
    }
    return true;
}

static void make_bootargs(struct sim *sim, char *value)
{
    const char *parts = uboot_partitions(sim);
    bool with_parts = parts && sim->opt.mtdparts_in_bootargs;

    snprintf(value, VALUE_MAX,
             "console=ttyS0,115200 root=/dev/mtdblock2 "
             "rootfstype=squashfs%s%s",
             with_parts ? " mtdparts=" : "", with_parts ? parts : "");
}

static bool make_load_address(struct sim *sim, char *value)
{
    if (sim->memory.chip[0].data || sim->opt.format == FORMAT_OLD)
        return false;
    snprintf(value, VALUE_MAX, "0x%llx",
             (unsigned long long)uboot_load_address(sim));
    return true;
}

/* The value of a variable; false when it is not set. */
static bool make_value(struct sim *sim, const char *name, char *value)
{
    static const char *const fixed[][2] = {
        {"bootdelay", "2"},           {"ipaddr", "192.0.2.1"},
        {"netmask", "255.255.255.0"}, {"serverip", "192.0.2.2"},
        {"stderr", "serial"},         {"stdin", "serial"},
        {"stdout", "serial"},
    };

    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        if (strcmp(name, fixed[i][0]) == 0) {
            strcpy(value, fixed[i][1]);
            return true;
        }
    }
    if (strcmp(name, "ethaddr") == 0) {
        board_mac(sim, false, value);
        return true;
    }
    if (strncmp(name, "mtd", 3) == 0)
        return make_mtd(sim, name, value);
    if (strcmp(name, "baudrate") == 0)
        snprintf(value, VALUE_MAX, "%ld", sim->uart.line.rate);
    else if (strcmp(name, "bootargs") == 0)
        make_bootargs(sim, value);
    else if (strcmp(name, "bootcmd") == 0)
        uboot_bootcmd(sim, value, VALUE_MAX);
    else if (strcmp(name, "loadaddr") == 0)
        return make_load_address(sim, value);
    else if (strcmp(name, "ver") == 0)
        strcpy(value, uboot_version(sim));
    else
        return false;
    return true;
}

static void print_variable(struct sim *sim, const char *name, const char *value)
{
    uart_printf(&sim->uart, "%s=", name);
    uart_puts(&sim->uart, value);
    uart_puts(&sim->uart, "\n");
}

static void print_all(struct sim *sim)
{
    char value[VALUE_MAX];
    size_t used = 0;

    for (int i = 0; i < VARIABLES; i++) {
        if (!make_value(sim, names[i], value))
            continue;
        used += strlen(names[i]) + strlen(value) + 2;
        print_variable(sim, names[i], value);
    }
    uart_printf(&sim->uart, "\nEnvironment size: %zu/%d bytes\n", used,
                ENV_SIZE - 4);
}

static bool known(const char *name)
{
    for (int i = 0; i < VARIABLES; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

enum uboot_result uboot_printenv(struct sim *sim, const struct uboot_call *call)
{
    enum uboot_result result = UBOOT_OK;
    char value[VALUE_MAX];

    if (call->argc < 2)
        print_all(sim);
    for (int i = 1; i < call->argc; i++) {
        if (known(call->argv[i]) && make_value(sim, call->argv[i], value)) {
            print_variable(sim, call->argv[i], value);
        } else {
            uart_printf(&sim->uart, "## Error: \"%s\" not defined\n",
                        call->argv[i]);
            result = UBOOT_FAILED;
        }
    }
    return result;
}

/* Only the speed may be set; that is forgotten at the next reset. */
enum uboot_result uboot_setenv(struct sim *sim, const struct uboot_call *call)
{
    long baud;

    if (call->argc < 2)
        return UBOOT_USAGE;
    if (call->argc != 3 || strcmp(call->argv[1], "baudrate") != 0) {
        log_danger(&sim->log, "setenv");
        return UBOOT_OK;
    }
    baud = strtol(call->argv[2], NULL, 10);
    if (baud == sim->uart.line.rate && sim->opt.format != FORMAT_OLD)
        return UBOOT_OK;
    if (!line_offers(&sim->opt.line, baud)) {
        uart_printf(&sim->uart, "## Baudrate %ld bps not supported\n", baud);
        return UBOOT_FAILED;
    }
    uart_printf(&sim->uart,
                "## Switch baudrate to %ld bps and press ENTER ...\n", baud);
    uart_announce_baud(&sim->uart);
    uart_sleep(&sim->uart, 50000000);
    uart_set_baud(&sim->uart, baud);
    while (uart_getc(&sim->uart) != '\r')
        ;
    return UBOOT_OK;
}
