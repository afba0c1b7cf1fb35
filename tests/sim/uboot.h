// SPDX-License-Identifier: BSD-2-Clause
// Parts of the simulated U-Boot.
#ifndef SIM_UBOOT_H
#define SIM_UBOOT_H

#include "sim.h"

enum { UBOOT_LINE = 256, UBOOT_ARGS = 16, PARTITIONS_MAX = 32 };

enum uboot_result {
    UBOOT_OK,
    UBOOT_FAILED,
    UBOOT_USAGE, /* the command's help is to be shown */
};

/* Does an empty line repeat it? */
enum uboot_repeat {
    REPEAT_NEVER,
    REPEAT_UNTIL_2007, /* by versions before v1.3.0 */
    REPEAT_ALWAYS,
};

/* How a command was called. */
struct uboot_call {
    int argc;
    char **argv;
    bool repeat; /* by an empty line */
};

typedef enum uboot_result uboot_function(struct sim *sim,
                                         const struct uboot_call *call);

/* What the board must have for a command to be built in. */
enum uboot_need {
    NEED_NOTHING,
    NEED_NOR,    /* flash that is mapped */
    NEED_SF,     /* SPI flash that is not Ralink's */
    NEED_RALINK, /* Ralink's */
    NEED_MMC,
    NEED_SAVES,
    NEED_SMEMINFO,
};

struct uboot_command {
    const char *name;
    int max_args; /* with the name */
    enum uboot_repeat repeat;
    uboot_function *run;
    const char *title;
    const char *usage; /* after the name */
    enum format since;
    enum uboot_need need;
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

/*
 * By its name, whatever follows a dot, or the beginning of only one name;
 * NULL: unknown.
 */
const struct uboot_command *uboot_find(const struct sim *sim, const char *name);

/* Does md know .q? */
bool uboot_has_quad(const struct sim *sim);

/* Show a command's help. */
void uboot_usage(struct sim *sim, const struct uboot_command *command);

/* Does an empty line repeat it in this version? */
bool uboot_repeats(const struct sim *sim, const struct uboot_command *command);

/*
 * Read a line into the editor, behind what is there; `show` the prompt first.
 * False when Ctrl-C ended it.
 */
bool uboot_read_line(struct sim *sim, const char *prompt, bool show);

/* A line was entered. */
void uboot_history_add(struct sim *sim, const char *line);

/* Does the line end within quotes? */
bool uboot_quote_open(const char *line);

/* hush: line has an if without its fi. */
bool uboot_if_open(const struct sim *sim, const char *line);

/* hush: if, then, fi. */
bool uboot_is_reserved(const char *word);

/*
 * Cut the next command off `*line` into words, in place, as the shell does.
 * Their count, but never more than UBOOT_ARGS + 1, and UBOOT_ARGS are stored.
 */
int uboot_split(const struct sim *sim, char **line, char **argv);

/*
 * Carry out a line. The simple shell may repeat it when this is above 0: it
 * went well, and none of its commands says no. The other's flag is cleared.
 */
int uboot_run_line(struct sim *sim, const char *line, bool repeat);

/* A command that does harm when it is repeated, for this board. */
const char *uboot_danger_at_hand(struct sim *sim);

/* What the processor does about a bad address. */
_Noreturn void uboot_abort(struct sim *sim, uint64_t addr);
_Noreturn void uboot_reset(struct sim *sim);

/* Take the banner for printed: the countdown; then the prompt or a system. */
_Noreturn void uboot_autoboot(struct sim *sim);
_Noreturn void uboot_menu(struct sim *sim);
_Noreturn void uboot_boot(struct sim *sim);

/* Hexadecimal up to the first other character, as U-Boot reads numbers. */
uint64_t uboot_hex(const char *text);

/* The same, but false unless all of it is such a number. */
bool uboot_number(const char *text, uint64_t *value);

/* The age of this U-Boot: 2005 is 1.1.3, 2006 is 1.1.4. */
int uboot_year(const struct sim *sim);

const char *uboot_version(const struct sim *sim);

/* Where in RAM U-Boot itself lives, up to the end; and a place to load to. */
uint64_t uboot_own_address(const struct sim *sim);
uint64_t uboot_load_address(const struct sim *sim);

/*
 * Copy into RAM as a command that reads a medium does. Does not return when
 * there is no RAM, or U-Boot itself is.
 */
void uboot_store(struct sim *sim, uint64_t addr, const uint8_t *bytes,
                 uint64_t len);

/* Lines about media in the banner. */
void uboot_media_banner(struct sim *sim);

/* Chips with partitions, mapped or not, MTD_MAX at most; how many. */
int uboot_mtd_devices(struct sim *sim, struct mtd_device *list);

/* The string that the environment and mtdparts show; NULL: none. */
const char *uboot_partitions(const struct sim *sim);

/* The variable `bootcmd`; it tells where in RAM there is room. */
void uboot_bootcmd(struct sim *sim, char *value, size_t max);

/* Print 3.5 MiB and the like. */
void uboot_print_size(struct sim *sim, uint64_t size, const char *after);

/*
 * Offset and length in words `first` and the next, as mtd commands read them.
 * `device`: as what the range is announced.
 */
bool uboot_range(struct sim *sim, const struct uboot_call *call, int first,
                 int device, uint64_t chip_size, uint64_t *offset,
                 uint64_t *len);

/* Names and numbers of the eMMCs. */
void uboot_mmc_list(struct sim *sim, const char *between);

/* What mmc info says of one of them. */
void uboot_mmc_info(struct sim *sim, int index);

/* Read away one byte of input; true when that was Ctrl-C. */
bool uboot_interrupted(struct sim *sim);

/* An address with the offset of `base`, as memory commands take it. */
uint64_t uboot_address(const struct sim *sim, const char *text);

/* Bytes of a unit by a command's suffix; 0: there is no such suffix. */
int uboot_width(const struct sim *sim, const char *name);

/* As long as --sum-rate says that reading `len` bytes takes. */
void uboot_take_time(struct sim *sim, uint64_t len);

/* Addresses that 32 bits cannot tell begin anew. */
uint64_t uboot_wrap(const struct sim *sim, uint64_t addr);

/* Is the sector at `offset` of chip `index` protected? */
bool uboot_protected(const struct sim *sim, int index, uint64_t offset);

/* Bytes of a chip become 0xff. `name` is for the log. */
void uboot_erase(struct sim *sim, struct chip *chip, const char *name,
                 uint64_t offset, uint64_t len);

/* Bits of a chip become 0 as in `bytes`, but never 1. */
void uboot_program(struct sim *sim, struct chip *chip, const char *name,
                   uint64_t offset, const uint8_t *bytes, uint64_t len);

/* Take `len` bytes of memory at `addr`; does not return from a bad address. */
void uboot_fetch(struct sim *sim, uint64_t addr, uint8_t *bytes, uint64_t len);

/* Note that a command with its first argument is dangerous. */
enum uboot_result uboot_refuse(struct sim *sim, const struct uboot_call *call);

/* The partition table of eMMC `device`. */
void uboot_print_table(struct sim *sim, int device, const struct chip *chip);

/* Read device `index` out of the mtdparts string; false: there is none. */
bool partitions_parse(const char *mtdparts, int index, uint64_t chip_size,
                      struct partition_list *list);

uboot_function uboot_md, uboot_crc32, uboot_base, uboot_cmp;
uboot_function uboot_bdinfo, uboot_flinfo, uboot_mtd, uboot_mtdparts;
uboot_function uboot_printenv, uboot_setenv;
uboot_function uboot_sf, uboot_spi, uboot_nand, uboot_mmc, uboot_part;
uboot_function uboot_saves, uboot_smeminfo;
uboot_function uboot_flerase, uboot_protect, uboot_cp, uboot_mw;
uboot_function uboot_mm, uboot_nm;
uboot_function uboot_cmd_danger, uboot_cmd_echo, uboot_cmd_help;
uboot_function uboot_cmd_reset, uboot_cmd_version;

#endif
