/* SPDX-License-Identifier: Apache-2.0 */
#include "services/sync/uplink.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"
#include "firmware/base/str.h"
#include "firmware/base/time.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static const struct json_rule applied_rules[] = {
        {"source", JSON_WANT_STRING, true, 1, SOURCE_TEXT_MAX - 1},
        {"receiver", JSON_WANT_STRING, true, HEX_ID_MAX - 1, HEX_ID_MAX - 1},
        {"upto", JSON_WANT_INT, true, 0, JSON_INT_MAX},
        {"upto_id", JSON_WANT_STRING, false, UUID_TEXT_MAX - 1, UUID_TEXT_MAX - 1},
        {"credit", JSON_WANT_INT, false, 0, UPLINK_CREDIT_MAX},
        {"gap", JSON_WANT_BOOL, false, 0, 0},
        {"forked", JSON_WANT_INT, false, 1, JSON_INT_MAX},
};

int applied_read(const char *text, size_t n, struct applied *a, struct diag *d) {
        _cleanup_(json_freep) struct json *doc = NULL;
        int r = json_parse(text, n, &doc, d);

        if (r == 0)
                r = json_check(doc, "", applied_rules, ELEMENTSOF(applied_rules), d);
        if (r < 0)
                return r;
        if (!hex_id_is_valid(json_get_string(doc, "receiver", ""))) {
                diag_set(d, 0, 0, "receiver", "must be 32 hex digits");
                return -EBADMSG;
        }
        if (*json_get_string(doc, "upto_id", "") && !uuid_is_valid(json_get_string(doc, "upto_id", ""))) {
                diag_set(d, 0, 0, "upto_id", "must be a uuid");
                return -EBADMSG; /* a fork is not read out of a slip of the pen */
        }
        *a = (struct applied){
                .upto = (uint64_t) json_get_int(doc, "upto", 0),
                .credit = json_get_int(doc, "credit", -1),
                .gap = json_get_bool(doc, "gap", false),
                .forked = (uint64_t) json_get_int(doc, "forked", 0),
        };
        /* A clock that cannot be read must not keep a mark from moving. */
        a->has_time = time_parse(json_get_string(doc, "time", ""), &a->time_usec, NULL) == 0;
        (void) copy_text(a->source, sizeof(a->source), json_get_string(doc, "source", ""));
        (void) copy_text(a->upto_id, sizeof(a->upto_id), json_get_string(doc, "upto_id", ""));
        (void) copy_text(a->receiver, sizeof(a->receiver), json_get_string(doc, "receiver", ""));
        return 0;
}

static const char *const verdicts[] = {
        [UPLINK_FINE] = "", [UPLINK_FORKED] = "forked", [UPLINK_BEYOND] = "beyond"};

const char *uplink_verdict_to_str(enum uplink_verdict v) {
        return verdicts[v];
}

enum uplink_verdict uplink_verdict_from_str(const char *text) {
        for (size_t i = 0; i < ELEMENTSOF(verdicts); i++)
                if (strcmp(text, verdicts[i]) == 0)
                        return (enum uplink_verdict) i;
        return UPLINK_FINE;
}

void uplink_init(struct uplink *u, uint64_t upto, const char *receiver, enum uplink_verdict verdict) {
        *u = (struct uplink){.upto = upto, .sent = upto, .head = upto, .verdict = verdict};
        (void) copy_text(u->receiver, sizeof(u->receiver), receiver);
        uplink_forget_sent(u);
}

void uplink_forget_sent(struct uplink *u) {
        u->sent = u->upto;
        u->resend_at_usec = 0;
        u->resend_delay_usec = UPLINK_RESEND_USEC;
        u->rewound_usec = u->gap_at_usec = 0;
        u->heard_usec = 0;
}

void uplink_set_head(struct uplink *u, uint64_t head, uint64_t now_usec) {
        u->head = head;
        if (head <= u->upto)
                u->stalled_usec = 0;
        else if (u->stalled_usec == 0)
                u->stalled_usec = now_usec;
}

uint64_t uplink_under_way(const struct uplink *u) {
        return u->sent - u->upto;
}

uint64_t uplink_room(const struct uplink *u, uint64_t credit) {
        uint64_t waiting = u->head > u->sent ? u->head - u->sent : 0;

        if (u->verdict != UPLINK_FINE)
                return 0;
        return credit < waiting ? credit : waiting;
}

void uplink_on_sent(struct uplink *u, uint64_t seq, uint64_t now_usec, uint64_t random) {
        assert(seq > u->sent);
        u->sent = seq;
        if (u->resend_at_usec > 0)
                return;
        /* Three to five quarters: a fleet that waits for one receiver must not ask again in one second. */
        u->resend_at_usec = now_usec + u->resend_delay_usec * 3 / 4 + random % (u->resend_delay_usec / 2);
}

static enum uplink_outcome rewind_to_mark(struct uplink *u, uint64_t now_usec) {
        u->sent = u->upto;
        u->resend_at_usec = u->gap_at_usec = 0;
        u->rewound_usec = now_usec;
        return UPLINK_REWOUND;
}

static void move_to(struct uplink *u, uint64_t upto, uint64_t now_usec) {
        u->upto = upto;
        if (u->sent < upto)
                u->sent = upto;
        u->gap_at_usec = 0;
        u->resend_at_usec = 0; /* begins anew with the next one sent, or below */
        u->resend_delay_usec = UPLINK_RESEND_USEC;
        if (u->sent > upto)
                u->resend_at_usec = now_usec + UPLINK_RESEND_USEC;
        u->stalled_usec = u->head > upto ? now_usec : 0;
}

static enum uplink_outcome stop_with(struct uplink *u, enum uplink_verdict verdict) {
        u->verdict = verdict;
        u->resend_at_usec = 0;
        return UPLINK_MOVED;
}

/*
 * The successor tells again what is behind upto, so it must not be beyond what this receiver surely has of ours. Told twice is
 * harmless: the ids are known. Of another receiver nothing is known; and a mark that was never seen to agree may be the
 * original's, whose facts this copy does not have.
 */
static void keep_common(struct uplink *u, const struct applied *a, bool is_new) {
        bool is_unsure = a->place == APPLIED_OTHERS && (!u->agreed || a->upto <= u->upto);

        if (is_new || is_unsure)
                u->upto = 0;
        if (a->forked > 0 && u->upto >= a->forked)
                u->upto = a->forked - 1;
}

bool uplink_wants_place(const struct uplink *u, const struct applied *a) {
        bool is_new = strcmp(a->receiver, u->receiver) != 0;

        if (u->verdict != UPLINK_FINE || a->upto == 0 || a->upto > u->head || *a->upto_id == '\0')
                return false;
        return is_new || a->upto > u->upto || (a->upto == u->upto && !u->agreed);
}

static char *find_left(struct uplink *u, const char *receiver) {
        for (size_t i = 0; i < UPLINK_LEFT_MAX; i++)
                if (strcmp(u->left[i], receiver) == 0)
                        return u->left[i];
        return NULL;
}

static void leave_receiver(struct uplink *u, const char *next) {
        char *place = find_left(u, next);

        if (!place)
                place = u->left[u->left_next++ % UPLINK_LEFT_MAX];
        (void) copy_text(place, HEX_ID_MAX, u->receiver); /* "" before the first */
        (void) copy_text(u->receiver, sizeof(u->receiver), next);
}

/*
 * A receiver is new once. One that was left and speaks beside the one that it was left for must not take us back and forth with
 * each word; when that one is gone (a restore that was undone), it is heard again.
 */
static bool is_left(struct uplink *u, const struct applied *a, uint64_t now_usec) {
        if (u->heard_usec == 0)
                u->heard_usec = now_usec; /* the line is young: the other one had no time yet */
        if (strcmp(a->receiver, u->receiver) == 0) {
                u->heard_usec = now_usec;
                return false;
        }
        if (!find_left(u, a->receiver) || now_usec - u->heard_usec >= UPLINK_GONE_USEC) {
                u->heard_usec = now_usec; /* it is the one from now on */
                return false;
        }
        u->n_left++;
        return true;
}

/* A database that is not the one we knew: it alone says how far it is, further back too. */
static enum uplink_outcome meet_receiver(struct uplink *u, const struct applied *a, uint64_t now_usec) {
        bool is_first = *u->receiver == '\0';
        enum uplink_outcome outcome = is_first && a->upto <= u->sent ? UPLINK_MOVED : UPLINK_REWOUND;

        leave_receiver(u, a->receiver);
        move_to(u, a->upto, now_usec);
        if (is_first)
                return outcome;
        u->n_receivers++;
        return rewind_to_mark(u, now_usec);
}

static enum uplink_outcome hear_gap(struct uplink *u, uint64_t now_usec, enum uplink_outcome otherwise) {
        u->n_gaps++;
        if (u->sent == u->upto)
                return otherwise;
        if (u->rewound_usec > 0 && now_usec - u->rewound_usec < UPLINK_GAP_USEC) {
                /* It may be another one, and is not said twice. */
                u->gap_at_usec = now_usec + UPLINK_GAP_AGAIN_USEC;
                return otherwise;
        }
        return rewind_to_mark(u, now_usec);
}

enum uplink_outcome uplink_on_applied(struct uplink *u, const struct applied *a, uint64_t now_usec) {
        bool is_new = strcmp(a->receiver, u->receiver) != 0;
        enum uplink_outcome outcome = UPLINK_SAME;

        if (u->verdict != UPLINK_FINE)
                return UPLINK_IGNORED; /* this ledger is over; the station begins another one */
        if (is_left(u, a, now_usec))
                return UPLINK_IGNORED;
        if (!is_new && a->upto < u->upto && a->forked == 0) {
                u->n_backwards++; /* overtaken on its way, or a fault there: what was committed stays so */
                return UPLINK_IGNORED;
        }
        if (a->forked > 0 || a->place == APPLIED_OTHERS || a->upto > u->head) {
                keep_common(u, a, is_new);
                return stop_with(u, a->upto > u->head && a->forked == 0 ? UPLINK_BEYOND : UPLINK_FORKED);
        }
        if (is_new) {
                outcome = meet_receiver(u, a, now_usec);
        } else if (a->upto > u->upto) {
                outcome = a->upto > u->sent ? UPLINK_REWOUND : UPLINK_MOVED;
                move_to(u, a->upto, now_usec);
        }
        if (a->upto == u->upto && (outcome != UPLINK_SAME || a->place == APPLIED_OURS))
                u->agreed = a->place == APPLIED_OURS;
        return a->gap ? hear_gap(u, now_usec, outcome) : outcome;
}

enum uplink_outcome uplink_on_tick(struct uplink *u, uint64_t now_usec) {
        if (u->gap_at_usec > 0 && now_usec >= u->gap_at_usec && u->verdict == UPLINK_FINE)
                return rewind_to_mark(u, now_usec);
        if (u->resend_at_usec == 0 || now_usec < u->resend_at_usec || u->verdict != UPLINK_FINE)
                return UPLINK_SAME;
        u->n_resends++;
        if (u->resend_delay_usec < UPLINK_RESEND_MAX_USEC)
                u->resend_delay_usec *= 2;
        return rewind_to_mark(u, now_usec);
}

bool uplink_is_silent(const struct uplink *u, uint64_t now_usec) {
        return u->stalled_usec > 0 && now_usec - u->stalled_usec >= UPLINK_SILENT_USEC;
}

bool uplink_apply_locally(struct uplink *u) {
        if (u->upto == u->head)
                return false;
        u->upto = u->sent = u->head;
        u->stalled_usec = 0;
        return true;
}
