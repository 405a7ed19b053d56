/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "services/web/api-internal.h"
#include "services/web/pages.h"
#include "services/web/picture.h"

#define JSON_TYPE "application/json"
#define NEWS_MS   2000 /* how long a question waits for a text that is true */

/* ---- answers ---- */

void visit_json(struct visit *v, unsigned status, struct str *text) {
        if (text->error) {
                str_clear(text);
                visit_fail(v, 503, "memory", "out of memory");
                return;
        }
        v->a->status = status;
        v->a->type = JSON_TYPE;
        v->a->text = *text;
        *text = (struct str) STR_INIT;
}

void visit_fail(struct visit *v, unsigned status, const char *error, const char *text) {
        struct json_writer w;

        v->a->status = status;
        v->a->type = JSON_TYPE;
        json_writer_init(&w, &v->a->text);
        json_write_object(&w, NULL);
        json_write_string(&w, "error", error);
        json_write_string(&w, "text", text);
        json_write_end_object(&w);
}

static void serve_news(struct visit *v, const char *name) {
        _cleanup_(hub_text_unrefp) struct hub_text *text = NULL;
        uint64_t version = 0;
        int r = hub_wait(v->api->hub, name, &version, NEWS_MS, &text);

        if (r != 0) {
                visit_fail(v, 503, "not-yet", "the station has not told anything yet");
                return;
        }
        v->a->status = 200;
        v->a->type = JSON_TYPE;
        str_add(&v->a->text, text->text);
}

static void bench_get(struct visit *v) {
        serve_news(v, v->name);
}

static void counter_get(struct visit *v) {
        serve_news(v, v->slot);
}

/* Never another under the same name: a browser asks once. */
static void picture_get(struct visit *v) {
        int r = picture_read(v->api->config->pictures, v->leaf, &v->a->text, &v->a->type);

        if (r != 0) {
                str_clear(&v->a->text);
                visit_fail(v, r > 0 ? 404 : 503, r > 0 ? "picture" : "storage",
                        r > 0 ? "there is none of that name" : "it cannot be read now");
                return;
        }
        v->a->status = 200;
        v->a->is_lasting = true;
}

static void ready_board_get(struct visit *v) {
        serve_news(v, HUB_READY_BOARD);
}

static void floor_get(struct visit *v) {
        serve_news(v, HUB_FLOOR);
}

static void serve_page(struct visit *v, const struct page *page) {
        v->a->status = 200;
        v->a->type = page->type;
        v->a->is_packed = v->q->takes_gzip;
        v->a->bytes = v->q->takes_gzip ? page->packed : page->bytes;
        v->a->n = v->q->takes_gzip ? page->n_packed : page->n;
}

/* ---- the table ---- */

struct route {
        const char *
                path; /* * stands for one name, at the end or between two slashes; a second one, at the end, for anything */
        bool is_post;
        enum need need;
        void (*serve)(struct visit *v);
        const char *page; /* instead of serve */
        bool is_quiet;    /* asked by itself, again and again: no sign of a person */
};

static const struct route routes[] = {
        {"/", false, NEED_NOTHING, NULL, "index.html", false},
        {"/favicon.ico", false, NEED_NOTHING, NULL, "icon.svg",
                false}, /* asked for beside what is no page of ours */
        {"/bench/*", false, NEED_NOTHING, NULL, "bench.html", false},
        {"/counter/*", false, NEED_NOTHING, NULL, "counter.html", false},
        {"/floor", false, NEED_NOTHING, NULL, "floor.html", false},
        {"/ready-board", false, NEED_NOTHING, NULL, "ready-board.html", false},
        {"/settings", false, NEED_NOTHING, NULL, "settings.html", false},
        {"/settings/sheet", false, NEED_ENGINEER, settings_sheet, NULL, false},
        {"/api/v1/session", false, NEED_NOTHING, session_get, NULL, true},
        {"/api/v1/session", true, NEED_NOTHING, session_enter, NULL, false},
        {"/api/v1/session/end", true, NEED_NOTHING, session_leave, NULL, false},
        {"/api/v1/bench/*", false, NEED_PLACE, bench_get, NULL, false},
        {"/api/v1/bench/*/pictures/*", false, NEED_PLACE, picture_get, NULL, true},
        {"/api/v1/bench/*/scan", true, NEED_PLACE, act_scan, NULL, false},
        {"/api/v1/counter/*", false, NEED_COUNTER, counter_get, NULL, false},
        {"/api/v1/counter/*/call", true, NEED_CLERK, act_counter_call, NULL, false},
        {"/api/v1/counter/*/find", true, NEED_CLERK, act_counter_find, NULL, false},
        {"/api/v1/counter/*/contact", true, NEED_CLERK, act_counter_contact, NULL, false},
        {"/api/v1/counter/*/scan", true, NEED_CLERK, act_counter_scan, NULL, false},
        {"/api/v1/ready-board", false, NEED_READY_BOARD, ready_board_get, NULL, true},
        {"/api/v1/floor", false, NEED_LEADER, floor_get, NULL, false},
        {"/api/v1/floor/notice", true, NEED_LEADER, act_floor_notice, NULL, false},
        {"/api/v1/floor/notice/words", false, NEED_LEADER, act_floor_words, NULL, false},
        {"/api/v1/find", false, NEED_LEADER, find_get, NULL, false},
        {"/api/v1/settings", false, NEED_ENGINEER, settings_get, NULL, true},
        {"/api/v1/settings/people", false, NEED_ENGINEER, settings_people, NULL, false},
        {"/api/v1/settings/support", false, NEED_ENGINEER, settings_support, NULL, false},
        {"/api/v1/settings/light", true, NEED_ENGINEER, settings_light, NULL, false},
        {"/api/v1/settings/label", true, NEED_ENGINEER, settings_label, NULL, false},
        {"/api/v1/settings/storage", true, NEED_ENGINEER, settings_storage, NULL, false},
        {"/api/v1/live/bench/*", false, NEED_PLACE, live_bench, NULL, true},
        {"/api/v1/live/counter/*", false, NEED_COUNTER, live_counter, NULL, true},
        {"/api/v1/live/ready-board", false, NEED_READY_BOARD, live_ready_board, NULL, true},
        {"/api/v1/live/floor", false, NEED_LEADER, live_floor, NULL, true},
};

/* @rest: of the path, from behind its name; @pattern: the same of the table's. *leafp: set when both end in something without a slash. */
static bool rest_matches(const char *pattern, const char *rest, const char **leafp) {
        const char *star = strchr(pattern, '*');
        size_t before = star ? (size_t) (star - pattern) : 0;

        if (!star)
                return strcmp(rest, pattern) == 0;
        if (strncmp(rest, pattern, before) != 0 || !rest[before] || strchr(rest + before, '/'))
                return false;
        *leafp = rest + before;
        return true;
}

/* @name: NAME_TEXT_MAX bytes, "" without a star. */
static bool route_matches(const struct route *r, const char *path, char *name, const char **leafp) {
        const char *star = strchr(r->path, '*');
        size_t before = star ? (size_t) (star - r->path) : 0, n;

        name[0] = '\0';
        if (!star)
                return strcmp(r->path, path) == 0;
        if (strncmp(r->path, path, before) != 0)
                return false;
        n = strcspn(path + before, "/");
        if (n == 0 || n >= NAME_TEXT_MAX || !rest_matches(star + 1, path + before + n, leafp))
                return false;
        memcpy(name, path + before, n);
        name[n] = '\0';
        return name_is_valid(name);
}

static void refuse_visit(struct visit *v) {
        if (v->asked)
                visit_fail(v, 503, "station", "the station does not answer: who you are cannot be told");
        else if (v->session)
                visit_fail(v, 403, "role", "not for your role");
        else
                visit_fail(v, 401, "session", "read your badge");
}

/* Which benches there are is the station's to tell. */
static void refuse_name(struct visit *v) {
        char name[HUB_NAME_SIZE];
        bool has_bench = false;

        for (size_t i = 0; !has_bench && hub_name(v->api->hub, i, name); i++)
                has_bench = name_is_valid(name);
        if (has_bench)
                visit_fail(v, 404, "bench", "there is none of that name");
        else
                visit_fail(v, 503, "not-yet", "the station has not told anything yet");
}

/* A counter is looked for among the counters. */
static void name_slot(struct visit *v, const struct route *r) {
        bool is_counter = r->need == NEED_COUNTER || r->need == NEED_CLERK;

        if (*v->name)
                (void) snprintf(v->slot, sizeof(v->slot), "%s%s", is_counter ? HUB_COUNTER : "", v->name);
}

/* A counter is a bench, too: by whichever name it is looked at, what is said there is said to the same people. */
static enum need need_of(const struct visit *v, const struct route *r) {
        char counter[HUB_NAME_SIZE];

        if (r->need != NEED_PLACE || !*v->name)
                return r->need;
        (void) snprintf(counter, sizeof(counter), HUB_COUNTER "%s", v->name);
        return hub_has(v->api->hub, counter) ? NEED_COUNTER : NEED_PLACE;
}

static void serve_route(struct visit *v, const struct route *r) {
        if (r->page) {
                const struct page *page = page_find(r->page);

                if (page)
                        serve_page(v, page);
                return;
        }
        name_slot(v, r);
        session_find(v, !r->is_quiet);
        if (r->need == NEED_READY_BOARD && !v->api->config->has_ready_board)
                visit_fail(v, 404, "off", "web.yaml has no ready_board");
        else if (r->is_post && !session_token_is_right(v))
                visit_fail(v, 403, "token", "the page is too old: load it again");
        else if (!session_may(v, need_of(v, r)))
                refuse_visit(v);
        else if (*v->slot && !hub_has(v->api->hub, v->slot))
                refuse_name(v);
        else
                r->serve(v);
}

static const struct route *find_route(
        const struct http_request *q, char *name, const char **leafp, bool *elsep) {
        *elsep = false;
        for (size_t i = 0; i < ELEMENTSOF(routes); i++) {
                if (!route_matches(&routes[i], q->path, name, leafp))
                        continue;
                if (routes[i].is_post == q->is_post)
                        return &routes[i];
                *elsep = true;
        }
        return NULL;
}

void api_on_request(void *userdata, const struct http_request *q, struct http_answer *a) {
        static const char static_path[] = "/static/";
        char name[NAME_TEXT_MAX];
        bool is_other_method;
        const char *leaf = NULL;
        const struct route *r = find_route(q, name, &leaf, &is_other_method);
        struct visit v = {.api = userdata, .q = q, .a = a, .name = name, .leaf = leaf};
        const struct page *page = NULL;

        if (strncmp(q->path, static_path, strlen(static_path)) == 0 && !q->is_post)
                page = page_find(q->path + strlen(static_path));
        if (r)
                serve_route(&v, r);
        else if (page)
                serve_page(&v, page);
        else if (is_other_method)
                visit_fail(&v, 405, "method", "not in this way");
        if (!a->status)
                visit_fail(&v, 404, "path", "there is nothing here");
        v.session = json_free(v.session);
}

int api_init(struct api *a, const struct web_config *config, struct hub *hub, struct calls *calls) {
        *a = (struct api){.config = config, .hub = hub, .calls = calls};
        if (getrandom(&a->tokens, sizeof(a->tokens), 0) != sizeof(a->tokens))
                return -errno;
        look_init(&a->look, config->ledger);
        return -pthread_mutex_init(&a->lock, NULL);
}

void api_deinit(struct api *a) {
        look_deinit(&a->look);
        (void) pthread_mutex_destroy(&a->lock);
        seal_wipe(&a->tokens, sizeof(a->tokens));
}
