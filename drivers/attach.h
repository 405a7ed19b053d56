/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How a driver holds on to a device that comes and goes: it is opened by its name from within the loop, tried again for ever while
 * it is not there, and said to be up or down once per change. The driver brings three functions and says when the device is lost;
 * it never opens or closes by itself, but in its x_free(). Nothing here knows what a device is.
 *
 * A device that takes its time to open (a TCP connection, a greeting) returns ATTACH_E_PENDING and says attach_up() later; until
 * then it is neither up nor down to the outside, and the driver's own time limit ends in attach_lost().
 *
 *         down --open: 0------------------------------> up
 *         down --open: ATTACH_E_PENDING--> opening --attach_up()--> up
 *         down --open: -errno--------------------------> down, again later
 *         opening, up --attach_lost()------------------> down, again later
 *
 * Embedded by value; the members are nobody else's.
 */
#include <systemd/sd-event.h>

#include "drivers/port.h"

#define ATTACH_RETRY_USEC 1000000

enum {
        ATTACH_E_PENDING = 1, /* of open(): on its way; attach_up() or attach_lost() will follow */
};

/* None is called from within attach_init() or attach_deinit(); none may deinit the attach that calls it. */
struct attach_ops {
        /* Return: 0 it is open, ATTACH_E_PENDING, or -errno; what it opened until then close() takes back. */
        int (*open)(void *userdata);
        /* Gives up all of the device, also half of it: after a failed open() and when it was lost. What arrived of a scan is
         * refused here. */
        void (*close)(void *userdata);
        /* As scan_sink's: once after the start and at every change of state or reason. @error: 0 with DEVICE_UP, else -errno. */
        void (*on_state)(void *userdata, enum device_state state, int error);
        void *userdata;
};

struct attach_config {
        int64_t priority;    /* of the device; the tries come one before it */
        uint64_t retry_usec; /* between two tries to open; 0 is ATTACH_RETRY_USEC */
        uint64_t
                retry_max_usec; /* doubles up to this while tries fail; less than retry_usec: it does not grow */
};

struct attach {
        struct attach_ops ops;
        sd_event_source *timer; /* owned; NULL before attach_init() */
        uint64_t retry_usec, retry_max_usec;
        uint64_t wait_usec; /* before the next try */
        uint64_t up_usec;   /* CLOCK_MONOTONIC since when it is up */
        enum { ATTACH_DOWN, ATTACH_OPENING, ATTACH_UP } is;
        bool told; /* state and error were told once */
        enum device_state state;
        int error;
};

/**
 * attach_init() - the first try comes in the loop's next turn
 * @a: zero-initialised
 * @ops: copied; what their userdata points to outlives @a
 *
 * Return: 0, -ENOMEM, or what sd-event returns; @a may be deinitialised in any case.
 */
int attach_init(
        struct attach *a, sd_event *event, const struct attach_config *config, const struct attach_ops *ops);
/* Tells nobody and closes nothing: the owner is about to. Twice is harmless. */
void attach_deinit(struct attach *a);

bool attach_is_up(const struct attach *a);
/* What was pending is open. Nothing when it is not pending (any more). */
void attach_up(struct attach *a);
/* The device went away, or what was pending failed: it is closed and tried again later. @error: -errno. Nothing when it is down. */
void attach_lost(struct attach *a, int error);
/* Somebody says that there is something new to open: do not wait. Nothing unless it is down. */
void attach_hurry(struct attach *a);
