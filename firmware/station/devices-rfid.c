/* SPDX-License-Identifier: Apache-2.0 */
/* Tag readers, over LLRP or as a module, and the lamps at their outputs. */
#include "firmware/station/devices-internal.h"

#include <errno.h>
#include <string.h>

#include "drivers/llrp/reader.h"
#include "drivers/r200/reader.h"
#include "drivers/timer.h"
#include "firmware/base/log.h"
#include "firmware/base/str.h"
#include "firmware/base/time.h"

static void reader_on_read(void *userdata, const struct tag_read *read) {
        struct reader *r = userdata;

        device_on_tag(&r->is, read);
}

static void reader_on_inventory(void *userdata, bool is_running, uint64_t mono_usec) {
        struct reader *r = userdata;

        (void) mono_usec;
        r->is_running = is_running;
        r->is_asked = false;
        device_on_inventory(&r->is, is_running);
}

/* ---- inventories that a box or a button starts; a reader that starts by itself is never told to stop ---- */

static void begin(struct reader *r) {
        r->is_asked = true;
        if (r->llrp)
                llrp_reader_start(r->llrp);
        if (r->r200)
                r200_reader_set_inventory(r->r200, true);
}

/* Some readers say that it is an error to stop what does not run. */
static void end(struct reader *r) {
        if (r->llrp && (r->is_running || r->is_asked))
                llrp_reader_stop(r->llrp);
        if (r->r200)
                r200_reader_set_inventory(r->r200, false);
}

void reader_read(struct reader *r, bool is_wanted) {
        if (r->is_wanted == is_wanted)
                return;
        r->is_wanted = is_wanted;
        if (is_wanted && !r->is_running)
                begin(r);
        else if (!is_wanted)
                end(r);
}

void reader_read_once(struct reader *r) {
        if (r->is_running || !r->is.up)
                return;
        begin(r);
        if (r->stop)
                (void) timer_arm(
                        r->stop, (uint64_t) r->config->stop_after_ms * USEC_PER_MSEC); /* only when forked */
}

static int reader_on_stop(sd_event_source *source, uint64_t usec, void *userdata) {
        struct reader *r = userdata;

        (void) source;
        (void) usec;
        if (!r->is_wanted)
                end(r);
        return 0;
}

/* It was away: what it does now is not what is wanted, or it does nothing. */
static void resume(struct reader *r) {
        if (r->config->start_by == READER_START_ALWAYS || !r->llrp)
                return;
        if (r->is_wanted && !r->is_running)
                begin(r);
        else if (!r->is_wanted && r->is_running)
                end(r);
}

static void reader_on_input(void *userdata, unsigned int input, bool is_high, uint64_t mono_usec) {
        struct reader *r = userdata;

        (void) mono_usec;
        log_debug("reader %s: input %u is %s", r->config->name, input, is_high ? "high" : "low");
}

static void reader_on_notice(void *userdata, enum tag_notice what, const char *words) {
        struct reader *r = userdata;

        log_warning("reader %s: %s: %s", r->config->name, tag_notice_to_str(what), words);
        if (what != TAG_NOTICE_REFUSED && what != TAG_NOTICE_LOST)
                return;
        (void) copy_text(
                r->words, sizeof(r->words), words); /* long ones may be cut: the log has them whole */
        r->has_words = true;
}

static void reader_on_state(void *userdata, enum device_state state, int error) {
        struct reader *r = userdata;

        if (state == DEVICE_DOWN)
                r->is_running = r->is_asked = false; /* as far as anybody knows */
        r->is.words = state == DEVICE_DOWN && r->has_words ? r->words : NULL;
        r->has_words = false;
        device_on_state(&r->is, state, error);
        device_on_reader(r, state, error);
        if (state == DEVICE_UP)
                resume(r);
}

static void set_start(struct llrp_inventory *i, const struct reader_config *c) {
        if (c->start_by != READER_START_ALWAYS) {
                i->start = LLRP_START_COMMAND;
        } else if (c->start_input) {
                i->start = LLRP_START_GPI;
                i->start_input = (uint16_t) c->start_input;
                i->start_high = c->start_level == 1;
        } else if (c->start_every_ms) {
                i->start = LLRP_START_PERIODIC;
                i->start_every_ms = (uint32_t) c->start_every_ms;
        }
}

static void set_stop(struct llrp_inventory *i, const struct reader_config *c) {
        i->stop_ms = (uint32_t) c->stop_after_ms;
        if (c->stop_input) {
                i->stop = LLRP_STOP_GPI;
                i->stop_input = (uint16_t) c->stop_input;
                i->stop_high = c->stop_level == 1;
        } else if (c->stop_after_ms) {
                i->stop = LLRP_STOP_AFTER;
        }
}

static const char *or_null(const char *text) {
        return *text ? text : NULL;
}

struct llrp_reader_config reader_link_of(const struct reader_config *c) {
        return (struct llrp_reader_config){.address = c->host,
                .port = (uint16_t) c->port,
                .tls = {.ca = or_null(c->tls_ca),
                        .name = or_null(c->tls_name),
                        .certificate = or_null(c->tls_certificate),
                        .key = or_null(c->tls_key)},
                .session.only_1_0_1 = c->version == 1,
                .priority = SD_EVENT_PRIORITY_NORMAL};
}

static int open_llrp(struct reader *r, sd_event *event, const struct tag_sink *sink) {
        const struct reader_config *c = r->config;
        struct llrp_inventory inventory = {.has_power = c->has_power,
                .power_cdbm = c->power_cdbm,
                .has_session = c->session >= 0,
                .session = (uint8_t) (c->session >= 0 ? c->session : 0),
                .has_mode = c->mode >= 0,
                .mode = (uint16_t) (c->mode >= 0 ? c->mode : 0),
                .population = (uint16_t) c->population,
                .quiet_ms = (uint16_t) c->quiet_ms,
                .quiet_limit_ms = (uint32_t) c->quiet_limit_ms,
                .report_every = 1, /* a verdict waits for it */
                .keepalive_ms = (uint32_t) c->keepalive_ms,
                .no_pc = !c->pc,
                .no_hold = !c->hold};
        struct llrp_reader_config config = reader_link_of(c);

        for (size_t i = 0; i < c->n_antennas; i++)
                inventory.antennas[inventory.n_antennas++] = (uint16_t) c->antennas[i];
        set_start(&inventory, c);
        set_stop(&inventory, c);
        config.session.inventory = inventory;
        return llrp_reader_new(&r->llrp, event, &config, *sink);
}

static int open_r200(struct reader *r, sd_event *event, const struct tag_sink *sink) {
        const struct reader_config *c = r->config;
        struct r200_config config = {.path = c->path,
                .baud = (unsigned int) c->baud,
                .settings = {.region = (enum r200_region) c->region,
                        .power_cdbm = c->has_power ? c->power_cdbm : R200_POWER_KEEP},
                .inventory = c->start_by == READER_START_ALWAYS,
                .priority = SD_EVENT_PRIORITY_NORMAL};

        int e = 0;

        if (c->start_by == READER_START_BUTTON && c->stop_after_ms)
                e = timer_new(&r->stop, event, SD_EVENT_PRIORITY_NORMAL, reader_on_stop, r);
        return e < 0 ? e : r200_reader_new(&r->r200, event, &config, *sink);
}

int reader_open(struct reader *r, sd_event *event, const struct reader_config *config) {
        struct tag_sink sink = {
                reader_on_read, reader_on_inventory, reader_on_input, reader_on_notice, reader_on_state, r};

        r->config = config;
        r->is.name = config->name;
        r->is.driver = config->driver == READER_LLRP ? "llrp" : "r200";
        return config->driver == READER_LLRP ? open_llrp(r, event, &sink) : open_r200(r, event, &sink);
}

void reader_close(struct reader *r) {
        r->llrp = llrp_reader_free(r->llrp);
        r->r200 = r200_reader_free(r->r200);
        r->stop = sd_event_source_disable_unref(r->stop);
}
