// SPDX-License-Identifier: BSD-2-Clause
// Scope macros: what a local variable owns is released when it goes away.

#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free_(void *p)
{
    free(*(void **)p);
}

static inline void cleanup_close_(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

static inline void cleanup_unlock_(pthread_mutex_t **m)
{
    (void)pthread_mutex_unlock(*m);
}

/* `CLEANUP_FREE char *s = strdup(x);` */
#define CLEANUP_FREE __attribute__((cleanup(cleanup_free_)))
/* `CLEANUP_CLOSE int fd = open(...);` (-1: nothing to close) */
#define CLEANUP_CLOSE __attribute__((cleanup(cleanup_close_)))

#define CLEANUP_CAT_(a, b) a##b
#define CLEANUP_CAT(a, b)  CLEANUP_CAT_(a, b)

/* Holds mutex until the end of the block. */
#define LOCK_SCOPE(mutex)                                                      \
    __attribute__((cleanup(cleanup_unlock_)))                                  \
    pthread_mutex_t *CLEANUP_CAT(lock_, __LINE__) = (mutex);                   \
    (void)pthread_mutex_lock(CLEANUP_CAT(lock_, __LINE__))

#endif
