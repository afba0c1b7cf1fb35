// SPDX-License-Identifier: BSD-2-Clause
// Fuzzes the map: any answers under the rules of the dialect files.

#include "map_check.h"

#include "monitor/dialect.h"
#include "monitor/map_build.h"

static struct dialect **dialects;

/* Every rule gets the same text: no harm, and all of them are reached. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    if (dialects == NULL)
        MUST(dialect_load_all(&dialects, NULL) == 0);
    MUST(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    for (size_t n = 0; dialects[n] != NULL; n++) {
        struct map map = {.segments = NULL};
        for (size_t i = 0; i < dialects[n]->n_maps; i++)
            map_apply(&map, dialects[n], &dialects[n]->maps[i], text, size);
        (void)map_add_user(&map, dialects[n], text, NULL);
        (void)map_finish(&map, NULL);
        check_map(&map);
        map_free(&map);
    }
    free(text);
    return 0;
}
