// SPDX-License-Identifier: BSD-2-Clause
// fwfs: mounts a device's flash memory by talking to its boot loader.

#include "base/err.h"
#include "base/log.h"
#include "commands.h"
#include "mounting.h"
#include "daemon.h"
#include "options.h"
#include "verify_client.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

static void complain(int code, struct err *err)
{
    if (err->text[0] == '\0')
        (void)err_set(err, code, "%s", strerror(-code));
    log_warn("%s", err->text);
}

static enum log_level level_of(unsigned verbose)
{
    if (verbose == 0)
        return LOG_LEVEL_WARN;
    return verbose == 1 ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG;
}

static int run(const struct options *o, struct err *err)
{
    int code = EXIT_OK;
    int r;

    log_set_level(level_of(o->verbose));
    if (o->command == COMMAND_MOUNT || o->command == COMMAND_OFFLINE)
        r = mounting(o, &code, err);
    else if (o->command == COMMAND_VERIFY || o->command == COMMAND_RETRY)
        r = verify_run(o, &code, err);
    else
        r = command_run(o, err);
    if (r == 0)
        return code;
    complain(r, err);
    return EXIT_FAILED;
}

int main(int argc, char **argv)
{
    struct options o;
    struct err err = {.text = ""};
    int code = EXIT_USAGE;
    int r;

    if (daemon_fix_fds() != 0)
        return EXIT_FAILED;
    r = options_parse(&o, argc, argv, &err);
    options_hide_password(&o, argc, argv);
    if (r == 0)
        code = run(&o, &err);
    else
        complain(r, &err);
    options_free(&o);
    return code;
}
