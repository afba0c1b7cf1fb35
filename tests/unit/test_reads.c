// SPDX-License-Identifier: BSD-2-Clause
// Reads of the kernel: all of the bytes or an error, and exactly one answer.

#include "store_util.h"
#include "unit.h"

#include "mount/fs_priv.h"

#include <errno.h>
#include <pthread.h>

#define FILE_SIZE 65536U

/* Takes the place of libfuse and of the fetcher. */
static int answers; /* to the one request that there is */
static int answer_error;
static size_t answer_len;
static uint8_t answer[FILE_SIZE];
static struct fetch_request *asked; /* NULL: none is at the fetcher */
static struct blocks *medium;
static uint64_t fresh_from;

static struct fs fs;
static struct map map;
static struct fuse_req *const req = (struct fuse_req *)&answers;

int fuse_reply_buf(fuse_req_t r, const char *buf, size_t size)
{
    assert_ptr_equal(r, req);
    assert_true(size <= sizeof(answer));
    memcpy(answer, buf, size);
    answer_len = size;
    answers++;
    return 0;
}

int fuse_reply_err(fuse_req_t r, int code)
{
    assert_ptr_equal(r, req);
    answer_error = code;
    answers++;
    return 0;
}

void fuse_req_interrupt_func(fuse_req_t r, fuse_interrupt_func_t func,
                             void *data)
{
    assert_ptr_equal(r, req);
    (void)func;
    (void)data;
}

void fetch_submit(struct fetcher *f, struct fetch_request *r)
{
    (void)f;
    assert_null(asked);
    asked = r;
}

void fetch_cancel(struct fetcher *f, struct fetch_request *r)
{
    (void)f;
    (void)r;
}

bool fetcher_is_fresh(struct fetcher *f, size_t n, uint64_t offset,
                      uint64_t len)
{
    (void)f;
    (void)n;
    return offset >= fresh_from && len > 0;
}

struct blocks *fetcher_blocks(struct fetcher *f, size_t n)
{
    (void)f;
    (void)n;
    return medium;
}

/* The fetcher answers the piece that it has: with status, and its bytes. */
static void piece(int status)
{
    struct fetch_request *r = asked;
    uint8_t bytes[FS_PIECE];

    assert_non_null(r);
    assert_in_range(r->len, 1, FS_PIECE);
    device_bytes(1, r->offset, bytes, r->len);
    asked = NULL;
    r->done(r, status, status == 0 ? bytes : NULL);
}

static int up(void **state)
{
    static struct map_segment segment = {.size = FILE_SIZE};
    static struct activity activity;

    (void)state;
    map = (struct map){.segments = &segment, .n_segments = 1};
    activity = (struct activity){0};
    fs = (struct fs){.map = &map,
                     .max_read = FS_MAX_READ,
                     .answer = malloc(FS_MAX_READ),
                     .activity = &activity};
    (void)pthread_mutex_init(&fs.lock, NULL);
    (void)pthread_cond_init(&fs.answered, NULL);
    medium = open_memory_medium(FILE_SIZE);
    answers = answer_error = 0;
    answer_len = 0;
    return fs.answer == NULL;
}

static int down(void **state)
{
    (void)state;
    assert_int_equal(answers, 1);
    assert_null(asked);
    assert_int_equal(fs.lent, 0);
    assert_int_equal(fs.answering, 0);
    assert_null(fs.reads);
    blocks_close(medium);
    free(fs.answer);
    (void)pthread_cond_destroy(&fs.answered);
    (void)pthread_mutex_destroy(&fs.lock);
    return 0;
}

static void assert_bytes(uint64_t offset, size_t len)
{
    uint8_t want[FILE_SIZE];

    device_bytes(1, offset, want, len);
    assert_int_equal(answer_error, 0);
    assert_int_equal(answer_len, len);
    assert_memory_equal(answer, want, len);
}

static void in_pieces(void **state)
{
    (void)state;
    reads_begin(&fs, req, 0, 100, (size_t)2 * FS_PIECE + 30);
    piece(0);
    piece(0);
    assert_int_equal(answers, 0);
    piece(0);
    assert_bytes(100, (size_t)2 * FS_PIECE + 30);
}

static void one_piece(void **state)
{
    (void)state;
    reads_begin(&fs, req, 0, 16, 1000);
    piece(0);
    assert_bytes(16, 1000);
}

/* Fewer bytes than were asked for look like the end of the file. */
static void a_piece_that_fails(void **state)
{
    (void)state;
    reads_begin(&fs, req, 0, 0, (size_t)3 * FS_PIECE);
    piece(0);
    piece(-EIO);
    assert_int_equal(answer_error, EIO);
    assert_int_equal(answer_len, 0);
}

static void the_last_piece_fails(void **state)
{
    (void)state;
    reads_begin(&fs, req, 0, 0, FS_PIECE + 1);
    piece(0);
    piece(-ENOMEM);
    assert_int_equal(answer_error, EIO);
}

static void interrupted_in_a_later_piece(void **state)
{
    (void)state;
    reads_begin(&fs, req, 0, 0, (size_t)2 * FS_PIECE);
    piece(0);
    piece(-EINTR);
    assert_int_equal(answer_error, EINTR);
    assert_int_equal(answer_len, 0);
}

static void the_mount_ends_in_between(void **state)
{
    (void)state;
    reads_begin(&fs, req, 0, 0, (size_t)3 * FS_PIECE);
    piece(0);
    reads_end(&fs);
    assert_int_equal(answer_error, EIO);
    piece(0); /* it is not asked to go on, and nobody is told */
}

static void what_is_confirmed_at_once(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < FILE_SIZE / BLOCK_SIZE; n++) {
        put_from(medium, 1, n);
        blocks_confirm(medium, n, BLOCK_REREAD);
    }
    fresh_from = 1000;
    reads_begin(&fs, req, 0, 1000, 40000);
    fresh_from = 0;
    assert_bytes(1000, 40000);
}

static void what_is_confirmed_and_may_be_stale(void **state)
{
    (void)state;
    put_from(medium, 1, 0);
    blocks_confirm(medium, 0, BLOCK_REREAD);
    fresh_from = 512;
    reads_begin(&fs, req, 0, 0, 512);
    fresh_from = 0;
    assert_int_equal(answers, 0);
    piece(0);
    assert_bytes(0, 512);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, up, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(in_pieces),
        TEST(one_piece),
        TEST(a_piece_that_fails),
        TEST(the_last_piece_fails),
        TEST(interrupted_in_a_later_piece),
        TEST(the_mount_ends_in_between),
        TEST(what_is_confirmed_at_once),
        TEST(what_is_confirmed_and_may_be_stale),
    };

    return cmocka_run_group_tests_name("reads", tests, NULL, NULL);
}
