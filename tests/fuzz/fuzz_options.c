// SPDX-License-Identifier: BSD-2-Clause
// Fuzzes the command line: the input is its words, parted by NULs.

#include "fuzz.h"

#include "options.h"

#include <errno.h>

#define WORDS_MAX 256

/* What is accepted is whole. */
static void check(const struct options *o)
{
    bool mounts = o->command == COMMAND_MOUNT;

    MUST(o->baud > 0 && o->timeout_ms > 0 && o->attach_timeout_ms > 0);
    MUST(!mounts || (o->device != NULL && o->mountpoint != NULL));
    MUST(o->command != COMMAND_PROBE || o->device != NULL);
    MUST(o->command != COMMAND_STATUS || o->mountpoint != NULL);
    MUST(o->command != COMMAND_RETRY || o->mountpoint != NULL);
    MUST(o->command != COMMAND_VERIFY || o->mountpoint != NULL);
    MUST(o->against == NULL ||
         (o->command == COMMAND_VERIFY && o->n_files == 0));
    MUST(o->map == NULL || o->against != NULL);
    MUST(o->verify == VERIFY_AUTO || o->verify == VERIFY_FAST ||
         o->verify == VERIFY_ROWS);
    MUST(o->erase_block == 0 || (o->carve && o->erase_block % 4096 == 0));
    for (size_t i = 0; i < o->n_files; i++)
        MUST(o->files[i][0] != '\0');
    for (size_t i = 0; i < o->n_segments; i++)
        MUST(o->segments[i][0] != '\0' && o->segments[i + 1] != o->segments[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *words = malloc(size + 1);
    char *argv[WORDS_MAX + 1] = {(char *)"fwfs"};
    int argc = 1;
    struct options o;
    struct err err = {.text = ""};
    int r;

    MUST(words != NULL);
    memcpy(words, data, size);
    words[size] = '\0';
    for (size_t i = 0; i < size && argc < WORDS_MAX; i++) {
        if (i == 0 || words[i - 1] == '\0')
            argv[argc++] = words + i;
    }
    r = options_parse(&o, argc, argv, &err);
    MUST(r == 0 || (r == -EINVAL && err.text[0] != '\0'));
    if (r == 0)
        check(&o);
    options_free(&o);
    free(words);
    return 0;
}
