// SPDX-License-Identifier: BSD-2-Clause
// Answers reads from the flash images and from made-up RAM contents.
#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int chip_open(struct chip *chip, const char *path, uint64_t base)
{
    struct stat st;
    void *data = MAP_FAILED;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return -1;
    if (fstat(fd, &st) == 0) {
        errno = EINVAL;
        if (st.st_size > 0)
            data = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_NORESERVE, fd, 0);
    }
    close(fd);
    if (data == MAP_FAILED)
        return -1;
    chip->data = data;
    chip->base = base;
    chip->size = (uint64_t)st.st_size;
    if (chip->window < chip->size)
        chip->window = chip->size;
    return 0;
}

int chip_blank(struct chip *chip, uint64_t size)
{
    void *data = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (data == MAP_FAILED)
        return -1;
    *chip = (struct chip){.data = data, .size = size, .window = size};
    return 0;
}

static bool within(uint64_t addr, uint64_t base, uint64_t size)
{
    return addr >= base && addr - base < size;
}

/* A chip proper goes before the repetitions of its neighbour. */
static const struct chip *find_chip(const struct memory *m, uint64_t addr)
{
    for (int i = 0; i < 2; i++) {
        if (m->chip[i].data && within(addr, m->chip[i].base, m->chip[i].size))
            return &m->chip[i];
    }
    for (int i = 0; i < 2; i++) {
        if (m->chip[i].data && within(addr, m->chip[i].base, m->chip[i].window))
            return &m->chip[i];
    }
    return NULL;
}

bool memory_byte(const struct memory *m, uint64_t addr, uint8_t *byte)
{
    const struct chip *chip = find_chip(m, addr);

    if (chip) {
        *byte = chip->data[(addr - chip->base) % chip->size];
        return addr < m->abort_at;
    }
    if (!ram_holds(&m->ram, addr))
        return false;
    *byte = ram_byte(&m->ram, addr);
    return true;
}

size_t memory_read(const struct memory *m, uint64_t addr, uint8_t *buf,
                   size_t len)
{
    size_t done = 0;

    while (done < len && memory_byte(m, addr + done, &buf[done]))
        done++;
    return done;
}

struct chip *memory_chip(struct memory *m, uint64_t addr)
{
    const struct chip *chip = find_chip(m, addr);

    return chip ? &m->chip[chip - m->chip] : NULL;
}

void memory_bytes(const struct memory *m, uint64_t value, uint8_t *bytes,
                  int width)
{
    for (int i = 0; i < width; i++)
        bytes[m->big_endian ? width - 1 - i : i] = (uint8_t)(value >> 8 * i);
}

uint64_t memory_value(const struct memory *m, const uint8_t *bytes, int width)
{
    uint64_t value = 0;

    for (int i = 0; i < width; i++) {
        int from = m->big_endian ? i : width - 1 - i;

        value = value << 8 | bytes[from];
    }
    return value;
}
