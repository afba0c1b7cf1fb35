// SPDX-License-Identifier: BSD-2-Clause
// Puts what an answer told of into the map.

#ifndef MONITOR_MAP_PLACE_H
#define MONITOR_MAP_PLACE_H

#include "monitor/dialect.h"
#include "monitor/map.h"

#include <stdbool.h>
#include <stdint.h>

/* What one match (or the constants of a rule) tells. */
struct map_found {
    struct span name;
    struct span medium;
    struct span id;  /* what else the medium is called */
    uint64_t base;   /* absolute, if has_base */
    uint64_t offset; /* into the medium, else */
    uint64_t size;   /* bytes; 0 is refused */
    uint64_t erase;  /* bytes; 0: not told */
    uint64_t page;   /* likewise */
    uint64_t more;   /* size is rounded: it may be so much larger */
    uint64_t less;   /* or smaller */
    bool rest;       /* up to the end of the medium instead of size */
    bool has_base;
};

/* Aligned, not empty, not larger than any address space has, and no wrap. */
bool map_chip_makes_sense(uint64_t base, uint64_t size);

/* A chip that lies in a known one is that one told again; what overlaps
 * otherwise contradicts it, and the first answer stands. index is for
 * "{index}" in the rule's alias. */
void map_place_chip(struct map *map, const struct dialect *d,
                    const struct map_rule *rule, const struct map_found *f,
                    unsigned index);

/* The same for one that has both; map_bank.c. */
void map_place_mapped(struct map *map, const struct map_rule *rule,
                      const struct map_found *f, unsigned index);

/* One more, zeroed; NULL: there are too many, and it is counted. */
struct map_medium *map_new_medium(struct map *map);

/* Alias, file and source of a new medium. */
void map_describe_medium(struct map_medium *m, const struct map_rule *rule,
                         const struct map_found *f, unsigned index);

/* That a chip of this base and size cannot be, if it has a size. */
void map_note_nonsense(struct map *map, const struct map_rule *rule,
                       const struct map_found *f);

/* The device's word for what f tells of; "": it has none. */
void map_alias(char out[MAP_NAME_MAX], const struct map_rule *rule,
               const struct map_found *f, unsigned index);

/* The bank of that alias; NULL: none has it. */
const struct map_bank *map_bank_named(const struct map *map, const char *name);

/* Who told: the command, or the rule where that has none. */
const char *map_rule_source(const struct map_rule *rule);

/* A medium without addresses that d can read and the device did not tell of.
 * Its index; -1: nothing reads such a one, or there are too many. */
int map_add_named(struct map *map, const struct dialect *d, const char *name,
                  uint64_t size);

/* The patterns of the names of media without addresses that d can read. */
void map_list_served(const struct dialect *d, char *out, size_t size);

/* The medium that a device calls so; -1: none. The name of one without
 * addresses is ours, made of such a word, and may be like another one. */
int map_medium_called(const struct map *map, const char *word);

/* The medium of that name or alias; -1: none. */
int map_medium_named(const struct map *map, const char *name);

/* Erase block and page of the medium f names. */
void map_place_geometry(struct map *map, const struct map_found *f);

/* A bank of RAM, what of it is in use, where things are put (map.h). */
void map_place_ram(struct map *map, const struct map_rule *rule,
                   const struct map_found *f);

/* Notes each match of rule in an answer that no other rule for it matches;
 * map_check.c. */
void map_check_lines(struct map *map, const struct dialect *d,
                     const struct map_rule *rule, const char *text, size_t len);

/* Not larger than any medium, and no wrap, when it is rounded outwards. */
bool map_window_makes_sense(uint64_t base, uint64_t size);

/* A medium for a window that no chip of the map holds, rounded outwards. Its
 * index; -1: too many, or out of range. */
int map_add_window(struct map *map, uint64_t base, uint64_t size);

/* f->id and f->medium are one chip. */
void map_place_id(struct map *map, const struct map_found *f);

/* The id of the chip that answers call word, with its medium, if that is known;
 * NULL: too many are there. Segments of other ids that become doubtful by that
 * lose their medium. */
const struct map_id *map_id_of(struct map *map, const struct dialect *d,
                               struct span word);

/* The note of a segment whose id is not known or doubtful. */
void map_id_note(const struct map_id *id, char *out, size_t size);

/* A segment that cannot be placed is kept with medium -1 and a note. */
void map_place_segment(struct map *map, const struct dialect *d,
                       const struct map_rule *rule, const struct map_found *f);

#endif
