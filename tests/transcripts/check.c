// SPDX-License-Identifier: BSD-2-Clause
// Other people's captures are read as they should be, and none is forgotten.

/*
 * The folder is $FWFS_TRANSCRIPTS or shared/reference/transcripts beside the
 * checkout; without it the test is skipped. The first line of each file says
 * where it is from and is no part of it. What is in a file is stated by the
 * tables of the other files; what is no session is listed here.
 */

#include "transcripts.h"

#include "monitor/console.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>

#define FILES_MAX 200

/* Of these nothing but lines is checked. */
static const struct {
    const char *file;
    const char *why;
} no_session[] = {
    {"brnboot-erase-map-1.txt",
     "shown by the command that erases, which is never sent"},
    {"cfe-fi-sfr-1.txt", "the chip that its names lie on is in no answer"},
    {"pebble-dump-flash-1.txt", "a console that no dialect is for"},
    {"uboot-cmp-doc.txt", "a command that is not used"},
    {"uboot-loady-doc.txt", "a command that is not used"},
    {"uboot-meminfo-doc.txt", "a command that is not used"},
    {"uboot-spi-read-ralink.txt", "one line of a dump without addresses"},
    {"vxworks-bootrom-d-2.txt", "a boot loader that no dialect is for"},
    {"vxworks-bootrom-help-1.txt", "a boot loader that cannot dump"},
    {"winbond-bootinfo-hexdump.txt", "printed by a PC, of a flash image"},
    {"winbond-d-leftover.txt", "a dump that never came"},
    {"winbond-e-1.txt", "a command that is not used"},
    {"winbond-fx-session.txt", "somebody writes"},
};

static char folder[PATH_MAX];
static struct dialect *dialect;

/* What the tables told of the files, for the end. */
static struct {
    char file[64];
    char what[64];
} stated[FILES_MAX];
static size_t n_stated;

void transcript_stated(const char *file, const char *what)
{
    size_t i = 0;

    while (i < n_stated && strcmp(stated[i].file, file) != 0)
        i++;
    assert_in_range(i, 0, FILES_MAX - 1);
    n_stated += i == n_stated;
    (void)snprintf(stated[i].file, sizeof(stated[i].file), "%s", file);
    if (strstr(stated[i].what, what) == NULL)
        (void)snprintf(stated[i].what + strlen(stated[i].what),
                       sizeof(stated[i].what) - strlen(stated[i].what), " %s",
                       what);
}

/* The file behind its first line. */
static void read_file(const char *name, struct buf *out)
{
    char path[2 * PATH_MAX];
    char chunk[4096];
    size_t n;
    FILE *f;
    const char *end;

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    f = fopen(path, "rb");
    if (f == NULL) {
        fail_msg("%s: %s", path, strerror(errno));
        return;
    }
    while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
        assert_true(buf_add(out, chunk, n));
    (void)fclose(f);
    end = out->len > 0 ? memchr(out->data, '\n', out->len) : NULL;
    if (end == NULL)
        fail_msg("%s: not even one line", path);
    else
        buf_drop(out, (size_t)(end - out->data) + 1);
}

/* A line whose bytes are a file. */
struct source {
    struct buf text;
    size_t at;
};

static ssize_t source_read(void *ctx, void *buf, size_t size,
                           struct deadline until)
{
    struct source *s = ctx;
    size_t n = s->text.len - s->at;

    (void)until;
    if (n > size)
        n = size;
    if (n > 61)
        n = 61;
    memcpy(buf, s->text.data + s->at, n);
    s->at += n;
    return (ssize_t)n;
}

static void source_nothing(void *ctx)
{
    (void)ctx;
}

unsigned transcript_lines(const char *file, struct buf *out,
                          struct buf *partial)
{
    static const struct line_ops ops = {
        .read = source_read, .wake = source_nothing, .close = source_nothing};
    struct source source = {.at = 0};
    struct console c;
    struct span line;
    unsigned n = 0;

    read_file(file, &source.text);
    assert_int_equal(console_init(&c, line_new(&ops, &source), NULL), 0);
    while (console_fill(&c, deadline_in(0)) > 0)
        while (console_take_line(&c, &line)) {
            assert_true(line.len > 0 && line.len < 1000);
            assert_null(memchr(line.text, '\x1b', line.len));
            assert_null(memchr(line.text, '\0', line.len));
            (void)buf_printf(out, "%.*s\n", (int)line.len, line.text);
            n++;
        }
    line = console_partial(&c);
    (void)buf_add(partial, line.text, line.len);
    console_free(&c);
    buf_free(&source.text);
    return n;
}

struct dialect *transcript_dialect(const char *name)
{
    struct err err = {""};

    if (dialect != NULL && strcmp(dialect->name, name) == 0)
        return dialect;
    dialect_free(dialect);
    dialect = NULL;
    if (dialect_load(&dialect, name, &err) < 0)
        fail_msg("%s", err.text);
    return dialect;
}

static const char *what_of(const char *file)
{
    for (size_t i = 0; i < n_stated; i++)
        if (strcmp(stated[i].file, file) == 0)
            return stated[i].what;
    for (size_t i = 0; i < COUNT(no_session); i++)
        if (strcmp(no_session[i].file, file) == 0)
            return no_session[i].why;
    return NULL;
}

static bool is_stated(const char *file)
{
    for (size_t i = 0; i < n_stated; i++)
        if (strcmp(stated[i].file, file) == 0)
            return true;
    return false;
}

static void no_file_is_forgotten(void **state)
{
    struct dirent **names;
    int n = scandir(folder, &names, NULL, alphasort);
    unsigned files = 0;
    unsigned forgotten = 0;

    (void)state;
    assert_true(n > 0);
    for (int i = 0; i < n; i++) {
        CLEANUP_BUF struct buf text = {0};
        CLEANUP_BUF struct buf rest = {0};
        const char *name = names[i]->d_name;
        const char *what = what_of(name);
        size_t len = strlen(name);
        if (len > 4 && strcmp(name + len - 4, ".txt") == 0) {
            if (transcript_lines(name, &text, &rest) < 2)
                fail_msg("%s: fewer than two lines", name);
            print_message("  %-42s%s%s\n", name, is_stated(name) ? "" : " - ",
                          what != NULL ? what : " FORGOTTEN");
            forgotten += what == NULL;
            files++;
        }
        free(names[i]);
    }
    free(names);
    assert_in_range(files, 100, FILES_MAX);
    assert_int_equal(forgotten, 0);
    for (size_t i = 0; i < COUNT(no_session); i++)
        assert_false(is_stated(no_session[i].file));
}

static int clean(void **state)
{
    (void)state;
    dialect_free(dialect);
    return 0;
}

/* Upwards from the program: the first folder that has such a one in it. */
static bool find_folder(const char *exe)
{
    const char *env = getenv("FWFS_TRANSCRIPTS");
    char at[PATH_MAX];
    char *slash;
    DIR *dir;

    if (realpath(exe, at) == NULL)
        return false;
    (void)snprintf(folder, sizeof(folder), "%s", env != NULL ? env : "");
    while (env == NULL && (slash = strrchr(at, '/')) != NULL) {
        *slash = '\0';
        (void)snprintf(folder, sizeof(folder),
                       "%.3000s/shared/reference/transcripts", at);
        dir = opendir(folder);
        if (dir != NULL) {
            (void)closedir(dir);
            return true;
        }
    }
    dir = opendir(folder);
    if (dir != NULL)
        (void)closedir(dir);
    return dir != NULL;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_taken_or_refused),
        cmocka_unit_test(the_bytes_are_right),
        cmocka_unit_test(records_are_read),
        cmocka_unit_test(streams_are_read),
        cmocka_unit_test(maps_are_read),
        cmocka_unit_test(whole_maps_are_read),
        cmocka_unit_test(what_it_says_is_understood),
        cmocka_unit_test(no_file_is_forgotten),
    };

    if (!find_folder(argc > 0 ? argv[0] : ".")) {
        (void)printf("no shared/reference/transcripts here, nor does "
                     "FWFS_TRANSCRIPTS name one\n");
        return 77;
    }
    return cmocka_run_group_tests_name("transcripts", tests, NULL, clean);
}
