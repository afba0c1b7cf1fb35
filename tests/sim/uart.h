// SPDX-License-Identifier: BSD-2-Clause
// The device's end of the serial line: pacing, receive FIFO, lost bytes.
#ifndef SIM_UART_H
#define SIM_UART_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapter.h"
#include "line.h"
#include "stats.h"

struct log;

enum {
    UART_IN_MAX = 4096,
    UART_OUT_MAX = 65536,
    UART_FIFO_MAX = 4096,
};

/* Values the jump to `restart` carries. */
enum uart_event {
    UART_POWER = 1, /* the power switch was used */
    UART_RESET,     /* the loader reset itself, or SIGHUP */
    UART_STOP,      /* `stop_at` is reached */
    UART_WATCHDOG,  /* SIGALRM */
    UART_QUIT,      /* SIGTERM or SIGINT */
};

/* A byte on its way from the host; `due` is when its stop bit is over. */
struct uart_byte {
    uint8_t byte;
    int64_t start, due;
    struct line_mark mark;
};

/*
 * The loader runs in its own time, `clock`, which never passes real time
 * while it prints: it is let run a little behind, so that many characters go
 * out in one write, and is made to catch up exactly when it waits for input.
 * All times are CLOCK_MONOTONIC nanoseconds.
 */
struct uart {
    int master;
    int signals; /* signalfd */
    struct log *log;
    jmp_buf *restart;
    const char *newline; /* what '\n' becomes on the wire */

    struct line line;
    struct stats stats;
    int64_t char_time; /* 0: the line is not paced */
    int64_t clock;
    int64_t now; /* real time when last looked at */
    int burst;   /* characters since the loader last waited */

    uint64_t printed; /* bytes, ever */
    uint64_t stop_at; /* of them; UINT64_MAX: never */

    bool dead;    /* cable pulled */
    bool stalled; /* nobody reads at the other end */
    bool overrun; /* the present loss is already logged */
    bool idle;    /* the loader waits; its clock may lag */

    uint8_t fifo[UART_FIFO_MAX];
    int fifo_len;
    int fifo_max;

    struct uart_byte in[UART_IN_MAX];
    int in_head;
    int in_len;
    int64_t in_free; /* when the line to the device is free */

    struct adapter adapter; /* between `out` and the host */
    char out[UART_OUT_MAX];
    size_t out_len; /* those ready and those held in the adapter */
};

/* Get ready on pty master `master`; blocks the signals it listens to. */
int uart_init(struct uart *u, int master, const struct line_options *o,
              uint64_t seed);

/* Forget everything in transit, as a power cycle does. */
void uart_clear(struct uart *u);

/* Forget what arrived, as a reset does; what is on the line still arrives. */
void uart_reset(struct uart *u);

/* Tell that the speed is about to change; from now on the host's matters. */
void uart_announce_baud(struct uart *u);

/* Change speed once all output is out; an unpaced line stays unpaced. */
void uart_set_baud(struct uart *u, long baud);

/* Go back to the speed of the start. */
void uart_start_baud(struct uart *u);

/* Send one byte as it is. */
void uart_putc(struct uart *u, int byte);

/* Send a string, '\n' as the loader's line end. */
void uart_puts(struct uart *u, const char *text);
void uart_printf(struct uart *u, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Wait for a byte. */
int uart_getc(struct uart *u);

/* Is a byte waiting? */
bool uart_tstc(struct uart *u);

/* Throw away what has arrived; how many bytes that was. */
int uart_drop_input(struct uart *u);

/* Do nothing for a while; input gathers in the FIFO. */
void uart_sleep(struct uart *u, int64_t nanoseconds);

#endif
