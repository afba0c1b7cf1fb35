// SPDX-License-Identifier: BSD-2-Clause
// The last part of the console conversation, for people to read.

#include "monitor/transcript.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <inttypes.h>
#include <string.h>

struct transcript {
    pthread_mutex_t lock;
    uint64_t total;             /* protected by lock: bytes ever added */
    char *secret;               /* protected by lock; NULL: none */
    char ring[TRANSCRIPT_SIZE]; /* protected by lock: byte n at n % size */
};

struct transcript *transcript_new(void)
{
    struct transcript *t = calloc(1, sizeof(*t));

    if (t != NULL)
        (void)pthread_mutex_init(&t->lock, NULL);
    return t;
}

static void forget_secret(struct transcript *t)
{
    if (t->secret != NULL)
        explicit_bzero(t->secret, strlen(t->secret));
    free(t->secret);
    t->secret = NULL;
}

void transcript_hide(struct transcript *t, const char *secret)
{
    LOCK_SCOPE(&t->lock);

    forget_secret(t);
    if (secret != NULL)
        t->secret = strdup(secret);
}

void transcript_free(struct transcript *t)
{
    if (t == NULL)
        return;
    forget_secret(t);
    (void)pthread_mutex_destroy(&t->lock);
    free(t);
}

void transcript_add(struct transcript *t, const void *bytes, size_t len)
{
    const char *at = bytes;
    LOCK_SCOPE(&t->lock);

    for (size_t i = 0; i < len; i++)
        t->ring[t->total++ % TRANSCRIPT_SIZE] = at[i];
}

/* The end of a secret whose beginning is gone. */
static void mask_rest(char *bytes, size_t len, const char *secret)
{
    size_t n = strlen(secret);

    for (size_t i = 1; i < n; i++)
        if (n - i <= len && memcmp(bytes, secret + i, n - i) == 0) {
            memset(bytes, '*', n - i);
            return;
        }
}

/* The last n bytes (fewer if there are fewer) in order, in new memory. */
static char *copy_tail(struct transcript *t, size_t n, size_t *len,
                       uint64_t *dropped)
{
    char *copy = malloc(TRANSCRIPT_SIZE);
    size_t all;
    LOCK_SCOPE(&t->lock);

    if (copy == NULL)
        return NULL;
    all = t->total < TRANSCRIPT_SIZE ? (size_t)t->total : TRANSCRIPT_SIZE;
    for (size_t i = 0; i < all; i++)
        copy[i] = t->ring[(t->total - all + i) % TRANSCRIPT_SIZE];
    /* All of it: where it is cut off, a secret may be. */
    if (t->secret != NULL) {
        text_mask(copy, all, t->secret);
        if (t->total > all)
            mask_rest(copy, all, t->secret);
    }
    *len = n < all ? n : all;
    *dropped = t->total - *len;
    memmove(copy, copy + (all - *len), *len);
    return copy;
}

void transcript_read(struct transcript *t, struct buf *out)
{
    size_t len = 0;
    uint64_t dropped = 0;
    char *raw = copy_tail(t, TRANSCRIPT_SIZE, &len, &dropped);
    char *safe = malloc(4 * TRANSCRIPT_SIZE + 1);

    if (raw != NULL && safe != NULL) {
        len = text_escape_lines(safe, 4 * TRANSCRIPT_SIZE + 1, raw, len);
        if (dropped > 0)
            (void)buf_printf(
                out, "[%" PRIu64 " bytes before this were dropped]\n", dropped);
        (void)buf_add(out, safe, len);
    }
    free(safe);
    free(raw);
}

void transcript_tail(struct transcript *t, size_t n, char *out, size_t size)
{
    size_t len = 0;
    uint64_t dropped;
    char *raw = copy_tail(t, n, &len, &dropped);

    out[0] = '\0';
    if (raw != NULL)
        (void)text_escape(out, size, raw, len);
    free(raw);
}
