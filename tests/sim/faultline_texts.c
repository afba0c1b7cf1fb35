// SPDX-License-Identifier: BSD-2-Clause
// What others than the loader print on a console.
#include "faultline_inject.h"

#include <string.h>

#include "memory.h"

enum { TEXT_MAX = 128 };

size_t fl_message(uint64_t *random, char *buf)
{
    static const char *const kernel[] = {
        "eth0: link up, 100Mbps, full-duplex, lpa 0x45E1",
        "random: crng init done",
        "mmc0: new high speed SDHC card at address aaaa",
        "INFO: task kworker/0:1:17 blocked for more than 120 seconds.",
    };
    static const char *const others[][2] = {
        {"NAND: ECC corrected 1 bit at 0x", ""},
        {"ERROR: uncorrectable ECC at page 0x", ", giving up"},
        {"PHY: link down, code ", ""},
        {"usb 1-1: device descriptor read/64, error -", ""},
        {"watchdog: ", " ticks left"},
    };
    uint64_t r = next_random(random);
    unsigned number = (unsigned)(r >> 32);
    unsigned pick = (unsigned)(r % 9);
    int len;

    if (pick < 4)
        len = snprintf(buf, TEXT_MAX, "[%5u.%06u] %s", number % 10000,
                       number / 10000 % 1000000, kernel[pick]);
    else
        len = snprintf(buf, TEXT_MAX, "%s%08x%s", others[pick - 4][0],
                       number & 0xffff00, others[pick - 4][1]);
    return (size_t)len;
}

size_t fl_control(uint64_t *random, char *buf)
{
    static const char texts[][8] = {
        "\x11", "\x13", "", "\a", "\033[0m", "\033[K", "\033[1;1H", "\033[2J",
    };
    uint64_t pick = next_random(random) % 8;
    size_t len = strlen(texts[pick]);

    if (len == 0) /* the NUL */
        len = 1;
    memcpy(buf, texts[pick], len);
    return len;
}
