// SPDX-License-Identifier: BSD-2-Clause
// The serial ports of this machine, for --list-ports.

#include "line/ports.h"

#include "base/text.h"

#include <errno.h>
#include <libserialport.h>
#include <stdio.h>
#include <string.h>

/* USB descriptors are a stranger's text too. */
static void add_text(struct buf *out, const char *text)
{
    char safe[128];

    if (text == NULL || text[0] == '\0')
        text = "-";
    (void)text_escape(safe, sizeof(safe), text, strnlen(text, 100));
    (void)buf_printf(out, "%s", safe);
}

static void add_port(struct buf *out, struct sp_port *port)
{
    char usb[16] = "-";
    int vid;
    int pid;

    if (sp_get_port_usb_vid_pid(port, &vid, &pid) == SP_OK)
        (void)snprintf(usb, sizeof(usb), "%04x:%04x", (unsigned)vid & 0xffffU,
                       (unsigned)pid & 0xffffU);
    (void)buf_printf(out, "%s\t%s\t", sp_get_port_name(port), usb);
    add_text(out, sp_get_port_usb_serial(port));
    (void)buf_printf(out, "\t");
    add_text(out, sp_get_port_description(port));
    (void)buf_printf(out, "\n");
}

int ports_list(struct buf *out, struct err *err)
{
    struct sp_port **ports;

    if (sp_list_ports(&ports) != SP_OK)
        return err_set(err, -EIO, "libserialport cannot list the ports");
    if (ports[0] == NULL)
        (void)buf_printf(out, "no serial ports found; is the adapter plugged "
                              "in?\n");
    else
        (void)buf_printf(out, "PORT\tUSB ID\tSERIAL\tDESCRIPTION\n");
    for (size_t i = 0; ports[i] != NULL; i++)
        add_port(out, ports[i]);
    sp_free_port_list(ports);
    return out->failed ? -ENOMEM : 0;
}
