// SPDX-License-Identifier: BSD-2-Clause
// What answers tell of RAM.

#include "monitor/map_place.h"

#include "base/num.h"

#define BANKS (sizeof(((struct map_ram *)NULL)->banks) / sizeof(ram->banks[0]))

static void add_bank(struct map_ram *ram, uint64_t base, uint64_t size)
{
    uint64_t end;

    if (size == 0 || !num_add(base, size, &end) || ram->n_banks == BANKS)
        return;
    for (size_t i = 0; i < ram->n_banks; i++)
        if (ram->banks[i].base == base)
            return;
    ram->banks[ram->n_banks].base = base;
    ram->banks[ram->n_banks++].size = size;
}

static void add_place(struct map_ram *ram, uint64_t at)
{
    size_t most = sizeof(ram->at) / sizeof(ram->at[0]);

    for (size_t i = 0; i < ram->n_at; i++)
        if (ram->at[i] == at)
            return;
    if (ram->n_at < most)
        ram->at[ram->n_at++] = at;
}

void map_place_ram(struct map *map, const struct map_rule *rule,
                   const struct map_found *f)
{
    struct map_ram *ram = &map->ram;

    if (map_is_virtual(f->base))
        return;
    if (rule->makes == MAP_MAKES_RAM)
        add_bank(ram, f->base, f->size);
    else if (rule->makes == MAP_MAKES_RAM_AT)
        add_place(ram, f->base);
    else if (f->base != 0 && (ram->top == 0 || f->base < ram->top))
        ram->top = f->base;
}
