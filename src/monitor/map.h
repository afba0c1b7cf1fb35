// SPDX-License-Identifier: BSD-2-Clause
// Which media a device has and which segments lie on them.

#ifndef MONITOR_MAP_H
#define MONITOR_MAP_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAP_NAME_MAX  64 /* with the NUL */
#define MAP_MEDIA_MAX 64
#define MAP_FILES_MAX 4096
#define MAP_BANKS_MAX 64
#define MAP_NOTES_MAX 64

/*
 * Something with addresses: [base, base+size) on the device's own bus. base and
 * size are multiples of MAP_ALIGN.
 *
 * A medium that has none there (a serial flash, a NAND chip, an eMMC card) gets
 * a window in a part of the 64 bits that no bus has, so that everybody else may
 * go on naming a byte by one number. People are shown offsets instead.
 */
#define MAP_ALIGN        512U
#define MAP_VIRTUAL      0x4657000000000000U
#define MAP_WINDOW       ((uint64_t)1 << 40) /* no medium is larger */
#define MAP_MORE_UNKNOWN MAP_WINDOW
struct map_medium {
    char name[MAP_NAME_MAX];  /* "flash", "flash2", "sf0", "mem-80000000" */
    char alias[MAP_NAME_MAX]; /* the device's own word for it, or "" */
    char file[MAP_NAME_MAX];  /* its file's name; "": name and ".bin" */
    uint64_t base;
    uint64_t size;
    uint64_t erase_block; /* bytes; 0: not known */
    uint64_t page;        /* likewise */
    bool odd;             /* one of them was told, and none can be so */
    /* What told of it is rounded: it may have so many bytes more or less. */
    uint64_t more; /* MAP_MORE_UNKNOWN: any number */
    uint64_t less;
    char source[32]; /* the command, or else the rule, that told of it */
    bool user;       /* not a chip of the device's map: asked for by the user */
};

/* A piece of a medium with addresses that the device has a word for. Banks that
 * touch are one medium. */
struct map_bank {
    char alias[MAP_NAME_MAX];
    uint64_t base;
    uint64_t size;
};

/* See map_note.h. */
#define MAP_NOTE_NOWHERE SIZE_MAX
struct map_note {
    char text[256];
    size_t at; /* where in the answer it is that could not be used */
};

/* RAM, as far as the device tells: where something may be put. */
struct map_ram {
    struct {
        uint64_t base;
        uint64_t size;
    } banks[8];
    size_t n_banks;
    uint64_t top;   /* there and above it is in use; 0: not known */
    uint64_t at[8]; /* where the device's own scripts put what they load */
    size_t n_at;
};

/* What answers told of chips that is not enough for a medium yet. */
struct map_part {
    char medium[MAP_NAME_MAX];
    uint64_t base;
    uint64_t size;  /* 0: not told */
    uint64_t erase; /* likewise */
    uint64_t page;  /* likewise */
    bool has_base;
};

/* What answers call a chip. */
struct map_id {
    char word[MAP_NAME_MAX];
    char told[MAP_NAME_MAX]; /* an answer says that it is this; "": none does */
    int medium;              /* index; -1: not known */
    bool sure;               /* not only because no other chip is known */
    bool doubtful;           /* several ids would be the same chip */
};

/* One file of the mount. */
struct map_segment {
    char name[MAP_NAME_MAX]; /* safe as a file name, unique in the map */
    int medium;              /* index; -1: cannot be read, see note */
    size_t id;               /* while the map is built: index + 1 in ids; 0:
                                placed by address */
    uint64_t offset;         /* from the start of the medium, bytes */
    uint64_t size;           /* bytes, never 0 */
    char source[32];         /* the rule or option that gave it */
    char note[96];           /* "" or what a reader should know */
};

struct map {
    struct map_medium media[MAP_MEDIA_MAX];
    size_t n_media;
    struct map_segment *segments; /* owned; n_segments of them */
    size_t n_segments;
    struct map_ram ram;
    struct map_part parts[8];
    size_t n_parts;
    struct map_id ids[24];
    size_t n_ids;
    struct map_bank banks[MAP_BANKS_MAX];
    size_t n_banks;
    struct map_note *notes; /* owned; n_notes of them */
    size_t n_notes;
    size_t more_notes;   /* for which there was no room */
    size_t dropped;      /* lines that named a segment over MAP_FILES_MAX */
    const char *doubted; /* a command whose answer cannot be right, lent by its
                            rule; NULL: none */
};

/* The medium that holds all of [base, base+size); -1: none does. */
int map_medium_at(const struct map *map, uint64_t base, uint64_t size);

/* True for addresses that are no bus's: of media behind RAM and the like. */
bool map_is_virtual(uint64_t address);

/* Of byte offset of medium: what people are shown. */
uint64_t map_shown(const struct map_medium *medium, uint64_t offset);

/* The same for an address of the map. */
uint64_t map_shown_address(const struct map *map, uint64_t address);

/* -ENODATA, and what to do then, when nothing in the map has an address. */
int map_check_readable(const struct map *map, struct err *err);

/* A map starts zeroed: struct map map = {0}. */
void map_free(struct map *map);

/* The map as a table for people, one row a segment (those that cannot be read
 * included), a heading row first; behind it the notes, a line each that begins
 * with '#'. */
void map_table(const struct map *map, struct buf *out);

#endif
