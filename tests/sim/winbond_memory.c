// SPDX-License-Identifier: BSD-2-Clause
// The Winbond loader's commands that write memory: e, cp and mset.
#include <ctype.h>
#include <stdio.h>

#include "winbond.h"

enum { KEY_BACKSPACE = 8, KEY_ESC = 27, DIGITS_MAX = 8 };

/* Which bytes are edited, and how they are shown. */
struct edit {
    uint32_t addr;
    int width;
    bool swap;
};

/* A store; false after a bad address. Flash ignores it. */
static bool store(struct sim *sim, uint32_t addr, const uint8_t *bytes,
                  int width)
{
    if (memory_chip(&sim->memory, addr))
        return true;
    if (ram_write(&sim->memory.ram, addr, bytes, (size_t)width) ==
        (size_t)width)
        return true;
    winbond_abort(sim);
    return false;
}

static bool fetch(struct sim *sim, const struct edit *e, uint32_t *value)
{
    uint8_t bytes[4];

    if (memory_read(&sim->memory, e->addr, bytes, (size_t)e->width) !=
        (size_t)e->width) {
        winbond_abort(sim);
        return false;
    }
    *value = (uint32_t)memory_value(&sim->memory, bytes, e->width);
    return true;
}

static uint32_t turn(uint32_t value, int width)
{
    uint32_t turned = 0;

    for (int i = 0; i < width; i++)
        turned = turned << 8 | (value >> 8 * i & 0xff);
    return turned;
}

/* No digit but a dot is accepted, too, and counts as one less than nothing. */
static uint32_t digits_value(const char *digits)
{
    uint32_t value = 0;

    for (; *digits; digits++) {
        int c = tolower((unsigned char)*digits);
        int digit = isdigit(c) ? c - '0' : c == '.' ? -1 : c - 'a' + 10;

        value = (value << 4) + (uint32_t)digit;
    }
    return value;
}

/*
 * The digits are there already; false: ESC. CR alone ends the input, so that
 * what is there is written again. A line feed and what is no digit is ignored,
 * and so are digits while there are enough; NUL swallows what follows.
 */
static bool edit_digits(struct sim *sim, char *digits, int room)
{
    struct uart *u = &sim->uart;
    int count = room;

    for (;;) {
        int c = uart_getc(u);

        if (c == KEY_ESC)
            return false;
        if (c == '\0') {
            uart_getc(u);
        } else if (c == '\r') {
            if (count == 0)
                uart_puts(u, "\n");
            digits[count] = '\0';
            return true;
        } else if (c == KEY_BACKSPACE) {
            if (count > 0) {
                count--;
                uart_puts(u, "\b \b");
            }
        } else if ((isxdigit(c) || c == '.') && count < room) {
            uart_putc(u, c);
            digits[count++] = (char)c;
        }
    }
}

/* One unit; false: the command is over. */
static bool edit_unit(struct sim *sim, struct edit *e)
{
    const char *arrow = e->width == 4 ? "-->" : "->";
    int room = 2 * e->width;
    char digits[DIGITS_MAX + 1];
    uint32_t value, typed, after;
    uint8_t bytes[8];

    uart_printf(&sim->uart, "[%X]  ", (unsigned)e->addr);
    if (!fetch(sim, e, &value))
        return false;
    if (e->swap)
        value = turn(value, e->width);
    snprintf(digits, sizeof digits, "%0*X", room, (unsigned)value);
    uart_puts(&sim->uart, digits);
    if (!edit_digits(sim, digits, room)) {
        uart_puts(&sim->uart, "\n\n");
        return false;
    }
    log_danger(&sim->log, "e writes");
    typed = digits_value(digits);
    if (e->swap)
        typed = turn(typed, e->width);
    memory_bytes(&sim->memory, typed, bytes, e->width);
    if (!store(sim, e->addr, bytes, e->width) || !fetch(sim, e, &after))
        return false;
    uart_printf(&sim->uart, "\r[%X]  %0*X %s %0*X\n", (unsigned)e->addr, room,
                (unsigned)value, arrow, room, (unsigned)after);
    e->addr += (uint32_t)e->width;
    return true;
}

static const char edit_help[] = "usage: E -[w,h,b,s] <taddr>\n"
                                "       -w, -W\tWord alignment\n"
                                "       -h, -H\tHalf-word alignment\n"
                                "       -b, -B\tByte alignment\n"
                                "       -s, -S\tSwap target\n"
                                "       <taddr>\tTarget memory address.\n";

/* Without an address it edits wherever the stack says. */
void winbond_edit(struct sim *sim, int argc, char **argv)
{
    struct edit e = {.width = 4};

    for (int i = 1; i < argc; i++) {
        int letter = argv[i][0] == '-' ? tolower((unsigned char)argv[i][1]) : 0;

        winbond_address(argv[i], &e.addr);
        if (letter == '?')
            argc = 1;
        else if (letter == 's')
            e.swap = true;
        else if (letter)
            e.width = letter == 'h' ? 2 : letter == 'b' ? 1 : 4;
    }
    if (argc < 2) {
        uart_puts(&sim->uart, edit_help);
        return;
    }
    log_danger(&sim->log, argv[0]);
    if (e.addr % (uint32_t)e.width) {
        uart_puts(&sim->uart, "ERROR: Alignment error!\n");
        return;
    }
    while (edit_unit(sim, &e))
        ;
}

void winbond_copy(struct sim *sim, int argc, char **argv)
{
    uint32_t from, to, len;

    if (argc < 4) {
        uart_puts(&sim->uart,
                  "usage: CP [saddr] [taddr] [length]\n"
                  "       [saddr]   source address to be copied from\n"
                  "       [taddr]   target address to be copied to\n"
                  "       [length]  The length of memory block to be moved\n");
        return;
    }
    if (!winbond_address(argv[1], &from) || !winbond_address(argv[2], &to) ||
        !winbond_address(argv[3], &len)) {
        uart_puts(&sim->uart, "Invalid hex value\n");
        return;
    }
    log_danger(&sim->log, argv[0]);
    for (uint32_t i = 0; i < len; i++) {
        uint8_t byte;

        if (!memory_byte(&sim->memory, from + i, &byte)) {
            winbond_abort(sim);
            return;
        }
        if (!store(sim, to + i, &byte, 1))
            return;
    }
}

void winbond_fill(struct sim *sim, int argc, char **argv)
{
    uint32_t number[3];
    int count = 0;
    uint32_t width = 4;
    uint8_t bytes[8];

    for (int i = 1; i < argc; i++) {
        int letter = argv[i][0] == '-' ? tolower((unsigned char)argv[i][1]) : 0;

        if (count < 3 && winbond_address(argv[i], &number[count]))
            count++;
        else if (letter)
            width = letter == 'h' ? 2 : letter == 'b' ? 1 : 4;
    }
    if (count < 3) {
        uart_puts(&sim->uart,
                  "\nUsage: MSET -[w,W,H,h,B,b] [saddr] [size] [value].\n");
        return;
    }
    if ((number[0] | number[1]) % width) {
        uart_puts(&sim->uart, "ERROR: Alignment error!\n");
        return;
    }
    log_danger(&sim->log, argv[0]);
    memory_bytes(&sim->memory, number[2], bytes, (int)width);
    for (uint32_t i = 0; i < number[1]; i += width) {
        if (!store(sim, number[0] + i, bytes, (int)width))
            return;
    }
}
