/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/attach.h"

#include "drivers/timer.h"
#include "firmware/base/time.h"

static void attach_tell(struct attach *a, enum device_state state, int error) {
        if (a->told && a->state == state && a->error == error)
                return;
        a->told = true;
        a->state = state;
        a->error = error;
        a->ops.on_state(a->ops.userdata, state, error);
}

static void attach_set_up(struct attach *a) {
        a->is = ATTACH_UP;
        a->up_usec = monotonic_usec();
        attach_tell(a, DEVICE_UP, 0);
}

static void attach_set_down(struct attach *a, int error) {
        /* Only what stayed up begins anew: a device that answers and falls at once is tried ever less often. */
        if (a->is == ATTACH_UP && monotonic_usec() - a->up_usec >= a->retry_max_usec)
                a->wait_usec = a->retry_usec;
        a->is = ATTACH_DOWN;
        a->ops.close(a->ops.userdata);
        (void) timer_arm(a->timer, a->wait_usec); /* fails only when forked */
        a->wait_usec = a->wait_usec * 2 < a->retry_max_usec ? a->wait_usec * 2 : a->retry_max_usec;
        attach_tell(a, DEVICE_DOWN, error);
}

static int attach_on_retry(sd_event_source *source, uint64_t usec, void *userdata) {
        struct attach *a = userdata;
        int r;
        (void) source;
        (void) usec;

        if (a->is != ATTACH_DOWN)
                return 0;
        r = a->ops.open(a->ops.userdata);
        if (r < 0)
                attach_set_down(a, r);
        else if (r == ATTACH_E_PENDING)
                a->is = ATTACH_OPENING;
        else
                attach_set_up(a);
        return 0;
}

int attach_init(
        struct attach *a, sd_event *event, const struct attach_config *config, const struct attach_ops *ops) {
        int r = timer_new(&a->timer, event, config->priority - 1, attach_on_retry, a);

        if (r < 0)
                return r;
        a->ops = *ops;
        a->retry_usec = config->retry_usec ? config->retry_usec : ATTACH_RETRY_USEC;
        a->retry_max_usec = config->retry_max_usec > a->retry_usec ? config->retry_max_usec : a->retry_usec;
        a->wait_usec = a->retry_usec;
        return timer_arm(a->timer, 0);
}

void attach_deinit(struct attach *a) {
        a->timer = sd_event_source_disable_unref(a->timer);
}

bool attach_is_up(const struct attach *a) {
        return a->is == ATTACH_UP;
}

void attach_up(struct attach *a) {
        if (a->is == ATTACH_OPENING)
                attach_set_up(a);
}

void attach_lost(struct attach *a, int error) {
        if (a->is != ATTACH_DOWN)
                attach_set_down(a, error);
}

void attach_hurry(struct attach *a) {
        if (a->is == ATTACH_DOWN)
                (void) timer_arm(a->timer, 0); /* fails only when forked */
}
