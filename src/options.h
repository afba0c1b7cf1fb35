// SPDX-License-Identifier: BSD-2-Clause
// The command line, and what mount(8) puts behind -o.

#ifndef OPTIONS_H
#define OPTIONS_H

#include "base/buf.h"
#include "base/err.h"
#include "fetch/verify.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum command {
    COMMAND_MOUNT,
    COMMAND_PROBE,
    COMMAND_STATUS,
    COMMAND_VERIFY,
    COMMAND_RETRY,
    COMMAND_LIST_PORTS,
    COMMAND_LIST_DIALECTS,
    COMMAND_CHECK_DIALECT,
    COMMAND_REPLAY,
    COMMAND_OFFLINE,
    COMMAND_LIST_CACHES,
    COMMAND_FORGET,
    COMMAND_VERSION,
    COMMAND_HELP
};

#define OPTIONS_READAHEAD_AUTO UINT64_MAX

/* Strings live until options_free; some of them are argv's own. */
struct options {
    enum command command;
    const char *device;       /* mount, probe; offline: the cache; replay: the
                               * log; as typed */
    const char *mountpoint;   /* mount, offline, status, verify, retry; as
                               * typed. With against: a file in one */
    const char *const *files; /* verify, retry: what follows mountpoint */
    size_t n_files;
    const char *against; /* an image to compare with; NULL: none */
    const char *map;     /* its ddrescue map; NULL: none */
    enum verify_mode verify;
    unsigned baud;
    unsigned speed;        /* to raise it to, at most; 0: it stays */
    const char *dialect;   /* NULL: recognise */
    const char **segments; /* NAME:BASE:SIZE, checked; NULL-terminated */
    const char *ram;       /* BASE:SIZE, checked; NULL: the device tells */
    const char *cache_dir; /* NULL: the default */
    const char *password;  /* of the boot loader; NULL: none */
    bool no_cache;
    bool carve;           /* look for images */
    uint64_t erase_block; /* of carve, bytes; 0: as the device has it */
    bool prefetch;
    uint64_t readahead;      /* bytes; OPTIONS_READAHEAD_AUTO: by the speed */
    const char **references; /* files, as typed; n_references of them */
    size_t n_references;
    unsigned timeout_ms;
    unsigned attach_timeout_ms;
    bool foreground;
    unsigned verbose; /* how often -v was given */
    bool json;
    struct buf fuse; /* "a,b": what is libfuse's business, or empty */

    /* the parser's own: */
    char **kept;
    size_t n_kept;
    size_t n_segments;
    unsigned given;        /* a bit for each enum option_id */
    const char **operands; /* forget: n_operands IDs, check-dialect: files; as
                              typed */
    size_t n_operands;
    const char **lists; /* what stood behind each -o, in argv */
    size_t n_lists;
};

/*
 * Fills *o from the command line. On -EINVAL err says what is wrong and what
 * to write instead; -ENOMEM. Call options_free in every case.
 */
int options_parse(struct options *o, int argc, char *const argv[],
                  struct err *err);
void options_free(struct options *o);

/* Overwrites each password that options_parse saw in this argv, which everybody
 * on the machine can read; also when it failed. */
void options_hide_password(const struct options *o, int argc, char **argv);

/* Name of the n-th long option without the dashes; NULL behind the last. */
const char *options_name(size_t n);

#endif
