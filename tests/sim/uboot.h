// SPDX-License-Identifier: BSD-2-Clause
// Parts of the simulated U-Boot.
#ifndef SIM_UBOOT_H
#define SIM_UBOOT_H

#include "sim.h"

enum { UBOOT_LINE = 256, UBOOT_ARGS = 16, PARTITIONS_MAX = 32 };

enum uboot_result {
    UBOOT_OK,
    UBOOT_FAILED,
    UBOOT_USAGE,       /* the command's help is to be shown */
    UBOOT_INTERRUPTED, /* Ctrl-C: an empty line must not repeat it */
};

/* How a command was called. */
struct uboot_call {
    int argc;
    char **argv;
    bool repeat; /* by an empty line */
};

typedef enum uboot_result uboot_function(struct sim *sim,
                                         const struct uboot_call *call);

struct uboot_command {
    const char *name;
    int max_args; /* with the name */
    bool repeatable;
    uboot_function *run;
    const char *title;
    const char *usage; /* after the name */
    enum format since;
};

struct partition {
    char name[64];
    uint64_t size, offset;
    bool read_only;
};

/* The partitions of one device of an mtdparts string. */
struct partition_list {
    char id[64];
    struct partition part[PARTITIONS_MAX];
    int count;
};

/* Commands built in, ended by one without a name. */
extern const struct uboot_command uboot_commands[];

/* Is it built in? */
bool uboot_has(const struct sim *sim, const struct uboot_command *command);

/* By its name, whatever follows a dot; NULL: unknown. */
const struct uboot_command *uboot_find(const struct sim *sim, const char *name);

/* Show a command's help. */
void uboot_usage(struct sim *sim, const struct uboot_command *command);

/* Read a line into the editor; false when Ctrl-C ended it. */
bool uboot_read_line(struct sim *sim);

/* Carry out a line; false when it must not be repeated. */
bool uboot_run_line(struct sim *sim, const char *line, bool repeat);

/* Print the exception and reset. */
_Noreturn void uboot_abort(struct sim *sim, uint64_t addr);
_Noreturn void uboot_reset(struct sim *sim);

/* Hexadecimal up to the first other character, as U-Boot reads numbers. */
uint64_t uboot_hex(const char *text);

const char *uboot_version(const struct sim *sim);

/* Read device `index` out of the mtdparts string; false: there is none. */
bool partitions_parse(const char *mtdparts, int index, uint64_t chip_size,
                      struct partition_list *list);

uboot_function uboot_md, uboot_crc32, uboot_base;
uboot_function uboot_bdinfo, uboot_flinfo, uboot_mtd, uboot_mtdparts;
uboot_function uboot_printenv, uboot_setenv;

#endif
