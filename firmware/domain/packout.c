/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One input of one bench. Order: bytes are read, idleness locks, badge, sign-in, alarm, control code,
 * gesture, the open (or packed) box, the empty bench.
 */
#include "firmware/domain/packout-internal.h"
#include "firmware/domain/pickup-internal.h"

#include <string.h>

const char *bench_kind_to_str(enum bench_kind kind) {
        return kind == BENCH_COUNTER ? "counter" : "packing";
}

void bench_init(struct bench *b, const char *name) {
        *b = (struct bench){.times = 1, .digits = -1};
        (void) copy_text(b->name, sizeof(b->name), name);
}

void decision_deinit(struct decision *d) {
        fact_list_deinit(&d->facts);
        *d = (struct decision){0};
}

void decision_drop_labels(struct decision *d, const char *parcel) {
        if (d->n_dead < DECISION_DEAD_MAX) /* always: a shipment has no more pieces */
                (void) copy_text(d->dead[d->n_dead++], UUID_TEXT_MAX, parcel);
}

static int refuse_bytes(struct turn *t, const char *reason, const char *ja, const char *en) {
        turn_refuse(t, reason, NULL, NULL);
        return turn_tell(t, VERDICT_REFUSED_SCAN, ja, en);
}

static int refuse_too_long(struct turn *t) {
        return refuse_bytes(
                t, "too-long", "長すぎるコード。別のコードを読む", "too long a code: read another one");
}

static int refuse_control_bytes(struct turn *t) {
        return refuse_bytes(t, "control-bytes", "読めない文字がある。もう一度読む",
                "bytes that no code has: read it again");
}

static int on_lost(struct turn *t) {
        switch (t->in->lost) {
        case SCAN_LOST_TOO_LONG:
                return refuse_too_long(t);
        case SCAN_LOST_CONTROL_BYTES:
                return refuse_control_bytes(t);
        case SCAN_LOST_LAYOUT:
                turn_refuse(t, "layout", NULL, NULL);
                return turn_tell(t, VERDICT_LAYOUT_WRONG, "キー配列ちがい。スキャナの設定を直す",
                        "the scanner's keyboard layout is wrong: read its set-up code");
        case SCAN_LOST_UNFINISHED_AGAIN:
                turn_refuse(t, "lost", NULL, NULL);
                return turn_tell(t, VERDICT_SCAN_LOST, "終わり文字(CR)なし。スキャナを設定する",
                        "no end comes behind its codes: set the scanner's suffix as the board file says");
        case SCAN_LOST_CONTROL_BYTES_AGAIN:
                return refuse_bytes(t, "control-bytes", "前後に余分な文字。スキャナの設定を直す",
                        "again and again: set the scanner's prefix and suffix as the board file says");
        case SCAN_LOST_KERNEL:
        case SCAN_LOST_UNFINISHED:
        case SCAN_LOST_QUEUE_FULL:
                break;
        }
        turn_refuse(t, "lost", NULL, NULL);
        return turn_tell(t, VERDICT_SCAN_LOST, "読み落とした。同じコードをもう一度読む",
                "the scan was lost: read the same code again");
}

/* What the open box makes of goods and waybills. */
static int on_box(struct turn *t) {
        bool handled = false;
        int r;

        if (t->p->state == PARCEL_OPEN)
                return item_scan(t);
        if (t->b->tags_wrong)
                return tags_say_wrong(t);
        r = waybill_scan(t, &handled);
        return r < 0 || handled ? r : item_scan_packed(t);
}

bool turn_awaits_leader(const struct turn *t) {
        if (t->b->kind == BENCH_COUNTER)
                return pickup_awaits_leader(t);
        return alarm_awaits_leader(t) || gesture_awaits_leader(t);
}

int turn_approve(struct turn *t, const char *leader) {
        if (t->b->alarm != ALARM_NONE)
                return alarm_approve(t, leader);
        (void) copy_text(t->leader, sizeof(t->leader), leader);
        return t->b->kind == BENCH_COUNTER ? pickup_approve(t) : gesture_approve(t, leader);
}

static int on_code(struct turn *t) {
        bool handled = false;
        int r;

        if (!people_may_scan(t))
                return 0;
        if (approval_is_asked(t))
                return approval_scan(t);
        if (t->b->kind == BENCH_COUNTER)
                return pickup_scan(t);
        r = alarm_gate(t, &handled);
        if (r < 0 || handled)
                return r;
        if (t->scan.kind == BARCODE_CONTROL)
                return gesture_control(t);
        r = gesture_scan(t, &handled);
        if (r < 0 || handled)
                return r;
        return t->p ? on_box(t) : open_scan(t);
}

static int on_scan(struct turn *t) {
        bool idle = people_lock_idle(t);
        int r;

        t->b->last_input_boot_usec = t->in->now.boot_usec;
        people_come(t);
        r = barcode_read(t->in->bytes, t->in->n, &t->scan, NULL);
        if (r == BARCODE_E_TOO_LONG)
                return refuse_too_long(t);
        if (r == BARCODE_E_BYTE)
                return refuse_control_bytes(t);
        if (r != 0)
                return on_lost(t); /* nothing but a frame came */
        r = t->b->kind == BENCH_COUNTER ? pickup_load(t) : turn_load(t);
        if (r < 0)
                return r;
        if (people_leader_agrees(t))
                return turn_approve(t, t->in->at_screen->person);
        if (t->scan.kind == BARCODE_BADGE)
                return people_badge(t);
        if (idle && !t->in->actor_override && !t->in->at_screen)
                return turn_tell(
                        t, VERDICT_LOCKED, "しばらく操作なし。名札を読む", "idle for long: read your badge");
        return on_code(t);
}

static int on_find(struct turn *t) {
        bool idle = people_lock_idle(t);
        int r;

        t->b->last_input_boot_usec = t->in->now.boot_usec;
        people_come(t);
        if (idle && !t->in->actor_override && !t->in->at_screen)
                return turn_tell(
                        t, VERDICT_LOCKED, "しばらく操作なし。名札を読む", "idle for long: read your badge");
        if (!people_may_scan(t))
                return 0;
        if (t->b->kind != BENCH_COUNTER)
                return turn_tell(t, VERDICT_NOT_NOW, "受取カウンターで使う", "this is for a pickup counter");
        r = pickup_load(t);
        return r < 0 ? r : pickup_find(t);
}

static int on_tick(struct turn *t) {
        if (people_lock_idle(t))
                (void) turn_tell(
                        t, VERDICT_LOCKED, "しばらく操作なし。名札を読む", "idle for long: read your badge");
        if (t->b->kind == BENCH_COUNTER) {
                int r = pickup_expire_due(t);

                return r < 0 ? r : pickup_remind_due(t);
        }
        return collect_assumed(t);
}

static int dispatch(struct turn *t) {
        switch (t->in->kind) {
        case INPUT_SCAN:
                return on_scan(t);
        case INPUT_SCAN_LOST:
                return on_lost(t);
        case INPUT_TICK:
                return on_tick(t);
        case INPUT_LABEL:
                return label_report(t, t->in->label);
        case INPUT_FIND:
                return on_find(t);
        case INPUT_CORRECT:
                return approval_correct(t);
        case INPUT_PROMPT:
                return t->b->kind == BENCH_COUNTER ? pickup_prompt(t) : prompt_say(t);
        case INPUT_WEIGHT:
                return t->b->kind == BENCH_COUNTER ? 0 : prompt_say_weight(t);
        case INPUT_TAGS:
                return t->b->kind == BENCH_COUNTER ? 0 : tags_set(t);
        }
        return 0;
}

int packout_step(
        const struct world *world, struct bench *bench, const struct input *input, struct decision *d) {
        struct bench after = *bench;
        struct turn t = {.world = world, .in = input, .d = d, .b = &after};
        int r = dispatch(&t);

        turn_deinit(&t);
        if (r < 0)
                return r;
        if (d->facts.error)
                return d->facts.error;
        *bench = after;
        return 0;
}

/* The step that comes next, without a fact: nothing is printed because a program has started. */
static int say_at_start(struct turn *t) {
        struct claim c;
        int r;

        if (t->b->kind == BENCH_COUNTER)
                return pickup_say_idle(t);
        if (!t->p)
                return prompt_say_idle(t);
        label_resume(t);
        if (t->s.cancelled)
                return alarm_cancelled(t);
        if (t->s.held)
                return alarm_held(t);
        r = claim_find(t, t->p, &c);
        if (r <= 0)
                return r < 0 ? r : alarm_elsewhere(t, &c);
        return t->p->state == PARCEL_PACKED ? pack_say_next(t, VERDICT_RESUMED)
                                            : open_say_state(t, VERDICT_RESUMED);
}

int packout_resume(const struct world *world, struct bench *bench, const char *person, enum person_role role,
        const char *parcel, const struct stamp *now, struct decision *d) {
        struct bench after = *bench;
        struct input input = {.kind = INPUT_TICK, .now = *now};
        struct turn t = {.world = world, .in = &input, .d = d, .b = &after};
        struct number_owner owner;
        int r = WORLD_E_NONE;

        (void) copy_text(after.person, sizeof(after.person), person);
        if (after.kind == BENCH_COUNTER)
                parcel = ""; /* whoever stood there has been asked to wait: their code is read again */
        after.role = *person ? role : ROLE_NONE;
        after.last_input_boot_usec = now->boot_usec;
        if (*parcel)
                r = world->parcel(world->userdata, parcel, &owner);
        if (r == 0) {
                (void) copy_text(after.merchant, sizeof(after.merchant), owner.merchant);
                (void) copy_text(after.shipment, sizeof(after.shipment), owner.shipment);
                (void) copy_text(after.parcel, sizeof(after.parcel), parcel);
                r = turn_load(&t);
        }
        if (r >= 0)
                r = say_at_start(&t);
        turn_deinit(&t);
        if (r < 0)
                return r;
        *bench = after;
        return 0;
}
