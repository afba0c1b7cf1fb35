// SPDX-License-Identifier: BSD-2-Clause
// The one thread that talks to the device: takes reads, fetches, answers.

#ifndef FETCH_FETCHER_H
#define FETCH_FETCHER_H

#include "base/digest.h"
#include "base/err.h"
#include "fetch/verify.h"
#include "image/reference.h"
#include "monitor/device.h"
#include "store/cache.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fetcher;
struct fetch_request;

struct fetcher_config {
    struct device *device; /* lent until fetcher_stop returns */
    struct cache *cache;   /* lent likewise */
    unsigned timeout_ms;   /* no progress for so long: pending reads fail */
    enum verify_mode verify;
    uint64_t readahead; /* bytes fetched at most beyond a reader that goes on */
    /* Before so many absent bytes are moved, what the device says of their
     * checksum is compared with what they may be; 0: never. */
    uint64_t ask_first;
    bool prefetch;   /* everything, while nobody reads */
    bool revalidate; /* what the cache has is of an earlier session: it is
                        compared with the device's checksums */
    struct reference *const *references; /* lent likewise; used by the */
    size_t n_references;                 /* fetcher's thread alone */
    /* Called by the fetcher thread about twice a second, or NULL. */
    void (*tick)(void *arg);
    void *tick_arg;
};

enum fetch_kind {
    FETCH_READ,    /* bytes, as sure as the mode of verifying wants them */
    FETCH_CONFIRM, /* until each block is confirmed or given up, by what the
                      device has now: what was confirmed before is compared
                      with its checksum. If that was by an earlier session, or
                      before the device was out of sight, it is proved as a
                      guess is, or where there is no checksum, read again */
    FETCH_SUM,     /* the device's own checksum, nothing is moved */
    FETCH_UNIFORM, /* whether the device has one word again and again there */
    FETCH_TOLD     /* at once: what the FETCH_CONFIRMs of this session found has
                      been passed on, and is not told again */
};

/* What a FETCH_CONFIRM came upon. */
struct fetch_finding {
    uint64_t offset; /* from the start of the medium */
    uint64_t len;
    bool failed; /* could not be confirmed; else the bytes known before were
                    not the device's, and have been fetched anew */
};

/*
 * Answers a request, exactly once, from the fetcher thread, with no lock held.
 * status 0: bytes holds r->len bytes of a FETCH_READ, valid during the call;
 * else negative errno (-EIO, -EINTR; for FETCH_SUM and FETCH_UNIFORM also
 * -EOPNOTSUPP) and bytes is NULL. From here on the request belongs to the
 * caller again, who may free it in the call.
 */
typedef void fetch_done_fn(struct fetch_request *r, int status,
                           const void *bytes);

/* Made and filled by the caller (zeroed first), lent to the fetcher from
 * fetch_submit until done is called. */
struct fetch_request {
    enum fetch_kind kind;
    size_t medium;   /* index in the device's map */
    uint64_t offset; /* from the start of the medium */
    size_t len;      /* bytes, at least 1, within the medium */
    /* FETCH_READ: where what its reader may go on to read ends, from the start
     * of the medium; 0: it will not. */
    uint64_t ahead_end;
    fetch_done_fn *done;
    void *arg;
    /* FETCH_CONFIRM: what differed is told to the next one that is not so. */
    bool untold;
    /* FETCH_CONFIRM: only what was given up is tried again, the rest is left as
     * it is. Untold as well. */
    bool retry;
    /* FETCH_CONFIRM, unless it is untold: those of one who asks; 0: the first
     * of them, and filled in; another one may be. FETCH_TOLD: this one. */
    uint32_t session;
    /* FETCH_CONFIRM: filled in, in no order, neighbours merged. */
    struct fetch_finding *findings; /* the caller's, room for so many: */
    size_t max_findings;
    size_t n_findings;
    size_t more_findings;    /* did not fit */
    struct digest_value sum; /* FETCH_SUM, ... */
    uint64_t unit;           /* ... bytes that it counts in */
    bool uniform;            /* FETCH_UNIFORM */
    /* the fetcher's own: */
    atomic_bool cancelled;
    uint64_t compared; /* bytes of which what was known has been compared */
    struct fetch_request *next;
    uint64_t since_ms;
    unsigned passes; /* so often another one was served first */
};

/* Starts the thread. The cache has the media of the device's map, in their
 * order. */
int fetcher_start(struct fetcher **out, const struct fetcher_config *config,
                  struct err *err);

/* Fails what is pending with EIO, stops the thread (well under a second, the
 * device gone or not), frees everything. */
void fetcher_stop(struct fetcher *f);

/* Any thread, the fetcher's only within done; never blocks on the device or the
 * disk. */
void fetch_submit(struct fetcher *f, struct fetch_request *r);

/*
 * Any thread, also inside a FUSE interrupt callback: takes no lock, sets a flag
 * in r and wakes the fetcher, whose done(-EINTR) follows soon unless the answer
 * is already on its way. May come before fetch_submit. The caller makes sure
 * that r is still lent (fs.c: the callback is cleared before r is freed).
 */
void fetch_cancel(struct fetcher *f, struct fetch_request *r);

/* The process had been stopped (SIGSTOP) and goes on: time-outs start anew.
 * Async-signal-safe. */
void fetcher_resumed(struct fetcher *f);

/* Any thread: what is confirmed there in the cache may be answered as it is.
 * False while some of it still has to be compared with the device. */
bool fetcher_is_fresh(struct fetcher *f, size_t medium, uint64_t offset,
                      uint64_t len);

/* Blocks of a medium, for status and maps. */
struct blocks *fetcher_blocks(struct fetcher *f, size_t medium);

/* A snapshot of how it goes. Any thread. */
struct fetch_stats {
    unsigned pending;    /* requests waiting */
    unsigned rate_bps;   /* payload bytes a second over the last seconds */
    uint64_t retries;    /* requests for rows that were asked for before */
    uint64_t blocks_bad; /* given up */
    uint64_t resets;     /* the device was out of sight and came back */
    uint64_t sums;       /* checksums asked for */
    uint64_t blank;      /* bytes that a checksum told to be blank */
    uint64_t referred;   /* bytes taken from a reference */
    uint64_t stale;      /* bytes of the cache that were not the device's any
                            more */
    /* Bytes that were answered (verify fast or rows) and then proved wrong. */
    uint64_t answered_wrong;
    int current_medium; /* -1: idle */
    uint64_t current_offset;
    enum verify_mode verify;
    unsigned readings;    /* of each byte before it is answered */
    bool noisy;           /* some row of this session arrived damaged */
    bool exchanged;       /* another device answers at the port */
    const char *route;    /* "checksum crc32" or "second reading" */
    char last_error[256]; /* escaped; "" when there was none */
};
void fetcher_get_stats(struct fetcher *f, struct fetch_stats *out);

#endif
