/* SPDX-License-Identifier: Apache-2.0 */
/* How a notice ended: its row, and its line in the log that the station tails, until both are old. */
#include "services/notify/outbox-internal.h"

#include <stdio.h>
#include <string.h>

#include "firmware/store/log.h"

/*
 * What a copy was made of, by reference, so that it can be shown later who was told what; nothing when none was ever made. Where there was
 * nothing new, the parcels that were looked at: one that left since is still owed.
 */
static void write_told(struct json_writer *w, const struct notice_row *row) {
        char id[UUID_TEXT_MAX];

        bool copied = *row->words && row->attempts > 0;

        if (copied) {
                json_write_string(w, "words", row->words);
                json_write_string(w, "contact", row->contact);
                if (*row->digest)
                        json_write_string(w, "copy", row->digest);
        } else if (strcmp(row->reason, NOTICE_NOTHING_NEW) != 0) {
                return;
        }
        json_write_array(w, "parcels");
        for (const char *p = row->parcels; strlen(p) >= UUID_TEXT_MAX; p += UUID_TEXT_MAX) {
                memcpy(id, p, UUID_TEXT_MAX - 1);
                id[UUID_TEXT_MAX - 1] = '\0';
                json_write_string(w, NULL, id);
        }
        json_write_end_array(w);
}

/* Addresses that this shipment's notices were refused at, by their hashes: who has lost this file learns them from the facts. */
static int write_refused(struct outbox *o, const struct notice_row *row, struct json_writer *w) {
        _cleanup_reset_ struct store_stmt *q = &o->refused;
        int n = 0, r;

        store_bind_text(q, 1, row->merchant);
        store_bind_text(q, 2, row->shipment);
        store_bind_int64(q, 3, OUTBOX_REFUSED_MAX);
        for (; (r = store_step(q)) == 0; n++) {
                if (n == 0)
                        json_write_array(w, "refused");
                json_write_object(w, NULL);
                json_write_string(w, "address", store_column_str(q, 0));
                json_write_int(w, "version", store_column_int64(q, 1));
                json_write_end_object(w);
        }
        if (n > 0)
                json_write_end_array(w);
        return r == STORE_E_DONE ? 0 : r;
}

static int append_outcome(struct outbox *o, struct notice_row *row, const struct stamp *now) {
        _cleanup_str_ struct str data = STR_INIT;
        char type[32], at[TIME_TEXT_MAX];
        struct json_writer w;
        int r;

        (void) snprintf(type, sizeof(type), "notice.%s", notice_state_to_str(row->state));
        json_writer_init(&w, &data);
        json_write_object(&w, NULL);
        json_write_string(&w, "merchant", row->merchant);
        json_write_string(&w, "notice", row->id);
        json_write_string(&w, "kind", row->kind);
        json_write_int(&w, "generation", row->generation);
        if (*row->channel && (row->attempts > 0 || row->state == NOTICE_ACCEPTED))
                json_write_string(&w, "channel", row->channel); /* else it was only planned */
        json_write_int(&w, "attempts", row->attempts);
        json_write_string(&w, "at", time_format(now->wall_usec, now->offset_sec, at));
        if (*row->reason)
                json_write_string(&w, "reason", row->reason);
        if (row->correction)
                json_write_bool(&w, "correction", true);
        write_told(&w, row);
        r = write_refused(o, row, &w);
        json_write_end_object(&w);
        if (r < 0)
                return r;
        return data.error
                       ? data.error
                       : store_log_append(o->store, type, row->shipment, data.data, data.len, &row->log_pos);
}

int outbox_conclude(struct outbox *o, struct notice_row *row, enum notice_state state, const char *reason,
        const struct stamp *now) {
        int r;

        row->state = state;
        (void) copy_text(row->reason, sizeof(row->reason), reason); /* words of ours, all short */
        row->told = false;
        row->changed_usec = now->wall_usec;
        r = append_outcome(o, row, now);
        return r == 0 ? outbox_put(o, row) : r;
}

int outbox_purge(struct outbox *o, const struct stamp *now, int max, int *np) {
        int64_t before = now->wall_usec - OUTBOX_KEEP_DAYS * 86400LL * (int64_t) USEC_PER_SEC, upto = 0;
        int r;

        *np = 0;
        if (now->clock != CLOCK_QUALITY_SYNCED)
                return 0;
        store_bind_int64(&o->purge_pos, 1, before);
        store_bind_int64(&o->purge_pos, 2, max);
        r = store_step(&o->purge_pos);
        if (r == 0)
                upto = store_column_int64(&o->purge_pos, 0);
        store_reset(&o->purge_pos);
        if (r != 0)
                return r;
        store_bind_int64(&o->purge, 1, before);
        store_bind_int64(&o->purge, 2, max);
        r = store_run(&o->purge);
        if (r != 0)
                return r;
        *np = (int) store_changes(o->store);
        return upto > 0 ? store_log_trim(o->store, upto) : 0;
}
