// SPDX-License-Identifier: BSD-2-Clause
// The Winbond loader's `d`: sixteen rows of memory.
#include <ctype.h>
#include <string.h>

#include "hostile.h"
#include "winbond.h"

enum { ROW_BYTES = 16, ROWS = 16 };

struct dump {
    uint32_t first; /* nothing before it is shown */
    uint32_t addr;  /* of the row */
    int width;
    bool swap;
};

static const char help_text[] = "usage: D -[w,h,b,s] <taddr>\n"
                                "  -w, -W        Word alignment\n"
                                "  -h, -H        Half-word alignment\n"
                                "  -b, -B        Byte alignment\n"
                                "  -s, -S        Swap target\n"
                                "  <taddr>       Target memory address.\n";

bool winbond_address(const char *text, uint32_t *addr)
{
    size_t digits;

    if (text[0] != '0' || (text[1] | 0x20) != 'x')
        return false;
    text += 2;
    digits = strspn(text, "0123456789abcdefABCDEF");
    if (digits < 1 || digits > 8 || text[digits])
        return false;
    *addr = 0;
    for (; *text; text++) {
        int c = tolower((unsigned char)*text);

        *addr = *addr << 4 | (uint32_t)(isdigit(c) ? c - '0' : c - 'a' + 10);
    }
    return true;
}

/* Only the letter after the dash counts; false asks for help. */
static bool parse_flag(struct dump *d, char letter)
{
    switch (tolower((unsigned char)letter)) {
    case 'w':
        d->width = 4;
        break;
    case 'h':
        d->width = 2;
        break;
    case 'b':
        d->width = 1;
        break;
    case 's':
        d->swap = true;
        break;
    case '?':
        return false;
    default:
        break;
    }
    return true;
}

/* Add the digits of the unit `at` bytes into the row. */
static bool add_unit(struct sim *sim, const struct dump *d, struct row *row,
                     uint32_t at, uint8_t *bytes)
{
    uint8_t turned[4];

    if (d->addr + at < d->first && d->first - (d->addr + at) < 4) {
        row_add(row, "%*s", 1 + 2 * d->width, "");
        return true;
    }
    for (int i = 0; i < d->width; i++) {
        if (!memory_byte(&sim->memory, d->addr + at + (uint32_t)i,
                         &bytes[at + (uint32_t)i]))
            return false;
        turned[d->swap ? d->width - 1 - i : i] = bytes[at + (uint32_t)i];
    }
    row_add(row, " %0*X", 2 * d->width,
            (unsigned)memory_value(&sim->memory, turned, d->width));
    return true;
}

static void add_text(const struct dump *d, struct row *row,
                     const uint8_t *bytes)
{
    for (uint32_t i = 0; i < ROW_BYTES; i++) {
        uint32_t unit = d->addr + i - i % (uint32_t)d->width;

        if (unit < d->first && d->first - unit < 4)
            row_add(row, " ");
        else
            row_add(row, "%c",
                    bytes[i] > 0x20 && bytes[i] < 0x80 ? bytes[i] : '.');
    }
}

static bool print_row(struct sim *sim, const struct dump *d)
{
    struct row row = {.addr = d->addr, .end = (uint64_t)d->addr + ROW_BYTES};
    uint8_t bytes[ROW_BYTES] = {0};

    row_add(&row, "[%08X]", (unsigned)d->addr);
    row.hex_from = row.len;
    for (uint32_t i = 0; i < ROW_BYTES; i += (uint32_t)d->width) {
        if (i == ROW_BYTES / 2)
            row_add(&row, " -");
        if (!add_unit(sim, d, &row, i, bytes)) {
            faults_print_row(&sim->faults, &sim->uart, &row);
            winbond_abort(sim);
            return false;
        }
    }
    row.hex_to = row.len;
    row_add(&row, "  ");
    add_text(d, &row, bytes);
    row_add(&row, "\r\n");
    faults_print_row(&sim->faults, &sim->uart, &row);
    return true;
}

void winbond_dump(struct sim *sim, int argc, char **argv)
{
    struct dump d = {.first = sim->winbond_next, .width = 4};

    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '-') {
            winbond_address(argv[i], &d.first);
        } else if (!parse_flag(&d, argv[i][1])) {
            uart_puts(&sim->uart, help_text);
            return;
        }
    }
    uart_printf(&sim->uart, "Displaying memory at 0x%X\n", (unsigned)d.first);
    d.addr = d.first & ~UINT32_C(3);
    sim->winbond_next = d.addr + ROWS * ROW_BYTES;
    for (unsigned i = 0; i < ROWS || hostile_endless(sim); i++) {
        if (!print_row(sim, &d))
            return;
        d.addr += ROW_BYTES;
    }
}
