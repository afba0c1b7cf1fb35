// SPDX-License-Identifier: BSD-2-Clause
// A dialect: what a text file says of one family of boot loaders.

#ifndef MONITOR_DIALECT_H
#define MONITOR_DIALECT_H

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "image/image.h"
#include "monitor/pattern.h"
#include "monitor/row.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The format is documented in man/fwfs-dialect.5. Everything here is owned by
 * the struct dialect and constant after loading, except that a pattern keeps
 * its last match (see pattern.h): one thread.
 */

/* Bytes as a key of the file gives them; may hold NULs in theory, but the
 * file format has none. */
struct keys {
    char bytes[32];
    size_t len;
};

/* How to stop the automatic start of the operating system. */
struct break_in {
    struct pattern *when; /* text that calls for it; NULL: the banner */
    struct keys send;
    unsigned every_ms; /* pace */
};

/* A command that prints memory. */
struct dump_method {
    char name[32];
    char *command;  /* template, see template.h */
    bool cpu_order; /* words in the CPU's order: must be proved */
    unsigned unit;  /* bytes that {count} counts in */
    uint64_t fixed; /* bytes it always prints; 0: as asked */
    uint64_t max;   /* bytes asked for at once, at most */
    struct row_shape row;
};

enum map_makes { MAP_MAKES_CHIP, MAP_MAKES_SEGMENT };
enum map_format { MAP_FORMAT_TEXT, MAP_FORMAT_MTDPARTS };

/* Turns an answer into chips or segments. */
struct map_rule {
    char title[32];
    char *command; /* NULL: no command, the constants suffice */
    bool banner;   /* the text seen while attaching serves as well */
    enum map_makes makes;
    enum map_format format;
    struct pattern *section; /* splits the answer; its groups are inherited */
    struct pattern *pattern; /* groups name, base, offset, size, end, unit,
                                medium, list */
    struct pattern *unless;  /* the answer must not match this */
    char *name;              /* constants for what the pattern does not give */
    char *medium;
    char *alias; /* "{index}" counts the matches from 0 */
    bool has_base;
    bool has_size;
    bool if_free; /* only where no other segment lies */
    uint64_t base;
    uint64_t size;
};

struct identity_rule {
    char title[32];
    char *command;
    struct pattern *pattern; /* what it matches goes into the identity */
    bool unique;             /* no other device has the same */
};

/* A command that computes a checksum of a range. */
struct checksum {
    const struct digest *algorithm;
    char *command;          /* template */
    struct pattern *answer; /* group sum */
};

struct dialect {
    char name[32]; /* file name without .conf */
    char *description;
    unsigned order; /* lower is tried first when recognising */

    struct pattern **banners;
    size_t n_banners;
    struct pattern **hints; /* other text that only it shows while starting */
    size_t n_hints;
    char *recognise_command; /* NULL: the prompt is proof enough */
    struct pattern *recognise_answer;

    struct pattern *prompt;  /* matched against an unterminated last line */
    struct keys line_end;    /* what makes the boot loader run a line */
    struct keys wake;        /* makes it show its prompt again */
    struct keys clear;       /* takes back what stands in its line editor; */
    unsigned clear_times;    /* sent so often */
    struct keys interrupt;   /* stops a running dump; len 0: nothing does */
    bool echo;               /* it repeats what is typed */
    unsigned type_chunk;     /* bytes typed before their echo is awaited */
    struct pattern *unknown; /* its answer to a command that it lacks */
    struct pattern *fault;   /* its words for a bad address */

    struct break_in *break_ins;
    size_t n_break_ins;
    struct dump_method *dumps;
    size_t n_dumps;
    struct map_rule *maps;
    size_t n_maps;
    struct image_footer *footers; /* tables behind images that prove them */
    size_t n_footers;
    struct pattern *unmapped; /* media with such names have no addresses */
    struct identity_rule *identities;
    size_t n_identities;
    struct checksum *checksums; /* the cheapest first */
    size_t n_checksums;
};

/* Reads one file. Errors name file:line and what is wrong. */
int dialect_load_file(struct dialect **out, const char *path, struct err *err);

/* A name is looked for in the dialect folders, anything with a '/' or ending
 * in ".conf" is a path. -ENOENT lists the names there are. */
int dialect_load(struct dialect **out, const char *name, struct err *err);

/* All dialects of the folders, by order, then name; a list ended by NULL.
 * Fails on the first file that is wrong. */
int dialect_load_all(struct dialect ***out, struct err *err);

void dialect_free(struct dialect *d);
void dialect_free_all(struct dialect **list); /* NULL is allowed */

/* "NAME  DESCRIPTION" a line, for --list-dialects. */
int dialect_list(struct buf *out, struct err *err);

#endif
