/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/turn.h"

#include <string.h>

static void write_person(struct turn *t, const char *type, const char *reason) {
        struct fact_builder fb;

        fact_begin(&fb, &t->d->facts, type, "", t->b->person, t->b->name, t->b->person, "");
        json_write_string(&fb.w, "role", person_role_to_str(t->b->role));
        json_write_string(&fb.w, "reason", reason);
        fact_end(&fb);
}

static void sign_out(struct turn *t, const char *reason) {
        write_person(t, "person.out", reason);
        t->b->person[0] = '\0';
        t->b->role = ROLE_NONE;
        /* A gesture belongs to whom began it; the open parcel and its alarm stay. */
        turn_end_gesture(t);
}

bool people_leader_agrees(const struct turn *t) {
        static const char yes[] = CONTROL_PREFIX "OK";
        const struct input_person *who = t->in->at_screen;

        return who && who->role == ROLE_LEADER && t->b->person[0] && turn_awaits_leader(t) &&
               t->in->n == strlen(yes) && memcmp(t->in->bytes, yes, strlen(yes)) == 0;
}

void people_come(struct turn *t) {
        const struct input_person *who = t->in->at_screen;
        struct bench *b = t->b;

        if (!who || strcmp(who->person, b->person) == 0 || people_leader_agrees(t))
                return;
        if (b->person[0])
                sign_out(t, "switch");
        (void) copy_text(b->person, sizeof(b->person), who->person);
        b->role = who->role;
        write_person(t, "person.in", "screen");
}

bool people_lock_idle(struct turn *t) {
        uint64_t limit = (uint64_t) t->world->policy->idle_lock_usec, now = t->in->now.boot_usec;
        struct bench *b = t->b;

        if (b->person[0] == '\0' || t->world->policy->idle_lock_usec <= 0)
                return false;
        if (now < b->last_input_boot_usec)
                b->last_input_boot_usec = now; /* another boot */
        if (now - b->last_input_boot_usec < limit)
                return false;
        sign_out(t, "idle");
        return true;
}

bool people_may_scan(struct turn *t) {
        if (!t->world->people_known || t->b->person[0] || t->in->actor_override)
                return true;
        (void) turn_tell(t, VERDICT_LOCKED, "自分の名札を読む", "read your badge to begin");
        return false;
}

static int sign_in(struct turn *t, const char *person, const char *call, enum person_role role) {
        struct bench *b = t->b;
        struct verdict *v;

        if (b->person[0])
                sign_out(t, "switch");
        (void) copy_text(b->person, sizeof(b->person), person);
        b->role = role;
        write_person(t, "person.in", "badge");
        v = turn_say(t, VERDICT_SIGNED_IN);
        verdict_sub_ja(v, "%s%s。%sを読む", *call ? call : person, role == ROLE_LEADER ? " リーダー" : "",
                b->parcel[0]               ? "続き"
                : b->kind == BENCH_COUNTER ? "荷物か受取コード"
                                           : "伝票");
        verdict_sub_en(v, "%s%s: %s", *call ? call : person, role == ROLE_LEADER ? ", leader" : "",
                b->parcel[0]               ? "go on"
                : b->kind == BENCH_COUNTER ? "read a parcel or a pickup code"
                                           : "read an order slip");
        return 0;
}

int people_badge(struct turn *t) {
        char person[ID_SIZE], call[PERSON_CALL_SIZE] = "";
        enum person_role role;
        int r;

        if (!t->world->people_known)
                return turn_tell(t, VERDICT_NOT_NOW, "担当者リストなし。そのまま作業できる",
                        "no people list: go on without a badge");
        r = t->scan.badge[0] == '\0'
                    ? WORLD_E_NONE
                    : t->world->badge(t->world->userdata, t->scan.badge, person, call, &role);
        if (r < 0)
                return r;
        if (t->in->at_screen && (r > 0 || strcmp(person, t->in->at_screen->person) != 0))
                return turn_tell(t, VERDICT_LOCKED, "この画面に入った人の名札ではない",
                        "not the badge of who signed in at this screen");
        if (r == WORLD_E_NONE)
                return turn_tell(t, VERDICT_LOCKED, "登録のない名札。別の名札を読む",
                        "this badge is not known: read another one");
        if ((t->b->person[0] || t->in->actor_override) && turn_awaits_leader(t)) {
                if (role != ROLE_LEADER)
                        return turn_need_leader(t, "リーダーではない", "not a leader");
                return turn_approve(t, person);
        }
        if (strcmp(person, t->b->person) == 0)
                return turn_tell(t, VERDICT_ALREADY, "担当者は同じ", "signed in already");
        return sign_in(t, person, call, role);
}

int people_sign_out(struct turn *t) {
        if (t->b->person[0] == '\0')
                return turn_tell(t, VERDICT_NOT_NOW, "担当者なし", "nobody is signed in");
        sign_out(t, "sign-out");
        return turn_tell(t, VERDICT_SIGNED_OUT, "お疲れさまでした", "thank you");
}
