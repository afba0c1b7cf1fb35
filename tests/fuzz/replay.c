// SPDX-License-Identifier: BSD-2-Clause
// Gives files to one fuzz target, for where there is no fuzzer.

#include "fuzz.h"

static int replay(const char *path)
{
    uint8_t *data = malloc(1U << 20);
    FILE *f = fopen(path, "rb");
    size_t n;

    if (data == NULL || f == NULL) {
        perror(path);
        free(data);
        if (f != NULL)
            (void)fclose(f);
        return 1;
    }
    n = fread(data, 1, 1U << 20, f);
    (void)fclose(f);
    /* Exactly as long as the file, so that reading beyond it shows. */
    data = realloc(data, n > 0 ? n : 1);
    (void)LLVMFuzzerTestOneInput(data, n);
    /* Cut short, too. */
    for (size_t cut = n / 2; cut > 0; cut /= 2)
        (void)LLVMFuzzerTestOneInput(data, n - cut);
    free(data);
    return 0;
}

int main(int argc, char **argv)
{
    int failed = argc < 2;

    for (int i = 1; i < argc; i++)
        failed += replay(argv[i]);
    (void)printf("%d files\n", argc - 1);
    return failed != 0;
}
