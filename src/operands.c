// SPDX-License-Identifier: BSD-2-Clause
// What follows the options on the command line, and what is missing there.

#include "operands.h"

#include "option_table.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

static const char a_device[] = "device";
static const char a_cache[] = "cache";
static const char a_file[] = "dialect file";
static const char a_log[] = "transcript";
static const char a_mount[] = "mount point"; /* or what is in it */

#define REPLAY_USAGE "fwfs --replay TRANSCRIPT --dialect NAME|FILE"

static const struct {
    unsigned least;
    unsigned most;
    const char *first; /* what the first one is */
    const char *usage;
} forms[] = {
    [COMMAND_MOUNT] = {2, 2, a_device, "fwfs [OPTION]... DEVICE MOUNTPOINT"},
    [COMMAND_PROBE] = {1, 1, a_device, "fwfs --probe [OPTION]... DEVICE"},
    [COMMAND_STATUS] = {1, 1, a_mount, "fwfs --status [--json] MOUNTPOINT"},
    [COMMAND_VERIFY] = {1, UINT_MAX, a_mount,
                        "fwfs --verify MOUNTPOINT [FILE]..."},
    [COMMAND_RETRY] = {1, UINT_MAX, a_mount,
                       "fwfs --retry MOUNTPOINT [FILE]..."},
    [COMMAND_LIST_PORTS] = {0, 0, a_device, "fwfs --list-ports"},
    [COMMAND_LIST_DIALECTS] = {0, 0, a_device, "fwfs --list-dialects"},
    [COMMAND_CHECK_DIALECT] = {1, UINT_MAX, a_file,
                               "fwfs --check-dialect FILE..."},
    [COMMAND_REPLAY] = {1, 1, a_log, REPLAY_USAGE},
    [COMMAND_OFFLINE] = {2, 2, a_cache,
                         "fwfs --offline [OPTION]... CACHE MOUNTPOINT"},
    [COMMAND_LIST_CACHES] = {0, 0, a_cache, "fwfs --list-caches [-c DIR]"},
    [COMMAND_FORGET] = {1, UINT_MAX, a_cache, "fwfs --forget [-c DIR] ID..."},
    [COMMAND_VERSION] = {0, 0, a_device, "fwfs --version"},
    [COMMAND_HELP] = {0, 0, a_device, "fwfs --help"},
};

const char *operands_usage(enum command command)
{
    return forms[command].usage;
}

int operands_add(struct options *o, const char *arg, struct err *err)
{
    const char **list = realloc(o->operands,
                                (o->n_operands + 1) * sizeof(*list));

    if (list == NULL)
        return err_set(err, -ENOMEM, "out of memory");
    list[o->n_operands++] = arg;
    o->operands = list;
    return 0;
}

/* --against is a form of --verify with a line of its own. */
#define AGAINST_USAGE                                                          \
    "fwfs --verify --against IMAGE [--map MAPFILE] MOUNTPOINT/FILE"

/* Without a device there is nothing that these could be for. */
static int check_offline(const struct options *o, struct err *err)
{
    const unsigned senseless = 1U << OPT_BAUD | 1U << OPT_SPEED |
                               1U << OPT_DIALECT | 1U << OPT_SEGMENT |
                               1U << OPT_RAM | 1U << OPT_NO_CACHE |
                               1U << OPT_ATTACH_TIMEOUT | 1U << OPT_PASSWORD |
                               1U << OPT_PREFETCH | 1U << OPT_READAHEAD |
                               1U << OPT_REFERENCE;
    const struct option *opt;

    for (size_t i = 0; (opt = option_at(i)) != NULL; i++)
        if ((o->given & senseless & 1U << opt->id) != 0)
            return err_set(err, -EINVAL,
                           "%s%s is for a device, and --offline has none; "
                           "write: %s",
                           option_allowed(opt, PLACE_TYPED) ? "--" : "-o ",
                           opt->name, forms[COMMAND_OFFLINE].usage);
    return 0;
}

static int check_companions(const struct options *o, struct err *err)
{
    if (o->json && o->command != COMMAND_STATUS)
        return err_set(err, -EINVAL, "--json goes with --status; write: %s",
                       forms[COMMAND_STATUS].usage);
    if (o->against != NULL && o->command != COMMAND_VERIFY)
        return err_set(err, -EINVAL, "--against goes with --verify; write: %s",
                       AGAINST_USAGE);
    if (o->map != NULL && o->against == NULL)
        return err_set(err, -EINVAL, "--map goes with --against; write: %s",
                       AGAINST_USAGE);
    if (o->command == COMMAND_REPLAY && o->dialect == NULL)
        return err_set(err, -EINVAL,
                       "--replay needs --dialect, what the log is to be read "
                       "with; write: %s",
                       REPLAY_USAGE);
    return o->command == COMMAND_OFFLINE ? check_offline(o, err) : 0;
}

static void place_operands(struct options *o)
{
    const char *first = o->n_operands > 0 ? o->operands[0] : NULL;

    if (forms[o->command].first == a_mount) {
        o->mountpoint = first;
        if (o->n_operands > 1) {
            o->files = o->operands + 1;
            o->n_files = o->n_operands - 1;
        }
        return;
    }
    o->device = first;
    if (o->n_operands > 1)
        o->mountpoint = o->operands[1];
}

int operands_check(struct options *o, struct err *err)
{
    bool against = o->against != NULL;
    const char *usage = against ? AGAINST_USAGE : forms[o->command].usage;
    size_t least = forms[o->command].least;
    size_t most = against ? 1 : forms[o->command].most;
    int r = check_companions(o, err);

    if (r != 0)
        return r;
    if (o->n_operands > most)
        return err_set(err, -EINVAL, "'%s' is one argument too many; write: %s",
                       o->operands[most], usage);
    for (size_t i = 0; i < o->n_operands; i++) {
        if (*o->operands[i] == '\0')
            return err_set(err, -EINVAL, "an argument is empty; write: %s",
                           usage);
    }
    if (o->n_operands < least)
        return err_set(err, -EINVAL, "no %s given; write: %s",
                       against              ? "file"
                       : o->n_operands == 0 ? forms[o->command].first
                                            : a_mount,
                       usage);
    place_operands(o);
    return 0;
}
