/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Labels on their way to paper: one queue a bench, in the order in which they were asked for. What becomes of each is told to the
 * desk, as an input of the bench. The print data is personal: it stays sealed in the queue and in the printer's hand, and is opened
 * when its first byte is written. What is not wanted any more by then (a box that was voided, a number that changed) is dropped.
 */
#include "firmware/station/station-internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/bytes.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/log.h"

#define WAITING_MAX 64 /* of one bench; more is no jam but a mistake */

struct waiting {
        const struct station *station; /* borrowed: whose keys open it */
        struct label_wanted wanted;
        void *box; /* owned; NULL without print data */
        size_t n_box;
        bool is_dead; /* not wanted any more */
        int error;    /* why it did not open; 0 */
        struct waiting *next;
};

struct bench_labels {
        struct waiting *first; /* owned; in the printer's hand while in_hand */
        size_t n;
        bool in_hand, is_up;
        uint64_t trial; /* token of who tries the printer: its label is in the printer's hand; 0 none */
        const struct station *trial_of; /* borrowed */
        size_t trial_bench;
        enum printer_stop stop;
};

int labels_new(struct station *s) {
        s->labels = calloc(s->config->n_benches, sizeof(*s->labels));
        return s->labels ? 0 : -ENOMEM;
}

static void waiting_free(struct waiting *w) {
        free(w->box);
        free(w);
}

static void pop(struct bench_labels *b) {
        struct waiting *w = b->first;

        b->first = w->next;
        b->n--;
        waiting_free(w);
}

struct bench_labels *labels_free(struct bench_labels *all, size_t n) {
        for (size_t i = 0; all && i < n; i++)
                while (all[i].first)
                        pop(&all[i]);
        free(all);
        return NULL;
}

/* ---- print data */

struct print_data {
        uint8_t *bytes; /* owned; wiped */
        size_t n;
};

static void print_data_deinit(struct print_data *p) {
        if (p->bytes)
                explicit_bzero(p->bytes, p->n);
        free(p->bytes);
}

/* {"media","data": base64}, as the command `label` brought it. */
static int decode(const struct seal_plain *plain, struct print_data *out) {
        _cleanup_(json_freep) struct json *doc = NULL;
        const char *text;
        size_t n_text;
        int r = json_parse((const char *) plain->bytes, plain->n, &doc, NULL);

        if (r < 0)
                return r;
        text = json_get_string(doc, "data", "");
        n_text = strlen(text);
        r = base64_decode(text, n_text, &out->bytes, &out->n);
        explicit_bzero((char *) text, n_text); /* ours, and freed right after */
        return r;
}

/* Return: 0, also with nothing in @out when there is no box; -EBADMSG when it does not open. */
static int open_box(const struct station *s, const void *box, size_t n_box, struct print_data *out) {
        _cleanup_seal_plain_ struct seal_plain plain = {0};
        int r;

        if (!box)
                return 0;
        if (!s->keys)
                return -EBADMSG;
        r = seal_open(s->keys, box, n_box, &plain);
        if (r == 0)
                r = decode(&plain, out);
        return r > 0 ? -EBADMSG : r;
}

/* label_job's. */
static int waiting_open(void *userdata, uint8_t **bytesp, size_t *np) {
        _cleanup_(print_data_deinit) struct print_data data = {0};
        struct waiting *w = userdata;

        w->error = w->is_dead ? -ECANCELED : open_box(w->station, w->box, w->n_box, &data);
        if (w->error < 0)
                return w->error;
        *np = data.n;
        *bytesp = take_ptr(data.bytes);
        return 0;
}

static struct label_job job_of(const struct label_wanted *l) {
        return (struct label_job){.bench = l->bench,
                .parcel = l->parcel,
                .piece = (unsigned) l->piece,
                .pieces = (unsigned) l->pieces,
                .carrier = l->carrier,
                .number = l->number};
}

/* ---- to the desk */

static void report(struct station *s, size_t bench, const struct label_wanted *l, enum label_outcome outcome,
        bool maybe) {
        const struct label_report report = {
                .label = *l, .outcome = outcome, .maybe = maybe, .stop = s->labels[bench].stop};

        if (!s->stopping && desk_label(s->desk, bench, &report) < 0)
                log_error("bench %s: what became of a label is not recorded: out of memory", l->bench);
}

/* ---- the queue */

static const char *why(int r) {
        return r == LABEL_E_NO_DATA ? "it has no print data"
               : r == -EBADMSG      ? "its data does not open"
               : r == -ECANCELED    ? "its box is voided, cancelled, or has another number by now"
                                    : strerror(-r);
}

/* The first is not printed. */
static void refuse(struct station *s, size_t bench, int r, bool maybe) {
        struct bench_labels *b = &s->labels[bench];
        const struct label_wanted *l = &b->first->wanted;

        log_warning("bench %s: the label of piece %d is not printed: %s", l->bench, l->piece, why(r));
        report(s, bench, l, r == -ECANCELED ? LABEL_OUTCOME_DROPPED : LABEL_OUTCOME_UNPRINTABLE, maybe);
        pop(b);
}

static void pump(struct station *s, size_t bench) {
        struct bench_labels *b = &s->labels[bench];

        while (b->first && b->is_up && !b->in_hand && !b->trial) {
                struct waiting *w = b->first;
                struct label_job job = job_of(&w->wanted);
                int r;

                job.open = w->box ? waiting_open : NULL;
                job.userdata = w;
                r = devices_print(s->devices, bench, &job);
                if (r == LABEL_E_NOT_READY)
                        return; /* it says when it is */
                if (r == LABEL_E_ACCEPTED) {
                        b->in_hand = true;
                        return;
                }
                refuse(s, bench, r, false);
        }
}

static bool is_waiting(const struct bench_labels *b, const struct label_wanted *l) {
        for (const struct waiting *w = b->first; w; w = w->next)
                if (!w->is_dead && strcmp(w->wanted.parcel, l->parcel) == 0 &&
                        strcmp(w->wanted.number, l->number) == 0 && w->wanted.print == l->print)
                        return true;
        return false;
}

static int append(struct station *s, struct bench_labels *b, const struct label_wanted *l, const void *box,
        size_t n_box) {
        struct waiting *w, **lastp = &b->first;

        if (b->n == WAITING_MAX)
                return -ENOBUFS;
        w = calloc(1, sizeof(*w));
        if (!w)
                return -ENOMEM;
        w->station = s;
        w->wanted = *l;
        if (box) {
                w->box = malloc(n_box ? n_box : 1);
                if (!w->box) {
                        free(w);
                        return -ENOMEM;
                }
                memcpy(w->box, box, n_box);
                w->n_box = n_box;
        }
        while (*lastp)
                lastp = &(*lastp)->next;
        *lastp = w;
        b->n++;
        return 0;
}

/* Onto a console: it shows that there is something to print, and nothing of it: it stays sealed. */
static void print_at_once(struct station *s, size_t bench, const struct label_wanted *l, size_t n_box) {
        struct label_job job = job_of(l);
        int r;

        job.n_data = n_box;
        r = devices_print(s->devices, bench, &job);
        if (r != 0)
                log_warning("bench %s: label of piece %d could not be printed: %s", l->bench, l->piece,
                        r == LABEL_E_NOT_READY ? "the printer is not ready" : why(r));
}

void labels_on_wanted(void *userdata, const struct label_wanted *l, const void *box, size_t n_box) {
        struct station *s = userdata;
        size_t bench = benches_index(s, l->bench);
        struct bench_labels *b = &s->labels[bench];
        int r;

        if (bench >= s->config->n_benches)
                return; /* never: nothing is packed in the office */
        if (!devices_prints_later(s->devices, bench)) {
                print_at_once(s, bench, l, n_box);
                return;
        }
        if (!*l->ref)
                return; /* a number of a block: its paper has come with it, there is nothing to print */
        r = is_waiting(b, l) ? 0 : append(s, b, l, box, n_box);
        if (r < 0) {
                log_warning("bench %s: label of piece %d cannot wait for the printer: %s", l->bench, l->piece,
                        strerror(-r));
                report(s, bench, l, LABEL_OUTCOME_LOST, false);
                return;
        }
        pump(s, bench);
        if (!b->is_up && b->first)
                report(s, bench, l, LABEL_OUTCOME_WAITS, false);
}

static void drop(struct station *s, size_t bench, const char *parcel) {
        struct bench_labels *b = &s->labels[bench];

        for (struct waiting **wp = &b->first, *w; (w = *wp);) {
                if (strcmp(w->wanted.parcel, parcel) != 0 || w->is_dead) {
                        wp = &w->next;
                        continue;
                }
                w->is_dead = true;
                if (w == b->first && b->in_hand) {
                        wp = &w->next; /* the printer's: it ends there, and is not sent again */
                        continue;
                }
                log_notice("bench %s: the label of piece %d is not printed: %s", w->wanted.bench,
                        w->wanted.piece, why(-ECANCELED));
                report(s, bench, &w->wanted, LABEL_OUTCOME_DROPPED, false);
                *wp = w->next;
                b->n--;
                waiting_free(w);
        }
}

void labels_on_dead(void *userdata, const char *parcel) {
        struct station *s = userdata;

        for (size_t i = 0; i < s->config->n_benches; i++) /* asked for at one bench, voided at another */
                drop(s, i, parcel);
}

/* ---- a label that says it is a test */

/* Return: 0, LABEL_E_NO_DATA when the board file does not say what the printer speaks, -ENOMEM. */
static int trial_text(const struct station *s, size_t bench, struct str *out) {
        const struct bench_config *c = &s->config->benches[bench];
        char where[128];

        (void) snprintf(where, sizeof(where), "%s/%s/%s", s->config->site, s->config->station, c->name);
        if (c->printer.language == 1) /* zpl */
                str_addf(out,
                        "^XA^CI28^PW800^LL400^FO40,40^A0N,70,70^FDokuru TEST^FS^FO40,130^A0N,40,40^FD%s^FS"
                        "^FO40,190^A0N,40,40^FDnot a shipping "
                        "label^FS^FO40,250^BY2^BCN,90,N,N,N^FDTEST^FS^XZ\n",
                        where);
        else if (c->printer.language == 2) /* escpos */
                str_addf(out,
                        "\x1b@\x1d!\x11okuru TEST\x1d!%c\n%s\nnot a shipping label\n\n\n\n\x1dV\x41\x03",
                        '\x01', where);
        else
                return LABEL_E_NO_DATA;
        return out->error;
}

static int trial_open(void *userdata, uint8_t **bytesp, size_t *np) {
        const struct bench_labels *b = userdata;
        _cleanup_str_ struct str text = STR_INIT;
        int r = trial_text(b->trial_of, b->trial_bench, &text);

        if (r != 0)
                return r < 0 ? r : -ECANCELED;
        *np = text.len;
        *bytesp = (uint8_t *) take_ptr(text.data);
        return 0;
}

const char *labels_try(struct station *s, size_t bench, uint64_t token) {
        struct bench_labels *b = &s->labels[bench];
        struct label_job job = {.bench = s->config->benches[bench].name,
                .parcel = "",
                .piece = 1,
                .pieces = 1,
                .carrier = "",
                .number = "TEST",
                .open = trial_open,
                .userdata = b};
        _cleanup_str_ struct str text = STR_INIT;
        int r;

        if (b->first || b->in_hand || b->trial)
                return "printer: labels wait for it";
        if (devices_prints_later(s->devices, bench) && trial_text(s, bench, &text) != 0)
                return "printer: the board file does not say its language";
        b->trial_of = s;
        b->trial_bench = bench;
        r = devices_print(s->devices, bench, &job);
        if (r == LABEL_E_ACCEPTED)
                b->trial = token;
        else if (r == 0)
                trials_on_label(s, token, LABEL_END_PRINTED);
        else
                return r == LABEL_E_NOT_READY ? "printer: not ready" : "printer: it does not take it";
        return NULL;
}

/* ---- the printer */

void labels_on_label(void *userdata, size_t bench, enum label_end end, bool maybe) {
        struct station *s = userdata;
        struct bench_labels *b = &s->labels[bench];

        if (b->trial) {
                trials_on_label(s, b->trial, end);
                b->trial = 0;
                pump(s, bench);
                return;
        }
        if (!b->in_hand)
                return;
        b->in_hand = false;
        if (end == LABEL_END_REFUSED) {
                refuse(s, bench, b->first->error < 0 ? b->first->error : LABEL_E_NO_DATA, maybe);
        } else {
                if (end == LABEL_END_FAILED)
                        log_warning("bench %s: whether the label of piece %d came out is not known",
                                b->first->wanted.bench, b->first->wanted.piece);
                report(s, bench, &b->first->wanted,
                        end == LABEL_END_PRINTED ? LABEL_OUTCOME_OUT : LABEL_OUTCOME_LOST, maybe);
                pop(b);
        }
        pump(s, bench);
}

void labels_on_printer(void *userdata, size_t bench, bool up, enum printer_stop stop) {
        struct station *s = userdata;
        struct bench_labels *b = &s->labels[bench];

        b->is_up = up;
        b->stop = stop;
        if (up)
                pump(s, bench);
        else /* whoever waits for the one that was asked for last */
                for (const struct waiting *w = b->first; w; w = w->next)
                        report(s, bench, &w->wanted, LABEL_OUTCOME_WAITS, false);
}
