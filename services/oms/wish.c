/* SPDX-License-Identifier: Apache-2.0 */
/* Writing wishes; checking them is wish-check.c. */
#include "services/oms/wish.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct json_rule subject_rules[] = {
        {"merchant", JSON_WANT_NAME, true, 0, 0},
        {"shipment", JSON_WANT_ID, true, 1, 64},
};

int wish_read_subject(
        const struct json *doc, const char **merchantp, const char **shipmentp, struct diag *d) {
        int r = json_check(doc, "", subject_rules, ELEMENTSOF(subject_rules), d);

        if (r < 0)
                return r;
        *merchantp = json_get_string(doc, "merchant", "");
        *shipmentp = json_get_string(doc, "shipment", "");
        return 0;
}

static bool is_one_of(const char *key, const char *const *keys) {
        for (; *keys; keys++)
                if (strcmp(key, *keys) == 0)
                        return true;
        return false;
}

/* All members but those in @without, which ends with NULL. */
static void write_members(struct json_writer *w, const struct json *doc, const char *const *without) {
        for (const struct json *m = json_first(doc); m; m = json_next(m))
                if (!is_one_of(json_key(m), without))
                        json_write_value(w, json_key(m), m);
}

static void write_head(
        struct json_writer *w, struct str *out, const char *merchant, const char *shipment, int64_t version) {
        json_writer_init(w, out);
        json_write_object(w, NULL);
        json_write_int(w, "v", 1);
        if (merchant)
                json_write_string(w, "merchant", merchant);
        if (shipment)
                json_write_string(w, "shipment", shipment);
        if (version > 0)
                json_write_int(w, "version", version);
}

/* A member of the line stands; else what is known; else @otherwise. A wrong type is written as it came: the check names it. */
static const struct json *member_of(const struct json *line, const struct json *known, const char *key) {
        const struct json *member = json_get(line, key);

        return member ? member : json_get(known, key);
}

static void write_flag(struct json_writer *w, const char *key, int change, const struct json *member) {
        if (change >= 0 || !member)
                json_write_bool(w, key, change > 0);
        else
                json_write_value(w, key, member);
}

int wish_write_shipment(const struct json *line, const struct json *known, const struct wish_change *change,
        int64_t version, struct str *out) {
        static const char *const without[] = {"v", "merchant", "shipment", "version", "held", "reason",
                "cancelled", "labels", "expected", "contact", "station", NULL};
        const struct json *held = member_of(line, known, "held"), *reason = member_of(line, known, "reason");
        struct json_writer w;

        write_head(&w, out, json_get_string(line, "merchant", ""), json_get_string(line, "shipment", ""),
                version);
        write_members(&w, line, without);
        write_flag(&w, "held", change->held, held);
        if (change->held > 0)
                json_write_string(&w, "reason", change->reason);
        else if (change->held == 0 || !reason || !json_is_true(held))
                json_write_null(&w, "reason");
        else
                json_write_value(&w, "reason", reason);
        write_flag(&w, "cancelled", change->cancelled, member_of(line, known, "cancelled"));
        json_write_end_object(&w);
        return out->error;
}

int wish_write_label(const char *merchant, const char *shipment, const struct json *labels, int64_t version,
        struct str *out) {
        struct json_writer w;

        write_head(&w, out, merchant, shipment, version);
        json_write_value(&w, "labels", labels);
        json_write_end_object(&w);
        return out->error;
}

int wish_write_expected(const char *merchant, const char *shipment, const struct json *parcels,
        int64_t version, struct str *out) {
        struct json_writer w;

        write_head(&w, out, merchant, shipment, version);
        json_write_value(&w, "parcels", parcels);
        json_write_end_object(&w);
        return out->error;
}

int wish_write_contact(const char *merchant, const char *shipment, const struct json *contact,
        int64_t version, struct str *out) {
        static const char *const without[] = {"v", "merchant", "shipment", "version", "station", NULL};
        struct json_writer w;

        write_head(&w, out, merchant, shipment, version);
        write_members(&w, contact, without);
        json_write_end_object(&w);
        return out->error;
}

int wish_write_erase(const char *merchant, const char *shipment, struct str *out) {
        struct json_writer w;

        write_head(&w, out, merchant, shipment, 0);
        json_write_end_object(&w);
        return out->error;
}

int wish_write_notice(const struct json *doc, int64_t generation, struct str *out) {
        static const char *const without[] = {
                "v", "merchant", "shipment", "generation", "version", "station", NULL};
        struct json_writer w;

        write_head(&w, out, json_get_string(doc, "merchant", ""), json_get_string(doc, "shipment", ""), 0);
        write_members(&w, doc, without);
        json_write_int(&w, "generation", generation);
        json_write_end_object(&w);
        return out->error;
}

int wish_write_called(const char *merchant, const char *shipment, const char *kind, int64_t generation,
        const struct json *data, struct str *out) {
        struct json_writer w;

        write_head(&w, out, merchant, shipment, 0);
        json_write_string(&w, "kind", kind);
        json_write_value(&w, "data", data);
        json_write_int(&w, "generation", generation);
        json_write_end_object(&w);
        return out->error;
}

void wish_notice_subject(const char *shipment, const char *kind, char subject[WISH_NOTICE_SUBJECT_MAX]) {
        (void) snprintf(subject, WISH_NOTICE_SUBJECT_MAX, "%s/%s", shipment, kind); /* 64 and 32 at most */
}

int wish_write_other(const struct json *doc, int64_t version, struct str *out) {
        static const char *const without[] = {"v", "version", "station", NULL};
        struct json_writer w;

        write_head(&w, out, NULL, NULL, version);
        write_members(&w, doc, without);
        json_write_end_object(&w);
        return out->error;
}

bool wish_wants_contact(const struct json *shipment, bool for_store) {
        const struct json *notices = json_get(shipment, "notices");
        bool all_ours = json_size(notices) > 0;

        if (!for_store && json_type(json_get(shipment, "pickup")) == JSON_OBJECT)
                return true; /* its code is looked up there, whoever writes to the customer */
        for (const struct json *m = json_first(notices); m; m = json_next(m))
                if (!for_store || !wish_is_of_counter(json_key(m)))
                        all_ours &= json_string(m) && strcmp(json_string(m), "station") != 0;
        return !all_ours;
}

/* Both were written here: the version is the first thing in which they may differ. Return: what follows its value. */
static const char *behind_version(const char *text, size_t *n_before) {
        static const char needle[] = "\"version\":";
        const char *at = strstr(text, needle);

        if (!at)
                return NULL;
        *n_before = (size_t) (at - text);
        at += sizeof(needle) - 1;
        return at + strspn(at, "0123456789");
}

bool wish_is_same(const char *a, const char *b) {
        size_t n_a = 0, n_b = 0;
        const char *rest_a = behind_version(a, &n_a), *rest_b = behind_version(b, &n_b);

        if (!rest_a || !rest_b)
                return strcmp(a, b) == 0;
        return n_a == n_b && memcmp(a, b, n_a) == 0 && strcmp(rest_a, rest_b) == 0;
}
