// SPDX-License-Identifier: BSD-2-Clause
// The words behind -o that are not fwfs' own options.

#include "mountwords.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* -o words that are libfuse's business. */
static const char *const fuse_words[] = {
    "allow_other", "allow_root", "default_permissions", "auto_unmount", NULL,
};

/*
 * -o words that say nothing to a read-only mount of one's own making: mount(8)
 * and mount.fuse3 pass them on from fstab. A `=` or `*` at the end stands for
 * any rest. max_read is set by the mount layer, fsname and subtype likewise.
 */
static const char *const ignored_words[] = {
    "ro",       "rw",         "suid",          "nosuid",     "dev",
    "nodev",    "exec",       "noexec",        "atime",      "noatime",
    "diratime", "nodiratime", "relatime",      "norelatime", "strictatime",
    "lazytime", "nolazytime", "nostrictatime", "sync",       "async",
    "dirsync",  "mand",       "nomand",        "iversion",   "noiversion",
    "silent",   "loud",       "auto",          "noauto",     "user",
    "nouser",   "users",      "nousers",       "owner",      "noowner",
    "group",    "nogroup",    "nofail",        "_netdev",    "defaults",
    "comment=", "max_read=",  "fsname=",       "subtype=",   "x-*",
    "X-*",      NULL,
};

static bool is_ignored(const char *word)
{
    for (size_t i = 0; ignored_words[i] != NULL; i++) {
        const char *w = ignored_words[i];
        size_t len = strlen(w);
        bool open = w[len - 1] == '*' || w[len - 1] == '=';
        if (w[len - 1] == '*')
            len--;
        if (strncmp(word, w, len) == 0 && (open || word[len] == '\0'))
            return true;
    }
    return false;
}

enum mountword mountword(const char *word)
{
    for (size_t i = 0; fuse_words[i] != NULL; i++) {
        if (strcmp(word, fuse_words[i]) == 0)
            return MOUNTWORD_FUSE;
    }
    return is_ignored(word) ? MOUNTWORD_IGNORED : MOUNTWORD_UNKNOWN;
}

void mountwords_suggest(struct suggestion *s)
{
    for (size_t i = 0; fuse_words[i] != NULL; i++)
        suggest_offer(s, fuse_words[i]);
    for (size_t i = 0; ignored_words[i] != NULL; i++)
        suggest_offer(s, ignored_words[i]);
}

char *mountwords_split(char **list)
{
    char *word = *list;
    char *out = word;

    for (char *in = word;; in++) {
        if (*in == ',' || *in == '\0') {
            *list = *in == ',' ? in + 1 : NULL;
            *out = '\0';
            return word;
        }
        if (in[0] == '\\' && (in[1] == ',' || in[1] == '\\'))
            in++;
        *out++ = *in;
    }
}
