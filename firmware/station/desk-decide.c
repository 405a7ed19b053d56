/* SPDX-License-Identifier: Apache-2.0 */
/* One input, one savepoint: ask the domain, write its facts; its answer waits for the commit (desk-answers.c). */
#include "firmware/station/desk-internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/log.h"

static int write_facts(struct desk *d, const struct decision *decision, const struct stamp *now) {
        struct ledger_place last = {0};
        int r = ledger_append_all(d->ledger, &decision->facts, now, &last);

        if (r == 0 && last.pos)
                d->group_pos = last.pos;
        return r;
}

static void name_bench(
        struct verdict *v, const struct desk *d, size_t bench, const char *ja, const char *en) {
        verdict_set(v, VERDICT_NOT_RECORDED, d->benches[bench].name);
        verdict_sub_ja(v, "%s", ja);
        verdict_sub_en(v, "%s", en);
}

static bool is_storage(const struct desk *d, int error) {
        return store_failure(ledger_store(d->ledger)) != 0 || error == -ENOSPC || error == -EIO ||
               error == -ENOMEM;
}

static int say_not_recorded(struct desk *d, const struct desk_input *in) {
        struct verdict v;

        if (in->kind != DESK_SCAN && in->kind != DESK_LOST && in->kind != DESK_CORRECT)
                return 0; /* nobody waits for it */
        name_bench(&v, d, in->bench, "記録できない。リーダーを呼ぶ", "not recorded: call the leader");
        return desk_answer_verdict(d, in, &v);
}

/* What a failed input says: the group goes on unless the store itself is gone. */
static int fail_input(struct desk *d, const struct desk_input *in, int error) {
        if (is_storage(d, error)) {
                /* A full disk undoes the group and goes on: this one is told with the others of it. */
                int r = error == -ENOSPC ? say_not_recorded(d, in) : 0;

                return r < 0 ? r : error < 0 ? error : -EIO;
        }
        log_error("input could not be decided: %s",
                error > 0 ? "its facts do not fit the ledger" : strerror(-error));
        return say_not_recorded(d, in);
}

static int step_input(struct desk *d, const struct desk_input *in, struct bench *bench,
        struct decision *decision, struct stamp *now) {
        static const enum input_kind kinds[] = {[DESK_SCAN] = INPUT_SCAN,
                [DESK_LOST] = INPUT_SCAN_LOST,
                [DESK_TICK] = INPUT_TICK,
                [DESK_PROMPT] = INPUT_PROMPT,
                [DESK_FIND] = INPUT_FIND,
                [DESK_TAGS] = INPUT_TAGS,
                [DESK_CORRECT] = INPUT_CORRECT,
                [DESK_WEIGHT] = INPUT_WEIGHT,
                [DESK_LABEL] = INPUT_LABEL};
        struct input input = {.kind = kinds[in->kind], .bytes = in->bytes, .n = in->n, .lost = in->lost};
        struct world world;
        int r = ledger_world(d->ledger, &world);

        *now = d->options.now(d->callbacks.userdata);
        if (in->words)
                input.bytes = in->words;
        if (in->kind == DESK_SCAN || in->kind == DESK_TAGS)
                d->last_bench = in->bench;
        if (in->kind == DESK_TAGS) {
                input.tags = in->epcs;
                input.n_tags = in->n;
                input.rest = in->rest;
                input.restless = in->has_restless ? &in->restless : NULL;
        }
        input.now = *now;
        input.label = in->report;
        input.weighing = in->weighing;
        input.at_screen = in->has_who ? &in->who : NULL;
        input.actor_override = *in->actor ? in->actor : NULL;
        for (size_t i = 0; i < ELEMENTSOF(input.fresh) && r == 0; i++)
                r = uuid7_make(&d->ids, now->wall_usec, input.fresh[i]);
        if (r < 0)
                return r;
        return packout_step(&world, bench, &input, decision);
}

/* For the list of the last scans on a screen. */
static void name_scan(const struct desk *d, const struct desk_input *in, struct decision *decision) {
        /* What a customer shows is not for the list: it would stand there for whoever comes next. */
        if (d->benches[in->bench].kind == BENCH_COUNTER && pickup_is_secret(in->bytes, in->n))
                return;
        for (size_t i = 0; in->kind == DESK_SCAN && i < decision->n_verdicts; i++)
                if (strcmp(decision->verdicts[i].bench, d->benches[in->bench].name) == 0)
                        verdict_name_scan(&decision->verdicts[i], in->bytes, in->n);
}

static int decide_input(struct desk *d, const struct desk_input *in) {
        struct bench bench = d->benches[in->bench];
        struct decision decision = {0};
        struct stamp now;
        int r = step_input(d, in, &bench, &decision, &now);

        name_scan(d, in, &decision);
        if (r == 0)
                r = write_facts(d, &decision, &now);
        if (r == 0)
                r = desk_keep_answer(d, &decision, in);
        if (r == 0)
                d->benches[in->bench] = bench;
        decision_deinit(&decision);
        return r;
}

static int decide_fact(struct desk *d, const struct desk_input *in) {
        struct stamp now = d->options.now(d->callbacks.userdata);
        struct ledger_place place;
        int r = ledger_append(d->ledger, &in->fact, &now, &place);

        if (r == 0)
                d->group_pos = place.pos;
        return r;
}

/* The first input of a group needs no savepoint: the transaction holds nothing else. */
static int begin_input(struct desk *d) {
        return d->has_input ? store_savepoint(ledger_store(d->ledger)) : 0;
}

static int keep_input(struct desk *d) {
        int r = d->has_input ? store_release(ledger_store(d->ledger)) : 0;

        d->has_input = true;
        return r;
}

static int undo_input(struct desk *d) {
        struct store *store = ledger_store(d->ledger);

        if (d->has_input)
                return store_rollback_to(store);
        store_rollback(store);
        return store_begin(store);
}

int desk_decide(struct desk *d, const struct desk_input *in) {
        size_t n_answers = d->n_answers;
        uint64_t group_pos = d->group_pos;
        int r, error;

        /* Its box has gone while the set waited; what lies there now is read anew. */
        if (in->is_of_parcel && strcmp(in->parcel, d->benches[in->bench].parcel) != 0)
                return 0;
        /* Tags on an idle bench are nobody's act: nothing would be recorded of them anyway. */
        if (d->refuse_ja && (in->kind == DESK_SCAN || in->kind == DESK_CORRECT ||
                                    (in->kind == DESK_TAGS && *d->benches[in->bench].parcel))) {
                struct verdict v;

                name_bench(&v, d, in->bench, d->refuse_ja, d->refuse_en);
                return desk_answer_verdict(d, in, &v);
        }
        r = begin_input(d);
        if (r < 0)
                return fail_input(d, in, r);
        error = in->kind == DESK_FACT ? decide_fact(d, in) : decide_input(d, in);
        if (error == 0)
                return keep_input(d);
        r = undo_input(d);
        if (r < 0)
                return fail_input(d, in, r);
        d->group_pos = group_pos;
        if (d->n_answers != n_answers)
                return -ENOMEM; /* half an answer was kept: only a lack of memory does that */
        return fail_input(d, in, error);
}

/* A command that cannot be decided must not stop the stream: it becomes a refusal in words. */
static int refuse_command(struct desk *d, const struct command *command, int error) {
        struct decision decision = {0};
        struct fact_builder b;
        int r;

        log_error("command %s could not be decided: %s", command->id,
                error > 0 ? "its facts do not fit the ledger" : strerror(-error));
        fact_begin(&b, &decision.facts, "command.refused", "", "", NULL, NULL, command->id);
        json_write_string(&b.w, "command", command->id);
        json_write_string(&b.w, "command_type", command->type);
        json_write_string(&b.w, "reason", "bad-shape");
        json_write_string(&b.w, "text", "could not be applied by this station");
        fact_end(&b);
        r = decision.facts.error ? decision.facts.error : write_facts(d, &decision, &command->now);
        decision_deinit(&decision);
        return r > 0 ? -EIO : r;
}

static bool was_refused(const struct fact_list *facts) {
        return facts->n > 0 && strcmp(facts->items[0].type, "command.refused") == 0;
}

static int decide_command(
        struct desk *d, const struct command *command, struct bench *benches, struct decision *decision) {
        struct world world;
        int r = ledger_world(d->ledger, &world);

        if (r == 0)
                r = intake_step(&world, benches, d->n_benches, command, decision);
        return r == 0 ? write_facts(d, decision, &command->now) : r;
}

/* What was decided in vain is taken out of the group. Return: 0 in a savepoint as before it, -errno. */
static int start_over(struct desk *d, uint64_t group_pos) {
        struct store *store = ledger_store(d->ledger);
        int r = store_rollback_to(store);

        d->group_pos = group_pos;
        return r == 0 ? store_savepoint(store) : r;
}

int desk_command(struct desk *d, const char *id, const char *type, const char *subject, const char *data,
        size_t n, int (*keep)(void *userdata, bool applied), void *userdata) {
        struct command command = {.id = id,
                .type = type,
                .subject = subject,
                .data = data,
                .n_data = n,
                .now = d->options.now(d->callbacks.userdata)};
        struct store *store = ledger_store(d->ledger);
        _autofree_ struct bench *benches = malloc(d->n_benches * sizeof(*benches));
        _cleanup_(decision_deinit) struct decision decision = {0};
        uint64_t group_pos = d->group_pos;
        int r, error;

        d->n_slice++;
        if (!benches)
                return -ENOMEM;
        memcpy(benches, d->benches, d->n_benches * sizeof(*benches));
        r = store_savepoint(store);
        if (r < 0)
                return r;
        error = decide_command(d, &command, benches, &decision);
        if (error == 0) {
                memcpy(d->benches, benches, d->n_benches * sizeof(*benches));
        } else {
                if (is_storage(d, error))
                        return error < 0 ? error : -EIO;
                r = start_over(d, group_pos);
                if (r == 0)
                        r = refuse_command(d, &command, error);
                if (r < 0)
                        return r;
        }
        r = keep(userdata, error == 0 && !was_refused(&decision.facts));
        if (r >= 0 && error == 0)
                r = desk_keep_answer(
                        d, &decision, NULL); /* behind what was kept: a label's print data may be in it */
        return r < 0 ? r : store_release(store);
}

int desk_outcome(struct desk *d, const char *type, const char *merchant, const char *subject,
        const char *data, size_t n, int (*keep)(void *userdata, bool applied), void *userdata) {
        struct stamp now = d->options.now(d->callbacks.userdata);
        struct store *store = ledger_store(d->ledger);
        struct decision decision = {0};
        struct diag diag = {0};
        struct world world;
        uint64_t group_pos = d->group_pos;
        int r = store_savepoint(store), error;

        d->n_slice++;
        if (r < 0)
                return r;
        error = ledger_world(d->ledger, &world);
        if (error == 0)
                error = intake_outcome(&world, type, merchant, subject, data, n, &now, &decision, &diag);
        if (error == 0)
                error = write_facts(d, &decision, &now);
        decision_deinit(&decision);
        if (error != 0) {
                if (is_storage(d, error))
                        return error < 0 ? error : -EIO;
                log_error("outcome %s could not be recorded: %s", type, diag.text);
                r = start_over(d, group_pos);
                if (r < 0)
                        return r;
        }
        r = keep(userdata, error == 0);
        return r < 0 ? r : store_release(store);
}

int desk_act(struct desk *d,
        int (*decide)(
                void *userdata, const struct world *world, const struct stamp *now, struct fact_list *facts),
        void *userdata) {
        struct stamp now = d->options.now(d->callbacks.userdata);
        struct store *store = ledger_store(d->ledger);
        struct decision decision = {0};
        struct world world;
        uint64_t group_pos = d->group_pos;
        int r = store_savepoint(store), error;

        d->n_slice++;
        if (r < 0)
                return r;
        error = ledger_world(d->ledger, &world);
        if (error == 0)
                error = decide(userdata, &world, &now, &decision.facts);
        if (error == 0)
                error = write_facts(d, &decision, &now);
        decision_deinit(&decision);
        if (error == 0)
                return store_release(store);
        if (is_storage(d, error))
                return error < 0 ? error : -EIO;
        log_error("what was asked for could not be decided: %s",
                error > 0 ? "its facts do not fit the ledger" : strerror(-error));
        r = store_rollback_to(store);
        d->group_pos = group_pos;
        return r < 0 ? r : DESK_E_UNDECIDED;
}
