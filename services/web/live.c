/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Screens that stay: server-sent events. Each event is the whole document, so a screen that missed some misses nothing. A line without
 * meaning goes every few seconds, by which both sides notice that the other is gone.
 *
 * Source: HTML Living Standard, section 9.2 (server-sent events).
 */
#include <errno.h>
#include <string.h>
#include <sys/uio.h>

#include "firmware/base/time.h"
#include "services/web/api-internal.h"
#include "services/web/ask.h"
#include "services/web/doc.h"

#define BEAT_MS      4000
#define RECHECK_USEC (15 * USEC_PER_SEC) /* how long a screen stays lit whose session has ended */

struct live {
        struct api *api;
        char name[HUB_NAME_SIZE]; /* HUB_FLOOR is one, too */
        const char *event;
        char cookie[GUARD_TOKEN_MAX]; /* "": shown for its place */
        struct str out;               /* what comes before ->text */
        struct hub_text *text;        /* a reference: the document that is told now; NULL in between */
        size_t at;                    /* bytes of both, and of what ends them, that are gone */
        uint64_t version, recheck_usec;
        bool is_over;
};

static void live_free(void *userdata) {
        struct live *l = userdata;

        hub_watch(l->api->hub, l->name, -1);
        seal_wipe(l->cookie, sizeof(l->cookie));
        str_deinit(&l->out);
        l->text = hub_text_unref(l->text);
        free(l);
}

static void put_hello(struct live *l) {
        struct json_writer w;

        str_add(&l->out, "retry: 1000\nevent: hello\ndata: ");
        json_writer_init(&w, &l->out);
        json_write_object(&w, NULL);
        doc_local_time(&w, "now", stamp_now().wall_usec);
        json_write_end_object(&w);
        str_add(&l->out, "\n\n");
}

/* A station that is away for a moment ends no session; it ends them all when it comes back. */
static bool is_ended(struct live *l) {
        _cleanup_(json_freep) struct json *answer = NULL;
        char line[GUARD_TOKEN_MAX + 64];

        if (!*l->cookie || monotonic_usec() < l->recheck_usec)
                return false;
        l->recheck_usec = monotonic_usec() + RECHECK_USEC;
        (void) snprintf(line, sizeof(line), "{\"verb\":\"screen-look\",\"session\":\"%s\"}", l->cookie);
        return screen_ask(l->api->config->socket, line, 1000, &answer) == 0 &&
               !json_get_bool(answer, "ok", false);
}

static void put_next(struct live *l) {
        _cleanup_(hub_text_unrefp) struct hub_text *text = NULL;
        int r = hub_wait(l->api->hub, l->name, &l->version, BEAT_MS, &text);

        if (r == HUB_E_OVER || r < 0) {
                l->is_over = true;
        } else if (is_ended(l)) {
                str_add(&l->out, "event: over\ndata: {}\n\n");
                l->is_over = true;
        } else if (r == HUB_E_SAME) {
                str_add(&l->out, "event: beat\ndata: 1\n\n");
        } else {
                str_addf(&l->out, "event: %s\ndata: ", l->event);
                l->text = take_ptr(text);
        }
}

/* What is to go next, in one piece. JSON of ours has no line break: an empty line ends it. */
static struct iovec rest(const struct live *l) {
        static const char end[] = "\n\n";
        size_t at = l->at;

        if (at < l->out.len)
                return (struct iovec){l->out.data + at, l->out.len - at};
        at -= l->out.len;
        if (!l->text)
                return (struct iovec){0};
        if (at < l->text->n)
                return (struct iovec){l->text->text + at, l->text->n - at};
        at -= l->text->n;
        return (struct iovec){(void *) (uintptr_t) (end + at), strlen(end) - at};
}

static ssize_t live_read(void *userdata, char *buf, size_t max) {
        struct live *l = userdata;
        size_t n = 0;

        if (rest(l).iov_len == 0) {
                str_clear(&l->out);
                l->text = hub_text_unref(l->text);
                l->at = 0;
                if (l->is_over)
                        return -1;
                put_next(l);
        }
        if (l->out.error)
                return -1;
        for (struct iovec v = rest(l); v.iov_len > 0 && n < max; v = rest(l)) {
                size_t part = v.iov_len < max - n ? v.iov_len : max - n;

                memcpy(buf + n, v.iov_base, part);
                n += part;
                l->at += part;
        }
        return n > 0 ? (ssize_t) n : -1;
}

static void live_begin(struct visit *v, const char *name, const char *event) {
        struct live *l = calloc(1, sizeof(*l));

        if (!l) {
                visit_fail(v, 503, "memory", "out of memory");
                return;
        }
        l->api = v->api;
        l->event = event;
        (void) copy_text(l->name, sizeof(l->name), name);
        if (v->session)
                (void) copy_text(l->cookie, sizeof(l->cookie), v->cookie);
        l->recheck_usec = monotonic_usec() + RECHECK_USEC;
        hub_watch(v->api->hub, name, +1);
        put_hello(l);
        v->a->status = 200;
        v->a->type = "text/event-stream";
        v->a->stream = (struct http_stream){live_read, live_free, l};
}

void live_bench(struct visit *v) {
        live_begin(v, v->name, "bench");
}

void live_counter(struct visit *v) {
        live_begin(v, v->slot, "counter");
}

void live_ready_board(struct visit *v) {
        live_begin(v, HUB_READY_BOARD, "ready-board");
}

void live_floor(struct visit *v) {
        live_begin(v, HUB_FLOOR, "floor");
}
