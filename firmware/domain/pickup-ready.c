/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/pickup-ready.h"

#include "firmware/domain/notice.h"
#include "firmware/domain/store-calendar.h"

#include <string.h>

#define CLOSED_DAYS 60 /* a store that is closed for longer has no calendar */

int64_t pickup_keep_until(
        const struct policy *policy, const struct pickup_wish *wish, const struct stamp *now) {
        struct store_policy store;
        int64_t today = store_day_of(now->wall_usec, now->offset_sec), day;

        policy_store(policy, &store);
        if (now->clock == CLOCK_QUALITY_UNKNOWN)
                return 0;
        if (!wish->keep_until || !store_day_read(wish->keep_until, &day)) {
                day = today + (wish->keep_days > 0 ? wish->keep_days : store.keep_days);
                for (int i = 0; i < CLOSED_DAYS && !store_is_open(&store, day); i++)
                        day++;
        }
        return store_time_of(day, store.closes_min, now->offset_sec);
}

/* ---- ready ---- */

struct pickup_count pickup_count(const struct shipment *s) {
        struct pickup_count n = {0};
        int heard_of = 0;

        for (size_t i = 0; i < s->n_parcels; i++) {
                switch (s->parcels[i].state) {
                case PARCEL_VOIDED:
                        continue;
                case PARCEL_SHELVED:
                        n.shelved++;
                        break;
                case PARCEL_COLLECTED:
                        n.collected++;
                        break;
                case PARCEL_RESTOCKED:
                        break;
                default:
                        n.away++;
                        break;
                }
                heard_of++;
        }
        if (heard_of < s->pieces)
                n.away += s->pieces - heard_of;
        return n;
}

static void write_parcels(struct json_writer *w, const struct shipment *s) {
        json_write_array(w, "parcels");
        for (size_t i = 0; i < s->n_parcels; i++) {
                const struct parcel *p = &s->parcels[i];

                if (p->state != PARCEL_SHELVED)
                        continue;
                json_write_object(w, NULL);
                json_write_string(w, "parcel", p->id);
                json_write_int(w, "piece", p->piece);
                json_write_string(w, "shelf", p->shelf);
                json_write_end_object(w);
        }
        json_write_end_array(w);
}

static void write_ready(const struct pickup_act *act, const struct shipment *s, const char *leader) {
        struct fact_builder b;
        char until[TIME_TEXT_MAX];

        fact_begin(&b, act->facts, "pickup.ready", s->merchant, s->id, act->bench, act->actor, act->cause);
        json_write_array(&b.w, "orders");
        for (const struct json *o = json_first(json_get(s->doc, "orders")); o; o = json_next(o))
                json_write_string(&b.w, NULL, json_string(o));
        json_write_end_array(&b.w);
        json_write_int(&b.w, "pieces", s->pieces);
        write_parcels(&b.w, s);
        if (s->at_counter.partial)
                json_write_bool(&b.w, "partial", true);
        if (*leader)
                json_write_string(&b.w, "leader", leader);
        if (s->at_counter.keep_until_usec > 0)
                json_write_string(&b.w, "keep_until",
                        time_format(s->at_counter.keep_until_usec, act->now->offset_sec, until));
        fact_end(&b);
}

bool pickup_may_declare(const struct shipment *s) {
        return s->doc && s->pickup.wanted && !s->at_counter.is_ready && !s->held && !s->cancelled &&
               pickup_count(s).shelved > 0;
}

bool pickup_ready(const struct pickup_act *act, struct shipment *s, const char *leader) {
        struct pickup_count n = pickup_count(s);

        if (!pickup_may_declare(s) || (n.away > 0 && !*leader))
                return false;
        s->at_counter = (struct pickup_state){
                .is_ready = true,
                .partial = n.away > 0,
                .ready_usec = act->now->wall_usec,
                .ready_offset_sec = act->now->offset_sec,
                .keep_until_usec = pickup_keep_until(act->policy, &s->pickup, act->now),
        };
        write_ready(act, s, leader);
        if (notice_due(act->facts, act->policy, act->realm, s, "pickup-ready", act->bench, act->actor,
                    act->cause, act->now))
                s->notices[NOTICE_KIND_PICKUP_READY].live = true;
        return true;
}

/* ---- back to stock ---- */

bool pickup_waits(const struct parcel *p) {
        return p->state == PARCEL_ARRIVED || p->state == PARCEL_SHELVED || p->state == PARCEL_MISSING;
}

int pickup_expire(const struct pickup_act *act, struct shipment *s, const char *reason) {
        struct fact_builder b;
        int n = 0;

        for (size_t i = 0; i < s->n_parcels; i++)
                n += pickup_waits(&s->parcels[i]);
        if (n == 0)
                return 0;
        fact_begin(&b, act->facts, "pickup.expired", s->merchant, s->id, act->bench, act->actor, act->cause);
        json_write_string(&b.w, "reason", reason);
        json_write_array(&b.w, "parcels");
        for (size_t i = 0; i < s->n_parcels; i++) {
                struct parcel *p = &s->parcels[i];

                if (!pickup_waits(p))
                        continue;
                json_write_object(&b.w, NULL);
                json_write_string(&b.w, "parcel", p->id);
                json_write_int(&b.w, "piece", p->piece);
                if (*p->shelf)
                        json_write_string(&b.w, "shelf", p->shelf);
                json_write_end_object(&b.w);
                p->state = PARCEL_EXPIRED;
        }
        json_write_end_array(&b.w);
        fact_end(&b);
        /* Of a cancelled order the office writes. */
        if (strcmp(reason, "kept-too-long") == 0 &&
                notice_due(act->facts, act->policy, act->realm, s, "returned", act->bench, act->actor,
                        act->cause, act->now))
                s->notices[NOTICE_KIND_RETURNED].live = true;
        return n;
}
