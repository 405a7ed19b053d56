/* SPDX-License-Identifier: Apache-2.0 */
/* What was decided and is to be told once it is on the disk: verdicts, labels, labels that are not wanted any more. */
#include "firmware/station/desk-internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void answer_free(struct desk_answer *a) {
        for (size_t i = 0; i < a->n_labels; i++)
                free(a->labels[i].box);
        free(a->labels);
        free(a->dead);
        free(a->verdicts);
        free(a);
}

void desk_drop_answers(struct desk *d) {
        while (d->answers) {
                struct desk_answer *a = d->answers;

                d->answers = a->next;
                answer_free(a);
        }
        d->answers_lastp = &d->answers;
        d->n_answers = 0;
}

void desk_give_answers(struct desk *d) {
        while (d->answers) {
                struct desk_answer *a = d->answers;

                d->answers = a->next;
                if (!d->answers)
                        d->answers_lastp = &d->answers;
                d->n_answers--;
                for (size_t i = 0; i < a->n_verdicts; i++) {
                        if (strcmp(a->verdicts[i].bench, d->benches[a->bench].name) == 0)
                                (void) copy_text(
                                        a->verdicts[i].device, sizeof(a->verdicts[i].device), a->device);
                        d->callbacks.on_verdict(d->callbacks.userdata, &a->verdicts[i], a->mono_usec);
                }
                for (size_t i = 0; i < a->n_dead; i++)
                        d->callbacks.on_label_dead(d->callbacks.userdata, a->dead[i]);
                for (size_t i = 0; i < a->n_labels; i++)
                        d->callbacks.on_label(d->callbacks.userdata, &a->labels[i].wanted, a->labels[i].box,
                                a->labels[i].n_box);
                if (a->token)
                        d->callbacks.on_answered(d->callbacks.userdata, a->token, a->verdicts, a->n_verdicts);
                answer_free(a);
        }
}

void desk_spoil_answers(struct desk *d) {
        for (struct desk_answer *a = d->answers; a; a = a->next) {
                for (size_t i = 0; i < a->n_labels; i++)
                        free(a->labels[i].box);
                a->n_labels = a->n_dead = 0;
                for (size_t i = 0; i < a->n_verdicts; i++) {
                        char bench[NAME_SIZE];

                        if (a->verdicts[i].prompt)
                                continue; /* asked for nothing to be recorded */
                        (void) copy_text(bench, sizeof(bench), a->verdicts[i].bench);
                        verdict_set(&a->verdicts[i], VERDICT_NOT_RECORDED, bench);
                        verdict_sub_ja(&a->verdicts[i], "保存場所がいっぱい。リーダーを呼ぶ");
                        verdict_sub_en(&a->verdicts[i], "storage is full: call the leader");
                }
        }
}

/* @in: NULL for what is no input. */
static struct desk_answer *answer_new(struct desk *d, const struct desk_input *in) {
        struct desk_answer *a = calloc(1, sizeof(*a));

        if (!a)
                return NULL;
        if (in) {
                a->mono_usec = in->mono_usec;
                a->token = in->token;
                a->bench = in->bench;
                (void) copy_text(a->device, sizeof(a->device), in->device);
        }
        *d->answers_lastp = a;
        d->answers_lastp = &a->next;
        d->n_answers++;
        return a;
}

int desk_answer_verdict(struct desk *d, const struct desk_input *in, const struct verdict *v) {
        struct desk_answer *a = answer_new(d, in);

        if (!a)
                return -ENOMEM;
        a->verdicts = malloc(sizeof(*v));
        if (!a->verdicts)
                return -ENOMEM;
        a->verdicts[0] = *v;
        a->n_verdicts = 1;
        return 0;
}

/* The print data is fetched while the connection is ours; it is opened only when the label is printed. */
static int take_box(struct desk *d, struct desk_label *l) {
        struct ledger_sealed sealed;
        int r;

        if (!*l->wanted.ref)
                return 0;
        r = ledger_sealed_get(d->ledger, l->wanted.ref, &sealed);
        if (r == LEDGER_E_NONE)
                return 0; /* erased after its date: the label is printed from its number alone, or not at all */
        if (r < 0)
                return r;
        l->box = malloc(sealed.n_box ? sealed.n_box : 1);
        if (l->box) {
                memcpy(l->box, sealed.box, sealed.n_box);
                l->n_box = sealed.n_box;
        }
        ledger_sealed_done(d->ledger);
        return l->box ? 0 : -ENOMEM;
}

int desk_keep_answer(struct desk *d, const struct decision *decision, const struct desk_input *in) {
        struct desk_answer *a;
        int r = 0;

        if (decision->n_verdicts == 0 && decision->n_labels == 0 && decision->n_dead == 0 &&
                !(in && in->token))
                return 0;
        a = answer_new(d, in);
        if (!a)
                return -ENOMEM;
        if (decision->n_verdicts) {
                a->verdicts = malloc(decision->n_verdicts * sizeof(*a->verdicts));
                if (!a->verdicts)
                        return -ENOMEM;
                memcpy(a->verdicts, decision->verdicts, decision->n_verdicts * sizeof(*a->verdicts));
                a->n_verdicts = decision->n_verdicts;
        }
        if (decision->n_dead) {
                a->dead = malloc(decision->n_dead * sizeof(*a->dead));
                if (!a->dead)
                        return -ENOMEM;
                memcpy(a->dead, decision->dead, decision->n_dead * sizeof(*a->dead));
                a->n_dead = decision->n_dead;
        }
        if (decision->n_labels) {
                a->labels = calloc(decision->n_labels, sizeof(*a->labels));
                if (!a->labels)
                        return -ENOMEM;
                a->n_labels = decision->n_labels;
        }
        for (size_t i = 0; i < decision->n_labels && r == 0; i++) {
                a->labels[i].wanted = decision->labels[i];
                r = take_box(d, &a->labels[i]);
        }
        return r;
}
