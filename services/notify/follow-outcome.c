/* SPDX-License-Identifier: Apache-2.0 */
/* What became of a notice, as facts say it: our own word coming back, another disk's, or the office's from before this one. */
#include "services/notify/follow-internal.h"

#include <errno.h>
#include <string.h>

#include "firmware/base/cleanup.h"

/* "notice.accepted" -> accepted: the states have the names of their facts. */
static int state_of(const char *type, enum notice_state *statep) {
        return notice_state_from_str(type + strlen("notice."), statep);
}

/* A bounce is news of a mail that had gone; that it had gone is none of one that bounced. */
static bool is_newer(enum notice_state told, enum notice_state known) {
        return notice_state_went(known) &&
               (told == NOTICE_FAILED || (told == NOTICE_DELIVERED && known != told));
}

/* It is told of a channel where it has had its end since, as of a mail that came back: old news, when the ledger is read anew. */
static bool had_ended(const struct notice_row *row, const char *channel) {
        char why[PLAN_REASON_SIZE];
        enum channel c;

        return channel_from_str(channel, &c) == 0 && plan_is_used(row->used, c, why);
}

/* Our own outcome coming back, or what another disk's notify did: never sent again either way. */
static int settle(
        struct follow *f, const char *id, enum notice_state state, const char *channel, bool correction) {
        struct notice_row row;
        int r = outbox_get(f->outbox, id, &row);

        if (r != 0)
                return r == OUTBOX_E_NONE ? 0 : r;
        if (notice_state_waits(row.state) && had_ended(&row, channel))
                return 0;
        if (notice_state_waits(row.state) || is_newer(state, row.state)) {
                row.state = state;
                row.correction |= correction;
                row.changed_usec = f->now.wall_usec;
        } else if (row.told || row.state != state || row.correction != correction) {
                return 0;
        }
        row.told = true;
        return outbox_put(f->outbox, &row);
}

/* A contact that is newer was looked at by somebody: it lifts what an older one was refused for, whichever of them is read first. */
static int contact_version(struct follow *f, const char *merchant, const char *shipment, int64_t *versionp) {
        _cleanup_(json_freep) struct json *data = NULL;
        int r = shipments_contact(f->shipments, merchant, shipment, &data);

        *versionp = r == 0 ? json_get_int(data, "version", 0) : 0;
        return r == STORE_E_NONE ? 0 : r <= 0 ? r : -EAGAIN;
}

/*
 * Addresses that a notice was refused at: our own word coming back, or what another disk found out. The hashes say the same as long as the
 * station's secret does.
 */
static int learn_refused(
        struct follow *f, const char *merchant, const char *shipment, const struct json *data) {
        const struct json *e = json_first(json_get(data, "refused"));
        int64_t known, at;
        int r;

        if (!e)
                return 0;
        if (time_parse(json_get_string(data, "at", ""), &at, NULL) < 0)
                at = f->now.wall_usec;
        r = contact_version(f, merchant, shipment, &known);
        for (; e && r == 0; e = json_next(e)) {
                const char *hash = json_get_string(e, "address", "");
                int64_t version = json_get_int(e, "version", 0);

                if (strlen(hash) == SEAL_HASH_MAX - 1 && version >= known)
                        r = barred_put(f->keepers.barred, hash, merchant, shipment, version, at);
        }
        return r;
}

int follow_on_outcome(struct follow *f, const struct fact_row *fact, const struct json *data) {
        enum notice_state state;
        int r;

        if (state_of(fact->type, &state) < 0)
                return -EBADMSG;
        r = learn_refused(f, fact->merchant, fact->subject, data);
        if (r != 0)
                return r;
        return settle(f, json_get_string(data, "notice", ""), state, json_get_string(data, "channel", ""),
                json_get_bool(data, "correction", false));
}

/* A notice that we have no row of, told by others: one that its reservation, should it come, will find ended. */
static int remember(
        struct follow *f, const struct fact_row *fact, const struct json *e, enum notice_state state) {
        struct notice_row row = {.state = state,
                .generation = (int) json_get_int(e, "generation", 0),
                .told = true,
                .changed_usec = f->now.wall_usec};
        int r;

        if (!uuid_is_valid(json_get_string(e, "notice", "")) ||
                !copy_text(row.id, sizeof(row.id), json_get_string(e, "notice", "")) ||
                !copy_text(row.merchant, sizeof(row.merchant), fact->merchant) ||
                !copy_text(row.shipment, sizeof(row.shipment), json_get_string(e, "shipment", "")) ||
                !copy_text(row.kind, sizeof(row.kind), json_get_string(e, "kind", "")))
                return -EBADMSG;
        r = outbox_insert(f->outbox, &row);
        return r == OUTBOX_E_EXISTS ? settle(f, row.id, state, "", false) : r;
}

/*
 * A snapshot's `known`. What it tells as waiting is our own word from before, and stays owed when this ledger's facts say so.
 */
int follow_on_known(struct follow *f, const struct fact_row *fact, const struct json *data) {
        int r = 0;

        for (const struct json *e = json_first(json_get(data, "notices")); e && r == 0; e = json_next(e)) {
                enum notice_state state;

                r = learn_refused(f, fact->merchant, json_get_string(e, "shipment", ""), e);
                if (r == 0 && notice_state_from_str(json_get_string(e, "state", ""), &state) == 0 &&
                        !notice_state_waits(state))
                        r = remember(f, fact, e, state);
        }
        for (const struct json *e = json_first(json_get(data, "withdrawn")); e && r == 0; e = json_next(e))
                r = follow_withdrawn_before(f, fact->merchant, e);
        return r;
}
