// SPDX-License-Identifier: BSD-2-Clause
// What the files of the fetcher share; for fetch/*.c alone.

#ifndef FETCH_FETCHER_PRIV_H
#define FETCH_FETCHER_PRIV_H

#include "fetch/fetcher.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/proof.h"
#include "fetch/blockset.h"
#include "fetch/plan.h"
#include "fetch/ranges.h"
#include "fetch/rate.h"
#include "fetch/rows.h"

/* --- what the parts below keep --- */

struct stream {
    size_t medium;
    uint64_t start;
    uint64_t next;  /* start: none */
    uint64_t end;   /* of what its reader may read */
    uint64_t stamp; /* for taking the place of the oldest */
    bool goes_on;
};

#define READAHEAD_STREAMS 4
struct readahead {
    uint64_t limit; /* bytes; 0: none is read ahead */
    struct stream streams[READAHEAD_STREAMS];
    uint64_t stamp;
};

#define KNOWN_REACH_MAX (UINT64_C(1) << 20) /* bytes of one question */
#define KNOWN_LEAF      UINT64_C(1024)      /* fewer bytes are read at once */
struct known {
    uint64_t ask_first; /* bytes of a first question; 0: none is asked */
    uint64_t reach;     /* of the next one: more where all is blank */
    struct reference *const *references;
    size_t n_references;
    struct ranges asked; /* not asked again: what they are was not known */
    int credit;          /* questions that references have earned */
    /* A run of equal rows in what is being read: */
    uint64_t run_at; /* where it ends */
    uint64_t run;    /* its bytes */
    uint8_t value;
    bool hint;           /* it is long: what follows may be the same */
    size_t hint_medium;  /* not asked about again before ... */
    uint64_t hint_after; /* ... here */
};

struct stale {
    bool on;
    pthread_mutex_t lock; /* what has been compared: the fetcher's thread
                             alone changes it, others look */
    uint64_t *checked;    /* lock; of each medium: all before it is compared */
    struct ranges verified; /* lock; and this; emptied when it is full */
    struct plan_want lost;  /* a block to be read again before any sum can be
                               believed; len 0: none */
    uint64_t piece; /* bytes compared at once, where sums are believed */
    /* Blocks that no question proves (base/proof.h): they are verified in all
     * but this, and good for nobody before they are read again. lock. */
    struct blockset unproved;
    struct blockset doubted; /* of these: had been confirmed until they were
                                wanted */
};

#define UNSUMMED_PIECE_MAX UINT64_C(65536)
struct unsummed {
    struct ranges list; /* blocks, and maybe more */
    uint64_t noted_ms;  /* the last of them */
    uint64_t piece;
    uint64_t stretch;
    bool resets; /* the device did instead of answering; until one came */
};

#define TOLD_MAX 4U
struct told {
    uint32_t session; /* 0: none */
    uint64_t stamp;   /* for taking the place of the oldest */
    struct ranges list;
};

struct fetcher {
    struct device *device;
    struct cache *cache;
    const struct map *map;
    unsigned timeout_ms;
    enum verify_mode verify;
    void (*tick)(void *arg);
    void *tick_arg;
    pthread_t thread;

    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct fetch_request *inbox; /* protected by lock; the newest first */
    bool quit;                   /* protected by lock */
    struct fetch_stats stats;    /* protected by lock */
    atomic_bool resumed;         /* set by fetcher_resumed */

    /* The fetcher thread's own. */
    struct fetch_request *pending; /* the oldest first */
    unsigned n_pending;
    struct rows rows;
    struct ranges kept; /* ways.c */
    struct rate rate;
    struct plan_step current; /* what is being done; PLAN_NOTHING: nothing */
    uint64_t at;              /* the next row of it, as far as is known */
    bool is_idle_step;        /* nobody waits for it */
    uint64_t attended_ms;
    struct plan_want idle; /* wanted by nobody but us; len 0: nothing */
    bool idle_first;       /* and goes before what readers wait for: on a
                              line that proved noisy, what was answered
                              before that was known */
    bool idle_rests;       /* not so in the next step: in this one nothing
                              came */
    unsigned reading;      /* number of the last dump command; never 0 */
    unsigned way;          /* by which that was */
    unsigned step_reading; /* the same when the current step began */
    uint64_t progress_ms;  /* when a row last came or was confirmed */
    uint64_t tick_ms;
    uint64_t sync_ms;
    uint64_t idle_at_ms; /* not before then: the last try failed */
    bool unsynced;
    bool stopping;          /* quit, seen by the fetcher thread */
    struct err read_error;  /* of the last talk with the device; "": fine */
    struct err last_error;  /* what the status shows; stays */
    struct err gave_up_for; /* why the last block was given up */

    /* --- confirming --- */
    bool is_serving; /* confirm_request or confirm_serve_sum is at work, on */
    struct fetch_request *serving; /* this, which is pending; NULL: it has been
                                      answered, and is its owner's */
    struct ranges debts;           /* answered, and not confirmed yet */
    struct ranges wrong; /* findings.c: no FETCH_CONFIRM told of it yet */
    struct told told[TOLD_MAX]; /* one did, and who asked may be dead */
    uint64_t told_stamp;        /* the last one */
    uint32_t sessions;          /* the number of the last one */
    bool noisy;                 /* a row of this session arrived damaged */
    bool very_noisy; /* ... and many did: two readings are not enough */
    bool sum_agreed; /* the device's checksum was right once */
    bool sum_broken; /* it never was */
    struct unsummed unsummed;
    struct plan_want footer; /* of an image, not known yet; len 0: none */
    struct ranges earlier;   /* known when the session began, or doubted, and
                                not read since; and maybe more */
    struct ranges guesses;   /* good, and read in this session, before the
                                device was last out of sight; and maybe more */
    struct ranges before;    /* confirmed before the device was last out of
                                sight, and neither read nor proved since; and
                                maybe more: what it has now FETCH_CONFIRM is to
                                find out */
    uint64_t *images_tried; /* a segment: bytes known at the last try, plus 1 */
    unsigned sum_refused;   /* blocks it disagreed with before it agreed */

    struct readahead ahead;
    bool prefetch;
    struct known known;
    struct stale stale;
    atomic_bool fresh; /* nothing is stale */

    /* --- contact --- */
    unsigned contact;      /* device_contact for which it was the same device */
    unsigned step_contact; /* that when the current step began, or the serving
                              of a request */
    struct range unanswered; /* by the last question of the step; len 0: none */
    bool exchanged;          /* it was not */
    uint64_t exchanged_ms;
};

/* The wants of all that is pending, of what is read ahead, and of what is done
 * when idle; room for
 * FETCHER_WANTS. */
#define FETCHER_WANTS 256U
struct plan_input fetcher_input(struct fetcher *f,
                                struct plan_want wants[FETCHER_WANTS]);

/* A device_sink's stop: takes in and answers requests, does what is due by the
 * clock. True: what f->current does has become pointless. */
bool fetcher_attend(void *fetcher);

/* Makes the numbers of f->stats up to date. */
void fetcher_publish(struct fetcher *f);

/* Waits until something is submitted, or a tick is due. */
void fetcher_wait(struct fetcher *f);

/* What is known of some block has changed: it is made durable soon. */
void fetcher_note_change(struct fetcher *f);

/* Adds n to a number of f->stats. */
void fetcher_count(struct fetcher *f, uint64_t *number, uint64_t n);

/* --- answer.c: pending requests --- */

/* Goes over the pending requests and answers what can be: cancelled, known,
 * overdue, all when stopping. */
void answer_settle(struct fetcher *f);

/* Block n of medium was given up: fails the reads that need it. */
void answer_give_up(struct fetcher *f, size_t medium, uint64_t n);
void answer_fail_all(struct fetcher *f);

/* Without a device: why the oldest request cannot be answered, for the
 * status. There must be one. */
void answer_note_offline(struct fetcher *f);

/* Answers f->serving, unless it has been answered. */
void answer_served(struct fetcher *f, int status);

/* True when readers get confirmed bytes only; when r does. */
bool answer_is_strict(const struct fetcher *f);
bool answer_wants_confirmed(const struct fetcher *f,
                            const struct fetch_request *r);

/* --- findings.c: what FETCH_CONFIRM is told --- */

/* The block is known, and may have been answered: somebody has to be told if it
 * is wrong. */
bool findings_matter(const struct fetcher *f, size_t medium, uint64_t block);

/* The same of one that is put together from rows. */
bool findings_matter_in(const struct fetcher *f, const struct rows_block *b);

/* What was known of [offset, offset+len) is not what the device has; matters:
 * it may have been answered. */
void findings_differ(struct fetcher *f, size_t medium, uint64_t offset,
                     uint64_t len, bool matters);

/* The same of those rows of a block that are not as before. */
void findings_differ_rows(struct fetcher *f, size_t medium, uint64_t block,
                          const uint8_t *before, const uint8_t *now,
                          bool matters);

/* What was known of the block, and may have been answered, is lost. */
void findings_lost(struct fetcher *f, size_t medium, uint64_t block);

/* The slot, if it is used, is about to be dropped; so is what had been known.
 */
void findings_slot_goes(struct fetcher *f, const struct rows_block *b);

/* r, a FETCH_CONFIRM, is about to be answered: the rest of its findings. Or
 * any request, with an error: the next one is told. */
void findings_tell(struct fetcher *f, struct fetch_request *r);
void findings_keep(struct fetcher *f, const struct fetch_request *r);

/* --- told.c: what of it may not have been passed on --- */

/* r, a FETCH_CONFIRM that is told what differed, is about to be answered well:
 * sets r->session, before r is told all; and keeps what it was told. */
void told_begin(struct fetcher *f, struct fetch_request *r);
void told_keep(struct fetcher *f, const struct fetch_request *r);

/* The session has passed on all that it was told; nothing if it is unknown. */
void told_forget(struct fetcher *f, uint32_t session);

/* --- assemble.c: from rows to blocks, during f->current --- */

/* A device_sink's begin and row. */
void assemble_begin(void *fetcher, unsigned way);
void assemble_row(void *fetcher, uint64_t address, const uint8_t *bytes,
                  size_t len);

/* A plan_rows_fn. */
uint32_t assemble_rows(void *fetcher, size_t medium, uint64_t block,
                       bool confirm);

/* After a command that was to bring f->current: blocks of it that still lack
 * rows have had so many tries more; those that had too many are bad. Of blocks
 * behind the one where its rows ended nothing is known; all: they count, too.
 */
void assemble_count_tries(struct fetcher *f, unsigned tries, bool all);

/* As blocks_get for a part of one block, also of one that has just been dropped
 * because of some of its rows; all others are as they were. */
int assemble_get(struct fetcher *f, size_t medium, uint64_t offset, void *out,
                 size_t len);

/* Row n of a block that was good has proved wrong; it is read again, or the
 * block given up if that does not help. */
void assemble_spoil(struct fetcher *f, size_t medium, uint64_t block,
                    unsigned row);

/* --- doubt.c: what is known becomes less sure, or is replaced --- */

/* What readings of the block came to is of no use any more. */
void doubt_forget(struct fetcher *f, size_t medium, uint64_t block);

/* The same where the device has these bytes, whatever was known. */
void doubt_replace(struct fetcher *f, size_t medium, uint64_t block,
                   const uint8_t *bytes);

/* A known block has proved wrong. */
void doubt_drop(struct fetcher *f, size_t medium, uint64_t block);

/* What is good there was read, at least in part, before the device was out of
 * sight: neither an image nor one CRC proves it. */
void doubt_unconfirmed(struct fetcher *f, size_t medium, uint64_t offset,
                       uint64_t len);

/* The block of b was stored. Rows of it that have not come since the device was
 * out of sight may not be there any more. */
void doubt_if_old(struct fetcher *f, const struct rows_block *b);

/* Every confirmed block of medium becomes good, and no reading before now
 * counts: its flash was written to. */
void doubt_medium(struct fetcher *f, size_t medium);

/* The same of one block. */
void doubt_block(struct fetcher *f, size_t medium, uint64_t block);

/* --- ways.c: by which way good blocks came --- */

/* Block came by the one way of set, or by several (another set). */
void ways_keep(struct fetcher *f, size_t medium, uint64_t block, uint32_t set);
void ways_forget(struct fetcher *f, size_t medium, uint64_t offset,
                 uint64_t len);

/* A set of one way, or 0: it is not known. */
uint32_t ways_kept(const struct fetcher *f, size_t medium, uint64_t block);

/* The command that brings nothing of it is not insisted on. */
bool ways_may_rest(const struct fetcher *f, const struct rows_block *b);

/* The ways by which the first row of f->current came, as device_read wants to
 * know them. */
uint32_t ways_had(struct fetcher *f);

/* --- confirm.c, confirm_serve.c: by the device's checksum --- */

/* Compares f->current, all of which is good. */
void confirm_by_sum(struct fetcher *f);

/* Compares what is known of a range; false: not all of it could be. */
bool confirm_known(struct fetcher *f, size_t medium, uint64_t offset,
                   uint64_t len);

/* Serves the oldest request. Compares what is known of its range
 * (FETCH_CONFIRM); answers it with the device's checksum (FETCH_SUM). It may
 * have been answered, and freed, when they return. */
void confirm_request(struct fetcher *f);
void confirm_serve_sum(struct fetcher *f);
void confirm_serve_uniform(struct fetcher *f);

/* Bytes a comparison in medium covers at most; 0: there is no checksum. */
uint64_t confirm_sum_max(const struct fetcher *f, size_t medium);

/* Asks the device for the checksum of [offset, offset+len), once. -EBADMSG:
 * there is one, but no answer came that can be understood; -EINTR: the device
 * was out of sight since the step began, which is to be planned anew. */
int confirm_ask(struct fetcher *f, size_t medium, uint64_t offset, uint64_t len,
                struct digest_value *out);

/* The same for device_uniform. */
int confirm_ask_uniform(struct fetcher *f, size_t medium, uint64_t offset,
                        uint64_t len, bool *uniform);

/* Compares f->current, which an earlier session left known. What differs is
 * dropped; *differs: its bytes, more or less. 0: all of it has been seen to. */
int confirm_stale(struct fetcher *f, uint64_t *differs);

/* --- prove.c: bytes that were not read in this session --- */

/* Zeroed, with the first three set. */
struct prove {
    struct fetcher *f;
    size_t medium;
    /* Who is asked; NULL: the device, once it is known to be the right one. */
    const struct proof_asker *asker;
    bool sure;           /* what differs must come twice */
    bool whole_is_right; /* the device's sum of all of it: it was asked for */
    size_t steps_max;    /* more questions are not asked: -E2BIG; 0: any */
    /* If the rest is the device's: blocks of which that is not proved. */
    void (*unproved)(void *arg, uint64_t offset, uint64_t len);
    void *arg;
    size_t asked; /* sums */
    int error;    /* of PROOF_UNKNOWN; -EBADMSG: no answer came */
};

/* Whether the device has what the cache knows of the range; a guess. */
enum proof_verdict prove_cached(struct prove *p, uint64_t offset, uint64_t len);
enum proof_verdict prove_bytes(struct prove *p, const struct proof_guess *g);

/* What a device can be asked about a medium; algorithm NULL: nothing. */
struct proof_means prove_means(const struct fetcher *f, size_t medium);

/* One sum of it proves any bytes. */
bool prove_needs_one_sum(const struct fetcher *f, size_t medium);

/* It can be proved to be blank. */
bool prove_knows_blank(const struct fetcher *f, size_t medium);

/* What the cache knows of the range and around it; -ENODATA, -ENOMEM. *room is
 * to be freed in any case. */
int prove_load(struct fetcher *f, size_t medium, uint64_t offset, uint64_t len,
               uint8_t **room, struct proof_guess *g);

/* --- unsummed.c: ranges about which no checksum comes --- */

void unsummed_init(struct fetcher *f);

/* No answer came about it, several times; one did. */
void unsummed_note(struct fetcher *f, size_t medium, uint64_t offset,
                   uint64_t len);
void unsummed_answered(struct fetcher *f);

/* The block is to be confirmed by readings. */
bool unsummed_has(const struct fetcher *f, size_t medium, uint64_t block);

/* Several in a row had no answer: what nobody waits for is not asked about. */
bool unsummed_rests(const struct fetcher *f);

/* It is asked about again. */
void unsummed_retry(struct fetcher *f, size_t medium, uint64_t offset,
                    uint64_t len);

/* --- images.c: by checksums that images carry --- */

int images_init(struct fetcher *f);

/* Proves the images that are known as a whole and lie at offset of medium.
 * True: something was confirmed. */
bool images_prove(struct fetcher *f, size_t medium, uint64_t offset);

/* True: f->footer is to be read first, for the proof of an image. */
bool images_need_footer(struct fetcher *f);

/* --- noise.c: how far the line can be trusted --- */

/* Looks at what the device counts. */
void noise_look(struct fetcher *f);

/* How many readings must agree. */
unsigned noise_readings(const struct fetcher *f);

/* How many times more than on a quiet line is tried before giving up. */
unsigned noise_patience(const struct fetcher *f);

/* --- contact.c: is it still the same device? --- */

/* The prompt is there and it is the device that was mounted. -ENODEV,
 * -ETIMEDOUT, -EINTR; -ESTALE: another one. */
int contact_ready(struct fetcher *f);

/* --- samples.c: a few blocks of a medium --- */

/* 1: the samples of medium are the device's, or tell nothing; 0: another
 * device's; negative: no answer. */
int samples_compare(struct fetcher *f, size_t medium);

/* --- steps.c: what to do next, and one step of it --- */

/* Serves, reads, confirms, or waits, once. */
void steps_turn(struct fetcher *f);

/* --- readahead.c: what readers will want next --- */

void readahead_note(struct fetcher *f, const struct fetch_request *r);
void readahead_forget(struct fetcher *f, const struct fetch_request *r);
size_t readahead_wants(const struct fetcher *f, struct plan_want *wants,
                       size_t room);

/* What cannot be read there: no stream goes on over it. */
void readahead_stop(struct fetcher *f, size_t medium, uint64_t offset);

/* --- urgent.c: who goes first --- */

/* True: somebody waits for something else than f->current, which is to be
 * stopped for it. */
bool urgent_other(struct fetcher *f);

/* The link to the first request that waits for what f->current begins with;
 * one to NULL: there is none. */
struct fetch_request **urgent_cause(struct fetcher *f);

/* Makes *link, if there is one, the last of those pending. */
void urgent_last(struct fetch_request **link);

/* --- known.c, known_when.c: bytes that a checksum tells --- */

void known_init(struct fetcher *f, const struct fetcher_config *config);

/* step is about to be read. True: it is to be asked about first, and has been
 * changed to that. */
bool known_consider(struct fetcher *f, struct plan_step *step);

/* Does it: f->current, a PLAN_KNOWN. 0, or why it was broken off. */
int known_ask(struct fetcher *f);

/* A row of f->current came. */
void known_note_row(struct fetcher *f, uint64_t offset, const uint8_t *bytes,
                    size_t len);

/* True: what follows in f->current may be blank, and it pays to ask. */
bool known_has_hint(const struct fetcher *f);

/* --- stale.c: what an earlier session left --- */

int stale_init(struct fetcher *f, const struct fetcher_config *config);
void stale_free(struct fetcher *f);

/* Any thread: it has been compared. */
bool stale_is_fresh(struct fetcher *f, size_t medium, uint64_t offset,
                    uint64_t len);

/* r cannot be answered yet: some of it has not been compared. */
bool stale_holds(const struct fetcher *f, const struct fetch_request *r);

/* What is to be compared for those who wait, or (idle) at all. True: *step. */
bool stale_choose(struct fetcher *f, bool idle, struct plan_step *step);

/* f->stale.lost is to be read and confirmed before anything is compared. */
bool stale_wants(struct fetcher *f);

/* Does it: f->current, a PLAN_STALE. */
int stale_check(struct fetcher *f);

/* What is known of medium, of a range of it, counts as if an earlier session
 * had left it. */
void stale_again(struct fetcher *f, size_t medium);
void stale_again_in(struct fetcher *f, size_t medium, uint64_t offset,
                    uint64_t len);

/* It is none of an earlier session, or has been compared. */
bool stale_is_over(const struct fetcher *f, size_t medium, uint64_t offset,
                   uint64_t len);

/* A known block of medium of which that is true; false: there is none. */
bool stale_sample(struct fetcher *f, size_t medium, uint64_t *n);

/* The device's checksum was right over it, or it was read in this session. */
void stale_verified(struct fetcher *f, size_t medium, uint64_t offset,
                    uint64_t len);

/* Blocks of the range cannot be proved by asking. */
void stale_note_unproved(struct fetcher *f, size_t medium, uint64_t offset,
                         uint64_t len);
bool stale_is_unproved(const struct fetcher *f, size_t medium, uint64_t block);

/* ... and it had been confirmed: one reading that agrees is enough. */
bool stale_is_doubted(const struct fetcher *f, size_t medium, uint64_t block);

/* Such blocks of the range are wanted: they become good, to be confirmed by
 * being read again. */
void stale_doubt(struct fetcher *f, size_t medium, uint64_t offset,
                 uint64_t len);

/* A block was read. */
void stale_was_read(struct fetcher *f, size_t medium, uint64_t block);

/* --- idle.c: what is done while nobody waits --- */

/* Sets f->idle; false: there is nothing to do. */
bool idle_choose(struct fetcher *f);

/* Of that, only what was answered and is to be confirmed (verify fast). */
bool idle_choose_debt(struct fetcher *f);

#endif
