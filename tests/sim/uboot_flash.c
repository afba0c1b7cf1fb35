// SPDX-License-Identifier: BSD-2-Clause
// U-Boot's `erase` and `protect` for flash that is mapped.
#include <stdlib.h>
#include <string.h>

#include "uboot.h"

enum { SECTOR = 0x10000, ERASE_TIME = 1000000 };

/* Sectors of one chip; none: `last` is below `first`. */
struct sectors {
    int bank; /* the first is 0 */
    long first, last;
};

static long sector_count(const struct chip *chip)
{
    return (long)((chip->size + SECTOR - 1) / SECTOR);
}

static const char *bank_name(int bank)
{
    return bank ? "nor1" : "nor0";
}

void uboot_protect_start(struct sim *sim)
{
    for (int i = 0; i < 2; i++) {
        const struct chip *c = &sim->memory.chip[i];
        uint8_t **locked = &sim->memory.locked[i];

        free(*locked);
        *locked = c->data ? calloc((size_t)sector_count(c) + 2, 1) : NULL;
    }
    if (sim->memory.locked[0])
        memset(sim->memory.locked[0], 1, 2);
}

bool uboot_protected(const struct sim *sim, int index, uint64_t offset)
{
    const uint8_t *locked = sim->memory.locked[index];

    return locked && locked[offset / SECTOR];
}

static bool erase_sectors(struct sim *sim, const struct sectors *s)
{
    struct chip *chip = &sim->memory.chip[s->bank];
    struct uart *u = &sim->uart;
    int locked = 0;

    for (long i = s->first; i <= s->last; i++)
        locked += uboot_protected(sim, s->bank, (uint64_t)i * SECTOR);
    if (locked)
        uart_printf(u, "- Warning: %d protected sectors will not be erased!\n",
                    locked);
    else
        uart_puts(u, "\n");
    for (long i = s->first; i <= s->last; i++) {
        uint64_t at = (uint64_t)i * SECTOR;
        uint64_t len = chip->size - at < SECTOR ? chip->size - at : SECTOR;

        if (uboot_protected(sim, s->bank, at))
            continue;
        uboot_erase(sim, chip, bank_name(s->bank), at, len);
        uart_sleep(u, ERASE_TIME);
        uart_puts(u, ".");
    }
    uart_puts(u, " done\n");
    return true;
}

static bool decimal(const char *text, char end, long *value, const char **rest)
{
    char *stop;

    *value = strtol(text, &stop, 10);
    *rest = stop;
    return stop != text && *stop == end;
}

/* N:FIRST[-LAST], in decimal; 0: it is none, -1: a wrong one. */
static int parse_sectors(struct sim *sim, const char *text, struct sectors *s)
{
    const char *rest;
    long bank;

    if (!strchr(text, ':'))
        return 0;
    if (!decimal(text, ':', &bank, &rest) || bank < 1 || bank > 2 ||
        !sim->memory.chip[bank - 1].data)
        return -1;
    s->bank = (int)bank - 1;
    if (!decimal(rest + 1, strchr(rest, '-') ? '-' : '\0', &s->first, &rest))
        return -1;
    s->last = s->first;
    if (*rest && !decimal(rest + 1, '\0', &s->last, &rest))
        return -1;
    return s->first >= 0 && s->first <= s->last &&
                   s->last < sector_count(&sim->memory.chip[s->bank])
               ? 1
               : -1;
}

/* Whole sectors only; false after a complaint. */
static bool find_range(struct sim *sim, uint64_t from, uint64_t to,
                       struct sectors *s)
{
    const char *complaint = "start and/or end address not on sector boundary";

    for (int i = 0; i < 2; i++) {
        const struct chip *c = &sim->memory.chip[i];

        if (!c->data || from < c->base || from - c->base >= c->size)
            continue;
        s->bank = i;
        s->first = (long)((from - c->base) / SECTOR);
        s->last = (long)((to - c->base + 1) / SECTOR) - 1;
        if ((from - c->base) % SECTOR)
            complaint = "start address not on sector boundary";
        else if (to - c->base >= c->size)
            complaint = "end address not in flash!";
        else if ((to + 1 - c->base) % SECTOR)
            complaint = "end address not on sector boundary";
        else
            return true;
    }
    uart_printf(&sim->uart, "Error: %s\n", complaint);
    return false;
}

/* START END or START +LEN, inclusive ends; false: they are no numbers. */
static bool parse_range(const char *const *words, uint64_t *from, uint64_t *to)
{
    bool length = words[1][0] == '+';

    if (!uboot_number(words[0], from) || !uboot_number(words[1] + length, to))
        return false;
    if (length)
        *to = (*from + *to + SECTOR - 1) / SECTOR * SECTOR - 1;
    return true;
}

/* What to do with sectors, and how it is announced. */
struct work {
    bool (*run)(struct sim *sim, const struct sectors *s);
    const char *verb;
    const char *done; /* after a range of addresses */
    const char *end;  /* of an announcement */
};

static enum uboot_result whole_bank(struct sim *sim, const struct work *w,
                                    int bank)
{
    struct sectors s = {bank, 0, 0};

    s.last = sector_count(&sim->memory.chip[bank]) - 1;
    uart_printf(&sim->uart, "%s Flash Bank # %d%s", w->verb, bank + 1, w->end);
    return w->run(sim, &s) ? UBOOT_OK : UBOOT_FAILED;
}

static enum uboot_result by_address(struct sim *sim, const struct work *w,
                                    const char *const *words)
{
    uint64_t from, to;
    struct sectors s;

    if (!parse_range(words, &from, &to)) {
        uart_puts(&sim->uart, "Bad address format\n");
        return UBOOT_FAILED;
    }
    if (from >= to)
        return UBOOT_USAGE;
    if (!find_range(sim, from, to, &s) || !w->run(sim, &s))
        return UBOOT_FAILED;
    uart_printf(&sim->uart, "%s %ld sectors\n", w->done, s.last - s.first + 1);
    return UBOOT_OK;
}

static enum uboot_result do_work(struct sim *sim, const struct work *w,
                                 int argc, const char *const *words)
{
    struct sectors s;
    int kind = argc > 0 ? parse_sectors(sim, words[0], &s) : 0;

    if (argc < 1)
        return UBOOT_USAGE;
    if (strcmp(words[0], "all") == 0) {
        for (int i = 0; i < 2 && sim->memory.chip[i].data; i++)
            whole_bank(sim, w, i);
        return UBOOT_OK;
    }
    if (kind < 0) {
        uart_puts(&sim->uart, "Bad sector specification\n");
        return UBOOT_FAILED;
    }
    if (kind > 0) {
        uart_printf(&sim->uart, "%s Flash Sectors %ld-%ld in Bank # %d%s",
                    w->verb, s.first, s.last, s.bank + 1, w->end);
        return w->run(sim, &s) ? UBOOT_OK : UBOOT_FAILED;
    }
    if (argc != 2)
        return UBOOT_USAGE;
    if (strcmp(words[0], "bank") == 0) {
        uint64_t bank = uboot_hex(words[1]);

        if (bank >= 1 && bank <= 2 && sim->memory.chip[bank - 1].data)
            return whole_bank(sim, w, (int)bank - 1);
        uart_puts(&sim->uart, "Only FLASH Banks # 1 ... # 2 supported\n");
        return UBOOT_FAILED;
    }
    return by_address(sim, w, words);
}

/* Ralink's knows its own words only, and no protection. */
static enum uboot_result erase_ralink(struct sim *sim,
                                      const struct uboot_call *call)
{
    const char *what = call->argc > 1 ? call->argv[1] : "";
    struct chip *chip = &sim->memory.chip[0];
    uint64_t from = 0;
    uint64_t to = chip->size;

    if (strcmp(what, "linux") == 0)
        from = chip->size < 0x50000 ? chip->size : 0x50000;
    else if (strcmp(what, "uboot") == 0)
        to = chip->size < 0x30000 ? chip->size : 0x30000;
    else if (strcmp(what, "all") != 0)
        return UBOOT_USAGE;
    log_danger(&sim->log, "erase");
    if (from > 0 || to < chip->size)
        uart_printf(&sim->uart,
                    "\n Erase %s block !!\nFrom 0x%llX length 0x%llX\n",
                    from > 0 ? "linux kernel" : "u-boot",
                    (unsigned long long)from, (unsigned long long)(to - from));
    uart_printf(&sim->uart, "raspi_erase: offs:%llx len:%llx\n",
                (unsigned long long)from, (unsigned long long)(to - from));
    uboot_erase(sim, chip, bank_name(0), from, to - from);
    for (uint64_t at = from; at < to; at += SECTOR) {
        uart_sleep(&sim->uart, ERASE_TIME);
        uart_puts(&sim->uart, ".");
    }
    uart_puts(&sim->uart, "\n");
    return UBOOT_OK;
}

enum uboot_result uboot_flerase(struct sim *sim, const struct uboot_call *call)
{
    static const struct work erase = {erase_sectors, "Erase", "Erased", " "};

    if (uboot_year(sim) == 2005)
        return erase_ralink(sim, call);
    if (call->argc < 2)
        return UBOOT_USAGE;
    log_danger(&sim->log, "erase");
    return do_work(sim, &erase, call->argc - 1,
                   (const char *const *)call->argv + 1);
}

static bool lock_sectors(struct sim *sim, const struct sectors *s)
{
    for (long i = s->first; i <= s->last; i++)
        sim->memory.locked[s->bank][i] = 1;
    return true;
}

static bool unlock_sectors(struct sim *sim, const struct sectors *s)
{
    for (long i = s->first; i <= s->last; i++)
        sim->memory.locked[s->bank][i] = 0;
    return true;
}

enum uboot_result uboot_protect(struct sim *sim, const struct uboot_call *call)
{
    static const struct work on = {lock_sectors, "Protect", "Protected", "\n"};
    static const struct work off = {unlock_sectors, "Un-Protect",
                                    "Un-Protected", "\n"};
    bool unlock = call->argc > 1 && strcmp(call->argv[1], "off") == 0;

    if (call->argc < 3 || (!unlock && strcmp(call->argv[1], "on") != 0))
        return UBOOT_USAGE;
    log_danger(&sim->log, "protect");
    return do_work(sim, unlock ? &off : &on, call->argc - 2,
                   (const char *const *)call->argv + 2);
}
