/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/intake-internal.h"

#include "firmware/base/cleanup.h"
#include "firmware/domain/command-shape.h"
#include "firmware/domain/notice.h"

#include <errno.h>
#include <string.h>

static const struct {
        const char *type;
        int (*step)(struct intake *in);
} steps[] = {
        {"shipment", intake_shipment},
        {"label", intake_label},
        {"label.block", intake_label_block},
        {"contact", intake_contact},
        {"contact.erase", intake_contact_erase},
        {"policy", intake_policy},
        {"people", intake_people},
        {"bay", intake_bay},
        {"item.codes", intake_item_codes},
        {"fact.refused", intake_fact_refused},
        {"snapshot.begin", intake_snapshot},
        {"snapshot.end", intake_snapshot},
        {"known", intake_known},
        {CLAIMS_TYPE, intake_claims},
        {"expected", intake_expected},
        {"keys", intake_keys},
        {"offer", intake_offer},
        {"notice", intake_notice},
};

const char *intake_type(size_t i) {
        for (size_t at = 0; at < ELEMENTSOF(steps); at++)
                if (strcmp(steps[at].type, CLAIMS_TYPE) != 0 && i-- == 0)
                        return steps[at].type;
        return NULL;
}

/* Its subject is its shipment, of which there may be many notices. */
static void name_notice(const struct intake *in, struct fact_builder *b) {
        const char *kind = json_get_string(in->doc, "kind", "");
        int64_t generation = json_get_int(in->doc, "generation", -1);

        if (!name_is_valid(kind) || generation < 0 || generation > 9999)
                return;
        json_write_string(&b->w, "kind", kind);
        json_write_int(&b->w, "generation", generation);
}

int intake_refuse(struct intake *in, const char *reason, const char *key, const char *text, int64_t known) {
        struct fact_builder b;
        const char *merchant = json_get_string(in->doc, "merchant", "");

        /* A hostile member must not become an envelope attribute. */
        fact_begin(&b, &in->d->facts, "command.refused", name_is_valid(merchant) ? merchant : "",
                id_is_valid(in->command->subject, ID_SIZE - 1) ? in->command->subject : "", NULL, NULL,
                in->command->id);
        json_write_string(&b.w, "command", in->command->id);
        json_write_string(&b.w, "command_type", in->command->type);
        json_write_string(&b.w, "reason", reason);
        if (key && *key)
                json_write_string(&b.w, "key", key);
        json_write_string(&b.w, "text", text ? text : "");
        if (known > 0)
                json_write_int(&b.w, "known", known);
        if (strcmp(in->command->type, "notice") == 0)
                name_notice(in, &b);
        fact_end(&b);
        return in->d->facts.error;
}

int intake_refuse_shape(struct intake *in, const struct diag *diag) {
        return intake_refuse(in, "bad-shape", diag->key, diag->text, 0);
}

int intake_check_shape(struct intake *in) {
        struct diag diag = {0};
        int r = command_shape_check(in->command->type, in->doc, COMMAND_RECEIVED, &diag);

        if (r != -EBADMSG)
                return r;
        r = intake_refuse_shape(in, &diag);
        return r < 0 ? r : INTAKE_E_SETTLED;
}

/* The members that the OMS wrote: the ledger keeps the intake fact's data, which has ours among them. */
static void print_wish(const struct json *doc, struct str *out) {
        for (const struct json *m = json_first(doc); m; m = json_next(m)) {
                const char *key = json_key(m);

                if (strcmp(key, "v") == 0 || strcmp(key, "pull") == 0 || strcmp(key, "unpull") == 0)
                        continue;
                str_addf(out, "%s=", key);
                json_print(m, out);
        }
}

static bool same_document(const struct json *a, const struct json *b) {
        _cleanup_str_ struct str ta = STR_INIT, tb = STR_INIT;

        print_wish(a, &ta);
        print_wish(b, &tb);
        return ta.data && tb.data && strcmp(ta.data, tb.data) == 0;
}

int intake_check_version(struct intake *in, int64_t version, int64_t known, const struct json *known_doc) {
        int r;

        if (version > known)
                return 0;
        if (version == known && (!known_doc || same_document(in->doc, known_doc)))
                return INTAKE_E_SETTLED; /* the same again is harmless and says nothing new */
        r = intake_refuse(in, version < known ? "old-version" : "same-version", "version",
                version < known ? "a newer one is known" : "known with other content", known);
        return r < 0 ? r : INTAKE_E_SETTLED;
}

void intake_conflict(struct intake *in, const char *merchant, const char *shipment, const char *kind,
        const char *parcel, const char *text) {
        struct fact_builder b;

        fact_begin(&b, &in->d->facts, "conflict.found", merchant, shipment, NULL, NULL, in->command->id);
        json_write_string(&b.w, "kind", kind);
        if (parcel)
                json_write_string(&b.w, "parcel", parcel);
        json_write_string(&b.w, "command", in->command->id);
        json_write_string(&b.w, "text", text);
        fact_end(&b);
}

struct verdict *intake_verdict(struct intake *in, enum verdict_kind kind, const struct bench *bench) {
        struct verdict *v;

        if (in->d->n_verdicts == DECISION_VERDICTS_MAX)
                return NULL;
        v = &in->d->verdicts[in->d->n_verdicts++];
        verdict_set(v, kind, bench->name);
        (void) copy_text(v->merchant, sizeof(v->merchant), bench->merchant);
        (void) copy_text(v->shipment, sizeof(v->shipment), bench->shipment);
        (void) copy_text(v->parcel, sizeof(v->parcel), bench->parcel);
        return v;
}

struct bench *intake_bench_of(struct intake *in, const char *parcel) {
        for (size_t i = 0; i < in->n_benches; i++)
                if (*parcel && strcmp(in->benches[i].parcel, parcel) == 0)
                        return &in->benches[i];
        return NULL;
}

static int run(struct intake *in) {
        struct diag diag = {0};
        int r = json_parse(in->command->data, in->command->n_data, &in->doc, &diag);

        if (r == -ENOMEM)
                return r;
        if (r < 0 || json_type(in->doc) != JSON_OBJECT)
                return intake_refuse(in, "bad-shape", NULL, r < 0 ? diag.text : "data is not an object", 0);
        for (size_t i = 0; i < ELEMENTSOF(steps); i++)
                if (strcmp(steps[i].type, in->command->type) == 0)
                        return steps[i].step(in);
        return intake_refuse(in, "unknown-type", NULL, "this station does not know the command", 0);
}

int intake_step(const struct world *world, struct bench *benches, size_t n_benches,
        const struct command *command, struct decision *d) {
        struct intake in = {
                .world = world, .benches = benches, .n_benches = n_benches, .command = command, .d = d};
        int r = run(&in);

        (void) json_free(in.doc);
        return r < 0 ? r : d->facts.error;
}

static const struct json_rule outcome_rules[] = {
        {"notice", JSON_WANT_ID, true, 36, 36},
        {"kind", JSON_WANT_NAME, true, 0, 0},
        {"generation", JSON_WANT_INT, true, 0, 9999},
};

static void add_outcome(struct decision *d, const char *type, const char *merchant, const char *subject,
        const struct json *doc) {
        struct fact_builder b;

        fact_begin(&b, &d->facts, type, merchant, subject, NULL, NULL, NULL);
        for (const struct json *m = json_first(doc); m; m = json_next(m))
                if (strcmp(json_key(m), "v") != 0 && strcmp(json_key(m), "merchant") != 0)
                        json_write_value(&b.w, json_key(m), m);
        fact_end(&b);
}

/* Does the end of this one call for the next? Only the newest one counts: an older one's end was known when the newest was reserved. */
static int reserve_next(const struct world *world, const char *type, const char *merchant,
        const char *subject, const struct json *doc, const struct stamp *now, struct decision *d) {
        bool cancelled = strcmp(type, "notice.cancelled") == 0 &&
                         strcmp(json_get_string(doc, "reason", ""), NOTICE_NOTHING_NEW) != 0;
        struct shipment s = {0};
        enum notice_kind kind;
        int r;

        if (notice_kind_from_str(json_get_string(doc, "kind", ""), &kind) < 0 ||
                strcmp(type, "notice.failed") == 0 || strcmp(type, "notice.expired") == 0)
                return 0;
        r = world->shipment(world->userdata, merchant, subject, &s);
        if (r != 0)
                return r < 0 ? r : 0;
        if (s.notices[kind].n == (int) json_get_int(doc, "generation", 0) + 1) {
                if (cancelled) {
                        s.notices[kind].live = false;
                        notice_catch_up(&d->facts, world->policy, world->realm, &s, NULL, now);
                } else {
                        notice_follow_up(&d->facts, world->policy, world->realm, &s, kind,
                                json_get(doc, "parcels"), json_get_bool(doc, "correction", false), now);
                }
        }
        shipment_deinit(&s);
        return 0;
}

int intake_outcome(const struct world *world, const char *type, const char *merchant, const char *subject,
        const char *data, size_t n, const struct stamp *now, struct decision *d, struct diag *diag) {
        static const char *const types[] = {"notice.accepted", "notice.delivered", "notice.failed",
                "notice.cancelled", "notice.unknown", "notice.expired"};
        _cleanup_(json_freep) struct json *doc = NULL;
        const char *known = NULL;
        int r = json_parse(data, n, &doc, diag);

        if (r < 0)
                return r;
        for (size_t i = 0; i < ELEMENTSOF(types); i++)
                if (strcmp(types[i], type) == 0)
                        known = types[i];
        if (!known || !name_is_valid(merchant) || !id_is_valid(subject, ID_SIZE - 1)) {
                diag_set(diag, 0, 0, NULL, "not an outcome of a notice");
                return -EBADMSG;
        }
        r = json_check(doc, "", outcome_rules, ELEMENTSOF(outcome_rules), diag);
        if (r < 0)
                return r;
        add_outcome(d, known, merchant, subject, doc);
        r = reserve_next(world, known, merchant, subject, doc, now, d);
        return r < 0 ? r : d->facts.error;
}
