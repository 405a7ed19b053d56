/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Notices on paper: what okuru-notify lays into a folder is printed for the customer, one after the other, by a receipt printer of its
 * own. Nothing of it waits in the loop: the disk is another thread's, and the printer takes its bytes as it likes.
 *
 * A slip is out when its printer says so, and is then never printed again. When that is not known (the power went, the line broke
 * off) it comes again and says at its head that another one may be about: 再発行. Three times not known, and it is left to people.
 */
#include <systemd/sd-event.h>

#include "firmware/base/json.h"
#include "firmware/base/time.h"
#include "firmware/station/config.h"

struct slips;

struct slips_callbacks {
        /* The printer is there or is not; the texts are borrowed. */
        void (*on_printer)(void *userdata, bool up, const char *reason);
        void *userdata;
};

/* @config: borrowed, outlives it; ->folder is set. Return: 0, -errno. */
int slips_new(struct slips **sp, sd_event *event, const struct slips_config *config,
        const struct slips_callbacks *callbacks);
struct slips *slips_free(struct slips *s); /* takes NULL, returns NULL; waits for the disk's work in hand */
/* Once a second. @wall_usec: now, 0 when nobody keeps the clock right: nothing is too old then. */
void slips_on_second(struct slips *s, int64_t wall_usec);
/* Member slips: the printer, how many wait since when. */
void slips_write_status(const struct slips *s, struct json_writer *w);
/* One sentence of what people must do something about; NULL nothing. Valid until the next call. */
const char *slips_ill(struct slips *s);
struct stamp slips_ill_since(const struct slips *s);
/* For the list of devices. */
bool slips_is_up(const struct slips *s);
const char *slips_reason(const struct slips *s);
