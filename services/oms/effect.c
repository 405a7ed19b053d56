/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/effect.h"

#include "firmware/domain/notice-kind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define OFFER_MAX 64 /* ids: commands.md */

static void read_parcel(const struct envelope *e, struct effect *out) {
        static const struct {
                const char *type, *state; /* state NULL: as it was */
        } table[] = {
                {"parcel.opened", "open"},
                {"parcel.parked", "parked"},
                {"parcel.resumed", NULL},
                {"parcel.packed", "packed"},
                {"waybill.printed", NULL},
                {"waybill.replaced", NULL},
                {"parcel.ready", "ready"},
                {"parcel.pulled", "pulled"},
                {"parcel.shipped", "shipped"},
                {"parcel.reopened", "open"},
                {"parcel.voided", "voided"},
                {"parcel.reconciled", NULL},
        };
        size_t i = 0;

        while (i < ELEMENTSOF(table) && strcmp(e->type, table[i].type) != 0)
                i++;
        out->parcel = e->subject;
        out->shipment = json_get_string(e->data, "shipment", NULL);
        if (i == ELEMENTSOF(table) || !e->merchant || !out->parcel || !out->shipment)
                return;
        out->kind = EFFECT_PARCEL;
        out->state = strcmp(e->type, "parcel.resumed") == 0 ? json_get_string(e->data, "state", NULL)
                                                            : table[i].state;
        out->piece = json_get_int(e->data, "piece", 1);
        out->carrier = json_get_string(e->data, "carrier", NULL);
        out->number = json_get_string(e->data, "number", NULL);
        out->bay = json_get_string(e->data, "bay", NULL);
        out->bench = e->bench;
        out->voids = strcmp(e->type, "parcel.voided") == 0;
        out->renames = strcmp(e->type, "parcel.reconciled") == 0;
        out->leaves_bay = strcmp(e->type, "parcel.pulled") == 0;
        out->drops_units = out->voids || strcmp(e->type, "parcel.reopened") == 0;
        if (strcmp(e->type, "parcel.packed") == 0)
                out->contents = json_get(e->data, "contents");
        out->lines = json_get(e->data, "contents");
}

/* What nobody had announced is a parcel that we know. */
static bool read_met(const struct envelope *e, struct effect *out) {
        out->was = e->subject;
        out->parcel = json_get_string(e->data, "is", NULL);
        out->shipment = json_get_string(e->data, "shipment", NULL);
        out->state = json_get_string(e->data, "state", "arrived");
        out->shelf = json_get_string(e->data, "shelf", NULL);
        out->piece = json_get_int(e->data, "piece", 1);
        out->number = json_get_string(e->data, "was", NULL);
        if (e->merchant && out->was && out->shipment)
                out->kind = EFFECT_COUNTER;
        return true;
}

static void read_expired(const struct envelope *e, struct effect *out) {
        out->shipment = e->subject;
        out->parcels = json_get(e->data, "parcels");
        if (e->merchant && out->shipment)
                out->kind = EFFECT_EXPIRED;
}

/* Return: was it a fact of a counter. */
static bool read_counter(const struct envelope *e, struct effect *out) {
        static const struct {
                const char *type, *state, *shelf; /* the member that says the shelf */
        } table[] = {
                {"parcel.arrived", "arrived", NULL},
                {"parcel.shelved", "shelved", "shelf"},
                {"pickup.moved", "shelved", "to"},
                {"pickup.missing", "missing", NULL},
                {"pickup.collected", "collected", NULL},
                {"pickup.undone", "shelved", "shelf"},
                {"pickup.restocked", "restocked", NULL},
        };
        size_t i = 0;

        if (strcmp(e->type, "parcel.reconciled") == 0 && json_get_string(e->data, "is", NULL))
                return read_met(e, out);
        while (i < ELEMENTSOF(table) && strcmp(e->type, table[i].type) != 0)
                i++;
        if (i == ELEMENTSOF(table))
                return false;
        out->parcel = e->subject;
        out->shipment = json_get_string(e->data, "shipment", NULL);
        out->state = table[i].state;
        out->shelf = table[i].shelf ? json_get_string(e->data, table[i].shelf, NULL) : NULL;
        out->piece = json_get_int(e->data, "piece", 1);
        out->number = json_get_string(e->data, "code", NULL);
        out->bench = e->bench;
        out->paid = json_get_string(e->data, "paid", NULL) != NULL;
        if (e->merchant && out->parcel && out->shipment)
                out->kind = EFFECT_COUNTER;
        return true;
}

static void read_ready(const struct envelope *e, struct effect *out) {
        out->shipment = e->subject;
        out->keep_until = json_get_string(e->data, "keep_until", NULL);
        out->partial = json_get_bool(e->data, "partial", false);
        if (e->merchant && out->shipment)
                out->kind = EFFECT_READY;
}

/* One that is for everybody has no number, and is used as often as somebody likes. */
static void read_redeemed(const struct envelope *e, struct effect *out) {
        out->offer = e->subject;
        out->coupon = json_get_string(e->data, "coupon", NULL);
        out->bench = e->bench;
        if (e->merchant && out->offer && out->coupon && id_is_valid(out->offer, OFFER_MAX) &&
                id_is_valid(out->coupon, OFFER_MAX))
                out->kind = EFFECT_REDEEMED;
}

static void read_consent(const struct envelope *e, struct effect *out) {
        out->shipment = e->subject;
        out->is_timeless = e->clock && strcmp(e->clock, "unknown") == 0;
        if (e->merchant && out->shipment && !json_get_bool(e->data, "given", true))
                out->kind = EFFECT_WITHDRAWN;
}

/* What happens at the station calls for the others; a clerk who takes a return has not asked for one. */
static bool is_office_kind(const char *word) {
        enum notice_kind kind;

        return word && notice_kind_from_str(word, &kind) == 0 && notice_kind_is_office(kind);
}

static void read_notice(const struct envelope *e, struct effect *out) {
        out->notice = json_get_string(e->data, "notice", NULL);
        out->notice_kind = json_get_string(e->data, "kind", NULL);
        out->generation = json_get_int(e->data, "generation", 0);
        out->refused = json_get(e->data, "refused");
        out->said = json_get(e->data, "data");
        out->is_called = strcmp(e->type, "notice.reserved") == 0 && e->actor && !e->cause &&
                         json_type(out->said) == JSON_OBJECT && is_office_kind(out->notice_kind);
        out->shipment = e->subject;
        out->state = e->type + strlen("notice.");
        if (out->notice && out->notice_kind && out->shipment && e->merchant &&
                strcmp(e->type, "notice.resend-asked") != 0 && strcmp(e->type, "notice.approved") != 0 &&
                strcmp(e->type, "notice.refused") != 0 && strcmp(e->type, "notice.corrected") != 0)
                out->kind = EFFECT_NOTICE;
}

static void read_conflict(const struct envelope *e, struct effect *out) {
        out->shipment = e->subject ? e->subject : "";
        out->conflict = json_get_string(e->data, "kind", "unknown");
        out->text = json_get_string(e->data, "text", "");
        out->kind = EFFECT_CONFLICT;
}

static void read_refusal(const struct envelope *e, struct effect *out) {
        out->shipment = e->subject ? e->subject : "";
        out->conflict = "command-refused";
        out->text = json_get_string(e->data, "text", "");
        out->reason = json_get_string(e->data, "reason", "");
        out->command_type = json_get_string(e->data, "command_type", "");
        out->known_version = json_get_int(e->data, "known", 0);
        if (strcmp(out->command_type, "notice") == 0) {
                out->notice_kind = json_get_string(e->data, "kind", NULL);
                out->generation = json_get_int(e->data, "generation", 0);
        }
        out->kind = EFFECT_CONFLICT;
}

/* Sequences travel as texts. Return: 0 for what is none. */
static uint64_t sequence_of(const struct json *data, const char *key) {
        const char *text = json_get_string(data, key, "");
        unsigned long long value;

        if (*text == '\0' || strspn(text, "0123456789") != strlen(text))
                return 0;
        errno = 0;
        value = strtoull(text, NULL, 10);
        return errno == 0 && value <= INT64_MAX ? value : 0;
}

static void read_gap(const struct envelope *e, struct effect *out) {
        out->ledger = e->subject;
        out->lane = json_get_string(e->data, "lane", NULL);
        out->first = sequence_of(e->data, "from");
        out->last = sequence_of(e->data, "to");
        if (out->ledger && out->lane && out->first > 0 && out->first <= out->last)
                out->kind = EFFECT_GAP;
}

void effect_read(const struct envelope *e, struct effect *out) {
        *out = (struct effect){.merchant = e->merchant, .at = e->time};
        if (read_counter(e, out))
                return;
        if (strcmp(e->type, "pickup.ready") == 0)
                read_ready(e, out);
        else if (strcmp(e->type, "pickup.expired") == 0)
                read_expired(e, out);
        else if (strncmp(e->type, "parcel.", 7) == 0 || strncmp(e->type, "waybill.", 8) == 0)
                read_parcel(e, out);
        else if (strcmp(e->type, "offer.redeemed") == 0)
                read_redeemed(e, out);
        else if (strcmp(e->type, "consent.changed") == 0)
                read_consent(e, out);
        else if (strncmp(e->type, "notice.", 7) == 0)
                read_notice(e, out);
        else if (strcmp(e->type, "conflict.found") == 0)
                read_conflict(e, out);
        else if (strcmp(e->type, "command.refused") == 0)
                read_refusal(e, out);
        else if (strcmp(e->type, "ledger.gap") == 0)
                read_gap(e, out);
        else if (strcmp(e->type, "ledger.told") == 0)
                out->kind = EFFECT_SUCCESSOR;
}
