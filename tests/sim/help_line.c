// SPDX-License-Identifier: BSD-2-Clause
// That part of fwfs-sim --help which tells of the serial line.
#include "options.h"

const char options_help_line[] =
    "The line:\n"
    "  --baud N             speed of both directions, 10 bits a character\n"
    "                       (115200); 0 sends as fast as the host reads, and "
    "then\n"
    "                       the FIFO holds the host up instead of overrunning\n"
    "  --fifo N             receive FIFO in bytes (16); more is lost while "
    "the\n"
    "                       loader does not look\n"
    "  --lose-ahead[=COUNT] what arrives while a command runs is forgotten at "
    "its end,\n"
    "                       COUNT times or always; the log has !lost-ahead\n"
    "  --latency MS         the host's adapter hands over packets of 62 bytes, "
    "and\n"
    "                       what is there so long after the last packet (0: "
    "every\n"
    "                       byte at once)\n"
    "  --link PATH          symbolic link to the pty, removed at exit\n"
    "  --log FILE           append every executed command line, and !overrun,\n"
    "                       !reset, !power, !watchdog, !hang, !dangerous "
    "COMMAND\n"
    "\n";
