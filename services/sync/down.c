/* SPDX-License-Identifier: Apache-2.0 */
/* Commands on their way down: each goes into inbox.db with what is personal in it sealed; only then is it said to be taken. */
#include "firmware/base/log.h"
#include "firmware/store/cursor.h"
#include "services/sync/sync-internal.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define LATER_ACCURACY_USEC 5000 /* sd-event's own, 250 ms, is more than ten times what it is to wait */

static int down_on_idle(sd_event_source *source, void *userdata) {
        struct sync *s = userdata;

        (void) source;
        down_settle(s);
        (void) down_send(s, true);
        sync_pump(s);
        return 0;
}

static int down_on_later(sd_event_source *source, uint64_t usec, void *userdata) {
        (void) usec;
        return down_on_idle(source, userdata);
}

int down_begin(struct sync *s) {
        int r = inbox_load_streams(s->inbox, &s->down);

        if (r < 0)
                return r;
        /* Runs when everything else has had its turn: until then further commands join the transaction. */
        r = sd_event_add_defer(s->event, &s->idle, down_on_idle, s);
        if (r < 0)
                return r;
        (void) sd_event_source_set_description(s->idle, "idle");
        (void) sd_event_source_set_enabled(s->idle, SD_EVENT_OFF);
        r = sd_event_source_set_priority(s->idle, SD_EVENT_PRIORITY_IDLE);
        if (r < 0)
                return r;
        r = sd_event_add_time(s->event, &s->later, CLOCK_MONOTONIC, 0, LATER_ACCURACY_USEC, down_on_later, s);
        if (r < 0)
                return r;
        (void) sd_event_source_set_description(s->later, "taken");
        return sd_event_source_set_enabled(s->later, SD_EVENT_OFF);
}

void down_settle_when_idle(struct sync *s) {
        if (sd_event_source_set_enabled(s->idle, SD_EVENT_ONESHOT) < 0)
                down_settle(s); /* cannot be, and must not cost a command */
}

static bool is_for_us(struct sync *s, const struct command *c) {
        return strcmp(c->stream.realm, s->config->realm) == 0 &&
               strcmp(c->stream.site, s->config->site) == 0 &&
               strcmp(c->stream.station, s->config->station) == 0;
}

static int store(struct sync *s, struct command *c, const char *evicted) {
        int r = inbox_begin(s->inbox);

        if (r == 0 && *evicted)
                r = inbox_forget_stream(s->inbox, evicted);
        if (r == 0)
                r = command_close(c, &s->seal, inbox_find_box, s->inbox);
        if (r == 0)
                r = inbox_put_command(s->inbox, c);
        return r == 0 ? picture_on_command(s, c) : r;
}

/* All that is in the transaction is lost with it, and comes again: nothing of it was said to be taken. */
void down_give_up(struct sync *s, int error) {
        inbox_rollback(s->inbox);
        downlink_on_rolled_back(&s->down);
        peers_on_rolled_back(&s->peers);
        pictures_on_rolled_back(&s->picture.list);
        s->peer.pending = false;
        if (!s->disk_complained)
                log_error("inbox.db: commands cannot be kept: %s", strerror(-error));
        s->disk_complained = true;
        if (inbox_failure(s->inbox) < 0)
                (void) sd_event_exit(
                        s->event, inbox_failure(s->inbox)); /* what the disk says now is not to be believed */
}

static void take(struct sync *s, struct command *c) {
        char evicted[SOURCE_TEXT_MAX];
        struct downlink_stream *stream;
        enum downlink_judgement judgement =
                downlink_judge(&s->down, c->source, c->sequence, &stream, evicted);
        int r;

        if (judgement == DOWNLINK_GAP)
                downlink_on_gap(&s->down, sync_now(s));
        if (judgement != DOWNLINK_NEXT)
                return;
        r = store(s, c, evicted);
        if (r != 0) {
                down_give_up(s, r < 0 ? r : -EIO);
                return;
        }
        if (*c->reason)
                log_notice("command %" PRIu64 " of type %s breaks the contract: %s", c->sequence, c->type,
                        c->reason);
        downlink_on_accepted(&s->down, stream);
        if (s->down.n_pending >= DOWNLINK_BATCH) {
                down_settle(s);
                (void) down_send(s, false);
        }
}

void down_on_command(struct sync *s, const struct link_message *m) {
        _cleanup_command_ struct command c = {0};
        struct diag d = {0};
        int r;

        if (s->intake_stopped) {
                s->n_stopped++; /* the OMS sends again when there is room */
                return;
        }
        r = command_read(m->payload, m->n, &c, &d);
        if (r == -EBADMSG) {
                if (s->n_unreadable++ == 0)
                        log_warning("a message on the way down is no command: %s%s%s", d.key,
                                *d.key ? ": " : "", d.text);
                return;
        }
        if (r < 0)
                return; /* no memory: it comes again */
        if (!is_for_us(s, &c) || strcmp(c.inbox, inbox_id(s->inbox)) != 0) {
                s->n_strange++; /* of another station, or for the box that was here before */
                return;
        }
        take(s, &c);
        down_settle_when_idle(s);
}

void down_settle(struct sync *s) {
        if (s->down.n_pending > 0 || s->peer.pending)
                (void) sync_commit(s); /* said there; what failed comes again */
}

static int send_taken(struct sync *s, const struct downlink_stream *stream) {
        _cleanup_str_ struct str text = STR_INIT;
        int r = taken_write(
                stream ? stream->source : NULL, stream ? stream->committed : 0, inbox_id(s->inbox), &text);

        return r < 0 ? r : link_publish(s->link, s->topics[TOPIC_TAKEN], text.data, text.len, false, 0);
}

/* What was held back for its time is looked at again then. */
static void tell_later(struct sync *s) {
        uint64_t now;

        if (sd_event_now(s->event, CLOCK_MONOTONIC, &now) < 0)
                return; /* the tick comes in any case */
        if (sd_event_source_set_time(s->later, now + DOWNLINK_TAKEN_IDLE_USEC) >= 0)
                (void) sd_event_source_set_enabled(s->later, SD_EVENT_ONESHOT);
}

bool down_send(struct sync *s, bool idle) {
        struct downlink_stream *stream;
        int r = 0;

        if (!s->link || !link_is_up(s->link))
                return false;
        if (s->owes_hello) { /* once on each line: this is how an OMS learns of this box */
                r = downlink_current(&s->down) ? 0 : send_taken(s, NULL);
                s->owes_hello = r != 0;
        }
        while (r == 0 && (stream = downlink_to_tell(&s->down, idle, sync_now(s)))) {
                r = send_taken(s, stream);
                if (r == 0)
                        downlink_on_told(&s->down, stream, sync_now(s));
        }
        if (r == 0 && idle && downlink_owes(&s->down))
                tell_later(s);
        return r == 0;
}

/* What the station has read is not needed here any more; what is personal first of all. */
void down_trim(struct sync *s) {
        int64_t position;
        int r;

        if (!s->facts ||
                store_cursor_get(facts_store(s->facts), "inbox", inbox_id(s->inbox), &position) != 0 ||
                position == 0)
                return;
        r = inbox_begin(s->inbox);
        if (r == 0)
                r = inbox_trim(s->inbox, position);
        if (r == 0)
                r = sync_commit(s);
        else
                down_give_up(s, r);
        (void) r; /* said by whoever failed */
}
