/* SPDX-License-Identifier: Apache-2.0 */
/* What comes to the desk, and waits its turn: bounded for each bench; an older set of tags gives way to a newer one. */
#include "firmware/station/desk-internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct desk_input *desk_take_input(struct desk *d) {
        struct desk_input *in = d->first;

        if (!in)
                return NULL;
        d->first = in->next;
        if (!d->first)
                d->lastp = &d->first;
        if (in->kind == DESK_SCAN || in->kind == DESK_LOST || in->kind == DESK_TAGS ||
                in->kind == DESK_FIND || in->kind == DESK_CORRECT)
                d->waiting[in->bench]--;
        return in;
}

void desk_input_free(struct desk_input *in) {
        free(in->fact.data);
        free(in->epcs);
        free(in->words);
        free(in->report);
        free(in);
}

static void queue(struct desk *d, struct desk_input *in) {
        if (d->callbacks.on_weigh && in->kind != DESK_FACT)
                d->callbacks.on_weigh(d->callbacks.userdata, in->bench, &in->weighing);
        *d->lastp = in;
        d->lastp = &in->next;
        desk_pump(d);
}

static struct desk_input *input_new(struct desk *d, enum desk_kind kind, size_t bench) {
        struct desk_input *in;

        if (d->waiting[bench] >= DESK_QUEUE_MAX)
                return NULL;
        in = calloc(1, sizeof(*in));
        if (!in)
                return NULL; /* the same to the packer: scan again */
        in->kind = kind;
        in->bench = bench;
        d->waiting[bench]++;
        return in;
}

static struct desk_input *scan_new(struct desk *d, size_t bench, const char *device, const char *bytes,
        size_t n, uint64_t mono_usec, uint64_t token) {
        struct desk_input *in = n <= BARCODE_TEXT_MAX ? input_new(d, DESK_SCAN, bench) : NULL;

        if (!in)
                return NULL;
        memcpy(in->bytes, bytes, n);
        in->n = n;
        in->mono_usec = mono_usec;
        in->token = token;
        (void) copy_text(in->device, sizeof(in->device), device ? device : "");
        return in;
}

int desk_scan(struct desk *d, size_t bench, const char *device, const char *bytes, size_t n,
        uint64_t mono_usec, uint64_t token, const char *actor) {
        struct desk_input *in = scan_new(d, bench, device, bytes, n, mono_usec, token);

        if (!in)
                return DESK_E_FULL;
        (void) copy_text(in->actor, sizeof(in->actor), actor ? actor : "");
        queue(d, in);
        return 0;
}

int desk_type(struct desk *d, size_t bench, const char *bytes, size_t n, bool is_search, uint64_t token,
        const struct input_person *who) {
        struct desk_input *in = scan_new(d, bench, "screen", bytes, n, monotonic_usec(), token);

        if (!in)
                return DESK_E_FULL;
        if (is_search)
                in->kind = DESK_FIND;
        in->has_who = true;
        in->who = *who;
        queue(d, in);
        return 0;
}

int desk_find(struct desk *d, size_t bench, const char *text, size_t n, uint64_t token, const char *actor) {
        struct desk_input *in = n <= BARCODE_TEXT_MAX ? input_new(d, DESK_FIND, bench) : NULL;

        if (!in)
                return DESK_E_FULL;
        memcpy(in->bytes, text, n);
        in->n = n;
        in->token = token;
        (void) copy_text(in->actor, sizeof(in->actor), actor ? actor : "");
        queue(d, in);
        return 0;
}

int desk_correct(
        struct desk *d, size_t bench, const char *words, size_t n, uint64_t token, const char *actor) {
        char *copy = strndup(words, n);
        struct desk_input *in = copy ? input_new(d, DESK_CORRECT, bench) : NULL;

        if (!in) {
                free(copy);
                return DESK_E_FULL;
        }
        in->words = copy;
        in->n = n;
        in->token = token;
        (void) copy_text(in->actor, sizeof(in->actor), actor);
        queue(d, in);
        return 0;
}

/* Whatever an older set says, the newer one says better. */
static void drop_older_tags(struct desk *d, size_t bench) {
        struct desk_input **p = &d->first;

        while (*p) {
                struct desk_input *in = *p;

                if (in->kind != DESK_TAGS || in->bench != bench || in->token) {
                        p = &in->next;
                        continue;
                }
                *p = in->next;
                d->waiting[bench]--;
                desk_input_free(in);
        }
        d->lastp = p;
}

int desk_tags(struct desk *d, size_t bench, enum tags_rest rest, const struct epc *epcs, size_t n,
        const struct epc *restless, const char *parcel, uint64_t mono_usec, uint64_t token,
        const char *actor) {
        struct epc *copy = calloc(n + 1, sizeof(*copy));
        struct desk_input *in;

        drop_older_tags(d, bench);
        in = copy ? input_new(d, DESK_TAGS, bench) : NULL;
        if (!in) {
                free(copy);
                return DESK_E_FULL;
        }
        if (n > 0)
                memcpy(copy, epcs, n * sizeof(*copy));
        in->epcs = copy;
        in->n = n;
        in->rest = rest;
        in->has_restless = restless;
        in->is_of_parcel = parcel;
        (void) copy_text(in->parcel, sizeof(in->parcel), parcel ? parcel : "");
        if (restless)
                in->restless = *restless;
        in->mono_usec = mono_usec;
        in->token = token;
        (void) copy_text(in->actor, sizeof(in->actor), actor ? actor : "");
        queue(d, in);
        return 0;
}

int desk_scan_lost(struct desk *d, size_t bench, const char *device, enum scan_lost why, uint64_t mono_usec) {
        struct desk_input *in = input_new(d, DESK_LOST, bench);

        if (!in)
                return DESK_E_FULL;
        in->lost = why;
        (void) copy_text(in->device, sizeof(in->device), device ? device : "");
        in->mono_usec = mono_usec;
        queue(d, in);
        return 0;
}

int desk_fact(struct desk *d, const struct fact *f) {
        struct desk_input *in = calloc(1, sizeof(*in));

        if (!in)
                return -ENOMEM;
        in->kind = DESK_FACT;
        in->fact = *f;
        in->fact.data = strdup(f->data);
        if (!in->fact.data) {
                free(in);
                return -ENOMEM;
        }
        queue(d, in);
        return 0;
}

int desk_label(struct desk *d, size_t bench, const struct label_report *report) {
        struct desk_input *in = calloc(1, sizeof(*in));

        if (!in)
                return -ENOMEM;
        in->kind = DESK_LABEL;
        in->bench = bench;
        in->report = malloc(sizeof(*report));
        if (!in->report) {
                free(in);
                return -ENOMEM;
        }
        *in->report = *report;
        queue(d, in);
        return 0;
}

static int queue_quiet(struct desk *d, enum desk_kind kind, size_t bench) {
        struct desk_input *in = calloc(1, sizeof(*in));

        if (!in)
                return -ENOMEM;
        in->kind = kind;
        in->bench = bench;
        queue(d, in);
        return 0;
}

int desk_prompt(struct desk *d, size_t bench) {
        return queue_quiet(d, DESK_PROMPT, bench);
}

int desk_weight(struct desk *d, size_t bench) {
        return queue_quiet(d, DESK_WEIGHT, bench);
}
