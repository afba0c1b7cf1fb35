// SPDX-License-Identifier: BSD-2-Clause
// What the files of the device share; for monitor/device*.c alone.

#ifndef MONITOR_DEVICE_PRIV_H
#define MONITOR_DEVICE_PRIV_H

#include "monitor/attach.h"
#include "monitor/chance.h"
#include "monitor/console.h"
#include "monitor/device.h"
#include "monitor/dialect.h"
#include "monitor/dump.h"
#include "monitor/media.h"

#include <stdatomic.h>

/* What the device said to a command while it was surveyed. */
#define DEVICE_ANSWERS 48U
struct device_answer {
    const char *command; /* the rule's own string */
    struct buf text;     /* empty: the device lacks the command */
};

/* The last dump that went well, for the command that goes on from there. */
struct device_last {
    const struct dump_method *method; /* NULL: none */
    uint64_t end;
    uint64_t len;
    uint64_t sent; /* bytes to the device when it was over */
};

/* What is known of a dump method. */
struct method_trial {
    bool understood;      /* a row of it was, once */
    bool proved;          /* it printed what the safe one did */
    struct chance chance; /* given up: it did not, or prints nothing that is
                             understood; why tells */
    unsigned tries;       /* that came to nothing, noise or not */
    unsigned cost;        /* seen: characters for 100 bytes; 0: not yet */
    const char *why;
};

/*
 * What was given up is tried again when so many bytes have been read well, then
 * after twice as many, and so on. One try costs a KiB read twice, or 5 s of
 * silence: less than 5 % of the 100 s that they take at 115200 baud, and six
 * tries in 16 MiB.
 */
#define DEVICE_CHANCE_BYTES (UINT64_C(256) << 10)

#define BOOT_TEXT_MAX 16384U

/* The speed of the line: device_speed.c. */
struct device_speed {
    unsigned limit;   /* baud; as asked for, 0: the line stays as it is */
    atomic_uint now;  /* the port's, and as far as known the device's */
    unsigned other;   /* where the device may be instead; 0: nowhere */
    bool changing;    /* our command was run, and no prompt came since */
    unsigned below;   /* from there on what is faster has failed */
    uint64_t recent;  /* of the last 64 rows at now; set: damaged or lost */
    uint64_t read_at; /* dev->bytes_read when it was raised */
    bool again;       /* it is to be raised once more */
    bool busy; /* being changed, or something is tested: a speed, a method */
};

/* Where reading makes the device reset: device_edge.c. */
#define EDGES_MAX 8U
struct edge {
    uint64_t from; /* the first row that did not come */
    uint64_t end;  /* from there on it is asked for again */
    uint64_t good; /* the first behind end that a row came from */
};

struct edge_pending {
    uint64_t from;
    uint64_t end;
    unsigned contact; /* before */
    enum { EDGE_NOTHING, EDGE_ROW, EDGE_DOUBT } what;
};

struct device_edges {
    struct edge list[EDGES_MAX];
    size_t n;
    struct edge_pending pending;
    bool reset_seen;   /* a dump was ended by a reset ... */
    uint64_t reset_at; /* ... where this row should have come */
    unsigned doubts;   /* ranges that ended in a reset, and have in common: */
    uint64_t doubt_from;
    uint64_t doubt_end;
};

/*
 * in_step   the console stands at its prompt, the next command may be typed;
 *           false: resynchronise (and break in, if it was reset) first
 * gone      the port went away; it is opened again first
 * contact   counts how often the device was out of sight
 * method    index of the dump method in use; -1: the cheapest is not proved
 *           yet; then the first read proves it on the way
 */
struct device {
    struct console console;
    struct dialect **dialects; /* owned; dialect is one of them */
    struct dialect *dialect;
    struct map map;
    struct buf boot_text; /* what came while attaching */
    struct buf identity;
    size_t *identity_ends; /* in identity, behind the lines of each rule */
    char *port;
    char *password; /* NULL: none */
    struct attach_login login;
    unsigned baud;
    char banner[160]; /* escaped */
    bool unique;      /* the identity is this device's alone */
    bool offline;     /* no line, no commands: device_offline.c */
    bool in_step;
    bool gone;
    bool chosen;    /* the user named the dialect: it is believed */
    bool replugged; /* gone once, and its prompt was not won since */
    unsigned contact;
    unsigned identity_contact; /* contact when it was the one of identity */
    unsigned rows_good;        /* of the last dump */
    struct chance another;     /* readings by another method bring rows */
    int method;
    enum row_order order;
    bool cpu_known; /* how words in the CPU's order are printed: */
    enum row_order cpu;
    struct method_trial *trials; /* owned; one for each dump method */
    unsigned judged;             /* how often one of them was doubted */
    unsigned strange_dumps; /* of which nothing was understood; the last one: */
    char strange[96];       /* its first line */
    int strange_method;     /* index of its method */
    unsigned hopeless;      /* how often all had been given up */
    struct device_answer answers[DEVICE_ANSWERS]; /* while it is opened */
    size_t n_answers;
    bool *has;          /* owned; parted into the four that follow: */
    bool *has_dump;     /* of each, what it needs is there */
    bool *has_checksum; /* ... and the boot loader has not said otherwise */
    bool *has_uniform;  /* likewise */
    bool *has_access;
    bool sum_known;              /* a checksum was understood once */
    struct digest_value odd_sum; /* of the last answer that was not */
    bool uniform_known;          /* likewise of a comparison */
    unsigned uniform_odd;        /* its answers that were not understood */
    struct device_last last;
    struct chance going_on; /* commands that go on from there do */
    bool careful;           /* the last dump met a bad address */
    uint64_t piece; /* bytes of a stream asked for at once; 0: as the dialect
                       says */
    struct device_edges edges;
    struct media media;
    struct device_speed speed;
    atomic_uint_fast64_t bytes_read;
    uint64_t test_damaged; /* rows, bad or lost while speed.busy; not in: */
    atomic_uint_fast64_t rows_bad;
    atomic_uint_fast64_t rows_lost;
    atomic_int line_state; /* enum device_line */
};

/* --- device_step.c --- */

/* Makes sure that the next command can be typed: resynchronises and, if the
 * device was reset, breaks in again. */
int device_get_in_step(struct device *dev, struct err *err);

/* Folds what a command came to (ret, given back) into the state. */
int device_settle(struct device *dev, int ret);

void device_set_line(struct device *dev, enum device_line state);

/* While the device is waited for, sink is asked (NULL: nobody). */
void device_attend(struct device *dev, const struct device_sink *sink);

/* --- device_piece.c --- */

/* What became of a dump that ran to its end. */
void device_piece_note(struct device *dev, const struct dump_request *r,
                       const struct dump_result *result);

/* How much of max is to be asked for at once by m. */
uint64_t device_piece_cut(const struct device *dev, const struct dump_method *m,
                          uint64_t max);

/* --- device_baud.c --- */

/*
 * Tells the boot loader to run at baud and goes there with it. Needs the
 * console in step, and leaves it so when it returns 0 (at baud) or -ENOTSUP (at
 * the speed before: it does not do that one, or nothing is heard there). Else
 * -ETIMEDOUT: the device is lost, at the speed before or at speed.other;
 * -ENODEV, -EINTR.
 */
int device_baud_change(struct device *dev, unsigned baud, struct err *err);

/* The end: leaves the device at the speed at which it was found, if it answers
 * soon and is known to be ours. */
void device_baud_restore(struct device *dev);

/* The speeds that the dialects at list take, without the session's own, each
 * once, the fastest first. Returns how many. */
#define DEVICE_SPEEDS_MAX 24U
size_t device_baud_list(struct dialect *const *list, unsigned without,
                        unsigned out[DEVICE_SPEEDS_MAX]);

/* Looks for the prompt at the speed that the port has, then at speed.other, for
 * patience_ms each. 0: found, and the port is there; else the port is where it
 * was: -ETIMEDOUT, -ENODEV, -EINTR. */
int device_baud_find(struct device *dev, unsigned patience_ms);

/* True when the port does baud. It stays as it is. */
bool device_baud_port_does(struct device *dev, unsigned baud);

/* --- device_speed.c --- */

/* Raises the speed as far as config asks for and line and device go. That none
 * is better is no error. Needs the console in step. */
int device_speed_raise(struct device *dev, struct err *err);

/* After attaching: a device that was found at another speed than the session's
 * is brought home. Where it refuses, or the other one is slower, so that nobody
 * can have raised it, that one is the session's. */
int device_speed_start(struct device *dev, struct err *err);

/* A change is due: down where rows came damaged, up again after a reset. */
bool device_speed_is_due(const struct device *dev);

/* With the console in step: does what is due, once whoever is there is known.
 */
int device_speed_tend(struct device *dev, struct err *err);

/* n rows came at this speed; good: undamaged. Does nothing in a test. */
void device_speed_note(struct device *dev, uint64_t n, bool good);

/* The line runs faster than at its start. */
bool device_speed_is_raised(const struct device *dev);

/* Rows come damaged at a raised speed: a running dump is not worth its end. */
bool device_speed_is_bad(const struct device *dev);

/* For device_step.c, where the prompt is lost at a raised speed. Listens
 * whether the device was reset: then its text is garbage now. 1: it was;
 * 0: nothing tells so, negative: -ENODEV, -EINTR. */
int device_speed_was_reset(struct device *dev);

/* The port is back at the speed of a device that starts. */
void device_speed_go_home(struct device *dev);

/* The prompt is there again, at the speed that the port has. */
void device_speed_found(struct device *dev);

/* --- device_identity.c --- */

/* Whoever is there was asked who it is, and nothing tells that it went out of
 * sight since. Also while the first question is still to come: nobody is known
 * then who could have gone. */
bool device_is_known(const struct device *dev);

/* Asks command until two answers agree: nothing but that tells noise from what
 * is meant. text is empty when the boot loader lacks the command, which one
 * answer is enough to tell. Needs the console in step. */
int device_ask_twice(struct device *dev, const char *command, struct buf *text,
                     struct err *err);

/* The same within a read, and settled. -ETIMEDOUT: the device was out of sight
 * meanwhile, so that the answer may be another one's. */
int device_ask_in_sight(struct device *dev, const char *command,
                        struct buf *text, struct err *err);

/* Appends what rule finds in text to out, a line a match; true when one of
 * them is this device's alone. */
bool identity_lines(const struct identity_rule *rule, const struct buf *text,
                    struct buf *out);

/* --- device_answers.c --- */

/* *out: what the device says to command, asked for once until
 * device_forget_answers; empty: it lacks the command. */
int device_answer(struct device *dev, const char *command, struct buf **out,
                  struct err *err);
void device_forget_answers(struct device *dev);

/* 1: the boot loader has what a section needs, 0: not. Asks it. */
int device_meets(struct device *dev, const struct condition *needs,
                 struct err *err);

/* Fills in has_dump, has_checksum, has_uniform and has_access. */
int device_look_what_it_has(struct device *dev, struct err *err);

/* m is called so, by us or by the device. */
bool device_names(struct pattern *names, const struct map_medium *m);

/* The group index of names in that name of m; absent: there is none. */
struct span device_number(struct pattern *names, const struct map_medium *m);

/* Index of the first dump method from `from` on that this device has and that
 * reads medium m directly, or memory (m NULL); -1: there is none. */
int device_method(const struct device *dev, const struct map_medium *m,
                  int from);

/* What the dialect says of m's kind; NULL: nothing. */
const struct medium_access *device_access(const struct device *dev,
                                          const struct map_medium *m);

/* --- device_checksum.c, device_uniform.c --- */

/* Where a range is for a command that sums or compares it: at address of memory
 * (m NULL), or at that offset of m. */
struct device_place {
    uint64_t address;
    const struct map_medium *m;
};

/* The way to what lies at address; false: there is none. */
bool device_sum_route(const struct device *dev, uint64_t address,
                      struct media_route *r);

/* Where [address, address+len) is. What was staged for the first reading would
 * only prove the line, so it is staged anew. -ENOTSUP, -EBADMSG, or of the
 * device. */
int device_sum_place(struct device *dev, uint64_t address, uint64_t len,
                     struct device_place *at, struct err *err);

/* --- device_read.c --- */

/* Runs method over as much of [address, address+len) as one command may;
 * returns as device_read. m: the medium that it reads directly; NULL: memory.
 * Needs the console in step. Where order is ROW_UNPROVED the ASCII column is to
 * prove it: device_dump_medium gives only what is sure, device_dump all as it
 * is printed. */
int device_dump_medium(struct device *dev, const struct dump_method *method,
                       enum row_order order, const struct map_medium *m,
                       uint64_t address, uint64_t len,
                       const struct device_sink *sink, struct err *err);
int device_dump(struct device *dev, const struct dump_method *method,
                enum row_order order, uint64_t address, uint64_t len,
                const struct device_sink *sink, struct dump_result *result,
                struct err *err);

/* device_read of addresses on the bus, with the console in step. */
int device_read_memory(struct device *dev, uint32_t had, uint64_t address,
                       uint64_t len, const struct device_sink *sink,
                       struct err *err);

/* The same for one request that is placed already; tells all of it. */
int device_run_dump(struct device *dev, struct dump_request *r,
                    const struct device_sink *sink, struct dump_result *result,
                    struct err *err);

/* device_read of memory by that method, whose order is known. */
int device_read_with(struct device *dev, int method, uint64_t address,
                     uint64_t len, const struct device_sink *sink,
                     struct err *err);

/* Its command counts in pages, or its rows count from the start of one. */
bool dump_needs_page(const struct dump_method *m);

/* Bytes that one command of m covers at most; page: of what it reads. */
uint64_t device_method_max(const struct dump_method *m, uint64_t page);

/* The same for one device_read; and for reading memory. */
uint64_t device_span(const struct device *dev, const struct dump_method *m);
uint64_t device_memory_max(const struct device *dev);

/* A reading again is done by another method, while that brings rows; what it
 * came to is told. */
bool device_trusts_another(const struct device *dev);
void device_note_another(struct device *dev, int ret);

/* --- device_ways.c --- */

/* The number of the way by that dump method, of copy 0. */
unsigned way_of(const struct device *dev, const struct dump_method *method);

/* For memory: the method that gives bytes another way than had; the second one,
 * which is dev->method where there is no other. Needs a dev->method. */
int way_method(const struct device *dev, uint32_t had);
int way_other_method(const struct device *dev);

/* The method for a medium that is read directly; NULL: there is none. */
const struct dump_method *way_direct(const struct device *dev,
                                     const struct map_medium *m, uint32_t had);

/* The copy of a medium that is staged. */
unsigned way_copy(uint32_t had);

/* --- device_edge.c --- */

/* Of [address, address+*len), which one dump is to cover, in units: *len as far
 * as it can be asked for. -EFAULT: nothing of it can. Needs the console in
 * step, as edge_allows_range does. */
int edge_limit(struct device *dev, uint64_t address, uint64_t unit,
               uint64_t *len, struct err *err);

/* 0: the range may be summed up; -EBADMSG: that would reset the device. */
int edge_allows_range(struct device *dev, uint64_t address, uint64_t len,
                      struct err *err);

/* What became of the range. */
void edge_note_range(struct device *dev, uint64_t address, uint64_t len,
                     int ret);

/* What became of a dump. True: it is the address that is bad. */
bool edge_note_dump(struct device *dev, const struct dump_request *r,
                    const struct dump_result *result, int ret);

/* A good row came from there. */
void edge_note_row(struct device *dev, uint64_t address);

/* With the console in step: was it a reset? */
void edge_settle(struct device *dev);

/* --- device_offline.c --- */

/* What everything that needs the device returns when it is offline: -ENODEV. */
int device_fail_offline(struct err *err);

/* --- device_method.c --- */

/* Settles on the cheapest dump method where nothing is to be proved (any
 * more). */
void method_choose(struct device *dev);

/* Of those for memory that were not given up; -1: there is none. The cheapest;
 * the one that is believed by itself; the cheapest that prints text beside its
 * cells, else the cheapest. */
int method_cheapest(const struct device *dev);
int method_safe(const struct device *dev);
int method_with_text(const struct device *dev);

/* The cheapest, if it is yet to be proved, or once more; -1: it is not. */
int method_untried(const struct device *dev);

/* The first from `from` on that reads medium m directly, or memory (m NULL),
 * and was not given up; -1: there is none. */
int method_open(const struct device *dev, const struct map_medium *m, int from);

/* All of them were given up: -EFAULT, and says so; then all are tried anew. */
int method_none(struct device *dev, const struct map_medium *m,
                struct err *err);

/* What a dump that was no test came to: a command of which no row is understood
 * is given up. */
void method_note(struct device *dev, const struct dump_method *m,
                 const struct dump_result *result, int ret);

/* What others are compared with; -1: there is none yet. */
int method_reference(const struct device *dev);

/* Bytes that a read covers while none is in use. */
uint64_t method_max(const struct device *dev);

/* method printed what the safe one did, of a block; cost: characters for 100
 * bytes that it took. */
void method_prove(struct device *dev, int method, unsigned cost);

/* It did not, maybe for noise: given up when that happens too often. */
void method_doubt(struct device *dev, int method, bool noise, const char *why);

/* Not used for a while. */
void method_refuse(struct device *dev, int method, const char *why);

/* --- byte_order.c --- */

/* The order of a method's cells; ROW_UNPROVED: not known yet. */
enum row_order byte_order_of(const struct device *dev,
                             const struct dump_method *method);

/* A dump proved the order of words. */
void byte_order_proved(struct device *dev, enum row_order order);

/* As device_read while a method is untried: a first block is read by the one in
 * use, or the safe one, and, if it can tell, by the cheapest, compared; both
 * are readings. The rest follows by the one in use then, or by the safe one.
 * Where nothing prints bytes, the ASCII column of words tells. */
int byte_order_read(struct device *dev, uint64_t address, uint64_t len,
                    const struct device_sink *sink, struct err *err);

#endif
