/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/plan.h"

#include <stdio.h>
#include <string.h>

#include "firmware/base/str.h"

/* ---- what is used up ---- */

/* The entry of @c, behind its ":"; NULL none. */
static const char *find_used(const char *used, enum channel c) {
        const char *name = channel_to_str(c);
        size_t n = strlen(name);

        for (const char *at = used; *at; at += strcspn(at, " "), at += *at == ' ')
                if (strncmp(at, name, n) == 0 && at[n] == ':')
                        return at + n + 1;
        return NULL;
}

bool plan_is_used(const char *used, enum channel c, char reason[PLAN_REASON_SIZE]) {
        const char *at = find_used(used, c);

        if (at)
                (void) snprintf(reason, PLAN_REASON_SIZE, "%.*s", (int) strcspn(at, " "), at);
        return at != NULL;
}

void plan_use_up(char used[PLAN_USED_SIZE], enum channel c, const char *reason) {
        size_t n = strlen(used), more;

        if (find_used(used, c))
                return;
        more = strlen(channel_to_str(c)) + strlen(reason) + 2;
        if (n + more < PLAN_USED_SIZE)
                (void) snprintf(used + n, PLAN_USED_SIZE - n, "%s:%s ", channel_to_str(c), reason);
}

/* ---- which one ---- */

static bool counts(const struct plan_question *q, const struct plan_channel *c) {
        return !q->may_have_gone || c->channel == q->at;
}

static bool is_long_down(const struct plan_question *q, const struct plan_channel *c) {
        uint64_t since = c->down_usec > q->due_usec ? c->down_usec : q->due_usec;

        return c->down_usec > 0 && q->now_usec >= since + q->fallback_usec;
}

static void say(struct plan *p, enum plan_action action, const char *reason) {
        p->action = action;
        (void) copy_text(p->reason, sizeof(p->reason), reason); /* words of ours, all short */
}

/* None can: what ended counts before what never was, and the last end before the others. */
static void plan_none(const struct plan_question *q, struct plan *p) {
        bool no_consent = false, no_address = false;
        char reason[PLAN_REASON_SIZE];

        for (size_t i = q->n; i-- > 0;) {
                const struct plan_channel *c = &q->list[i];

                if (!counts(q, c))
                        continue;
                if (c->state == PLAN_USED && plan_is_used(q->used, c->channel, reason)) {
                        say(p, PLAN_FAIL, reason);
                        return;
                }
                if (c->state == PLAN_BAD_ADDRESS || c->state == PLAN_REFUSED) {
                        say(p, PLAN_FAIL, c->state == PLAN_REFUSED ? "address-refused" : "bad-address");
                        return;
                }
                if (c->state == PLAN_GONE) {
                        say(p, PLAN_FAIL, "gone");
                        return;
                }
                no_consent |= c->state == PLAN_NO_CONSENT;
                no_address |= c->state == PLAN_NO_ADDRESS;
        }
        say(p, PLAN_WAIT, no_consent ? "no-consent" : no_address ? "no-contact" : "no-channel");
}

void plan_make(const struct plan_question *q, struct plan *p) {
        const struct plan_channel *first = NULL, *taken = NULL, *tried = NULL;
        bool all_long = true;

        *p = (struct plan){0};
        for (size_t i = 0; i < q->n; i++) {
                const struct plan_channel *c = &q->list[i];

                if (c->state != PLAN_READY || !counts(q, c))
                        continue;
                first = first ? first : c;
                all_long = all_long && is_long_down(q, c);
                if (!taken && (c == first ? !is_long_down(q, c) : c->down_usec == 0))
                        taken = c;
                if (c->try_usec > 0 && (!tried || c->try_usec < tried->try_usec))
                        tried = c;
                p->others |= CHANNEL_BIT(c->channel);
        }
        if (q->paper && !q->may_have_gone)
                p->others |= PLAN_PAPER;
        if (!first) {
                plan_none(q, p);
                return;
        }
        p->channel = (taken ? taken : tried ? tried : first)->channel;
        p->others &= ~CHANNEL_BIT(p->channel);
        p->lay = all_long && (p->others & PLAN_PAPER) != 0;
}
