/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures of the goods: the names come in shipments, the bytes are asked for when nothing else is to be done, one page at a time. No
 * box waits for a picture: whatever goes wrong here costs a shape on a screen.
 */
#include "firmware/base/log.h"
#include "firmware/views/shipments.h"
#include "firmware/views/standing.h"
#include "services/sync/picture-folder.h"
#include "services/sync/sync-internal.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_USEC      (15 * USEC_PER_SEC) /* a page that has not come by then is lost */
#define QUIET_MIN_USEC   (15 * USEC_PER_SEC) /* nobody answers: again; doubles */
#define QUIET_MAX_USEC   (600 * USEC_PER_SEC)
#define NOBODY_USEC      (3600 * USEC_PER_SEC) /* an OMS that knows no pictures may have learnt it */
#define DISK_USEC        (600 * USEC_PER_SEC)  /* what could not be written is not asked for again at once */
#define DISK_SPARE       5                     /* percent: pictures stop before commands do */
#define FOLDER_EACH_TICK 60

/* ---- the list and its rows ---- */

static void open_folder(struct sync *s) {
        struct picture_state *p = &s->picture;
        int fd = -1;
        int r = picture_folder_open(s->config->pictures, &fd);

        if (r == 0)
                r = picture_folder_scan(fd, &p->list);
        if (r < 0) {
                closep(&fd);
                if (!p->complained)
                        log_warning("%s: %s: screens show shapes for pictures", s->config->pictures,
                                strerror(-r));
                p->complained = true;
                return;
        }
        p->folder_fd = fd;
        p->complained = false;
}

int picture_begin(struct sync *s) {
        int r;

        s->picture.folder_fd = -1;
        pictures_init(&s->picture.list);
        if (!*s->config->pictures)
                return 0;
        r = inbox_load_pictures(s->inbox, &s->picture.list);
        if (r == 0)
                open_folder(s);
        return r;
}

void picture_end(struct sync *s) {
        picture_pages_end(&s->picture.pages);
        pictures_deinit(&s->picture.list);
        if (*s->config->pictures)
                closep(&s->picture.folder_fd);
}

static int want_each(struct sync *s, const struct json *lines) {
        int r = 0;

        for (const struct json *e = json_first(lines); e && r == 0; e = json_next(e)) {
                const char *name = picture_of(e);
                struct picture *item;

                if (!name)
                        continue;
                r = pictures_want(&s->picture.list, name, &item);
                if (r == 0 && !item->is_kept) {
                        r = inbox_put_picture(s->inbox, name, item->wanted);
                        if (r == 0)
                                pictures_on_put(item);
                }
        }
        s->picture.has_nothing = false;
        return r;
}

int picture_on_command(struct sync *s, const struct command *c) {
        const struct json *data = c->envelope.data;
        int r;

        if (!*s->config->pictures || *c->reason || strcmp(c->type, "shipment") != 0 ||
                json_get_bool(data, "cancelled", false))
                return 0;
        r = want_each(s, json_get(data, "lines"));
        return r == 0 ? want_each(s, json_get(data, "inserts")) : r;
}

/* Room for @n more bytes, and for the names. */
static int make_room(struct sync *s, size_t n) {
        struct pictures *list = &s->picture.list;
        struct picture *item;
        int r = 0;

        while (r == 0 && (item = pictures_spare(list, n))) {
                r = inbox_begin(s->inbox);
                if (r == 0)
                        r = inbox_forget_picture(s->inbox, item->name);
                if (r == 0 && item->n_bytes > 0)
                        picture_folder_remove(s->picture.folder_fd, item->name);
                if (r == 0)
                        pictures_forget(list, item);
        }
        if (r < 0) {
                down_give_up(s, r);
                return r;
        }
        return inbox_is_open(s->inbox) && s->down.n_pending == 0 ? sync_commit(s) : 0;
}

/* ---- asking ---- */

static bool lanes_are_idle(const struct sync *s) {
        for (size_t i = 0; i < N_FEEDS; i++)
                if (s->feeds[i].has_receiver && s->feeds[i].up.sent < s->feeds[i].up.head)
                        return false;
        return s->down.n_pending == 0;
}

/* What is left of the disk is for facts first, then for commands. */
static bool disk_has_room(const struct sync *s) {
        const int stop = (int) s->config->intake_stop_percent;

        return !s->intake_stopped && (stop == 100 || 100 - s->disk_free_percent < stop - DISK_SPARE);
}

static bool may_ask(struct sync *s) {
        const struct picture_state *p = &s->picture;

        return p->folder_fd >= 0 && !p->has_nothing && !*p->pages.question && link_is_up(s->link) &&
               sync_now(s) >= p->quiet_until_usec && lanes_are_idle(s) && disk_has_room(s);
}

static int ask(struct sync *s) {
        struct picture_pages *pages = &s->picture.pages;
        _cleanup_str_ struct str text = STR_INIT;
        char id[UUID_TEXT_MAX];
        int r = uuid7_make(&s->uuids, stamp_now().wall_usec, id);

        if (r == 0)
                r = picture_pages_ask(pages, id, sync_now(s), &text);
        if (r == 0)
                r = link_publish(s->link, s->topics[TOPIC_ASK], text.data, text.len, false, 0);
        if (r != 0)
                pages->question[0] = '\0'; /* it did not go: next time */
        return r;
}

void picture_send(struct sync *s) {
        const struct picture *next;

        if (!may_ask(s))
                return;
        if (!*s->picture.pages.name) {
                next = pictures_next(&s->picture.list, sync_now(s));
                s->picture.has_nothing = !next;
                if (!next)
                        return;
                picture_pages_begin(&s->picture.pages, next->name);
        }
        (void) ask(s);
}

/* ---- what comes ---- */

static void be_quiet(struct sync *s, uint64_t usec) {
        s->picture.quiet_until_usec = sync_now(s) + usec;
}

static int keep(struct sync *s) {
        struct picture_pages *pages = &s->picture.pages;
        struct picture *item;
        int r = make_room(s, pages->bytes.len);

        if (r == 0)
                r = picture_folder_keep(
                        s->picture.folder_fd, pages->name, pages->bytes.data, pages->bytes.len);
        item = pictures_find(&s->picture.list, pages->name);
        if (r == 0 && item)
                pictures_on_here(&s->picture.list, item, (uint32_t) pages->bytes.len);
        else if (r == 0)
                picture_folder_remove(s->picture.folder_fd, pages->name); /* it had to make room itself */
        return r;
}

static void take_whole(struct sync *s) {
        int r = keep(s);

        if (r == 0) {
                s->picture.disk_complained = false;
                return;
        }
        if (!s->picture.disk_complained)
                log_warning("%s: a picture cannot be kept: %s", s->config->pictures, strerror(-r));
        s->picture.disk_complained = true;
        be_quiet(s, DISK_USEC);
}

static void take_bad(struct sync *s) {
        const uint64_t n = ++s->picture.n_refused;

        if ((n & (n - 1)) == 0) /* the first, second, fourth, eighth … time */
                log_warning("picture %.12s…: the OMS sent something else (%" PRIu64 " so far)",
                        s->picture.pages.name, n);
}

void picture_on_reply(struct sync *s, const struct link_message *m) {
        struct picture_pages *pages = &s->picture.pages;
        const int heard = picture_pages_hear(pages, m->payload, m->n);
        struct picture *item;

        if (heard == PICTURE_NOT_OURS)
                return;
        s->picture.quiet_delay_usec = 0;
        if (heard != PICTURE_MORE) {
                if (heard == PICTURE_WHOLE)
                        take_whole(s);
                else if (heard == PICTURE_BAD)
                        take_bad(s);
                else if (heard == PICTURE_NOBODY)
                        be_quiet(s, NOBODY_USEC);
                item = pictures_find(&s->picture.list, pages->name);
                if (item && item->n_bytes == 0)
                        pictures_on_failed(item, sync_now(s));
                picture_pages_end(pages);
        }
        sync_pump(s);
}

void picture_on_down(struct sync *s) {
        picture_pages_end(&s->picture.pages);
}

/* ---- the second ---- */

/* The next one is another's turn: perhaps only this one is not answered. */
static void give_up_waiting(struct sync *s) {
        struct picture_state *p = &s->picture;
        struct picture *item;

        if (!*p->pages.question || sync_now(s) - p->pages.asked_usec < ANSWER_USEC)
                return;
        p->quiet_delay_usec = p->quiet_delay_usec == 0 ? QUIET_MIN_USEC : 2 * p->quiet_delay_usec;
        if (p->quiet_delay_usec > QUIET_MAX_USEC)
                p->quiet_delay_usec = QUIET_MAX_USEC;
        be_quiet(s, p->quiet_delay_usec);
        item = pictures_find(&p->list, p->pages.name);
        if (item)
                pictures_on_failed(item, sync_now(s));
        picture_pages_end(&p->pages);
}

struct hand {
        struct sync *sync;
        struct shipments *shipments;
};

static int on_bench(const struct standing_bench *b, void *userdata) {
        struct hand *h = userdata;
        struct shipment shipment = {0};
        int r = *b->shipment ? shipments_get(h->shipments, b->merchant, b->shipment, &shipment) : 0;

        for (size_t i = 0; i < shipment.n_lines && r == 0; i++)
                if (shipment.lines[i].picture)
                        pictures_in_hand(&h->sync->picture.list, shipment.lines[i].picture);
        shipment_deinit(&shipment);
        return r == STORE_E_NONE ? 0 : r;
}

/* What a packer has before him comes first. */
static void look_into_hands(struct sync *s) {
        _cleanup_(standing_closep) struct standing *standing = NULL;
        struct hand h = {.sync = s};
        int r;

        pictures_none_in_hand(&s->picture.list);
        r = standing_open(&standing, s->facts);
        if (r == 0)
                r = shipments_open(&h.shipments, s->facts);
        if (r == 0)
                r = standing_benches(standing, on_bench, &h);
        h.shipments = shipments_close(h.shipments);
        if (r < 0)
                log_debug("pictures: what is in hand cannot be read: %s", strerror(-r));
}

void picture_on_tick(struct sync *s) {
        struct picture_state *p = &s->picture;

        if (!*s->config->pictures)
                return;
        if (p->folder_fd < 0 && s->n_ticks % FOLDER_EACH_TICK == FOLDER_EACH_TICK - 1)
                open_folder(s);
        if (p->folder_fd < 0)
                return;
        give_up_waiting(s);
        if (make_room(s, 0) < 0)
                return;
        p->has_nothing = !pictures_next(&p->list, sync_now(s));
        if (!p->has_nothing && s->facts && sync_now(s) >= p->quiet_until_usec)
                look_into_hands(s);
}
