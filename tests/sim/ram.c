// SPDX-License-Identifier: BSD-2-Clause
// Keeps the pages that were written; of all others the noise is computed.
#include "ram.h"

#include <string.h>
#include <sys/mman.h>

enum { PAGE = 4096 };

/* splitmix64 */
uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Only what is touched takes up memory of the host. */
static uint8_t *reserve(uint64_t size)
{
    void *data = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return data == MAP_FAILED ? NULL : data;
}

static uint64_t pages(const struct ram *ram)
{
    return ram->size / PAGE + 1;
}

void ram_clear(struct ram *ram, uint64_t seed)
{
    if (ram->data)
        munmap(ram->data, pages(ram) * PAGE);
    if (ram->written)
        munmap(ram->written, pages(ram));
    ram->data = NULL;
    ram->written = NULL;
    ram->seed = seed;
}

bool ram_holds(const struct ram *ram, uint64_t addr)
{
    return addr >= ram->base && addr - ram->base < ram->size;
}

static uint8_t noise(const struct ram *ram, uint64_t addr)
{
    uint64_t state = ram->seed ^ (addr / 8 * UINT64_C(0xd1342543de82ef95));

    return (uint8_t)(next_random(&state) >> (addr % 8 * 8));
}

uint8_t ram_byte(const struct ram *ram, uint64_t addr)
{
    uint64_t at = addr - ram->base;

    if (ram->written && ram->written[at / PAGE])
        return ram->data[at];
    return noise(ram, addr);
}

/* A page that is written in part keeps its noise around that. */
static void own_page(struct ram *ram, uint64_t page)
{
    if (ram->written[page])
        return;
    for (uint64_t i = page * PAGE; i < (page + 1) * PAGE; i++)
        ram->data[i] = noise(ram, ram->base + i);
    ram->written[page] = 1;
}

static bool ready(struct ram *ram)
{
    if (!ram->data)
        ram->data = reserve(pages(ram) * PAGE);
    if (!ram->written)
        ram->written = reserve(pages(ram));
    return ram->data && ram->written;
}

size_t ram_write(struct ram *ram, uint64_t addr, const uint8_t *bytes,
                 size_t len)
{
    uint64_t at = addr - ram->base;

    if (len == 0 || !ram_holds(ram, addr) || !ready(ram))
        return 0;
    if (len > ram->size - at)
        len = (size_t)(ram->size - at);
    for (uint64_t page = at / PAGE; page <= (at + len - 1) / PAGE; page++)
        own_page(ram, page);
    memcpy(ram->data + at, bytes, len);
    return len;
}
