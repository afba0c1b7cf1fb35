// SPDX-License-Identifier: BSD-2-Clause
// What fwfs does besides mounting: --probe, --status, lists, help.

#include "commands.h"

#include "base/log.h"
#include "caches.h"
#include "carve.h"
#include "daemon.h"
#include "line/ports.h"
#include "monitor/device.h"
#include "monitor/dialect.h"
#include "paths.h"
#include "progress.h"
#include "replaying.h"
#include "statusview.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <fuse_lowlevel.h>

const char command_help[] =
    "Usage: fwfs [OPTION]... DEVICE MOUNTPOINT\n"
    "       fwfs --probe [OPTION]... DEVICE\n"
    "       fwfs --status [--json] MOUNTPOINT\n"
    "       fwfs --verify MOUNTPOINT [FILE]...\n"
    "       fwfs --verify --against IMAGE [--map MAPFILE] MOUNTPOINT/FILE\n"
    "       fwfs --retry MOUNTPOINT [FILE]...\n"
    "       fwfs --offline [OPTION]... CACHE MOUNTPOINT\n"
    "       fwfs --list-caches [-c DIR] | --forget [-c DIR] ID...\n"
    "       fwfs --replay TRANSCRIPT --dialect NAME|FILE\n"
    "       fwfs --list-ports | --list-dialects | --version | --help\n"
    "       fwfs --check-dialect FILE...\n"
    "\n"
    "Mounts the flash memory of the device whose boot loader answers on the\n"
    "serial port DEVICE. Reads only; each byte is fetched once, when asked "
    "for.\n"
    "\n"
    "The device:\n"
    "  -b, --baud N              speed of the line (115200)\n"
    "      --speed N|max         raise it to the fastest that boot loader and\n"
    "                            adapter take, N at most, while mounted\n"
    "  -d, --dialect NAME|FILE   boot loader; without it, it is recognised\n"
    "  -s, --segment NAME:BASE:SIZE\n"
    "                            one more file, for what the device's own map\n"
    "                            does not tell; may be given again. BASE is "
    "an\n"
    "                            address, or MEDIUM@OFFSET\n"
    "      --ram BASE:SIZE       RAM to read through what is not on the bus, "
    "where\n"
    "                            the device tells of none\n"
    "      --carve[=SIZE]        look for images at each erase block of SIZE\n"
    "                            bytes (64K): squashfs@150000.img and the "
    "like\n"
    "      --attach-timeout SECONDS\n"
    "                            how long to try for the prompt (60)\n"
    "  -t, --timeout SECONDS     a read that makes no progress for so long\n"
    "                            fails with EIO (30)\n"
    "\n"
    "The cache:\n"
    "  -c, --cache-dir DIR       where to keep what was read (~/.cache/fwfs;\n"
    "                            root: /var/cache/fwfs)\n"
    "      --no-cache            keep it in memory, until unmounted\n"
    "\n"
    "Without the device:\n"
    "      --offline             mount what a cache has, and nothing else; "
    "CACHE\n"
    "                            is its ID or the path of its directory\n"
    "      --list-caches         what is kept of which device\n"
    "      --forget              remove these caches\n"
    "\n"
    "The mount:\n"
    "  -f, --foreground          stay in the foreground; shows progress\n"
    "  -o, --options OPT[,OPT]...\n"
    "                            as mount(8) has it: any of these options as\n"
    "                            name=value, and allow_other, allow_root,\n"
    "                            default_permissions, auto_unmount\n"
    "  -o password=PASSWORD      of a boot loader that asks for one\n"
    "  -o prefetch               read everything while nobody reads\n"
    "  -o readahead=SIZE         fetch so much at most beyond a reader\n"
    "      --reference FILE      a sibling's dump, an old backup: what a "
    "checksum\n"
    "                            proves equal is taken from it, not moved\n"
    "  -o verify=auto|fast|rows  how sure a byte must be before it is given\n"
    "                            out: proved twice (auto); at once, proved "
    "when\n"
    "                            idle (fast); rows checked, no proof (rows)\n"
    "  -v, --verbose             say more; twice, still more\n"
    "\n"
    "Instead of mounting:\n"
    "      --probe               say what answers on DEVICE\n"
    "      --status              show what has been read so far, and how fast\n"
    "      --json                the same for programs\n"
    "      --verify              prove what was read against the device, "
    "fetch\n"
    "                            what is missing or wrong, and name it\n"
    "      --against IMAGE       compare IMAGE with the device instead\n"
    "      --map MAPFILE         only where this ddrescue map says rescued\n"
    "      --retry               try again what could not be read\n"
    "      --replay TRANSCRIPT   what the dialect of -d understands of a "
    "captured\n"
    "                            console log; no device is needed\n"
    "      --list-ports          serial ports of this machine\n"
    "      --list-dialects       boot loaders that fwfs can talk to\n"
    "      --check-dialect       what is wrong or strange in dialect files\n"
    "  -V, --version             version of fwfs and of libfuse\n"
    "  -h, --help                this text\n"
    "\n"
    "Examples:\n"
    "  fwfs /dev/ttyUSB0 /mnt/cam       then power-cycle the device if asked "
    "to\n"
    "  cp /mnt/cam/flash.bin .          read the whole chip\n"
    "  mount -o loop,ro /mnt/cam/romfs.img /mnt/rootfs\n"
    "  fwfs --status /mnt/cam           how far it is\n"
    "  fwfs --verify /mnt/cam           is it right?\n"
    "  fusermount3 -u /mnt/cam          end\n"
    "  fwfs -b 57600 -s rootfs:0xbf040000:1M /dev/ttyS0 /mnt/board\n"
    "\n"
    "Numbers of bytes are decimal or 0x hex, with K, M or G behind.\n"
    "Exit status: 0 all well, 1 failed, 2 wrong usage. More: man fwfs\n";

static int print(const struct buf *text, struct err *err)
{
    if (text->failed)
        return err_set(err, -ENOMEM, "out of memory");
    if (text->len > 0)
        (void)fwrite(text->data, 1, text->len, stdout);
    if (fflush(stdout) != 0 || ferror(stdout))
        return err_set(err, -EIO, "cannot write: %s", strerror(errno));
    return 0;
}

static int look_for_images(struct device *dev, const struct options *o,
                           struct err *err)
{
    struct progress progress = {NULL};
    const struct carve_config config = {
        .device = dev,
        .erase_block = o->erase_block,
        .show = isatty(STDERR_FILENO) ? progress_show : NULL,
        .show_arg = &progress,
    };
    int r;

    if (!o->carve)
        return 0;
    log_set_before(progress_clear, &progress);
    r = carve(&config, err);
    log_set_before(NULL, NULL);
    return r;
}

static int probe(const struct options *o, struct buf *out, struct err *err)
{
    char port[PATH_MAX];
    struct device *dev = NULL;
    int r = path_of_port(o->device, port, sizeof(port), err);
    const struct device_config config = {
        .port = port,
        .baud = o->baud,
        .dialect = o->dialect,
        .password = o->password,
        .attach_timeout_ms = o->attach_timeout_ms,
        .segments = o->segments,
        .ram = o->ram,
        .speed = o->speed,
        .opening = daemon_end_device,
    };

    daemon_on_signal(NULL, NULL);
    if (r == 0)
        r = device_open(&dev, &config, err);
    if (r == 0)
        r = look_for_images(dev, o, err);
    if (r == 0)
        r = device_describe(dev, out, err);
    if (r == 0) {
        /* What is known is worth knowing, also where nothing can be read. */
        r = print(out, err);
        buf_clear(out);
    }
    if (r == 0)
        r = map_check_readable(device_map(dev), err);
    daemon_end_device(NULL, NULL);
    device_close(dev);
    daemon_die_of_signal();
    return r;
}

static int replay(const struct options *o, struct buf *out, struct err *err)
{
    int r = replaying(o, out, err);

    /* Also, and above all, when something was not understood. */
    (void)print(out, NULL);
    buf_clear(out);
    return r;
}

static int forget(const struct options *o, struct buf *out, struct err *err)
{
    int r = caches_forget(o->cache_dir, o->operands, o->n_operands, out, err);

    /* What is gone is told, also when not all of it is. */
    (void)print(out, NULL);
    buf_clear(out);
    return r;
}

/* Each file is checked; whatever is strange fails the command at its end. */
static int check_dialects(const struct options *o, struct buf *out,
                          struct err *err)
{
    size_t found = 0;

    for (size_t i = 0; i < o->n_operands; i++) {
        struct err why = {.text = ""};
        int n = dialect_check(o->operands[i], out, &why);
        if (n < 0)
            (void)buf_printf(out, "%s\n", why.text);
        found += n < 0 ? 1 : (size_t)n;
    }
    if (found == 0)
        return 0;
    (void)print(out, NULL);
    buf_clear(out);
    return err_set(err, -EINVAL,
                   "%zu thing%s to look at; fwfs-dialect(5) has "
                   "the format",
                   found, found == 1 ? "" : "s");
}

static int version(struct buf *out)
{
    (void)buf_printf(out, "fwfs %s\nlibfuse %s\n", FWFS_VERSION,
                     fuse_pkgversion());
    return 0;
}

static int help(struct buf *out)
{
    (void)buf_printf(out, "%s", command_help);
    return 0;
}

static int make_text(const struct options *o, struct buf *out, struct err *err)
{
    switch (o->command) {
    case COMMAND_PROBE:
        return probe(o, out, err);
    case COMMAND_STATUS:
        return statusview(o->mountpoint, o->json, out, err);
    case COMMAND_LIST_PORTS:
        return ports_list(out, err);
    case COMMAND_LIST_DIALECTS:
        return dialect_list(out, err);
    case COMMAND_CHECK_DIALECT:
        return check_dialects(o, out, err);
    case COMMAND_LIST_CACHES:
        return caches_list(o->cache_dir, out, err);
    case COMMAND_REPLAY:
        return replay(o, out, err);
    case COMMAND_FORGET:
        return forget(o, out, err);
    case COMMAND_VERSION:
        return version(out);
    case COMMAND_HELP:
        return help(out);
    case COMMAND_MOUNT:
    case COMMAND_OFFLINE:
    case COMMAND_VERIFY:
    case COMMAND_RETRY:
        break;
    }
    return err_set(err, -EINVAL, "nothing to do");
}

int command_run(const struct options *o, struct err *err)
{
    CLEANUP_BUF struct buf out = {0};
    int r = make_text(o, &out, err);

    return r != 0 ? r : print(&out, err);
}
