// SPDX-License-Identifier: BSD-2-Clause
// What the command line asked for.
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "faults.h"
#include "line_options.h"
#include "media_options.h"

enum loader { LOADER_WINBOND, LOADER_UBOOT };

/* U-Boot's ages: until 2013, until 2021, after. */
enum format { FORMAT_OLD, FORMAT_MIDDLE, FORMAT_NEW };

enum state { STATE_PROMPT, STATE_POWER_ON, STATE_RUNNING, STATE_HANG };

/* In which way the device's answers are out to do harm. */
enum hostile {
    HOSTILE_NONE,
    HOSTILE_ENDLESS,
    HOSTILE_ENDLESS_MAP,
    HOSTILE_LONGLINE,
    HOSTILE_LONGLINE_MAP,
    HOSTILE_ESCAPES,
    HOSTILE_SIZES,
    HOSTILE_SIZES_HUGE,
    HOSTILE_SIZES_ZERO,
    HOSTILE_CRC,
};

/* What U-Boot says before it starts a system, and what it waits for. */
enum autoboot {
    AUTOBOOT_ANY,
    AUTOBOOT_PRESS_ANY,
    AUTOBOOT_CTRL_C,
    AUTOBOOT_PRESS_CTRL_C,
    AUTOBOOT_SPACE,
    AUTOBOOT_PRESS_SPACE,
    AUTOBOOT_ESC_ESC,
    AUTOBOOT_S_KEY,
    AUTOBOOT_TPL,
    AUTOBOOT_TPL_MAGIC,
    AUTOBOOT_SLP,
    AUTOBOOT_GL,
    AUTOBOOT_MENU,
    AUTOBOOT_PASSWORD,
    AUTOBOOT_PASSWORD_ENTER,
    AUTOBOOT_STOP, /* the word of --stop */
};

/* U-Boot's line editor: for its age, or one of the two. */
enum editing { EDITING_AGE, EDITING_PLAIN, EDITING_FULL };

/* The processor: what bdinfo of old says, and what a bad address does. */
enum cpu { CPU_ANY, CPU_ARM, CPU_ARM64, CPU_MIPS, CPU_PPC };

enum { RESETS_MAX = 32 };

struct options {
    enum loader loader;
    enum format format;
    enum state state;
    bool big_endian;
    bool wide; /* 64-bit U-Boot */
    bool ansi;
    bool keep_key; /* the stopping key is typed as well */
    bool mtdparts_in_bootargs;
    bool smeminfo; /* knows the partitions, and nothing else does */
    bool saves;    /* is built in */
    bool hush;     /* U-Boot's other shell */
    enum editing editing;
    enum autoboot autoboot;
    enum cpu cpu;
    uint64_t base, base2;
    uint64_t window;
    uint64_t ram_base, ram_size;
    uint64_t abort_at;
    uint64_t seed;
    uint64_t sum_rate; /* bytes a second that crc32 reads; 0: no time */
    const char *flash, *flash2; /* NULL: not fitted */
    struct media_options media;
    const char *prompt;   /* NULL: that of the autoboot variant */
    const char *password; /* of that variant */
    const char *mtdparts; /* NULL: none */
    const char *without;
    const char *last_command; /* typed before; NULL: the worst there is */
    const char *stop;         /* of AUTOBOOT_STOP */
    const char *link;         /* NULL: none */
    const char *log;          /* NULL: none */
    const char *newline;      /* U-Boot's line end; NULL: of the variant */
    char leftover[256];
    struct line_options line;
    int64_t countdown; /* ns */
    struct faults faults;

    uint64_t reset_after[RESETS_MAX]; /* bytes printed; the last repeats */
    size_t resets;                    /* how many of them */
    long reset_times;                 /* resets in all; -1: see --help */
    uint64_t hang_after;              /* bytes printed */
    int64_t watchdog;                 /* ns; 0: none */
    const char *mac;
    const char *flash_after, *mac_after; /* NULL: no other board */
    bool swap_back;
    enum hostile hostile;
};

/*
 * Fill in from the command line. Returns 0, or 1 when help was asked for,
 * or -1 after a complaint on stderr.
 */
int options_parse(struct options *o, int argc, char **argv);

/* Parts of it. */
extern const char options_help_line[], options_help_media[];

/* The text of --help, on stdout. */
void options_print_help(void);

#endif
