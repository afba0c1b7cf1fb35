// SPDX-License-Identifier: BSD-2-Clause
// What the files that read fwfs-sim's command line share.
#ifndef SIM_OPTIONS_SET_H
#define SIM_OPTIONS_SET_H

#include "options.h"

enum option_id {
    OPT_LOADER = 256,
    OPT_FORMAT,
    OPT_ENDIAN,
    OPT_FLASH,
    OPT_BASE,
    OPT_FLASH2,
    OPT_BASE2,
    OPT_WINDOW,
    OPT_RAM,
    OPT_64,
    OPT_PROMPT,
    OPT_MTDPARTS,
    OPT_MTDPARTS_IN,
    OPT_WITHOUT,
    OPT_BAUD,
    OPT_FIFO,
    OPT_LATENCY,
    OPT_LOSE_AHEAD,
    OPT_STATS,
    OPT_BAUDS,
    OPT_STRICT_BAUD,
    OPT_MAX_BAUD,
    OPT_MAX_BAUD_DEAD,
    OPT_EOL,
    OPT_STATE,
    OPT_AUTOBOOT,
    OPT_STOP,
    OPT_KEEP_KEY,
    OPT_LEFTOVER,
    OPT_LAST_COMMAND,
    OPT_SHELL,
    OPT_EDITING,
    OPT_ANSI,
    OPT_LINK,
    OPT_LOG,
    OPT_SEED,
    OPT_SUM_RATE,
    OPT_FLIP,
    OPT_DROP,
    OPT_BAD_ROW,
    OPT_LOSE_ROW,
    OPT_NOISE_LINE,
    OPT_ABORT_AT,
    OPT_RESET_AFTER,
    OPT_RESET_TIMES,
    OPT_HANG_AFTER,
    OPT_WATCHDOG,
    OPT_MAC,
    OPT_FLASH_AFTER,
    OPT_MAC_AFTER,
    OPT_SWAP_BACK,
    OPT_CRC_WRONG,
    OPT_CRC_LIES,
    OPT_SLOW_ROW,
    OPT_HOSTILE,
    OPT_SPI,
    OPT_SPI_STYLE,
    OPT_NAND,
    OPT_NAND_SHAPE,
    OPT_NAND_BAD,
    OPT_MMC,
    OPT_MMC_BOOT,
    OPT_SELECTED,
    OPT_HAS,
    OPT_MAP,
    OPT_CPU,
    OPT_PASSWORD,
    OPT_HELP,
};

/* Take one option of those that make trouble; -1 after a complaint. */
int options_set_fault(struct options *o, int option, const char *arg);

/* Take one option of those about media; -1 after a complaint. */
int options_set_media(struct options *o, int option, const char *arg);

/* Take one option of those about the line; -1 after a complaint. */
int options_set_line(struct options *o, int option, const char *arg);

/* What was not asked for. */
void options_finish_line(struct line_options *l, bool winbond);

/* --autoboot SECONDS|VARIANT, --stop any|ctrl-c|WORD, --password */
int options_set_start(struct options *o, int option, const char *arg);

#endif
