/* SPDX-License-Identifier: Apache-2.0 */
#include "services/web/scans.h"

#include <string.h>

/* A fact that only a scan makes, and the verdict that it was shown with; the more telling of one turn come later in the ledger. */
static const struct {
        const char *type;
        enum verdict_kind kind;
} kinds[] = {
        {"item.verified", VERDICT_OK},
        {"item.short", VERDICT_SHORT},
        {"item.damaged", VERDICT_DAMAGED},
        {"parcel.opened", VERDICT_OPENED},
        {"parcel.parked", VERDICT_PARKED},
        {"parcel.resumed", VERDICT_RESUMED},
        {"parcel.packed", VERDICT_PACKED},
        {"parcel.ready", VERDICT_READY},
        {"parcel.pulled", VERDICT_PULLED},
        {"parcel.reopened", VERDICT_REOPENED},
        {"parcel.voided", VERDICT_VOIDED},
        {"bay.closed", VERDICT_BAY_CLOSED},
        {"parcel.arrived", VERDICT_ARRIVED},
        {"parcel.shelved", VERDICT_SHELVED},
        {"pickup.ready", VERDICT_READY},
        {"pickup.moved", VERDICT_MOVED},
        {"pickup.missing", VERDICT_NOT_ON_SHELF},
        {"pickup.checked", VERDICT_OK},
        {"pickup.collected", VERDICT_COLLECTED},
        {"pickup.undone", VERDICT_UNDONE},
        {"pickup.restocked", VERDICT_RESTOCKED},
        {"return.received", VERDICT_RETURNED},
        {"return.inspected", VERDICT_INSPECTED},
        {"offer.redeemed", VERDICT_REDEEMED},
        {"person.in", VERDICT_SIGNED_IN},
};

/* Reasons of item.refused that are not called as their verdict is. */
static const struct {
        const char *reason;
        enum verdict_kind kind;
} refusals[] = {
        {"serial-missing", VERDICT_REFUSED_SCAN},
        {"own-other-piece", VERDICT_FOREIGN_WAYBILL},
        {"bad-waybill", VERDICT_REFUSED_SCAN},
        {"not-complete", VERDICT_INCOMPLETE},
        {"done-elsewhere", VERDICT_ALREADY},
        {"unknown-shipment", VERDICT_NOT_YET_KNOWN},
        {"not-here", VERDICT_NO_HAND_OVER},
        {"missing", VERDICT_NO_HAND_OVER},
        {"expired", VERDICT_NO_HAND_OVER},
        {"other-store", VERDICT_NO_HAND_OVER},
        {"no-pickup", VERDICT_NO_HAND_OVER},
        {"wrong-code", VERDICT_NO_HAND_OVER},
        {"control-bytes", VERDICT_REFUSED_SCAN},
        {"too-long", VERDICT_REFUSED_SCAN},
        {"lost", VERDICT_SCAN_LOST},
        {"layout", VERDICT_LAYOUT_WRONG},
};

static enum verdict_kind kind_of_refusal(const char *reason) {
        for (size_t i = 0; i < ELEMENTSOF(refusals); i++)
                if (strcmp(refusals[i].reason, reason) == 0)
                        return refusals[i].kind;
        for (int kind = VERDICT_NONE + 1; kind < N_VERDICT_KINDS; kind++)
                if (strcmp(verdict_look((enum verdict_kind) kind)->name, reason) == 0)
                        return (enum verdict_kind) kind;
        return VERDICT_REFUSED_SCAN;
}

enum verdict_kind scan_kind(const char *type, const struct json *data) {
        if (strcmp(type, "item.refused") == 0)
                return kind_of_refusal(json_get_string(data, "reason", ""));
        if (strcmp(type, "item.verified") == 0 && strcmp(json_get_string(data, "how", ""), "rfid") == 0)
                return VERDICT_NONE;             /* a tag was heard */
        if (strcmp(type, "parcel.shipped") == 0) /* else it was ready, or its bay was closed */
                return strcmp(json_get_string(data, "how", ""), "scanned") == 0 ? VERDICT_SHIPPED
                                                                                : VERDICT_NONE;
        if (strcmp(type, "person.out") == 0)
                return strcmp(json_get_string(data, "reason", ""), "sign-out") == 0 ? VERDICT_SIGNED_OUT
                                                                                    : VERDICT_NONE;
        for (size_t i = 0; i < ELEMENTSOF(kinds); i++)
                if (strcmp(kinds[i].type, type) == 0)
                        return kinds[i].kind;
        return VERDICT_NONE;
}

static bool is_one_turn(const struct scan *a, const struct scan *b) {
        return a->mono_usec == b->mono_usec && strcmp(a->boot, b->boot) == 0;
}

/* The last fact of a turn says what became of it; what it leaves out stands in the others. */
static void join(struct scan *into, const struct scan *other) {
        struct scan last = other->pos > into->pos ? *other : *into;
        const struct scan *rest = other->pos > into->pos ? into : other;

        if (!*last.code)
                (void) copy_text(last.code, sizeof(last.code), rest->code);
        if (!*last.shipment)
                (void) copy_text(last.shipment, sizeof(last.shipment), rest->shipment);
        *into = last;
}

static void insert(struct scans *s, const struct scan *scan) {
        size_t i = 0;

        while (i < s->n && s->items[i].pos > scan->pos)
                i++;
        for (size_t k = i > 0 ? i - 1 : 0; k <= i && k < s->n; k++)
                if (is_one_turn(&s->items[k], scan)) {
                        join(&s->items[k], scan);
                        return;
                }
        if (i == SCANS_MAX)
                return;
        if (s->n < SCANS_MAX)
                s->n++;
        memmove(&s->items[i + 1], &s->items[i], (s->n - 1 - i) * sizeof(*scan));
        s->items[i] = *scan;
}

/* Facts name goods by 14 digits; what a scanner reads are 13 or 8 of them. */
static const char *as_read(const char *code) {
        if (strlen(code) != 14 || code[strspn(code, "0123456789")] || *code != '0')
                return code;
        return code + (strncmp(code, "000000", 6) == 0 ? 6 : 1);
}

void scans_add(struct scans *s, const struct fact_row *row) {
        _cleanup_(json_freep) struct json *data = NULL;
        struct scan scan = {.pos = row->pos, .mono_usec = row->mono_usec};
        const char *code;

        if (json_parse(row->data, row->n_data, &data, NULL) < 0)
                return;
        scan.kind = scan_kind(row->type, data);
        if (scan.kind == VERDICT_NONE)
                return;
        code = json_get_string(data, "code", json_get_string(data, "number", ""));
        (void) copy_text(scan.code, sizeof(scan.code), as_read(code));
        (void) copy_text(scan.boot, sizeof(scan.boot), row->boot);
        (void) copy_text(scan.time, sizeof(scan.time), row->time);
        (void) copy_text(scan.shipment, sizeof(scan.shipment), json_get_string(data, "shipment", ""));
        insert(s, &scan);
}

static const char *light_name(enum verdict_light light) {
        static const char *const names[] = {
                [VERDICT_LIGHT_DARK] = "dark",
                [VERDICT_LIGHT_GREEN] = "green",
                [VERDICT_LIGHT_AMBER] = "amber",
                [VERDICT_LIGHT_RED] = "red",
                [VERDICT_LIGHT_WHITE] = "white",
        };

        return names[light];
}

static void write_names(struct json_writer *w, const char *key, const char *ja, const char *en) {
        json_write_object(w, key);
        json_write_string(w, "ja", ja);
        json_write_string(w, "en", en);
        json_write_end_object(w);
}

void scan_write(const struct scan *scan, struct str *out) {
        const struct verdict_look *look = verdict_look(scan->kind);
        struct json_writer w;

        str_clear(out);
        json_writer_init(&w, out);
        json_write_object(&w, NULL);
        json_write_string(&w, "at", scan->time);
        json_write_string(&w, "scanned", *scan->code ? scan->code : NULL);
        json_write_string(&w, "kind", look->name);
        json_write_string(&w, "light", light_name(look->light));
        write_names(&w, "head", look->head_ja, look->head_en);
        write_names(&w, "sub", scan->shipment, scan->shipment);
        json_write_end_object(&w);
}
