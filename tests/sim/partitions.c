// SPDX-License-Identifier: BSD-2-Clause
// Reads the partition strings Linux and U-Boot share.
#include <stdlib.h>
#include <string.h>

#include "uboot.h"

/* A size with its unit; moves `*p` behind it. */
static uint64_t parse_size(const char **p)
{
    static const char units[] = "kmg";
    char *end;
    uint64_t size = strtoull(*p, &end, 0);
    const char *unit = strchr(units, *end | 0x20);

    if (unit) {
        size <<= 10 * (unit - units + 1);
        end++;
    }
    *p = end;
    return size;
}

static const char *parse_name(const char *p, struct partition *part)
{
    size_t len;

    if (*p != '(')
        return p;
    len = strcspn(++p, ")");
    if (len >= sizeof part->name)
        len = sizeof part->name - 1;
    memcpy(part->name, p, len);
    part->name[len] = '\0';
    p += strcspn(p, ")");
    return *p ? p + 1 : p;
}

/* One `size@offset(name)ro`; `next` is where it starts if it has no @. */
static const char *parse_part(const char *p, uint64_t next, uint64_t chip_size,
                              struct partition *part)
{
    bool rest = *p == '-';

    memset(part, 0, sizeof *part);
    part->offset = next;
    if (rest)
        p++;
    else
        part->size = parse_size(&p);
    if (*p == '@') {
        p++;
        part->offset = parse_size(&p);
    }
    if (rest && part->offset < chip_size)
        part->size = chip_size - part->offset;
    p = parse_name(p, part);
    if (strncmp(p, "ro", 2) == 0) {
        part->read_only = true;
        p += 2;
    }
    return p + strcspn(p, ",;");
}

bool partitions_parse(const char *mtdparts, int index, uint64_t chip_size,
                      struct partition_list *list)
{
    const char *p = mtdparts;
    uint64_t next = 0;
    size_t len;

    memset(list, 0, sizeof *list);
    while (p && strncmp(p, "mtdparts=", 9) == 0)
        p += 9;
    for (; p && index > 0; index--) {
        p = strchr(p, ';');
        p += p != NULL;
    }
    if (!p || !strchr(p, ':'))
        return false;
    len = strcspn(p, ":");
    if (len >= sizeof list->id)
        return false;
    memcpy(list->id, p, len);
    for (p += len; (*p == ':' || *p == ',') && list->count < PARTITIONS_MAX;
         list->count++) {
        struct partition *part = &list->part[list->count];

        p = parse_part(p + 1, next, chip_size, part);
        next = part->offset + part->size;
    }
    return true;
}
