// SPDX-License-Identifier: BSD-2-Clause
// Fuzzes dialect_parse: a file is taken whole or refused with one line.

#include "fuzz.h"

#include "monitor/dialect_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {""};
    struct dialect *d = NULL;
    int ret = dialect_parse(&d, (const char *)data, size, "fuzz.conf", &err);

    MUST((ret == 0) == (d != NULL));
    MUST(ret == 0 || strstr(err.text, "fuzz.conf") != NULL);
    if (d != NULL) {
        MUST((d->prompt != NULL || d->done != NULL) && d->n_dumps > 0);
        for (size_t i = 0; i < d->n_dumps; i++) {
            MUST(d->dumps[i].max % 16 == 0 && d->dumps[i].max > 0);
            MUST(row_full_length(&d->dumps[i].row) <= ROW_BYTES_MAX);
            MUST(d->dumps[i].command != NULL);
        }
    }
    dialect_free(d);
    return 0;
}
