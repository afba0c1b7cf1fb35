// SPDX-License-Identifier: BSD-2-Clause
// U-Boot's `mmc`: which eMMC and which of its parts commands work on, and what
// they read and write there.
#include <stdlib.h>
#include <string.h>

#include "uboot.h"

enum { PARTS_MAX = 7 };

/* Of U-Boot 2014 and later; before, all repeat, and no name may be short. */
struct verb {
    const char *name;
    int max_args; /* with the verb */
    bool repeats;
    bool dangerous;
};

static const struct verb verbs[] = {
    {"info", 1, false, false},
    {"read", 4, true, false},
    {"wp", 2, false, true},
    {"write", 4, false, true},
    {"erase", 3, false, true},
    {"rescan", 2, true, false},
    {"part", 1, true, false},
    {"dev", 4, false, false},
    {"list", 1, true, false},
    {"bootbus", 5, false, true},
    {"bootpart-resize", 4, false, true},
    {"partconf", 5, false, true},
    {"rst-function", 3, false, true},
    {"rpmb", 16, true, true},
    {"setdsr", 2, false, true},
    {NULL, 0, false, false},
};

static bool is_old(const struct sim *sim)
{
    return uboot_year(sim) < 2014;
}

static int current(const struct sim *sim)
{
    return sim->uboot.mmc;
}

/* What commands see of an eMMC: the user's part, or one for booting. */
static struct chip *part_of(struct sim *sim, int device, int part)
{
    if (part > 0)
        return &sim->media.mmc_boot[device][part - 1];
    return &sim->media.mmc[device];
}

static const char *log_name(int device, int part)
{
    static const char *const names[MEDIA_MAX][1 + BOOTS_MAX] = {
        {"mmc0", "mmc0boot0", "mmc0boot1"},
        {"mmc1", "mmc1boot0", "mmc1boot1"},
    };

    return names[device][part];
}

/* False after a complaint. */
static bool find_device(struct sim *sim, long device)
{
    if (device >= 0 && device < media_count(sim->media.mmc))
        return true;
    uart_printf(&sim->uart,
                "MMC Device %ld not found\nno mmc device at slot %lx\n", device,
                (unsigned long)device);
    return false;
}

/* What is asked for, of the selected part; false after an answer. */
static bool find_blocks(struct sim *sim, const struct uboot_call *call,
                        int first, uint64_t *offset, uint64_t *len)
{
    int part = sim->uboot.mmc_part[current(sim)];
    uint64_t blocks = part_of(sim, current(sim), part)->size / MMC_SECTOR;
    uint32_t from = (uint32_t)uboot_hex(call->argv[first]);
    uint32_t count = (uint32_t)uboot_hex(call->argv[first + 1]);

    uart_printf(&sim->uart, "\nMMC %s: dev # %d, block # %d, count %d ... ",
                call->argv[1], current(sim), (int)from, (int)count);
    *offset = (uint64_t)from * MMC_SECTOR;
    *len = (uint64_t)count * MMC_SECTOR;
    if (from <= blocks && count <= blocks - from)
        return true;
    uart_printf(&sim->uart,
                "MMC: block number 0x%llx exceeds max(0x%llx)\n"
                "0 blocks %s: ERROR\n",
                (unsigned long long)from + count, (unsigned long long)blocks,
                call->argv[1][0] == 'r' ? "read" : "written");
    return false;
}

static enum uboot_result transfer(struct sim *sim,
                                  const struct uboot_call *call, bool write)
{
    int part = sim->uboot.mmc_part[current(sim)];
    struct chip *chip = part_of(sim, current(sim), part);
    uint64_t addr, offset, len;

    if (call->argc != 5)
        return UBOOT_USAGE;
    addr = uboot_hex(call->argv[2]);
    if (!find_blocks(sim, call, 3, &offset, &len))
        return UBOOT_FAILED;
    if (write) {
        uboot_fetch(sim, addr, chip->data + offset, len);
        log_changed(&sim->log, log_name(current(sim), part), offset, len);
    } else {
        uboot_store(sim, addr, chip->data + offset, len);
    }
    uart_printf(&sim->uart, "%d blocks %s: OK\n", (int)(len / MMC_SECTOR),
                !write        ? "read"
                : is_old(sim) ? "write"
                              : "written");
    return UBOOT_OK;
}

static enum uboot_result erase(struct sim *sim, const struct uboot_call *call)
{
    int part = sim->uboot.mmc_part[current(sim)];
    struct chip *chip = part_of(sim, current(sim), part);
    uint64_t offset, len;

    if (call->argc != 4)
        return UBOOT_USAGE;
    if (!find_blocks(sim, call, 2, &offset, &len))
        return UBOOT_FAILED;
    memset(chip->data + offset, 0, (size_t)len);
    log_changed(&sim->log, log_name(current(sim), part), offset, len);
    uart_printf(&sim->uart, "%d blocks %s: OK\n", (int)(len / MMC_SECTOR),
                is_old(sim) ? "erase" : "erased");
    return UBOOT_OK;
}

static bool has_parts(const struct sim *sim, long device)
{
    return sim->media.mmc_boot[device][0].data;
}

static void tell_current(struct sim *sim)
{
    int device = current(sim);

    if (has_parts(sim, device))
        uart_printf(&sim->uart, "mmc%d(part %d) is current device\n", device,
                    sim->uboot.mmc_part[device]);
    else
        uart_printf(&sim->uart, "mmc%d is current device\n", device);
}

/* Until 2014 the part stays as it is where none is named. */
static bool switch_part(struct sim *sim, long device, long part, bool named)
{
    int *now = &sim->uboot.mmc_part[device];
    bool done = part <= (has_parts(sim, device) ? BOOTS_MAX : 0);

    if (is_old(sim)) {
        if (!named || part == *now)
            return true;
        if (!has_parts(sim, device)) {
            uart_puts(&sim->uart, "Card doesn't support part_switch\n");
            return false;
        }
    } else if (!has_parts(sim, device) && part > 0) {
        uart_puts(&sim->uart, "Card doesn't support part_switch\n");
    }
    uart_printf(&sim->uart, "switch to %s #%ld, %s\n",
                is_old(sim) ? "partions" : "partitions", part,
                done ? "OK" : "ERROR");
    if (done)
        *now = (int)part;
    return done || is_old(sim);
}

/* A name that is too long a number is none; 0 is what is no number. */
static enum uboot_result select_device(struct sim *sim,
                                       const struct uboot_call *call)
{
    long device = call->argc > 2 ? strtol(call->argv[2], NULL, 10)
                                 : current(sim);
    long part = call->argc > 3 ? strtol(call->argv[3], NULL, 10) : 0;

    if (part < 0 || part > PARTS_MAX) {
        uart_printf(&sim->uart, "#part_num shouldn't be larger than %d\n",
                    PARTS_MAX);
        return UBOOT_FAILED;
    }
    if (!find_device(sim, device) ||
        !switch_part(sim, device, part, call->argc > 3))
        return UBOOT_FAILED;
    sim->uboot.mmc = (int)device;
    tell_current(sim);
    return UBOOT_OK;
}

static const struct verb *find_verb(const struct sim *sim, const char *name)
{
    const struct verb *found = NULL;
    size_t len = strlen(name);
    int count = 0;

    for (const struct verb *v = verbs; v->name; v++) {
        if (strncmp(v->name, name, len) != 0)
            continue;
        if (v->name[len] == '\0')
            return v;
        found = v;
        count++;
    }
    return count == 1 && len > 0 && !is_old(sim) ? found : NULL;
}

static enum uboot_result
run_verb(struct sim *sim, const struct uboot_call *call, const char *verb)
{
    int *part = &sim->uboot.mmc_part[current(sim)];

    if (strcmp(verb, "read") == 0)
        return transfer(sim, call, false);
    if (strcmp(verb, "write") == 0)
        return transfer(sim, call, true);
    if (strcmp(verb, "erase") == 0)
        return erase(sim, call);
    if (strcmp(verb, "dev") == 0)
        return select_device(sim, call);
    if (strcmp(verb, "info") == 0) {
        uboot_mmc_info(sim, current(sim));
    } else if (strcmp(verb, "part") == 0) {
        uboot_print_table(sim, current(sim), part_of(sim, current(sim), *part));
    } else if (strcmp(verb, "list") == 0) {
        uboot_mmc_list(sim, "\n");
        uart_puts(&sim->uart, "\n");
    } else if (strcmp(verb, "rescan") == 0) {
        *part = 0;
    }
    return UBOOT_OK;
}

enum uboot_result uboot_mmc(struct sim *sim, const struct uboot_call *call)
{
    const struct verb *v;
    char *argv[UBOOT_ARGS + 1];
    struct uboot_call full = *call;

    if (call->argc < 2)
        return UBOOT_USAGE;
    v = find_verb(sim, call->argv[1]);
    if (!v || call->argc - 1 > v->max_args)
        return UBOOT_USAGE;
    if (call->repeat && !v->repeats && !is_old(sim))
        return UBOOT_OK;
    memcpy(argv, call->argv, (size_t)call->argc * sizeof *argv);
    argv[1] = (char *)v->name;
    full.argv = argv;
    if (v->dangerous)
        uboot_refuse(sim, &full);
    if (sim->uboot.mmc < 0)
        sim->uboot.mmc = 0;
    return run_verb(sim, &full, v->name);
}

/* N or N.P, in hexadecimal; false: there is no such part. */
static bool find_part(struct sim *sim, const char *text, int *device, int *part)
{
    char *end;
    unsigned long number = strtoul(text, &end, 16);
    unsigned long which = 0;

    if (*end == '.' && !is_old(sim))
        which = strtoul(end + 1, &end, 16);
    if (!*text || *end || number >= (unsigned long)media_count(sim->media.mmc))
        return false;
    if (which > (has_parts(sim, (long)number) ? BOOTS_MAX : 0))
        return false;
    *device = (int)number;
    *part = (int)which;
    return true;
}

/* part list mmc N: it leaves the user's part of the chip selected. */
enum uboot_result uboot_part(struct sim *sim, const struct uboot_call *call)
{
    int device, part;

    if (call->argc != 4 || strcmp(call->argv[1], "list") != 0)
        return UBOOT_USAGE;
    if (strcmp(call->argv[2], "mmc") != 0 ||
        !find_part(sim, call->argv[3], &device, &part)) {
        uart_printf(&sim->uart, "** Bad device %s %s **\n", call->argv[2],
                    call->argv[3]);
        return UBOOT_FAILED;
    }
    if (!is_old(sim))
        sim->uboot.mmc_part[device] = part;
    uboot_print_table(sim, device, part_of(sim, device, part));
    return UBOOT_OK;
}
