/* SPDX-License-Identifier: Apache-2.0 */
/* The command `known`: what the OMS has of this station's past, and whether a row of ours must give way to it. */
#include "firmware/domain/intake-internal.h"

#include <errno.h>
#include <string.h>

/* Return: 0 the OMS knew all that we say of this parcel when it wrote this; WORLD_E_NONE, -errno. */
static int is_counted(struct intake *in, const char *merchant, const char *parcel) {
        int r = WORLD_E_NONE;

        for (const struct json *e = json_first(json_get(in->doc, "counts")); e && r == WORLD_E_NONE;
                e = json_next(e))
                r = in->world->is_counted(in->world->userdata, merchant, parcel,
                        json_get_string(e, "ledger", ""), (uint64_t) json_get_int(e, "upto", 0),
                        json_get_string(e, "upto_id", ""));
        return r;
}

/* Does it go otherwise than we know? Only where the box went is taken over: what is done at a bench is seen there. */
static bool goes_otherwise(const struct json *e, const char *merchant, const struct number_owner *own) {
        enum parcel_state told;

        if (parcel_state_from_str(json_get_string(e, "state", ""), &told) < 0 || own->gone)
                return false;
        return told != own->state &&
               (told == PARCEL_READY || told == PARCEL_SHIPPED || told == PARCEL_VOIDED ||
                       told == PARCEL_COLLECTED || told == PARCEL_RESTOCKED) &&
               strcmp(own->merchant, merchant) == 0 &&
               strcmp(own->shipment, json_get_string(e, "shipment", "")) == 0;
}

/* The box is no longer here, whoever has it before him. */
static void clear_bench(struct intake *in, const struct json *e) {
        struct bench *bench = intake_bench_of(in, json_get_string(e, "parcel", ""));
        struct verdict *v;
        bool voided = strcmp(json_get_string(e, "state", ""), "voided") == 0;

        if (!bench)
                return;
        v = intake_verdict(in, voided ? VERDICT_CANCELLED : VERDICT_ALREADY, bench);
        if (v) {
                verdict_sub_ja(v,
                        voided ? "この箱は取消済み。商品を戻し棚へ戻す" : "この箱は完了済み。伝票を読み直す");
                verdict_sub_en(v, voided ? "this box was voided: put the goods back"
                                         : "this box was done already: read its slip again");
        }
        bench->merchant[0] = bench->shipment[0] = bench->parcel[0] = '\0';
        bench->alarm = ALARM_NONE;
        bench->alarm_reason[0] = '\0';
        bench->damaged = false;
        bench->gesture = GESTURE_NONE;
        bench->waiting = CONTROL_NONE;
        bench->argument[0] = '\0';
        bench->digits = -1;
        bench->times = 1;
}

/*
 * Our own row gives way where the OMS knew all that we say of the parcel and says more: this ledger is a copy, or another disk was
 * in the box meanwhile. What we did and it has not heard of is never overruled. Decided once, and kept in the fact.
 */
static int write_overruled(struct intake *in, const char *merchant, struct fact_builder *b) {
        struct json_writer *w = &b->w;

        json_write_array(w, "overruled");
        for (const struct json *e = json_first(json_get(in->doc, "parcels"));
                e && b->text.len + UUID_TEXT_MAX + 8 < FACT_DATA_MAX; e = json_next(e)) {
                const char *parcel = json_get_string(e, "parcel", "");
                struct number_owner own = {0};
                int r = in->world->parcel(in->world->userdata, parcel, &own);

                if (r == 0 && !goes_otherwise(e, merchant, &own))
                        continue;
                if (r == 0)
                        r = is_counted(in, merchant, parcel);
                if (r < 0)
                        return r;
                if (r != 0)
                        continue;
                json_write_string(w, NULL, parcel);
                clear_bench(in, e);
        }
        json_write_end_array(w);
        return 0;
}

static int keep_known(struct intake *in) {
        const char *merchant = json_get_string(in->doc, "merchant", "");
        struct fact_builder b;
        int r;

        fact_begin(&b, &in->d->facts, "known.received", merchant, merchant, NULL, NULL, in->command->id);
        for (const struct json *m = json_first(in->doc); m; m = json_next(m))
                if (strcmp(json_key(m), "v") != 0 && strcmp(json_key(m), "overruled") != 0)
                        json_write_value(&b.w, json_key(m), m);
        r = write_overruled(in, merchant, &b);
        fact_end(&b);
        return r < 0 ? r : in->d->facts.error;
}

/* A notice that was promised and of which the office never heard more goes from here, by its own id. */
static int repeat_notice(struct intake *in, const char *merchant, const struct json *e) {
        const struct stamp *now = &in->command->now;
        struct shipment s = {0};
        enum notice_state state;
        enum notice_kind kind;
        int64_t since_usec;
        int r;

        if (notice_state_from_str(json_get_string(e, "state", ""), &state) < 0 ||
                notice_kind_from_str(json_get_string(e, "kind", ""), &kind) < 0 || !notice_state_waits(state))
                return 0;
        if (time_parse(json_get_string(e, "at", ""), &since_usec, NULL) < 0)
                since_usec = now->wall_usec;
        r = in->world->shipment(in->world->userdata, merchant, json_get_string(e, "shipment", ""), &s);
        if (r != 0)
                return r < 0 ? r : 0;
        (void) notice_repeat(&in->d->facts, in->world->policy, in->world->realm, &s, kind,
                (int) json_get_int(e, "generation", 0), since_usec, in->command->id, now);
        shipment_deinit(&s);
        return 0;
}

int intake_known(struct intake *in) {
        int r = intake_check_shape(in);

        if (r != 0)
                return r < 0 ? r : 0;
        r = keep_known(in);
        for (const struct json *e = json_first(json_get(in->doc, "notices")); e && r == 0; e = json_next(e))
                r = repeat_notice(in, json_get_string(in->doc, "merchant", ""), e);
        return r;
}
