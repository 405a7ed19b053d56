/* SPDX-License-Identifier: Apache-2.0 */
/* What the office wants a customer to be told. */
#include <string.h>

#include "services/oms/requests-internal.h"

static int put_notice(struct act *a, const char *kind, int64_t version, const struct str *text) {
        char subject[WISH_NOTICE_SUBJECT_MAX];

        wish_notice_subject(a->shipment, kind, subject);
        return act_put_as(a, "notice", subject, a->shipment, version, true, text);
}

/* Nothing, but where the station had refused it: somebody may have mended why. */
static int ask_notice_again(
        struct act *a, const char *kind, const struct storage_wish *last, const struct str *text) {
        int r = last->open ? 1
                           : storage_is_notice_known(
                                     a->q->storage, a->merchant, a->shipment, kind, last->version - 1);

        if (r != 0)
                return r < 0 ? r : 0;
        return put_notice(a, kind, last->version, text);
}

/* Behind all that were asked for here, and those that a leader at the station asked for. Return: 0, -errno. */
static int find_next(struct act *a, const char *kind, const struct storage_wish *last, int64_t *nextp) {
        int64_t newest = -1;
        int r = storage_newest_notice(a->q->storage, a->merchant, a->shipment, kind, &newest);

        *nextp = last->data && last->version > newest ? last->version : newest + 1;
        return r;
}

/*
 * The same as the newest that was asked for here is nothing new, but what was refused is sent again; anything else is the next
 * generation, or the one that it names. Whether the station may tell it is in the shipment.
 */
int act_notice(struct act *a) {
        const struct json *data = json_get(a->request, "data");
        const char *kind = json_get_string(data, "kind", "");
        _cleanup_wish_ struct storage_wish known = {0}, last = {0};
        _cleanup_(json_freep) struct json *doc = NULL;
        _cleanup_str_ struct str text = STR_INIT;
        char subject[WISH_NOTICE_SUBJECT_MAX];
        int64_t generation, next;
        int r = act_find_shipment(a, data, &known, &doc);

        if (r != 0)
                return r;
        wish_notice_subject(a->shipment, kind, subject);
        r = storage_get_wish(a->q->storage, "notice", a->merchant, subject, NULL, &last);
        if (r >= 0)
                r = find_next(a, kind, &last, &next);
        if (r < 0)
                return r;
        generation = json_get_int(data, "generation", last.data ? last.version - 1 : next);
        r = wish_write_notice(data, generation, &text);
        if (r == 0)
                r = act_refused_by(wish_check_notice(&text, &a->diag));
        if (r != 0)
                return r;
        if (strcmp(json_get_string(json_get(doc, "notices"), kind, ""), "station") != 0)
                return act_refuse(a, "kind", "the shipment does not say that its station tells of it");
        a->said_version = last.version;
        if (last.data && strcmp(text.data, last.data) == 0)
                return ask_notice_again(a, kind, &last, &text);
        if (json_get(data, "generation") && generation < next)
                return act_refuse(a, "generation", "is not above the last one, which says something else");
        if (last.data && !json_get(data, "generation"))
                generation = next;
        str_clear(&text);
        r = wish_write_notice(data, generation, &text);
        return r < 0 ? r : put_notice(a, kind, generation + 1, &text);
}
