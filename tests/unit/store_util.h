// SPDX-License-Identifier: BSD-2-Clause
// What the tests of the store share: a directory, a pattern, an open medium.

#ifndef UNIT_STORE_UTIL_H
#define UNIT_STORE_UTIL_H

#include "store/blocks_open.h"
#include "store/file.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define AT(n) ((uint64_t)BLOCK_SIZE * (n)) /* offset of block n */
#define SIZE  (AT(200) + 100) /* of the medium; a short last block */

static char work[] = "/tmp/fwfs-store-XXXXXX"; /* made anew for each test */
static int work_dir = -1;

static inline int remove_one(const char *path, const struct stat *st, int type,
                             struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static inline int make_work(void **state)
{
    (void)state;
    strcpy(work + strlen(work) - 6, "XXXXXX");
    if (mkdtemp(work) == NULL)
        return -1;
    work_dir = open(work, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return work_dir < 0 ? -1 : 0;
}

static inline int remove_work(void **state)
{
    (void)state;
    (void)close(work_dir);
    return nftw(work, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Byte at offset of what the device numbered board has. */
static inline uint8_t device_byte(unsigned board, uint64_t offset)
{
    /* Without a pattern: a periodic one has records that sum themselves up. */
    uint64_t x = offset * UINT64_C(0x9e3779b97f4a7c15) +
                 (board + 1) * UINT64_C(0xd1b54a32d192ed03);

    x = (x ^ x >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
    return (uint8_t)(x >> 56);
}

static inline void device_bytes(unsigned board, uint64_t offset, uint8_t *out,
                                size_t len)
{
    for (size_t i = 0; i < len; i++)
        out[i] = device_byte(board, offset + i);
}

static inline void put_from(struct blocks *b, unsigned board, uint64_t n)
{
    uint8_t bytes[BLOCK_SIZE];

    device_bytes(board, AT(n), bytes, blocks_length(b, n));
    assert_int_equal(blocks_put(b, n, bytes, NULL), 0);
}

/* Whether these bytes can be had; fails when they are wrong. */
static inline bool get_right(struct blocks *b, unsigned board, uint64_t offset,
                             size_t len)
{
    uint8_t *bytes = calloc(2, len + 1);
    bool ok;

    assert_non_null(bytes);
    ok = blocks_get(b, offset, bytes, len) == 0;
    if (ok) {
        device_bytes(board, offset, bytes + len, len);
        assert_memory_equal(bytes, bytes + len, len);
    }
    free(bytes);
    return ok;
}

static inline bool get_block(struct blocks *b, unsigned board, uint64_t n)
{
    return get_right(b, board, AT(n), blocks_length(b, n));
}

static inline struct blocks_spec spec_of(uint64_t size)
{
    return (struct blocks_spec){
        .dir = work_dir,
        .path = work,
        .name = "flash",
        .key = {.base = 0xbf000000, .size = size, .identity = 7},
    };
}

static inline struct blocks *open_spec(const struct blocks_spec *spec)
{
    struct err err = {""};
    struct blocks *b = NULL;

    if (blocks_open(&b, spec, &err) < 0 || blocks_begin(b, &err) < 0)
        fail_msg("%s", err.text);
    return b;
}

static inline struct blocks *open_medium(void)
{
    struct blocks_spec spec = spec_of(SIZE);

    return open_spec(&spec);
}

static inline struct blocks *open_memory_medium(uint64_t size)
{
    struct blocks_spec spec = spec_of(size);

    spec.dir = -1;
    return open_spec(&spec);
}

static inline void sync_close(struct blocks *b)
{
    assert_int_equal(blocks_sync(b, NULL), 0);
    blocks_close(b);
}

/* Flips bits of the byte at offset of a file in the work directory. */
static inline void flip(const char *name, uint64_t at, uint8_t bits)
{
    int fd = openat(work_dir, name, O_RDWR);
    uint8_t byte;
    size_t got;

    assert_true(fd >= 0);
    assert_int_equal(file_read(fd, &byte, 1, at, &got), 0);
    assert_int_equal(got, 1);
    byte ^= bits;
    assert_int_equal(file_write(fd, &byte, 1, at), 0);
    (void)close(fd);
}

static inline bool exists(const char *name)
{
    struct stat st;

    return fstatat(work_dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static inline void cut_file(const char *name, off_t size)
{
    int fd = openat(work_dir, name, O_RDWR);

    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, size), 0);
    (void)close(fd);
}

#define STORE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, make_work, remove_work)

#endif
