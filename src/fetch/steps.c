// SPDX-License-Identifier: BSD-2-Clause
// What the fetcher does next, and one step of it.

#include "fetch/fetcher_priv.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>

#define FAULT_TRIES   3U    /* a bad address reported counts for so many */
#define IDLE_AFTER_MS 1000U /* between two reads of one copy nobody is idle */
#define IDLE_AGAIN_MS 5000U /* after trouble, what nobody waits for waits */

/* --- planning ------------------------------------------------------------ */

static const struct blocks *plan_blocks(void *arg, size_t medium)
{
    struct fetcher *f = arg;

    return cache_blocks(f->cache, medium);
}

static struct plan_limits plan_limits(void *arg, size_t medium)
{
    struct fetcher *f = arg;
    uint64_t base = f->map->media[medium].base;

    return (struct plan_limits){.max = device_read_max(f->device, base),
                                .sum_max = confirm_sum_max(f, medium),
                                .border = device_border(f->device, base)};
}

static bool plan_unproved(void *arg, size_t medium, uint64_t block)
{
    return stale_is_unproved(arg, medium, block) ||
           unsummed_has(arg, medium, block);
}

struct plan_input fetcher_input(struct fetcher *f,
                                struct plan_want wants[FETCHER_WANTS])
{
    const size_t room = FETCHER_WANTS - READAHEAD_STREAMS - 1;
    size_t n = 0;

    if (f->idle.len > 0 && f->idle_first)
        wants[n++] = f->idle;
    for (struct fetch_request *r = f->pending; r != NULL && n < room;
         r = r->next)
        if (r->kind == FETCH_READ || r->kind == FETCH_CONFIRM)
            wants[n++] = (struct plan_want){
                .medium = r->medium,
                .offset = r->offset,
                .len = r->len,
                .confirm = answer_wants_confirmed(f, r),
                .once = r->kind == FETCH_CONFIRM};
    n += readahead_wants(f, wants + n, READAHEAD_STREAMS);
    if (f->idle.len > 0 && !f->idle_first)
        wants[n++] = f->idle;
    return (struct plan_input){.wants = wants,
                               .n_wants = n,
                               .blocks = plan_blocks,
                               .rows = assemble_rows,
                               .limits = plan_limits,
                               .unproved = plan_unproved,
                               .arg = f};
}

/* Somebody waits for what the step begins with, or it is idle work. */
static bool is_wanted(struct fetcher *f)
{
    return *urgent_cause(f) != NULL || f->is_idle_step || f->idle.len > 0;
}

/* An address is bad. Nobody reads on over it. Where the device was not even
 * asked only the first block is known to be bad. */
static void count_fault(struct fetcher *f)
{
    uint64_t left = BLOCK_SIZE - f->current.offset % BLOCK_SIZE;

    if (!is_wanted(f)) {
        readahead_stop(f, f->current.medium, f->current.offset);
        return;
    }
    if (f->reading == f->step_reading && !f->is_idle_step &&
        f->current.len > left)
        f->current.len = left;
    assemble_count_tries(f, FAULT_TRIES, true);
}

static int read_step(struct fetcher *f)
{
    const struct device_sink sink = {assemble_begin, assemble_row,
                                     fetcher_attend, f};
    const struct map_medium *m = &f->map->media[f->current.medium];
    int ret;

    f->step_reading = f->reading;
    ret = device_read(f->device, ways_had(f), m->base + f->current.offset,
                      f->current.len, &sink, &f->read_error);
    /* Where reading makes the device reset, or hang, a reader gives up in time;
     * what nobody waits for would go on for ever. */
    if (ret == 0 || ret == -EILSEQ || (ret == -ETIMEDOUT && f->pending == NULL))
        assemble_count_tries(f, 1, false);
    else if (ret == -EFAULT)
        count_fault(f);
    return ret;
}

static void note_trouble(struct fetcher *f, int ret)
{
    if (f->read_error.text[0] == '\0' || ret == -EINTR || ret == 0)
        return;
    log_debug("%s", f->read_error.text);
    f->last_error = f->read_error;
}

/* It was silent and has brought nothing: others go first now. */
static void give_way(struct fetcher *f)
{
    if (f->idle.len > 0 && f->idle_first)
        f->idle_rests = true;
    else
        urgent_last(urgent_cause(f));
}

/* Nobody waits for the device: is it still there? */
static void look_around(struct fetcher *f)
{
    if (!device_look(f->device))
        return;
    f->read_error.text[0] = '\0';
    note_trouble(f, contact_ready(f));
}

static int do_step(struct fetcher *f)
{
    switch (f->current.what) {
    case PLAN_SUM:
        confirm_by_sum(f);
        return 0;
    case PLAN_KNOWN:
        return known_ask(f);
    case PLAN_STALE:
        return stale_check(f);
    case PLAN_READ:
    case PLAN_AGAIN:
        return read_step(f);
    case PLAN_NOTHING:
        break;
    }
    return 0;
}

static void run_step(struct fetcher *f, const struct plan_step *step)
{
    int ret;

    f->current = *step;
    f->at = step->offset;
    f->attended_ms = 0;
    fetcher_publish(f);
    f->read_error.text[0] = '\0';
    ret = contact_ready(f);
    f->step_contact = f->contact;
    f->unanswered.len = 0;
    if (ret == 0)
        ret = do_step(f);
    if (ret == -ETIMEDOUT && f->at <= step->offset)
        give_way(f);
    note_trouble(f, ret);
    fetcher_publish(f); /* whoever gets an error finds the reason */
    if (ret == -ESTALE)
        answer_fail_all(f);
    if (ret < 0 && ret != -EINTR)
        f->idle_at_ms = clock_ms() + IDLE_AGAIN_MS;
    f->current.what = PLAN_NOTHING;
    if (ret == -ESTALE)
        look_around(f); /* the right device may be starting */
    if (ret == -ENODEV || ret == -ESTALE)
        fetcher_wait(f); /* the port, the device may come back */
}

/* Requests that are no want of the plan. True: one was served. */
static bool serve_special(struct fetcher *f)
{
    const struct fetch_request *r = f->pending;

    if (r == NULL)
        return false;
    f->read_error.text[0] = '\0';
    if (r->kind == FETCH_SUM)
        confirm_serve_sum(f);
    else if (r->kind == FETCH_UNIFORM)
        confirm_serve_uniform(f);
    else if (r->kind == FETCH_CONFIRM && r->compared < r->len)
        confirm_request(f);
    else
        return false;
    return true;
}

static struct plan_step plan(struct fetcher *f)
{
    struct plan_want wants[FETCHER_WANTS];
    const struct plan_input in = fetcher_input(f, wants);

    return plan_next(&in);
}

/* Where an image proves itself nothing is read a second time. rests: the footer
 * did not come just now. */
static struct plan_step prove_or_again(struct fetcher *f,
                                       const struct plan_step *step, bool rests)
{
    if (!images_need_footer(f) && images_prove(f, step->medium, step->offset)) {
        answer_settle(f);
        return plan(f);
    }
    if (rests || !images_need_footer(f))
        return *step;
    f->idle = f->footer;
    f->idle_first = true;
    return plan(f);
}

/* What nobody waits for. */
static struct plan_step idle_step(struct fetcher *f)
{
    struct plan_step step = {.what = PLAN_NOTHING};

    if (f->pending != NULL || clock_ms() < f->idle_at_ms)
        return step;
    f->is_idle_step = true;
    if (stale_wants(f)) {
        f->idle = f->stale.lost;
    } else if (stale_choose(f, true, &step) || !idle_choose(f)) {
        return step;
    }
    return plan(f);
}

/* What to do next; PLAN_NOTHING: wait. */
static struct plan_step next_step(struct fetcher *f)
{
    bool rests = f->idle_rests && f->pending != NULL;
    struct plan_step step;

    f->idle_rests = false;
    f->idle.len = 0;
    f->is_idle_step = false;
    f->idle_first = f->noisy && !rests &&
                    (f->pending != NULL || clock_ms() >= f->idle_at_ms) &&
                    idle_choose_debt(f);
    if (f->pending != NULL && f->idle_at_ms < clock_ms() + IDLE_AFTER_MS)
        f->idle_at_ms = clock_ms() + IDLE_AFTER_MS;
    if (f->pending != NULL && stale_wants(f)) {
        if (!rests)
            f->idle = f->stale.lost;
        f->idle_first = !rests;
    } else if (stale_choose(f, false, &step)) {
        return step;
    }
    step = plan(f);
    if (step.what == PLAN_NOTHING)
        step = idle_step(f);
    if (step.what == PLAN_AGAIN)
        step = prove_or_again(f, &step, rests);
    (void)known_consider(f, &step);
    return step;
}

/* Without a device: what is still pending will never be known. */
static void serve_offline(struct fetcher *f)
{
    if (f->pending != NULL) {
        answer_note_offline(f);
        fetcher_publish(f); /* whoever gets an error finds the reason */
        answer_fail_all(f);
    }
    fetcher_publish(f);
    fetcher_wait(f);
}

void steps_turn(struct fetcher *f)
{
    struct plan_step step;

    if (device_is_offline(f->device)) {
        serve_offline(f);
        return;
    }
    if (serve_special(f)) {
        if (f->exchanged)
            answer_fail_all(f);
        answer_settle(f);
    }
    step = next_step(f);
    if (step.what != PLAN_NOTHING) {
        run_step(f, &step);
        return;
    }
    fetcher_publish(f);
    if (f->pending == NULL)
        look_around(f);
    fetcher_wait(f);
}
