// SPDX-License-Identifier: BSD-2-Clause
// fwfs-mkflash: builds a flash image as a Winbond loader keeps it.
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "footer.h"

enum { IMAGE_FIELDS = 6 };

static const char usage[] =
    "usage: fwfs-mkflash --size N [OPTION...] OUT\n"
    "\n"
    "Writes N bytes of flash contents, 0xFF where nothing else is put.\n"
    "  --base ADDR      where the loader sees the flash (0x7F000000)\n"
    "  --endian little|big   byte order of the footers (little)\n"
    "  --loader FILE    put FILE at the start\n"
    "  --image NUM:NAME:OFFSET:FLAGS:EXEC:FILE\n"
    "                   put FILE at OFFSET and its footer behind it; FLAGS "
    "are\n"
    "                   any of the letters acxfz, EXEC the address to start;\n"
    "                   may be given several times\n"
    "  --raw OFFSET:FILE   put FILE at OFFSET without a footer\n";

struct builder {
    uint8_t *data;
    uint64_t size;
    uint64_t base;
    bool big_endian;
};

static int complain(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

static int complain(const char *format, ...)
{
    va_list args;

    fputs("fwfs-mkflash: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return -1;
}

static int number(const char *text, uint64_t *value)
{
    char *end;

    *value = strtoull(text, &end, 0);
    if (end == text || *end)
        return complain("'%s' is not a number", text);
    return 0;
}

/* Copy a file into the flash; its length, or -1. */
static int64_t put_file(struct builder *b, uint64_t offset, const char *path)
{
    FILE *file = fopen(path, "rb");
    uint64_t len = 0;
    int c;

    if (!file)
        return complain("%s: %s", path, strerror(errno));
    while ((c = getc(file)) != EOF && offset + len < b->size)
        b->data[offset + len++] = (uint8_t)c;
    fclose(file);
    if (c != EOF)
        return complain("%s does not fit", path);
    return (int64_t)len;
}

static int parse_flags(const char *letters, uint32_t *flags)
{
    static const char all[] = "acxfz";

    for (*flags = 0; *letters; letters++) {
        const char *found = strchr(all, *letters);

        if (!found)
            return complain("there is no flag '%c'", *letters);
        *flags |= 1u << (found - all);
    }
    return 0;
}

/* The checksum counts whole words, so it may take in bytes behind. */
static int put_footer(struct builder *b, struct footer *f, uint64_t offset)
{
    uint64_t place = footer_place(offset, f->length);
    uint64_t len = ((uint64_t)f->length + 3) / 4 * 4;

    if (place + FOOTER_SIZE > b->size)
        return complain("the footer of image %u does not fit", f->number);
    f->sum = footer_sum(b->data + offset, len, b->big_endian);
    footer_encode(f, b->data + place, b->big_endian);
    return 0;
}

static int put_image(struct builder *b, char *text)
{
    struct footer f = {0};
    char *field[IMAGE_FIELDS];
    uint64_t num, offset, exec;
    int64_t len;

    for (int i = 0; i < IMAGE_FIELDS; i++)
        field[i] = i < IMAGE_FIELDS - 1 ? strsep(&text, ":") : text;
    if (!field[IMAGE_FIELDS - 1])
        return complain("--image wants NUM:NAME:OFFSET:FLAGS:EXEC:FILE");
    if (number(field[0], &num) < 0 || number(field[2], &offset) < 0 ||
        parse_flags(field[3], &f.flags) < 0 || number(field[4], &exec) < 0)
        return -1;
    if (strlen(field[1]) > FOOTER_NAME)
        return complain("'%s' is longer than 16", field[1]);
    if (offset % 4 || offset >= b->size)
        return complain("0x%llx is no place for an image",
                        (unsigned long long)offset);
    len = put_file(b, offset, field[5]);
    if (len < 0)
        return -1;
    memcpy(f.name, field[1], strlen(field[1]));
    f.number = (uint32_t)num;
    f.base = (uint32_t)(b->base + offset);
    f.length = (uint32_t)len;
    f.load = (uint32_t)exec;
    f.exec = (uint32_t)exec;
    return put_footer(b, &f, offset);
}

static int put_raw(struct builder *b, char *text)
{
    char *offset_text = strsep(&text, ":");
    uint64_t offset;

    if (!text)
        return complain("--raw wants OFFSET:FILE");
    if (number(offset_text, &offset) < 0)
        return -1;
    return put_file(b, offset, text) < 0 ? -1 : 0;
}

static int set_size(struct builder *b, const char *text)
{
    if (number(text, &b->size) < 0)
        return -1;
    if (b->size == 0 || b->size > UINT64_C(1) << 32)
        return complain("%s is no size of a flash", text);
    free(b->data);
    b->data = malloc(b->size);
    if (!b->data)
        return complain("%s", strerror(errno));
    memset(b->data, 0xff, b->size);
    return 0;
}

static int set_option(struct builder *b, int option)
{
    if (option == 's')
        return set_size(b, optarg);
    if (option == 'b')
        return number(optarg, &b->base);
    if (option == 'e') {
        b->big_endian = strcmp(optarg, "big") == 0;
        return b->big_endian || strcmp(optarg, "little") == 0
                   ? 0
                   : complain("--endian is little or big");
    }
    if (!b->data)
        return complain("--size has to come first");
    if (option == 'l')
        return put_file(b, 0, optarg) < 0 ? -1 : 0;
    return option == 'i' ? put_image(b, optarg) : put_raw(b, optarg);
}

static int write_out(const struct builder *b, const char *path)
{
    FILE *file = fopen(path, "wb");

    if (!file)
        return complain("%s: %s", path, strerror(errno));
    if (fwrite(b->data, 1, b->size, file) != b->size || fclose(file) != 0)
        return complain("%s: %s", path, strerror(errno));
    return 0;
}

/* The exit status. */
static int build(struct builder *b, int argc, char **argv)
{
    static const struct option options[] = {
        {"size", required_argument, NULL, 's'},
        {"base", required_argument, NULL, 'b'},
        {"endian", required_argument, NULL, 'e'},
        {"loader", required_argument, NULL, 'l'},
        {"image", required_argument, NULL, 'i'},
        {"raw", required_argument, NULL, 'r'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
        if (option == 'h')
            return fputs(usage, stdout) < 0;
        if (option == '?' || set_option(b, option) < 0)
            return 2;
    }
    if (!b->data || optind != argc - 1) {
        complain("--size N and one OUT are needed");
        return 2;
    }
    return write_out(b, argv[optind]) < 0 ? 1 : 0;
}

int main(int argc, char **argv)
{
    struct builder b = {.base = 0x7f000000};
    int status = build(&b, argc, argv);

    free(b.data);
    return status;
}
