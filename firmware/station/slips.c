/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/station/slips.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/printer/escpos.h"
#include "drivers/printer/printer.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/log.h"
#include "firmware/base/time.h"
#include "firmware/station/aside.h"
#include "firmware/station/slip-folder.h"

#define LOOK_SECONDS  2
#define PAUSE_SECONDS 30 /* after a slip of which is not known whether it is out */
#define SWEEP_SECONDS 3600
#define FAILURES_MAX  3
#define NUMBER_CHARS  12 /* of the notice's id, at the foot */

enum work_kind { WORK_TAKE, WORK_COUNT, WORK_END, WORK_GIVE_UP, WORK_SWEEP };

struct work { /* what the other thread does */
        enum work_kind kind;
        char folder[STATION_PATH_MAX];
        char id[UUID_TEXT_MAX];
        int64_t before_usec;
        struct slip_found found;
        struct str first, again; /* the printer's bytes, without and with the word that it is a copy */
        int r;
};

struct page {                   /* in the loop's hand, until its printer has said what became of it */
        char id[UUID_TEXT_MAX]; /* "" none */
        struct str first, again;
        bool is_again; /* another copy may be about */
};

struct slips {
        const struct slips_config *config;
        struct slips_callbacks callbacks;
        struct aside *aside;
        struct printer *printer;
        struct label_port port;
        bool is_up;
        const char *reason; /* static; NULL while it is up */
        bool is_busy;       /* the other thread has work */
        bool in_hand;       /* the printer has ->page */
        struct page page;
        char owed[UUID_TEXT_MAX]; /* is out, and that is not on the disk yet; "" none */
        char failing[UUID_TEXT_MAX];
        int n_failures; /* of ->failing, in a row */
        size_t n_waiting, n_stuck;
        int64_t oldest_usec;
        int error; /* of the folder: 0, -errno */
        bool is_ill;
        struct stamp ill_since;
        unsigned seconds, look_at, sweep_at;
        char words[160];
};

static void page_clear(struct page *p) {
        str_wipe(&p->first);
        str_wipe(&p->again);
        *p = (struct page){0};
}

/* ---- in the thread ---- */

static void work_free(void *job) {
        struct work *w = job;

        slip_found_deinit(&w->found);
        str_wipe(&w->first);
        str_wipe(&w->again);
        free(w);
}

/* Both of them now: what is not known yet is known when the second is wanted, and the loop reads no tables from the disk. */
static int encode(struct work *w) {
        struct escpos_page page = {.text = w->found.text.data ? w->found.text.data : "",
                .n = w->found.text.len,
                .number = w->found.id + UUID_TEXT_MAX - 1 - NUMBER_CHARS};
        int r = escpos_write(&page, &w->first);

        page.is_again = true;
        return r < 0 ? r : escpos_write(&page, &w->again);
}

static int take(struct work *w) {
        int r = slip_folder_look(w->folder, true, &w->found);

        if (r == -EMSGSIZE) {
                log_error("slip %s: not printed: it is longer than a page, or no plain file", w->found.id);
                return slip_folder_give_up(w->folder, w->found.id);
        }
        if (r != 0)
                return r;
        r = encode(w);
        return r < 0 ? r : slip_folder_begin(w->folder, w->found.id);
}

static void work_run(void *job) {
        struct work *w = job;

        switch (w->kind) {
        case WORK_TAKE:
                w->r = take(w);
                break;
        case WORK_COUNT:
                w->r = slip_folder_look(w->folder, false, &w->found);
                break;
        case WORK_END:
                w->r = slip_folder_end(w->folder, w->id);
                break;
        case WORK_GIVE_UP:
                w->r = slip_folder_give_up(w->folder, w->id);
                break;
        case WORK_SWEEP:
                w->r = slip_folder_sweep(w->folder, w->before_usec);
                break;
        }
}

/* ---- to the printer ---- */

/* label_job's: for each try anew. From the second on an earlier one may be on paper. */
static int slips_open(void *userdata, uint8_t **bytesp, size_t *np) {
        struct slips *s = userdata;
        const struct str *bytes = s->page.is_again ? &s->page.again : &s->page.first;

        *bytesp = malloc(bytes->len);
        if (!*bytesp)
                return -ENOMEM;
        memcpy(*bytesp, bytes->data, bytes->len);
        *np = bytes->len;
        s->page.is_again = true;
        return 0;
}

static void give(struct slips *s) {
        const struct label_job job = {.bench = s->config->bench,
                .parcel = "",
                .piece = 1,
                .pieces = 1,
                .carrier = "",
                .number = s->page.id,
                .open = slips_open,
                .userdata = s};
        int r;

        if (!*s->page.id || s->in_hand || !s->is_up)
                return;
        r = label_print(&s->port, &job);
        s->in_hand = r == LABEL_E_ACCEPTED;
        if (s->in_hand || r == LABEL_E_NOT_READY)
                return; /* it says when it is */
        log_error("slip %s: the printer does not take it: %s", s->page.id, strerror(r < 0 ? -r : EINVAL));
        page_clear(&s->page);
        s->look_at = s->seconds + PAUSE_SECONDS;
}

/* ---- what the thread came to ---- */

static void step(struct slips *s);

static void hear(struct slips *s, struct work *w) {
        s->error = w->r < 0 ? w->r : 0;
        if (w->r < 0)
                return;
        s->n_waiting = w->found.n_waiting;
        s->n_stuck = w->found.n_stuck;
        s->oldest_usec = w->found.oldest_usec;
        if (w->kind != WORK_TAKE || w->r != 0 || !w->first.len)
                return;
        memcpy(s->page.id, w->found.id, sizeof(s->page.id));
        s->page.is_again = w->found.is_again;
        s->page.first = w->first;
        s->page.again = w->again;
        w->first = w->again = (struct str) STR_INIT;
}

static void judge(struct slips *s) {
        bool is_ill = s->error < 0 || s->n_stuck > 0;

        if (is_ill && !s->is_ill) {
                s->ill_since = stamp_now();
                log_error("slips: %s", slips_ill(s));
        }
        s->is_ill = is_ill;
}

static void slips_on_work(void *userdata, void *job) {
        struct slips *s = userdata;
        struct work *w = job;

        s->is_busy = false;
        if (w->kind == WORK_END) {
                s->error = w->r;
                if (w->r == 0)
                        s->owed[0] = '\0';
                s->look_at = w->r == 0 ? 0 : s->seconds + LOOK_SECONDS;
        } else if (w->kind == WORK_SWEEP) {
                if (w->r > 0)
                        log_info("slips: %d removed, %lld days old", w->r, (long long) s->config->keep_days);
                else if (w->r < 0)
                        s->error = w->r;
        } else if (w->kind == WORK_GIVE_UP) {
                s->error = w->r;
        } else {
                hear(s, w);
        }
        work_free(w);
        judge(s);
        step(s);
}

/* Return: is it on its way? What could not be begun now is asked for again with the next second. */
static bool ask(struct slips *s, enum work_kind kind, const char *id, int64_t before_usec) {
        struct work *w = calloc(1, sizeof(*w));
        const struct aside_job job = {work_run, slips_on_work, work_free, w};

        if (!w)
                return false;
        w->kind = kind;
        w->before_usec = before_usec;
        (void) copy_text(w->folder, sizeof(w->folder), s->config->folder);
        (void) copy_text(w->id, sizeof(w->id), id);
        if (aside_do(s->aside, &job) != 0) {
                work_free(w);
                return false;
        }
        s->is_busy = true;
        return true;
}

static void step(struct slips *s) {
        give(s);
        if (s->is_busy || *s->page.id || s->seconds < s->look_at)
                return;
        s->look_at = s->seconds + LOOK_SECONDS;
        if (*s->owed)
                (void) ask(s, WORK_END, s->owed, 0);
        else if (s->n_failures >= FAILURES_MAX && ask(s, WORK_GIVE_UP, s->failing, 0))
                s->n_failures = 0;
        else
                (void) ask(s, s->is_up ? WORK_TAKE : WORK_COUNT, "", 0);
}

/* ---- what the printer says ---- */

static void slips_on_end(void *userdata, enum label_end end, bool maybe) {
        struct slips *s = userdata;

        s->in_hand = false;
        if (maybe)
                log_warning("slip %s: another copy of it may be about", s->page.id);
        s->look_at = s->seconds + PAUSE_SECONDS;
        if (end == LABEL_END_PRINTED) {
                memcpy(s->owed, s->page.id, sizeof(s->owed));
                s->n_failures = 0;
                s->look_at = 0;
        } else if (end == LABEL_END_FAILED) {
                log_warning("slip %s: whether it came out is not known", s->page.id);
                s->n_failures = strcmp(s->failing, s->page.id) == 0 ? s->n_failures + 1 : 1;
                memcpy(s->failing, s->page.id, sizeof(s->failing));
        }
        page_clear(&s->page);
        step(s);
}

static void slips_on_state(void *userdata, enum device_state state, int error, enum label_trouble trouble) {
        struct slips *s = userdata;
        bool was_up = s->is_up;

        s->is_up = state == DEVICE_UP;
        s->reason = s->is_up                ? NULL
                    : trouble != LABEL_WELL ? label_trouble_words(trouble)
                    : error < 0             ? strerror(-error)
                                            : "not tried yet";
        s->callbacks.on_printer(s->callbacks.userdata, s->is_up, s->reason);
        if (s->is_up && !was_up)
                step(s);
}

/* ---- the rest ---- */

void slips_on_second(struct slips *s, int64_t wall_usec) {
        s->seconds++;
        if (s->seconds >= s->sweep_at && wall_usec && !s->is_busy) {
                int64_t before = wall_usec - s->config->keep_days * 86400 * (int64_t) USEC_PER_SEC;

                if (ask(s, WORK_SWEEP, "", before))
                        s->sweep_at = s->seconds + SWEEP_SECONDS;
        }
        step(s);
}

struct stamp slips_ill_since(const struct slips *s) {
        return s->ill_since;
}

bool slips_is_up(const struct slips *s) {
        return s->is_up;
}

const char *slips_reason(const struct slips *s) {
        return s->reason;
}

const char *slips_ill(struct slips *s) {
        if (s->error < 0)
                (void) snprintf(s->words, sizeof(s->words), "the folder of slips cannot be used: %s",
                        s->error == -ENOSYS ? "this system has no Shift_JIS" : strerror(-s->error));
        else if (s->n_stuck > 0)
                (void) snprintf(s->words, sizeof(s->words),
                        "%zu slips were given up: whether they came out is not known; look into the folder",
                        s->n_stuck);
        else
                return NULL;
        return s->words;
}

void slips_write_status(const struct slips *s, struct json_writer *w) {
        char text[TIME_TEXT_MAX];

        json_write_object(w, "slips");
        json_write_bool(w, "up", s->is_up);
        json_write_int(w, "waiting", (int64_t) s->n_waiting);
        json_write_int(w, "stuck", (int64_t) s->n_stuck);
        json_write_string(w, "oldest",
                s->oldest_usec ? time_format(s->oldest_usec, stamp_now().offset_sec, text) : NULL);
        json_write_end_object(w);
}

int slips_new(struct slips **sp, sd_event *event, const struct slips_config *config,
        const struct slips_callbacks *callbacks) {
        static const enum printer_link links[] = {
                [PRINTER_BY_TCP] = PRINTER_TCP,
                [PRINTER_BY_USB] = PRINTER_USB,
                [PRINTER_BY_SERIAL] = PRINTER_SERIAL,
        };
        struct slips *s = calloc(1, sizeof(*s));
        struct printer_config printer = {.link = links[config->printer.link],
                .host = config->printer.host,
                .port = (uint16_t) config->printer.port,
                .path = config->path,
                .baud = (unsigned int) config->printer.baud,
                .language = PRINTER_ESCPOS,
                .priority = SD_EVENT_PRIORITY_IDLE}; /* behind scanners, lights and labels */
        const struct label_sink sink = {slips_on_end, slips_on_state, s};
        int r;

        if (!s)
                return -ENOMEM;
        s->config = config;
        s->callbacks = *callbacks;
        s->reason = "not tried yet";
        r = aside_new(&s->aside, event, s);
        if (r == 0)
                r = printer_new(&s->printer, event, &printer, sink);
        if (r < 0) {
                (void) slips_free(s);
                return r;
        }
        s->port = printer_get_port(s->printer);
        *sp = s;
        return 0;
}

struct slips *slips_free(struct slips *s) {
        if (!s)
                return NULL;
        (void) printer_free(s->printer);
        (void) aside_free(s->aside);
        page_clear(&s->page);
        free(s);
        return NULL;
}
