// SPDX-License-Identifier: BSD-2-Clause
// The Winbond loader's view of the images in its flash.
#include <stdlib.h>

#include "winbond.h"

int winbond_find_images(struct sim *sim, struct footer *images)
{
    const struct chip *chip = &sim->memory.chip[0];
    int count = 0;

    for (uint64_t end = UINT64_C(2) * FOOTER_BLOCK;
         end <= chip->size && count < FOOTER_IMAGES; end += FOOTER_BLOCK) {
        uint8_t bytes[FOOTER_SIZE];

        if (memory_read(&sim->memory, chip->base + end - FOOTER_SIZE, bytes,
                        FOOTER_SIZE) == FOOTER_SIZE &&
            footer_decode(&images[count], bytes, sim->memory.big_endian))
            count++;
    }
    return count;
}

void winbond_list(struct sim *sim)
{
    struct footer images[FOOTER_IMAGES];
    int count = winbond_find_images(sim, images);
    char letters[6];

    if (count == 0)
        uart_puts(&sim->uart, "No image found!\n");
    for (int i = 0; i < count; i++) {
        footer_letters(images[i].flags, letters);
        uart_printf(&sim->uart,
                    "Image:%2u name:%.16s base:0x%08X "
                    "size:0x%08X exec:0x%08X -%s\n",
                    (unsigned)images[i].number, images[i].name,
                    (unsigned)images[i].base, (unsigned)images[i].length,
                    (unsigned)images[i].exec, letters);
    }
}

static bool image_is_good(struct sim *sim, const struct footer *image)
{
    size_t len = ((size_t)image->length + 3) / 4 * 4;
    uint8_t *bytes = malloc(len + 1);
    bool good = false;

    if (bytes && memory_read(&sim->memory, image->base, bytes, len) == len)
        good = footer_sum(bytes, len, sim->memory.big_endian) == image->sum;
    free(bytes);
    return good;
}

void winbond_check(struct sim *sim, int argc, char **argv)
{
    struct footer images[FOOTER_IMAGES];
    int count = winbond_find_images(sim, images);
    int bad = 0;

    for (int i = 0; i < count; i++) {
        if (argc > 1 && images[i].number != strtoul(argv[1], NULL, 0))
            continue;
        if (image_is_good(sim, &images[i]))
            continue;
        uart_printf(&sim->uart, "ERROR: Image %u checksum error found !\n",
                    (unsigned)images[i].number);
        bad++;
    }
    uart_printf(&sim->uart, "Image check finished. %d checksum error found.\n",
                bad);
}
