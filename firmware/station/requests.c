/* SPDX-License-Identifier: Apache-2.0 */
/* What the control socket's verbs mean. Anything that acts goes the way of a scan; nothing here decides or writes. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/bytes.h"
#include "firmware/base/cleanup.h"
#include "firmware/domain/zone.h"
#include "firmware/station/incident.h"
#include "firmware/station/requests-internal.h"

static void scan_as(struct station *s, const char *actor, size_t bench, const char *code, uint64_t token) {
        if (desk_scan(s->desk, bench, NULL, code, strlen(code), 0, token, actor) == DESK_E_FULL && token &&
                (token & TOKEN_STEP) == 0)
                callers_answer_error(s->callers, token, "the bench has too many scans waiting");
}

static void scan(struct station *s, const struct request_caller *caller, size_t bench, const char *code,
        uint64_t token) {
        char actor[ID_SIZE];

        (void) snprintf(actor, sizeof(actor), "uid:%u", (unsigned) caller->uid);
        scan_as(s, actor, bench, code, token);
}

static void request_scan(struct station *s, const struct request_caller *caller, const struct json *request) {
        const char *name = json_get_string(request, "bench", ""),
                   *code = json_get_string(request, "code", "");
        int bench = desk_bench_index(s->desk, name);

        if (bench < 0)
                callers_answer_error(s->callers, caller->token, "bench: there is none of that name");
        else if (!*code || strlen(code) > BARCODE_TEXT_MAX)
                callers_answer_error(s->callers, caller->token, "code: 1 to 256 bytes");
        else
                scan(s, caller, (size_t) bench, code, caller->token);
}

static void request_find(struct station *s, const struct request_caller *caller, const struct json *request) {
        const char *text = json_get_string(request, "text", "");
        int bench = desk_bench_index(s->desk, json_get_string(request, "bench", ""));
        char actor[ID_SIZE];

        (void) snprintf(actor, sizeof(actor), "uid:%u", (unsigned) caller->uid);
        if (bench < 0)
                callers_answer_error(s->callers, caller->token, "bench: there is none of that name");
        else if (!*text || strlen(text) > BARCODE_TEXT_MAX)
                callers_answer_error(s->callers, caller->token, "text: 1 to 256 bytes");
        else if (desk_find(s->desk, (size_t) bench, text, strlen(text), caller->token, actor) == DESK_E_FULL)
                callers_answer_error(s->callers, caller->token, "the bench has too many scans waiting");
}

static int read_epcs(const struct json *list, struct epc epcs[ZONE_TAGS_MAX], size_t *np) {
        *np = 0;
        if (json_type(list) != JSON_ARRAY)
                return -EBADMSG;
        for (const struct json *e = json_first(list); e; e = json_next(e)) {
                const char *hex = json_string(e);
                size_t n = hex ? strlen(hex) / 2 : 0;
                uint8_t bytes[EPC_BYTES_MAX];

                if (!hex || *np == ZONE_TAGS_MAX || n > sizeof(bytes) || strlen(hex) % 2 != 0 ||
                        hex_decode(hex, bytes, n) < 0)
                        return -EBADMSG;
                epc_read(bytes, n, EPC_PC_UNKNOWN, &epcs[*np]);
                *np += epc_is_ours(&epcs[*np]); /* foreign ones are no error here either */
        }
        return 0;
}

/* As if the bench's reader had settled on this set: for trials without a reader. */
static void request_tags(struct station *s, const struct request_caller *caller, const struct json *request) {
        int bench = desk_bench_index(s->desk, json_get_string(request, "bench", ""));
        enum tags_rest rest = json_get_bool(request, "restless", false) ? TAGS_RESTLESS : TAGS_SETTLED;
        _autofree_ struct epc *epcs = calloc(ZONE_TAGS_MAX, sizeof(*epcs));
        char actor[ID_SIZE];
        size_t n = 0;

        (void) snprintf(actor, sizeof(actor), "uid:%u", (unsigned) caller->uid);
        if (bench < 0)
                callers_answer_error(s->callers, caller->token, "bench: there is none of that name");
        else if (!epcs || read_epcs(json_get(request, "epcs"), epcs, &n) < 0)
                callers_answer_error(s->callers, caller->token,
                        "epcs: a list of at most 1000 tags, each up to 62 bytes in hex");
        else if (desk_tags(s->desk, (size_t) bench, rest, epcs, n, NULL, NULL, 0, caller->token, actor) ==
                 DESK_E_FULL)
                callers_answer_error(s->callers, caller->token, "the bench has too many inputs waiting");
}

/* The cards that a person would scan, one after the other: the same decisions, the same facts. */
static void request_bay_close(
        struct station *s, const struct request_caller *caller, const struct json *request) {
        size_t office = s->config->n_benches;
        const char *bay = json_get_string(request, "bay", "");
        char code[CONTROL_CODE_MAX + 1], digits[16];
        int64_t counted = json_get_int(request, "counted", -1);

        if (!name_is_valid(bay) || counted < 0 || counted > 9999) {
                callers_answer_error(s->callers, caller->token,
                        name_is_valid(bay) ? "counted: 0 to 9999" : "bay: not a name");
                return;
        }
        (void) snprintf(code, sizeof(code), "OKURU-C-BAY-CLOSE-%s", bay);
        for (char *c = code; *c; c++)
                *c = (char) (*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
        scan(s, caller, office, code, caller->token | TOKEN_STEP);
        (void) snprintf(digits, sizeof(digits), "%d", (int) counted);
        for (const char *c = digits; *c; c++) {
                (void) snprintf(code, sizeof(code), "OKURU-C-D-%c", *c);
                scan(s, caller, office, code, 0);
        }
        scan(s, caller, office, "OKURU-C-OK", caller->token);
        scan(s, caller, office, "OKURU-C-UNDO", 0); /* a refused count must not wait for the next caller */
}

void requests_judge(struct station *s, const struct request_caller *caller, const struct json *request,
        const char *actor) {
        const char *notice = json_get_string(request, "notice", "");
        char code[CONTROL_CODE_MAX + 1];
        size_t n;

        if (!uuid_is_valid(notice) || json_type(json_get(request, "approve")) != JSON_BOOL) {
                callers_answer_error(
                        s->callers, caller->token, "notice, approve: a notice's id; true or false");
                return;
        }
        n = (size_t) snprintf(code, sizeof(code), "OKURU-C-%s-",
                json_get_bool(request, "approve", false) ? "APPROVE" : "REFUSE");
        for (; *notice; notice++)
                if (*notice != '-')
                        code[n++] = (char) (*notice >= 'a' ? *notice - 'a' + 'A' : *notice);
        code[n] = '\0';
        scan_as(s, actor, s->config->n_benches, code, caller->token);
}

static void request_judge(
        struct station *s, const struct request_caller *caller, const struct json *request) {
        char actor[ID_SIZE];

        (void) snprintf(actor, sizeof(actor), "uid:%u", (unsigned) caller->uid);
        requests_judge(s, caller, request, actor);
}

static void request_incident(
        struct station *s, const struct request_caller *caller, const struct json *request) {
        char actor[ID_SIZE];

        (void) snprintf(actor, sizeof(actor), "uid:%u", (unsigned) caller->uid);
        incidents_request(s, caller, request, actor);
}

static void request_correct(
        struct station *s, const struct request_caller *caller, const struct json *request) {
        _cleanup_str_ struct str words = STR_INIT;
        const struct json *data = json_get(request, "data");
        struct json_writer w;
        char actor[ID_SIZE];

        if (!uuid_is_valid(json_get_string(request, "notice", "")) || json_type(data) != JSON_OBJECT) {
                callers_answer_error(s->callers, caller->token, "notice, data: a notice's id; what it says");
                return;
        }
        json_writer_init(&w, &words);
        json_write_object(&w, NULL);
        json_write_string(&w, "notice", json_get_string(request, "notice", ""));
        json_write_value(&w, "data", data);
        json_write_end_object(&w);
        (void) snprintf(actor, sizeof(actor), "uid:%u", (unsigned) caller->uid);
        if (words.error || desk_correct(s->desk, s->config->n_benches, words.data, words.len, caller->token,
                                   actor) == DESK_E_FULL)
                callers_answer_error(s->callers, caller->token, "too much waits already");
}

const struct verb *verb_find(const struct verb *verbs, size_t n, const char *name) {
        for (size_t i = 0; i < n; i++)
                if (strcmp(verbs[i].name, name) == 0)
                        return &verbs[i];
        return NULL;
}

static void request_status(
        struct station *s, const struct request_caller *caller, const struct json *request) {
        (void) request;
        requests_status(s, caller);
}

/* Sync and notify: something is there for you. */
static void request_poke(struct station *s, const struct request_caller *caller, const struct json *request) {
        (void) request;
        desk_poke(s->desk);
        callers_answer(s->callers, caller->token, "{\"ok\":true}");
}

static void request_follow(
        struct station *s, const struct request_caller *caller, const struct json *request) {
        (void) request;
        callers_follow(s->callers, caller->token, CALLERS_EVENTS);
        callers_answer(s->callers, caller->token, "{\"ok\":true}");
        station_tell_bell(s);
}

static void request_rfid(struct station *s, const struct request_caller *caller, const struct json *request) {
        (void) request;
        callers_follow(s->callers, caller->token, CALLERS_READS);
        callers_answer(s->callers, caller->token, "{\"ok\":true}");
        rfid_tell_zones(s, caller->token);
}

static const struct verb anybodys[] = {
        {"status", request_status},
        {"poke", request_poke},
        {"follow", request_follow},
        {"rfid", request_rfid},
};
static const struct verb acts[] = {
        /* of root and the station's own user */
        {"scan", request_scan},
        {"find", request_find},
        {"tags", request_tags},
        {"bay-close", request_bay_close},
        {"judge", request_judge},
        {"incident", request_incident},
        {"correct", request_correct},
};

void station_on_request(
        void *userdata, const struct request_caller *caller, const char *verb, const struct json *request) {
        struct station *s = userdata;
        const struct verb *v = verb_find(anybodys, ELEMENTSOF(anybodys), verb);

        if (v) {
                v->serve(s, caller, request);
                return;
        }
        if (screens_on_request(s, caller, verb, request))
                return;
        v = verb_find(acts, ELEMENTSOF(acts), verb);
        if (!v)
                callers_answer_error(s->callers, caller->token, "verb: not known");
        else if (!caller->may_act)
                callers_answer_error(
                        s->callers, caller->token, "only root and the station's own user may act here");
        else
                v->serve(s, caller, request);
}
