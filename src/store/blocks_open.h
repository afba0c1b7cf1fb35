// SPDX-License-Identifier: BSD-2-Clause
// How the store opens the blocks of a medium and looks through them.

#ifndef STORE_BLOCKS_OPEN_H
#define STORE_BLOCKS_OPEN_H

#include "store/blocks.h"
#include "store/state_format.h"
#include "store/table.h"

#include <pthread.h>

/* See the opening comment of blocks.c. */
struct blocks {
    /* fixed between blocks_begin and blocks_close */
    struct state_key key; /* as the header of the state file has it */
    uint64_t size;        /* bytes of the medium; the files may go further */
    uint64_t count;
    char *name;  /* of the medium */
    char *stem;  /* of its files, without .data or .state */
    char *where; /* path and stem; "" in memory */
    int dir;     /* lent; -1: in memory only */
    int data;
    int state;          /* -1: in memory only, or not there */
    bool fresh;         /* the state file has nothing in it yet */
    bool read_only;     /* nothing is written */
    bool begun;         /* blocks_begin was there */
    const char *misfit; /* why the state files found are of no use, or NULL */
    bool lost;          /* bytes may be, as fdatasync failed; blocks_sync.c */
    uint64_t kept;      /* blocks from here on have no bytes, whatever the
                           state file says */

    pthread_mutex_t mutex; /* no I/O while it is held but to read states */
    struct table *table;   /* protected by mutex */
    bool warned;           /* protected by mutex */
    bool read_failed;      /* protected by mutex; and said so */
};

/* Taking the lock changes nothing that a caller can see. */
static inline pthread_mutex_t *blocks_mutex(const struct blocks *b)
{
    return (pthread_mutex_t *)&b->mutex;
}

struct blocks_spec {
    int dir;          /* lent until blocks_close; -1: in memory only */
    const char *path; /* of dir, for messages */
    const char *name; /* of the medium */
    struct state_key key;
    bool read_only; /* nothing on disk is changed, ever: no blocks_begin */
};

/* A medium has files NAME.data and NAME.state, or NAME.2.data and so on where
 * those do not fit: of so many the first that fit are taken. */
#define BLOCKS_COPIES_MAX 99U

/*
 * Looks at what the directory knows of the medium and changes nothing there, so
 * that a look at another device's cache leaves it as it is. Files that do not
 * fit (damaged, of another version, address or device) are never written to.
 * Only the calls that read are allowed until blocks_begin. The caller owns
 * *out.
 */
int blocks_open(struct blocks **out, const struct blocks_spec *spec,
                struct err *err);

/* Gets ready for blocks_put: makes the files, with a warning where others do
 * not fit, and gives the data file the length of the medium, unless it is
 * longer. -EEXIST: BLOCKS_COPIES_MAX of them do not fit. */
int blocks_begin(struct blocks *b, struct err *err);

/* After a sync that went well, when nothing more will be put: keeps what makes
 * the next blocks_open quick. */
void blocks_end(struct blocks *b);

/* Frees and closes; what was not synced is lost. NULL is allowed. */
void blocks_close(struct blocks *b);

#endif
