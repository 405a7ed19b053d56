/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entering at a screen: by badge, and by PIN where the person has one. The badge is looked up when the ledger is in the loop's hand;
 * the PIN is checked aside, for it takes a tenth of a second, and no scan waits for it. Wrong ones are counted for the box and for the
 * person, in memory and on the disk: firmware/docs/decisions (wrong tries are counted beside the facts).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/seal/pin.h"
#include "firmware/seal/seal.h"
#include "firmware/station/screens-internal.h"

struct proof { /* a PIN on its way through the thread */
        uint64_t token;
        struct session who; /* with the hash */
        char pin[PIN_SIZE];
        struct try_mark of_box, of_person;
        bool is_right;
};

/* ---- counting ---- */

static struct counter *counter_of(struct screens *screens, const char *who, uint64_t now_usec) {
        struct counter *c = &screens->counters[0];

        for (size_t i = 0; i < screens->n_counters; i++)
                if (strcmp(screens->counters[i].who, who) == 0)
                        return &screens->counters[i];
        if (screens->n_counters < COUNTERS_MAX) {
                c = &screens->counters[screens->n_counters++];
        } else {
                for (size_t i = 1; i < COUNTERS_MAX; i++) {
                        c = &screens->counters[i];
                        if (tries_is_over(&c->tries, now_usec))
                                break; /* its row stays behind, and is over as well */
                }
        }
        *c = (struct counter){0};
        (void) copy_text(c->who, sizeof(c->who), who);
        return c;
}

static struct try_mark count(struct screens *screens, const char *who, uint64_t now_usec) {
        struct counter *c = counter_of(screens, who, now_usec);

        screens->is_dirty = c->is_dirty = true;
        return tries_count(&c->tries, now_usec);
}

static void take_back(struct screens *screens, const char *who, struct try_mark mark, uint64_t now_usec) {
        struct counter *c = counter_of(screens, who, now_usec);

        screens->is_dirty = c->is_dirty = true;
        tries_take_back(&c->tries, mark);
}

/* @person "" looks at the box alone. */
static unsigned wait_sec(struct screens *screens, const char *person, uint64_t now_usec) {
        unsigned box = tries_wait_sec(&counter_of(screens, "", now_usec)->tries, now_usec), own = 0;

        if (*person)
                own = tries_wait_sec(&counter_of(screens, person, now_usec)->tries, now_usec);
        return box > own ? box : own;
}

static int write_counters(struct station *s) {
        struct screens *screens = s->screens;
        int r = 0;

        if (!screens->is_dirty)
                return 0;
        screens->is_dirty = false; /* memory holds also when the disk is full, and the group is undone */
        for (size_t i = 0; i < screens->n_counters && r == 0; i++) {
                struct counter *c = &screens->counters[i];
                struct ledger_try t = {
                        .n = c->tries.n, .at_usec = c->tries.at_usec, .until_usec = c->tries.until_usec};

                if (!c->is_dirty)
                        continue;
                c->is_dirty = false;
                (void) copy_text(t.who, sizeof(t.who), c->who);
                (void) copy_text(t.boot, sizeof(t.boot), s->boot_id);
                r = ledger_try_put(s->ledger, &t);
        }
        desk_touch(s->desk);
        return r;
}

static int recall(const struct ledger_try *t, void *userdata) {
        struct station *s = userdata;
        const uint64_t now_usec = station_now(s).boot_usec;
        struct counter *c = counter_of(s->screens, t->who, now_usec);

        c->tries = (struct tries){.n = (unsigned) t->n, .at_usec = t->at_usec, .until_usec = t->until_usec};
        if (strcmp(t->boot, s->boot_id) != 0) {
                tries_recall(&c->tries, now_usec);
                s->screens->is_dirty = c->is_dirty = true;
        }
        return 0;
}

int sign_in_new(struct station *s) {
        int r;

        (void) counter_of(s->screens, "", 0);
        r = ledger_tries(s->ledger, recall, s);
        return r < 0 ? r : aside_new(&s->screens->aside, s->event, s);
}

/* ---- answers ---- */

static void refuse(struct station *s, uint64_t token, const char *person, const char *error) {
        const unsigned wait = wait_sec(s->screens, person, station_now(s).boot_usec);
        char line[96];

        (void) snprintf(line, sizeof(line), "{\"ok\":false,\"error\":\"%s\",\"wait_s\":%u}", error, wait);
        callers_answer(s->callers, token, line);
}

/* ---- the PIN ---- */

static void proof_free(void *job) {
        seal_wipe(job, sizeof(struct proof));
        free(job);
}

static void proof_run(void *job) {
        struct proof *p = job;

        p->is_right = seal_pin_check(p->who.pin, p->pin) == 0;
        seal_wipe(p->pin, sizeof(p->pin));
}

static void proof_end(void *userdata, void *job) {
        struct station *s = userdata;
        struct proof *p = job;
        const uint64_t now_usec = station_now(s).boot_usec;

        if (p->is_right) { /* what it had wrong before is over, or who is asked for it daily is shut out one day */
                struct counter *c = counter_of(s->screens, p->who.person, now_usec);

                c->tries = (struct tries){0};
                c->is_dirty = true;
                take_back(s->screens, "", p->of_box, now_usec);
                screens_open(s, p->token, &p->who);
                desk_poke(s->desk);
        } else {
                refuse(s, p->token, p->who.person, "pin: wrong");
        }
        proof_free(p);
}

static void prove(struct station *s, const struct ask *a, const struct session *who) {
        const uint64_t now_usec = station_now(s).boot_usec;
        struct proof *p = calloc(1, sizeof(*p));
        const struct aside_job job = {proof_run, proof_end, proof_free, p};

        if (!p) {
                callers_answer_error(s->callers, a->token, "out of memory");
                return;
        }
        p->token = a->token;
        p->who = *who;
        memcpy(p->pin, a->pin, sizeof(p->pin));
        p->of_box = count(s->screens, "", now_usec);
        p->of_person = count(s->screens, who->person, now_usec);
        if (aside_do(s->screens->aside, &job) == 0)
                return;
        take_back(s->screens, "", p->of_box, now_usec);
        take_back(s->screens, who->person, p->of_person, now_usec);
        proof_free(p);
        callers_answer_error(s->callers, a->token, "busy");
}

/* ---- the badge ---- */

static void decide(struct station *s, const struct ask *a, const struct ledger_person *p) {
        const uint64_t now_usec = station_now(s).boot_usec;
        struct session who = {.role = p->role};

        (void) copy_text(who.person, sizeof(who.person), p->person);
        (void) copy_text(who.call, sizeof(who.call), p->call);
        (void) copy_text(who.lang, sizeof(who.lang), p->lang);
        (void) copy_text(who.pin, sizeof(who.pin), p->pin);
        if (wait_sec(s->screens, p->person, now_usec) > 0)
                refuse(s, a->token, p->person, "wait");
        else if (!*p->pin)
                screens_open(s, a->token, &who);
        else if (!*a->pin)
                refuse(s, a->token, p->person, "pin");
        else
                prove(s, a, &who);
}

static int look_up(struct station *s, const struct ask *a) {
        const uint64_t now_usec = station_now(s).boot_usec;
        struct ledger_person p;
        int r;

        if (wait_sec(s->screens, "", now_usec) > 0) { /* those that asked with the last wrong one */
                refuse(s, a->token, "", "wait");
                return 0;
        }
        r = ledger_person(s->ledger, *a->badge ? a->badge : NULL, a->person, &p);
        if (r < 0)
                return r;
        if (r == LEDGER_E_NONE ||
                (!*a->badge && !*p.pin)) { /* an id is no secret: without a PIN it opens nothing */
                (void) count(s->screens, "", now_usec);
                refuse(s, a->token, "", "badge: not known");
                return 0;
        }
        decide(s, a, &p);
        return 0;
}

int sign_in_on_slice(struct station *s) {
        struct screens *screens = s->screens;
        int r = 0;

        for (size_t i = 0; i < screens->n_asks && r == 0; i++)
                r = look_up(s, &screens->asks[i]);
        seal_wipe(screens->asks, sizeof(screens->asks));
        screens->n_asks = 0; /* after a failure the program ends, and so do the callers */
        return r == 0 ? write_counters(s) : r;
}

void sign_in_request(struct station *s, const struct request_caller *caller, const struct json *request) {
        const char *badge = json_get_string(request, "badge", ""),
                   *person = json_get_string(request, "person", ""),
                   *pin = json_get_string(request, "pin", "");
        struct screens *screens = s->screens;
        struct ask *a = &screens->asks[screens->n_asks];

        if (wait_sec(screens, "", station_now(s).boot_usec) > 0) {
                refuse(s, caller->token, "", "wait");
        } else if (*badge ? strlen(badge) < 4 || strlen(badge) >= BADGE_SIZE
                          : !*person || strlen(person) >= ID_SIZE) {
                callers_answer_error(s->callers, caller->token, "badge: 4 to 32 characters");
        } else if (strlen(pin) >= PIN_SIZE) {
                callers_answer_error(s->callers, caller->token, "pin: 4 to 12 digits");
        } else if (screens->n_asks == ASKS_MAX) {
                callers_answer_error(s->callers, caller->token, "busy");
        } else {
                *a = (struct ask){.token = caller->token};
                (void) copy_text(a->badge, sizeof(a->badge), badge);
                (void) copy_text(a->person, sizeof(a->person), *badge ? "" : person);
                (void) copy_text(a->pin, sizeof(a->pin), pin);
                screens->n_asks++;
                desk_poke(s->desk); /* the ledger is asked when it is in the loop's hand */
        }
}
