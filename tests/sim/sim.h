// SPDX-License-Identifier: BSD-2-Clause
// The simulated board, and what the two loaders offer to the main program.
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include <setjmp.h>

#include "faults.h"
#include "log.h"
#include "media.h"
#include "memory.h"
#include "options.h"
#include "uart.h"

/* Line editor of either loader. */
struct editor {
    char line[512];
    size_t len;
    size_t at;      /* the cursor */
    bool overwrite; /* what is typed replaces what is there */
};

enum { WINBOND_LINE = 80, WINBOND_HISTORY = 2 };

/* Lines that an arrow key brings back at Winbond's. */
struct winbond_history {
    char line[WINBOND_HISTORY][WINBOND_LINE + 1];
    int head; /* the youngest; -1: none */
    int at;   /* the next one an arrow key brings */
    bool used;
};

enum { HISTORY_MAX = 19, HISTORY_LINE = 260 };

/* Lines that U-Boot's editor may bring back, the oldest first. */
struct history {
    char line[HISTORY_MAX][HISTORY_LINE];
    int count, at;
};

/* What U-Boot's commands remember. */
struct uboot_memory {
    uint64_t base; /* `base` */
    uint64_t addr; /* where md goes on */
    uint64_t count;
    int width;
    uint64_t mm_addr; /* where mm goes on */
    int mm_width;
    char last[512];  /* the line that an empty one repeats */
    bool repeatable; /* hush: it does */
    bool foreign;    /* `last` was not typed in this session */
    bool had_ctrlc;  /* while the line ran */
    struct history history;
    int spi;                 /* chip that sf works on; -1: none */
    int nand, mmc;           /* current devices; mmc -1: none yet */
    int mmc_part[MEDIA_MAX]; /* 0 the user's, 1 and 2 for boot */
    uint64_t nand_page;      /* last one dumped */
};

/* What a board as a whole goes through. */
struct board {
    struct chip *swapped; /* is in turn one of the two behind it */
    struct chip first, other;
    uint64_t restarts;
    long resets_done;           /* of --reset-after */
    uint64_t reset_at, hang_at; /* bytes printed */
};

struct sim {
    struct options opt;
    struct uart uart;
    struct memory memory;
    struct media media;
    struct faults faults;
    struct log log;
    struct editor editor;
    uint32_t winbond_next; /* where d goes on */
    struct winbond_history winbond_history;
    bool winbond_foreign; /* its first line is of somebody else */
    struct uboot_memory uboot;
    struct board board;
    size_t hostile_sums;
    jmp_buf restart;
    jmp_buf prompt; /* of U-Boot, after an exception that it survives */
};

/* Banner and countdown, then the prompt or the operating system. */
_Noreturn void winbond_power_on(struct sim *sim);
_Noreturn void uboot_power_on(struct sim *sim);

/* U-Boot: which sectors are protected after a reset. */
void uboot_protect_start(struct sim *sim);

/* What somebody typed at the prompt before. */
void winbond_recall(struct sim *sim);
void uboot_recall(struct sim *sim);

/* Serve the prompt; `fresh`: it is not on the screen yet. */
_Noreturn void winbond_shell(struct sim *sim, bool fresh);
_Noreturn void uboot_shell(struct sim *sim, bool fresh);

/* Print a starting Linux and then listen to nothing. */
_Noreturn void run_linux(struct sim *sim);

/* Log that it hangs, and do so. */
_Noreturn void hang(struct sim *sim);

/* Hear everything, do nothing. */
_Noreturn void ignore_input(struct sim *sim);

#endif
