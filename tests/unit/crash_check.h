// SPDX-License-Identifier: BSD-2-Clause
// Opens the caches on a disk as a crash left it, and looks at all they give.

#ifndef UNIT_CRASH_CHECK_H
#define UNIT_CRASH_CHECK_H

#include "crash_script.h"

static struct {
    char path[80]; /* of the disk under test */
    char root[100];
    unsigned long states;
} under_test;

/* The file has one of the texts, or is not there where that is allowed. */
static void check_text(struct image *img, const char *path,
                       const char *const allowed[3], unsigned mask)
{
    int node = image_walk(img, 0, path);
    const struct node *n = &img->nodes[node < 0 ? 0 : node];

    if (node < 0) {
        if ((mask & 1U) == 0)
            fail_msg("%s was made durable and is not there", path);
        return;
    }
    for (unsigned i = 1; i < 3; i++) {
        if ((mask >> i & 1U) != 0 && n->size == strlen(allowed[i]) &&
            memcmp(n->bytes, allowed[i], n->size) == 0)
            return;
    }
    fail_msg("%s has a text that it should not have", path);
}

/* What can be seen without the store. */
static void check_files(struct image *img, const struct expected *x)
{
    const char *const cam[3] = {"", identities[0], ""};
    const char *const other[3] = {"", identities[1], ""};

    check_text(img, "a/b/" CAM_ID "/identity", cam, 2U | !x->identified[0]);
    check_text(img, "a/b/" OTHER_ID "/identity", other, 2U | !x->identified[1]);
    check_text(img, "a/b/" CAM_ID "/device", texts, x->kept[0]);
    check_text(img, "a/b/" CAM_ID "/device.2", texts, x->kept[1]);
    if (x->forgotten && image_walk(img, 0, "a/b/" OTHER_ID) >= 0)
        fail_msg("a cache that was forgotten is there again");
}

static struct cache *reopen(int which)
{
    const struct cache_config config = config_of(which, under_test.root);
    struct cache *c = NULL;
    struct err err = {""};

    if (cache_open(&c, &config, &err) < 0)
        fail_msg("after a crash: %s", err.text);
    assert_string_equal(cache_id(c), which == CONFIG_OTHER ? OTHER_ID : CAM_ID);
    return c;
}

static void close_quietly(struct cache *c)
{
    struct err err = {""};

    if (cache_sync(c, &err) < 0)
        fail_msg("%s", err.text);
    cache_close(c);
}

/* Puts, makes durable and reads a block of each medium. */
static void check_use(struct cache *c, size_t count)
{
    for (size_t m = 0; m < count; m++) {
        struct blocks *b = cache_blocks(c, m);
        struct err err = {""};

        if (blocks_put(b, 1, board_bytes(3, 1), &err) < 0 ||
            cache_sync(c, &err) < 0)
            fail_msg("after a crash: %s", err.text);
        blocks_confirm(b, 1, BLOCK_IMAGE);
    }
    close_quietly(c);
}

static void check_used(struct cache *c, size_t count)
{
    for (size_t m = 0; m < count; m++) {
        struct pair p = observe(cache_blocks(c, m), 1);

        assert_int_equal(p.board, 3);
        assert_int_equal(p.state, BLOCK_IMAGE);
    }
    close_quietly(c);
}

/* The same cache, opened three times: as it was left, as that left it, and
 * after work with it. */
static void check_cache(const struct expected *x, int which)
{
    size_t count = config_of(which, "").media_count;
    static struct pair found[2][BLOCKS];

    for (unsigned round = 0; round < 2; round++) {
        struct cache *c = reopen(which);

        for (size_t m = 0; m < count; m++) {
            struct blocks *b = cache_blocks(c, m);
            unsigned row = row_with(which, (unsigned)m);

            for (unsigned n = 0; n < blocks_count(b); n++) {
                struct pair p = observe(b, n);

                check_block(x, row, n, p);
                if (round == 1)
                    assert_memory_equal(&p, &found[m][n], sizeof(p));
                found[m][n] = p;
            }
        }
        if (round == 0)
            close_quietly(c);
        else
            check_use(c, count);
    }
    check_used(reopen(which), count);
}

/* Without the device: as it is; there may be none. */
static void check_kept(struct image *img, const struct expected *x, int which)
{
    struct buf identity = {0};
    struct cache *c = NULL;
    struct err err = {""};
    int rc = cache_open_kept(&c, under_test.root, CAM_ID, &identity, &err);

    if (image_walk(img, 0, "a/b/" CAM_ID "/identity") < 0) {
        assert_int_equal(rc, -ENOENT);
        return;
    }
    if (rc < 0 ||
        cache_open_media(c, media_of[which], 2, identity.data, &err) < 0)
        fail_msg("after a crash, without the device: %s", err.text);
    for (unsigned m = 0; m < 2; m++)
        check_medium(x, row_with(which, m), cache_blocks(c, m));
    cache_close(c);
    buf_free(&identity);
}

static void check_on_disk(struct image *img, const struct expected *x,
                          int which, bool other)
{
    disk_make(img, under_test.path, NULL);
    if (other) {
        check_cache(x, CONFIG_OTHER);
    } else {
        check_kept(img, x, which);
        check_cache(x, which);
    }
    assert_int_equal(remove_tree(under_test.path), 0);
}

/* A disk after a crash, where x is expected. */
static void check_state(struct image *img, const struct expected *x)
{
    bool on = rec.on;

    rec.on = false;
    (void)snprintf(under_test.path, sizeof(under_test.path), "%s/s", work);
    (void)snprintf(under_test.root, sizeof(under_test.root), "%s/s/a/b", work);
    under_test.states++;
    check_files(img, x);
    check_on_disk(img, x, x->config, false);
    if (x->before != x->config)
        check_on_disk(img, x, x->before, false);
    if (image_walk(img, 0, "a/b/" OTHER_ID) >= 0)
        check_on_disk(img, x, 0, true);
    rec.on = on;
}

#endif
