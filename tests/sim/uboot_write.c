// SPDX-License-Identifier: BSD-2-Clause
// U-Boot's commands that write memory: cp, mw, mm and nm.
#include <stdlib.h>
#include <string.h>

#include "uboot.h"

enum { PIECE = 4096 };

void uboot_erase(struct sim *sim, struct chip *chip, const char *name,
                 uint64_t offset, uint64_t len)
{
    memset(chip->data + offset, 0xff, (size_t)len);
    log_changed(&sim->log, name, offset, len);
}

void uboot_program(struct sim *sim, struct chip *chip, const char *name,
                   uint64_t offset, const uint8_t *bytes, uint64_t len)
{
    for (uint64_t i = 0; i < len; i++)
        chip->data[offset + i] &= bytes[i];
    log_changed(&sim->log, name, offset, len);
}

void uboot_fetch(struct sim *sim, uint64_t addr, uint8_t *bytes, uint64_t len)
{
    for (uint64_t i = 0; i < len; i++) {
        uint64_t at = uboot_wrap(sim, addr + i);

        if (!memory_byte(&sim->memory, at, &bytes[i]))
            uboot_abort(sim, at);
    }
}

/* What the processor stores goes into RAM; flash that is mapped ignores it. */
static void store(struct sim *sim, uint64_t addr, const uint8_t *bytes,
                  uint64_t len)
{
    if (!memory_chip(&sim->memory, addr))
        uboot_store(sim, addr, bytes, len);
}

/* Why flash is not written to; NULL: it may be. */
static const char *program_refusal(struct sim *sim, struct chip *chip,
                                   uint64_t offset, const uint8_t *bytes,
                                   uint64_t len)
{
    int index = chip == &sim->memory.chip[1];

    if (len > chip->size - offset)
        return "Outside available Flash\n";
    for (uint64_t i = 0; i < len; i++) {
        if (uboot_protected(sim, index, offset + i))
            return "Can't write to protected Flash sectors\n";
    }
    for (uint64_t i = 0; i < len; i++) {
        if ((chip->data[offset + i] & bytes[i]) != bytes[i])
            return "Flash not Erased\n";
    }
    return NULL;
}

static enum uboot_result copy_to_flash(struct sim *sim, struct chip *chip,
                                       uint64_t offset, const uint8_t *bytes,
                                       uint64_t len)
{
    const char *name = chip == &sim->memory.chip[1] ? "nor1" : "nor0";
    const char *refusal;

    uart_puts(&sim->uart, "Copy to Flash... ");
    refusal = program_refusal(sim, chip, offset, bytes, len);
    if (refusal) {
        uart_puts(&sim->uart, refusal);
        return UBOOT_FAILED;
    }
    uboot_program(sim, chip, name, offset, bytes, len);
    uart_puts(&sim->uart, "done\n");
    return UBOOT_OK;
}

enum uboot_result uboot_cp(struct sim *sim, const struct uboot_call *call)
{
    int width = uboot_width(sim, call->argv[0]);
    enum uboot_result result = UBOOT_OK;
    uint64_t from, to, len;
    struct chip *chip;
    uint8_t *bytes;

    if (call->argc != 4)
        return UBOOT_USAGE;
    if (width == 0)
        return UBOOT_FAILED;
    log_danger(&sim->log, "cp");
    from = uboot_address(sim, call->argv[1]);
    to = uboot_address(sim, call->argv[2]);
    len = uboot_hex(call->argv[3]) * (uint64_t)width;
    if (len == 0) {
        uart_puts(&sim->uart, "Zero length ???\n");
        return UBOOT_FAILED;
    }
    if (len > sim->memory.ram.size)
        uboot_abort(sim, uboot_own_address(sim));
    chip = memory_chip(&sim->memory, to);
    bytes = malloc((size_t)len);
    if (!bytes)
        abort();
    uboot_fetch(sim, from, bytes, len);
    if (chip)
        result = copy_to_flash(sim, chip, (to - chip->base) % chip->size, bytes,
                               len);
    else
        store(sim, to, bytes, len);
    free(bytes);
    return result;
}

enum uboot_result uboot_mw(struct sim *sim, const struct uboot_call *call)
{
    int width = uboot_width(sim, call->argv[0]);
    uint64_t addr, len;
    uint8_t unit[8], bytes[PIECE];

    if (call->argc < 3)
        return UBOOT_USAGE;
    if (width == 0)
        return UBOOT_FAILED;
    log_danger(&sim->log, "mw");
    addr = uboot_address(sim, call->argv[1]);
    memory_bytes(&sim->memory, uboot_hex(call->argv[2]), unit, width);
    len = call->argc > 3 ? uboot_hex(call->argv[3]) : 1;
    len *= (uint64_t)width;
    for (int i = 0; i < PIECE; i++)
        bytes[i] = unit[i % width];
    while (len > 0) {
        uint64_t now = len < PIECE ? len : PIECE;

        store(sim, addr, bytes, now);
        addr = uboot_wrap(sim, addr + now);
        len -= now;
    }
    return UBOOT_OK;
}

static void write_value(struct sim *sim, uint64_t addr, const char *text,
                        int width)
{
    uint8_t bytes[8];

    log_danger(&sim->log, "mm");
    memory_bytes(&sim->memory, uboot_hex(text), bytes, width);
    store(sim, addr, bytes, (uint64_t)width);
}

/* False: the command ends. An empty line leaves the value as it is. */
static bool edit_value(struct sim *sim, uint64_t *addr, int width, bool goes_on)
{
    const char *text = sim->editor.line;
    bool back = strcmp(text, "-") == 0;
    uint64_t step = goes_on ? (uint64_t)width : 0;
    uint8_t bytes[8];
    bool typed;

    uboot_fetch(sim, *addr, bytes, (uint64_t)width);
    uart_printf(&sim->uart, "%08llx: %0*llx", (unsigned long long)*addr,
                2 * width,
                (unsigned long long)memory_value(&sim->memory, bytes, width));
    sim->editor.len = 0;
    typed = uboot_read_line(sim, " ? ", true);
    back = strcmp(text, "-") == 0;
    if (typed && *text && !back) {
        if (!strchr("0123456789abcdefABCDEF", *text))
            return false;
        write_value(sim, *addr, text, width);
    }
    *addr = uboot_wrap(sim, *addr + (back ? -step : step));
    return typed;
}

static enum uboot_result edit(struct sim *sim, const struct uboot_call *call,
                              bool goes_on)
{
    struct uboot_memory *m = &sim->uboot;

    if (call->argc != 2)
        return UBOOT_USAGE;
    if (!call->repeat) {
        int width = uboot_width(sim, call->argv[0]);

        if (width == 0)
            return UBOOT_FAILED;
        m->mm_width = width;
        m->mm_addr = uboot_address(sim, call->argv[1]);
    }
    while (edit_value(sim, &m->mm_addr, m->mm_width, goes_on))
        ;
    return UBOOT_OK;
}

enum uboot_result uboot_mm(struct sim *sim, const struct uboot_call *call)
{
    return edit(sim, call, true);
}

enum uboot_result uboot_nm(struct sim *sim, const struct uboot_call *call)
{
    return edit(sim, call, false);
}
