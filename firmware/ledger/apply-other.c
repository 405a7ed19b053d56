/* SPDX-License-Identifier: Apache-2.0 */
/* Facts about notices, people and conflicts. */
#include "firmware/ledger/ledger-private.h"

#include "firmware/domain/notice.h"

#include <errno.h>
#include <string.h>

static int time_of(const struct json *data, const char *key, int64_t *usecp) {
        return time_parse(json_get_string(data, key, ""), usecp, NULL);
}

static int apply_reserved(struct ledger *l, const struct row *row, const struct json *data) {
        struct notice_row n = {
                .id = json_get_string(data, "notice", ""),
                .merchant = row->merchant,
                .shipment = row->subject,
                .kind = json_get_string(data, "kind", ""),
                .generation = (int) json_get_int(data, "generation", 0),
                .state = notice_state_to_str(NOTICE_RESERVED),
                .reason = json_get_bool(data, "approval", false) ? NOTICE_NO_APPROVAL : "",
                .pos = row->pos,
        };

        if (!uuid_is_valid(n.id) || !*n.kind || time_of(data, "not_before", &n.not_before_usec) < 0 ||
                time_of(data, "expires", &n.expires_usec) < 0)
                return unfit(row, "no id, no kind or no times");
        return fitting(
                row, json_get_bool(data, "again", false) ? notice_renew(l, &n) : notice_reserve(l, &n));
}

static int apply_outcome(struct ledger *l, const struct row *row, const struct json *data) {
        /* "notice.accepted" -> "accepted": the states have the names of their facts */
        return fitting(row, notice_change(l, json_get_string(data, "notice", ""),
                                    row->type + strlen("notice."), row->pos, data));
}

static int apply_judged(struct ledger *l, const struct row *row, const struct json *data) {
        return notice_judge(l, json_get_string(data, "notice", ""), row->type + strlen("notice."), row->pos);
}

static int apply_corrected(struct ledger *l, const struct row *row, const struct json *data) {
        return notice_correct(l, json_get_string(data, "notice", ""), row->pos);
}

static int apply_conflict(struct ledger *l, const struct row *row, const struct json *data) {
        return conflict_add(l, row, data);
}

static int apply_person_in(struct ledger *l, const struct row *row, const struct json *data) {
        return bench_person_in(l, row->bench, row->subject, json_get_string(data, "role", ""), row->pos);
}

static int apply_person_out(struct ledger *l, const struct row *row, const struct json *data) {
        (void) data;
        return bench_person_out(l, row->bench, row->subject);
}

apply_function apply_other_find(const char *type) {
        static const struct {
                const char *type;
                apply_function apply;
        } table[] = {
                {"notice.reserved", apply_reserved},
                {"notice.accepted", apply_outcome},
                {"notice.delivered", apply_outcome},
                {"notice.failed", apply_outcome},
                {"notice.cancelled", apply_outcome},
                {"notice.unknown", apply_outcome},
                {"notice.expired", apply_outcome},
                {"notice.approved", apply_judged},
                {"notice.refused", apply_judged},
                {"notice.corrected", apply_corrected},
                {"conflict.found", apply_conflict},
                {"person.in", apply_person_in},
                {"person.out", apply_person_out},
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (strcmp(table[i].type, type) == 0)
                        return table[i].apply;
        return NULL;
}
