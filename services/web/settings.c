/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The settings screen's documents and acts. What acts is asked of the station with the secret of whoever asks, and the station looks at the role
 * again; what is only looked at has nobody's data in it: no person at a bench, no shipment.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "firmware/sheet/control-cards.h"
#include "firmware/views/checkup.h"
#include "services/web/api-internal.h"
#include "services/web/ask.h"

#define LOOK_MS    3000
#define TRY_MS     15000 /* a label has to come out */
#define SHEET_TYPE "text/html; charset=utf-8"

/* ---- asking the station ---- */

struct member {
        const char *key, *value; /* NULL: left out */
};

static void fail_ask(struct visit *v, int r) {
        if (r == ASK_E_SILENT)
                visit_fail(v, 504, "unknown", "no answer yet: look before doing it again");
        else
                visit_fail(v, 503, "station", "the station does not answer");
}

/* Return: what the station says, with "ok"; NULL: it was said to @v why not. */
static struct json *ask(
        struct visit *v, const char *verb, const struct member *more, bool loud, int timeout_ms) {
        _cleanup_str_ struct str line = STR_INIT;
        _cleanup_(json_freep) struct json *answer = NULL;
        struct json_writer w;
        int r;

        json_writer_init(&w, &line);
        json_write_object(&w, NULL);
        json_write_string(&w, "verb", verb);
        json_write_string(&w, "session", v->cookie);
        if (more && more->value)
                json_write_string(&w, more->key, more->value);
        if (loud)
                json_write_bool(&w, "loud", true);
        json_write_end_object(&w);
        r = line.error ? line.error : screen_ask(v->api->config->socket, line.data, timeout_ms, &answer);
        seal_wipe(line.data, line.len);
        if (r != 0) {
                fail_ask(v, r);
                return NULL;
        }
        if (!json_get_bool(answer, "ok", false)) {
                visit_fail(v, 409, "refused", json_get_string(answer, "error", "refused"));
                return NULL;
        }
        return take_ptr(answer);
}

static void serve_answer(struct visit *v, struct json *given) {
        _cleanup_(json_freep) struct json *answer = given;
        _cleanup_str_ struct str text = STR_INIT;

        if (!answer)
                return;
        json_print(answer, &text);
        visit_json(v, 200, &text);
}

/* ---- documents ---- */

static void copy_string(struct json_writer *w, const struct json *from, const char *key) {
        json_write_string(w, key, json_get_string(from, key, NULL));
}

static void write_devices(struct json_writer *w, const struct json *status) {
        json_write_array(w, "devices");
        for (const struct json *d = json_first(json_get(status, "devices")); d; d = json_next(d)) {
                json_write_object(w, NULL);
                copy_string(w, d, "bench");
                copy_string(w, d, "name");
                copy_string(w, d, "driver");
                json_write_bool(w, "up", json_get_bool(d, "up", false));
                copy_string(w, d, "reason");
                copy_string(w, d, "hint");
                json_write_end_object(w);
        }
        json_write_end_array(w);
}

static void write_benches(struct json_writer *w, const struct json *status) {
        json_write_array(w, "benches");
        for (const struct json *b = json_first(json_get(status, "benches")); b; b = json_next(b)) {
                json_write_object(w, NULL);
                copy_string(w, b, "bench");
                copy_string(w, b, "kind");
                json_write_bool(w, "busy", json_get_string(b, "parcel", NULL) != NULL);
                json_write_end_object(w);
        }
        json_write_end_array(w);
}

static void write_settings(struct visit *v, const struct json *status, struct str *text) {
        const struct json *clock = json_get(status, "clock");
        struct json_writer w;

        json_writer_init(&w, text);
        json_write_object(&w, NULL);
        json_write_string(&w, "site", v->api->config->site);
        json_write_string(&w, "station", v->api->config->station);
        copy_string(&w, status, "version");
        copy_string(&w, status, "storage");
        copy_string(&w, status, "room");
        json_write_bool(&w, "clock_trusted", json_get_bool(clock, "trusted", false));
        json_write_array(&w, "ill");
        for (const struct json *i = json_first(json_get(status, "ill")); i; i = json_next(i)) {
                json_write_object(&w, NULL);
                copy_string(&w, i, "part");
                copy_string(&w, i, "text");
                json_write_end_object(&w);
        }
        json_write_end_array(&w);
        write_benches(&w, status);
        write_devices(&w, status);
        json_write_end_object(&w);
}

void settings_get(struct visit *v) {
        _cleanup_(json_freep) struct json *status = ask(v, "status", NULL, false, LOOK_MS);
        _cleanup_str_ struct str text = STR_INIT;

        if (!status)
                return;
        write_settings(v, status, &text);
        visit_json(v, 200, &text);
}

void settings_people(struct visit *v) {
        const char *after = http_query(v->q, "after");

        if (after && (strlen(after) > 64 || !utf8_is_valid(after, strlen(after))))
                visit_fail(v, 400, "after", "wanted ?after= with at most 64 bytes");
        else
                serve_answer(v, ask(v, "people", &(struct member){"after", after}, false, LOOK_MS));
}

/* ---- acts ---- */

static void act_at_bench(struct visit *v, const char *verb) {
        _cleanup_(json_freep) struct json *body = NULL;
        const char *bench;

        if (json_parse(v->q->body, v->q->n_body, &body, NULL) < 0 ||
                !(bench = json_get_string(body, "bench", NULL))) {
                visit_fail(v, 400, "body", "wanted {\"bench\":\"…\"}");
                return;
        }
        serve_answer(v,
                ask(v, verb, &(struct member){"bench", bench}, json_get_bool(body, "loud", false), TRY_MS));
}

void settings_light(struct visit *v) {
        act_at_bench(v, "light-test");
}

void settings_label(struct visit *v) {
        act_at_bench(v, "label-test");
}

void settings_storage(struct visit *v) {
        serve_answer(v, ask(v, "storage-test", NULL, false, TRY_MS));
}

/* ---- the sheet ---- */

void settings_sheet(struct visit *v) {
        const char *lang = http_query(v->q, "lang"), *bays = http_query(v->q, "bays"), *bad;
        const bool ja = !lang || strcmp(lang, "en") != 0;
        _cleanup_(cards_deinit) struct cards cards = {
                .title = ja ? "okuru 操作カード" : "okuru control cards", .lang = ja ? "ja" : "en"};
        int r;

        if (bays && strlen(bays) > 512) {
                visit_fail(v, 400, "bays", "wanted ?bays= with at most 512 bytes");
                return;
        }
        r = cards_add_control(&cards, ja);
        if (r == 0 && bays)
                r = cards_add_bays(&cards, bays, ja, &bad);
        if (r == 0)
                r = sheet_write(&v->a->text, &cards, SHEET_LINKED);
        if (r == 0 && !v->a->text.error) {
                v->a->status = 200;
                v->a->type = SHEET_TYPE;
                return;
        }
        str_clear(&v->a->text);
        if (r == -EINVAL)
                visit_fail(v, 400, "bays", "not names of bays with commas between them: a-z, 0-9 and -");
        else
                visit_fail(v, 503, "memory", "out of memory");
}

/* ---- the support bundle ---- */

static void fold_folder(const char *path, char *folder, size_t size) {
        char *slash;

        (void) copy_text(folder, size, path);
        slash = strrchr(folder, '/');
        if (slash)
                *slash = '\0';
}

/* What okuru doctor says and this program may look at; the rest it tells to ask there. */
static void write_support(const struct web_config *c, struct str *out) {
        char folder[WEB_PATH_MAX];
        struct report r;

        fold_folder(c->ledger, folder, sizeof(folder));
        report_begin(&r, false, out);
        report_add(&r, REPORT_OK, "identity", "%s/%s/%s", c->realm, c->site, c->station);
        report_add(&r, REPORT_OK, "version", "okuru-web " OKURU_VERSION);
        checkup_system(&r);
        checkup_clock(&r);
        checkup_disk(&r, folder);
        checkup_database(&r, c->ledger, DATABASE_LEDGER);
        checkup_database(&r, c->inbox, DATABASE_INBOX);
        checkup_peers(&r, c->inbox, c->ledger);
        checkup_station(&r, c->socket);
        report_add(&r, REPORT_NOTE, "more",
                "configuration, units and the rows' checks: okuru doctor on the box");
        (void) report_end(&r);
}

void settings_support(struct visit *v) {
        struct tm tm = {0};
        time_t now = time(NULL);
        char day[16];

        write_support(v->api->config, &v->a->text);
        if (v->a->text.error) {
                str_clear(&v->a->text);
                visit_fail(v, 503, "memory", "out of memory");
                return;
        }
        (void) strftime(day, sizeof(day), "%Y%m%d-%H%M", localtime_r(&now, &tm));
        (void) snprintf(v->a->file, sizeof(v->a->file), "okuru-%s-%s-%s.txt", v->api->config->site,
                v->api->config->station, day);
        v->a->status = 200;
        v->a->type = "text/plain; charset=utf-8";
}
