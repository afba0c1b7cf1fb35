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
    char *send;           /* keys; {password} may stand in them */
    unsigned every_ms;    /* pace */
    bool fresh;           /* when counts only since the device started anew */
    bool question;        /* when counts only as the last line that came, and is
                             answered once each time it is asked */
    bool line_end;        /* stands in send: when counts only as the last line,
                             for behind another text it may run something */
    bool password;        /* the user's stands in send: always a question */
};

/* A question of the device while a command runs, and what is typed then. */
struct exchange {
    struct pattern *expect; /* matched against the unterminated last line, and
                               against complete ones */
    char *send;             /* keys, with place holders as in commands */
};

/* A list of them. As a dialogue they are held in this order, each once; as a
 * pager any of them, as often as it is asked. */
struct exchanges {
    struct exchange *list;
    size_t n;
};

/* A section that is used only with boot loaders that have what it needs. */
struct condition {
    char *command; /* asked once; NULL: the text seen while attaching */
    struct pattern *answer; /* must match; NULL: always used */
};

enum dump_output {
    DUMP_ROWS,       /* lines with addresses, as row says */
    DUMP_SREC,       /* Motorola S-records, a checksum a line */
    DUMP_HEX,        /* hex digits alone */
    DUMP_BASE64,     /* ... */
    DUMP_BASE64_GZIP /* base64 of a gzip of the range */
};

/* What the address of a row counts from. */
enum dump_base {
    DUMP_ABSOLUTE, /* as {address}, or {offset} where medium is set */
    DUMP_REQUEST,  /* from the first byte asked for */
    DUMP_PAGE      /* from the start of the medium's page */
};

/* A command that prints memory. */
struct dump_method {
    char name[32];
    struct condition needs;
    struct pattern *medium; /* reads such media directly; NULL: memory */
    char *command;          /* template, see template.h */
    char *again;            /* template for a request that goes on where the
                               last one ended, with its length; NULL: none */
    bool enter;             /* a line end follows the command */
    struct exchanges dialogue;
    enum dump_output output;
    bool cpu_order;         /* words in the CPU's order: must be proved */
    enum row_order printed; /* else: as they are printed */
    unsigned unit;          /* bytes that {count} counts in */
    uint64_t align;       /* a request starts at multiples of it; 16 or more */
    uint64_t fixed;       /* bytes it always prints; 0: as asked */
    uint64_t max;         /* bytes asked for at once, at most */
    struct row_shape row; /* for DUMP_ROWS */
    enum dump_base base;
    struct pattern *skip; /* lines that are no rows, though they look like it */
    struct pattern *stop; /* a line behind which no rows follow any more */
};

/* How media are read that have no addresses on the bus. */
struct medium_access {
    char title[32];
    struct condition needs;
    struct pattern *names; /* of the media it serves, as the map calls them;
                              group index: {index} */
    struct pattern *ids;   /* what else they are called; NULL: nothing */
    char **select;         /* templates; typed before the first read, after each
                              reset and when another medium was selected, one
                              after the other until an answer fits; n_select
                              of them */
    size_t n_select;
    struct pattern *select_answer; /* must match; NULL: any answer */
    /* Puts {length} bytes from {offset} to {ram}; NULL: dump methods with
     * medium read it directly. */
    char *read;
    struct pattern *read_answer; /* must match */
    struct pattern *read_fail;   /* must not */
    struct exchanges dialogue;   /* of read */
    uint64_t chunk;              /* bytes read at once; a power of two */
    char *bad;                   /* template; tells bad blocks; NULL: none */
    struct pattern *bad_answer;  /* group offset, or block: hexadecimal unless
                                    bad_decimal */
    bool bad_decimal;
    uint64_t erase_block; /* 0: the map tells, or there are none */
    uint64_t page;
    bool tells; /* select or read says which medium is meant */
};

/* How the session is switched to another speed. */
struct baud_change {
    char *command;         /* template with {baud}; NULL: cannot */
    struct pattern *ready; /* then both ends switch; NULL: the line end */
    struct keys confirm;   /* sent at the new speed; may be empty */
    unsigned *rates;       /* that it takes; n_rates of them */
    size_t n_rates;
};

enum map_makes {
    MAP_MAKES_CHIP,
    MAP_MAKES_SEGMENT,
    MAP_MAKES_WINDOW,   /* a segment that is read though no chip holds it */
    MAP_MAKES_RAM,      /* a bank of RAM */
    MAP_MAKES_RAM_TOP,  /* base: what lies there and above is in use */
    MAP_MAKES_RAM_AT,   /* base: where its own scripts put what they load */
    MAP_MAKES_GEOMETRY, /* erase block and page of a medium */
    MAP_MAKES_ID,       /* what else a medium is called */
    MAP_MAKES_CHECK     /* notes of lines that no other rule takes */
};
enum map_format { MAP_FORMAT_TEXT, MAP_FORMAT_MTDPARTS };

/* What the device does to a size that it tells with a unit. */
enum map_rounded {
    MAP_ROUNDED_NO,
    MAP_ROUNDED_TENTH, /* to the nearest tenth of the unit */
    MAP_ROUNDED_UP,    /* to the next whole one */
    MAP_ROUNDED_LEAST  /* there may be any more: told is what is used of it */
};

/* Turns an answer into chips or segments. */
struct map_rule {
    char title[32];
    char *command; /* NULL: no command, the constants suffice */
    bool banner;   /* the text seen while attaching serves as well */
    enum map_makes makes;
    enum map_format format;
    enum map_rounded rounded;
    struct pattern *section; /* splits the answer; its groups are inherited */
    struct pattern *pattern; /* groups name, base, offset, size, end (behind
                                it), last (its last byte), blocks (of erase),
                                unit, medium, id, list, erase, erase_unit, page,
                                page_unit */
    struct pattern *unless;  /* the answer must not match this */
    char *name;              /* constants for what the pattern does not give */
    char *medium;
    char *alias; /* "{index}" counts the matches from 0 */
    bool has_base;
    bool has_size;
    bool if_free; /* only where no other segment lies */
    uint64_t base;
    uint64_t size;
    int radix;      /* of numbers without 0x and without a unit: 16 or 10 */
    uint64_t scale; /* bytes that they count in: 512 for sectors */
    struct condition needs;
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
    struct condition needs;
    struct pattern *medium; /* of such media directly; NULL: of memory */
    char *command;          /* template */
    struct pattern *answer; /* group sum */
};

/* A command that compares memory with itself, some bytes behind: what is the
 * same is one word again and again. */
struct uniform {
    struct condition needs;
    struct pattern *medium; /* as in struct checksum */
    char *command;          /* template */
    struct pattern *answer; /* group count, if there: words that were the same;
                               group differs, if it matched: not all were */
};

/* What is typed around a command, so that no beginning of it is run: noise may
 * make a line end of any character. before NULL: nothing is. */
struct whole_form {
    struct condition needs;
    char *before;
    char *after;
};

enum echo {
    ECHO_NONE,
    ECHO_PLAIN,  /* byte for byte */
    ECHO_REDRAWN /* with escape sequences between */
};

#define DIALECT_DUMPS_MAX 16U
struct dialect {
    char name[32]; /* file name without .conf */
    char *description;
    unsigned order; /* lower is tried first when recognising */
    unsigned speed; /* baud it is usually used at, for hints; 0: not said */

    struct pattern **banners;
    size_t n_banners;
    struct pattern **hints; /* other text that only it shows while starting */
    size_t n_hints;
    char *recognise_command; /* NULL: the prompt is proof enough */
    struct pattern *recognise_answer;
    /* Where that answer matches it, the device keeps what is typed. Group file,
     * if it has one: where. NULL: it never does. */
    struct pattern *history;
    char *without_history; /* leads to a prompt where nothing is kept */

    struct pattern *prompt; /* matched against an unterminated last line; NULL:
                               it has none, then done is set */
    bool prompt_changes;    /* it is never learned, prompt tells it */
    struct pattern *done;   /* a line that ends each answer, before the prompt
                               or instead of one; NULL: none */
    struct keys line_end;   /* what makes the boot loader run a line; len 0:
                               commands are keys, which act at once */
    struct keys wake;       /* makes it show its prompt again: console_wake */
    struct keys leave;      /* leaves what is no command line; len 0: none */
    struct keys clear;      /* takes back what stands in its line editor; */
    unsigned clear_times;   /* sent so often */
    struct keys interrupt;  /* stops a running dump; len 0: nothing does */
    enum echo echo;         /* how it repeats what is typed */
    struct exchanges pager; /* it waits for a key in the middle of output */
    char *unlock;           /* template with {password}; NULL: none. Typed at
                               the prompt when the user gave a password */
    struct pattern **never; /* commands that are never typed */
    size_t n_never;
    bool empty_line_repeats; /* an empty line runs the last command again */
    unsigned type_chunk;     /* bytes typed before their echo is awaited */
    unsigned answer_ms;      /* of silence that a command may take */
    struct pattern *unknown; /* its answer to a command that it lacks */
    struct pattern *fault;   /* its words for a bad address */

    struct break_in *break_ins;
    size_t n_break_ins;
    struct dump_method *dumps;
    size_t n_dumps; /* DIALECT_DUMPS_MAX or fewer */
    struct map_rule *maps;
    size_t n_maps;
    struct image_footer *footers; /* tables behind images that prove them */
    size_t n_footers;
    struct pattern *unmapped; /* media with such names have no addresses */
    struct identity_rule *identities;
    size_t n_identities;
    struct checksum *checksums; /* the best first */
    size_t n_checksums;
    struct uniform *uniforms;
    size_t n_uniforms;
    struct medium_access *accesses;
    size_t n_accesses;
    struct whole_form whole; /* how their read is typed */
    struct baud_change baud;
};

/* Reads one file. Errors name file:line and what is wrong. */
int dialect_load_file(struct dialect **out, const char *path, struct err *err);

/* A name is looked for in the dialect folders, anything with a '/' or ending
 * in ".conf" is a path. -ENOENT lists the names there are. */
int dialect_load(struct dialect **out, const char *name, struct err *err);

/* All dialects of the folders, by order, then name; a list ended by NULL.
 * Fails on the first file that is wrong. */
int dialect_load_all(struct dialect ***out, struct err *err);

/* Reads a file for what is strange in it (dialect_file.h). Returns how many
 * lines notes got, or as dialect_load_file. */
int dialect_check(const char *path, struct buf *notes, struct err *err);

void dialect_free(struct dialect *d);
void dialect_free_all(struct dialect **list); /* NULL is allowed */

/* "NAME  DESCRIPTION" a line, for --list-dialects. */
int dialect_list(struct buf *out, struct err *err);

#endif
