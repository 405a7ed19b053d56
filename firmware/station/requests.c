/* SPDX-License-Identifier: Apache-2.0 */
/* What the control socket's verbs mean. Anything that acts goes the way of a scan; nothing here decides or writes. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/bytes.h"
#include "firmware/base/cleanup.h"
#include "firmware/domain/zone.h"
#include "firmware/ledger/purge.h"
#include "firmware/station/station-internal.h"

#define TOKEN_STEP (UINT64_C(1) << 63) /* of a caller: not the last card of its request */

static void write_verdict(struct json_writer *w, const char *key, const struct verdict *v) {
        const struct verdict_look *look = verdict_look(v->kind);
        const struct look_words words = devices_look(v->kind);

        json_write_object(w, key);
        json_write_string(w, "bench", v->bench);
        if (*v->device)
                json_write_string(w, "device", v->device);
        json_write_int(w, "number", v->kind);
        json_write_string(w, "kind", look->name);
        json_write_string(w, "light", words.light);
        json_write_string(w, "pattern", words.pattern);
        json_write_string(w, "sound", v->prompt ? "none" : words.sound);
        json_write_object(w, "head");
        json_write_string(w, "ja", v->head_ja);
        json_write_string(w, "en", v->head_en);
        json_write_end_object(w);
        json_write_object(w, "sub");
        json_write_string(w, "ja", v->sub_ja);
        json_write_string(w, "en", v->sub_en);
        json_write_end_object(w);
        if (*v->merchant)
                json_write_string(w, "merchant", v->merchant);
        if (*v->shipment)
                json_write_string(w, "shipment", v->shipment);
        if (*v->parcel)
                json_write_string(w, "parcel", v->parcel);
        json_write_bool(w, "until_acknowledged", v->until_acknowledged);
        if (v->prompt)
                json_write_bool(w, "prompt", true);
        if (*v->scanned)
                json_write_string(w, "scanned", v->scanned);
        json_write_end_object(w);
}

static const char *step_to_str(enum gesture g) {
        switch (g) {
        case GESTURE_PICKUP_PARTIAL:
                return "partial";
        case GESTURE_PICKUP_PAY:
                return "pay";
        case GESTURE_PICKUP_OFFER:
                return "offer";
        case GESTURE_PICKUP_TAKE_BACK:
                return "take-back";
        case GESTURE_PICKUP_INSPECT:
                return "inspect";
        case GESTURE_PICKUP_ARRIVE:
                return "arrive";
        case GESTURE_PICKUP_CRATE:
                return "crate";
        case GESTURE_PICKUP_CHOOSE:
                return "choose";
        default:
                return NULL;
        }
}

static void write_ref(struct json_writer *w, const char *key, const char *merchant, const char *shipment) {
        if (!*shipment) {
                json_write_null(w, key);
                return;
        }
        json_write_object(w, key);
        json_write_string(w, "merchant", merchant);
        json_write_string(w, "shipment", shipment);
        json_write_end_object(w);
}

static void write_choices(struct json_writer *w, const struct pickup_choice_memory *m) {
        json_write_array(w, "choices");
        for (size_t i = 0; i < m->n; i++) {
                json_write_object(w, NULL);
                json_write_int(w, "number", m->numbers[i]);
                json_write_string(w, "merchant", m->refs[i].merchant);
                json_write_string(w, "shipment", m->refs[i].shipment);
                json_write_end_object(w);
        }
        json_write_end_array(w);
}

/* What was begun and waits for its next scan, with what it is about. */
static void write_step(struct json_writer *w, const struct bench *b) {
        json_write_string(w, "step", step_to_str(b->gesture));
        write_ref(w, "touched", b->merchant, b->shipment);
        if (b->gesture == GESTURE_PICKUP_CHOOSE)
                write_choices(w, &b->choice);
        if (b->gesture == GESTURE_PICKUP_CRATE)
                json_write_string(w, "crate", b->argument);
        if (b->gesture == GESTURE_PICKUP_OFFER) {
                json_write_object(w, "offer");
                json_write_string(w, "merchant", b->offer.merchant);
                json_write_string(w, "offer", b->offer.offer);
                json_write_bool(w, "once", *b->offer.coupon != '\0');
                json_write_end_object(w);
        }
}

/* Whom a counter serves: which shipments, which of their parcels were read; and what is in the clerk's hand. */
static void write_case(struct json_writer *w, const struct bench *b) {
        const struct pickup_memory *m = &b->pickup;

        json_write_object(w, "case");
        json_write_array(w, "shipments");
        for (size_t i = 0; i < m->n_cases; i++) {
                json_write_object(w, NULL);
                json_write_string(w, "merchant", m->cases[i].merchant);
                json_write_string(w, "shipment", m->cases[i].shipment);
                json_write_end_object(w);
        }
        json_write_end_array(w);
        json_write_string(w, "proof", pickup_proof_to_str(m->proof));
        json_write_bool(w, "paid", m->paid);
        json_write_array(w, "checked");
        for (size_t i = 0; m->n_cases > 0 && i < m->n_checked; i++)
                json_write_string(w, NULL, m->checked[i]);
        json_write_end_array(w);
        write_step(w, b);
        json_write_string(w, "merchant", *b->parcel ? b->merchant : NULL);
        json_write_string(w, "shipment", *b->parcel ? b->shipment : NULL);
        json_write_string(w, "parcel", *b->parcel ? b->parcel : NULL);
        json_write_end_object(w);
}

static void tell(struct station *s, const struct verdict *v, bool is_back) {
        _cleanup_str_ struct str line = STR_INIT;
        int bench = desk_bench_index(s->desk, v->bench);
        struct json_writer w;

        if (!callers_has_followers(s->callers))
                return;
        json_writer_init(&w, &line);
        json_write_object(&w, NULL);
        write_verdict(&w, "verdict", v);
        if (bench >= 0 && desk_bench(s->desk, (size_t) bench)->kind == BENCH_COUNTER)
                write_case(&w, desk_bench(s->desk, (size_t) bench));
        if (is_back)
                json_write_bool(&w, "back", true);
        json_write_end_object(&w);
        if (!line.error)
                callers_tell(s->callers, line.data);
}

void station_tell_verdict(struct station *s, const struct verdict *v) {
        tell(s, v, false);
}

void station_tell_back(struct station *s, const struct verdict *v) {
        tell(s, v, true);
}

void station_tell_bell(struct station *s) {
        char line[48];

        (void) snprintf(line, sizeof(line), "{\"bell\":%llu}", (unsigned long long) s->head);
        callers_tell(s->callers, line);
}

static void answer(struct station *s, uint64_t token, struct str *line) {
        if (line->error)
                callers_answer_error(s->callers, token, "out of memory");
        else
                callers_answer(s->callers, token, line->data);
}

/* One request may be several cards; whoever asked hears the first that was refused, else the last. Return: is it to be told? */
static bool is_the_answer(struct station *s, uint64_t *tokenp, const struct verdict *verdicts, size_t n) {
        bool is_step = *tokenp & TOKEN_STEP;

        *tokenp &= ~TOKEN_STEP;
        if (is_step) {
                if (n > 0 && verdicts[n - 1].kind == VERDICT_COUNT)
                        return false;
                s->told_early = *tokenp;
                return true;
        }
        if (s->told_early == *tokenp) {
                s->told_early = 0;
                return false;
        }
        return true;
}

void station_on_answered(void *userdata, uint64_t token, const struct verdict *verdicts, size_t n) {
        struct station *s = userdata;
        _cleanup_str_ struct str line = STR_INIT;
        struct json_writer w;

        if (!is_the_answer(s, &token, verdicts, n))
                return;
        json_writer_init(&w, &line);
        json_write_object(&w, NULL);
        json_write_bool(&w, "ok", true);
        json_write_array(&w, "verdicts");
        for (size_t i = 0; i < n; i++)
                write_verdict(&w, NULL, &verdicts[i]);
        json_write_end_array(&w);
        json_write_end_object(&w);
        answer(s, token, &line);
}

static void write_benches(struct station *s, struct json_writer *w) {
        json_write_array(w, "benches");
        for (size_t i = 0; i < s->config->n_benches; i++) {
                const struct bench *b = desk_bench(s->desk, i);

                json_write_object(w, NULL);
                json_write_string(w, "bench", b->name);
                json_write_string(w, "kind", bench_kind_to_str(b->kind));
                json_write_string(w, "person", *b->person ? b->person : NULL);
                json_write_string(w, "merchant", *b->merchant ? b->merchant : NULL);
                json_write_string(w, "shipment", *b->shipment ? b->shipment : NULL);
                json_write_string(w, "parcel", *b->parcel ? b->parcel : NULL);
                if (b->kind == BENCH_COUNTER)
                        write_case(w, b);
                write_verdict(w, "shown", s->covered[i] ? &s->cover[i] : &s->shown[i]);
                json_write_end_object(w);
        }
        json_write_end_array(w);
}

static void write_devices(struct station *s, struct json_writer *w) {
        struct device_status status;

        json_write_array(w, "devices");
        for (size_t i = 0; devices_status(s->devices, i, &status); i++) {
                json_write_object(w, NULL);
                json_write_string(w, "bench", s->config->benches[status.bench].name);
                json_write_string(w, "name", status.name);
                json_write_string(w, "driver", status.driver);
                json_write_bool(w, "up", status.up);
                if (status.reason)
                        json_write_string(w, "reason", status.reason);
                if (status.hint)
                        json_write_string(w, "hint", status.hint);
                json_write_end_object(w);
        }
        json_write_end_array(w);
}

static void write_clock(struct station *s, struct json_writer *w) {
        const struct clock_judgement j = clock_watch_judge(&s->clock);
        const struct clock_memory *m = &s->clock.memory;
        bool is_known = m->begun && m->judged.quality == j.quality && m->judged.why == j.why;
        char since[TIME_TEXT_MAX];

        json_write_object(w, "clock");
        json_write_string(w, "quality", clock_quality_to_str(j.quality));
        json_write_string(w, "why", clock_why_to_str(j.why));
        json_write_bool(w, "trusted", clock_is_trusted(&j));
        if (is_known) /* else it changed just now */
                json_write_string(w, "since", time_format(m->since_usec, m->since_offset_sec, since));
        json_write_end_object(w);
}

static void write_ill(struct json_writer *w, const struct tail *t) {
        struct stamp since;
        char text[TIME_TEXT_MAX];
        const char *why = tail_ill(t, &since);

        if (!why)
                return;
        json_write_object(w, NULL);
        json_write_string(w, "part", tail_name(t));
        json_write_string(w, "text", why);
        json_write_string(w, "since", time_format(since.wall_usec, since.offset_sec, text));
        json_write_end_object(w);
}

static void write_held(struct station *s, struct json_writer *w) {
        char since[TIME_TEXT_MAX], text[160];

        if (!s->held_bytes)
                return;
        (void) snprintf(text, sizeof(text),
                "a program reads without end: the log has %llu MiB and grows; systemctl restart okuru-web "
                "okuru-sync okuru-notify",
                (unsigned long long) (s->held_bytes >> 20));
        json_write_object(w, NULL);
        json_write_string(w, "part", "ledger");
        json_write_string(w, "text", text);
        json_write_string(w, "since", time_format(s->held_since.wall_usec, s->held_since.offset_sec, since));
        json_write_end_object(w);
}

static void request_status(struct station *s, const struct request_caller *caller) {
        static const char *const health[] = {
                [DESK_FINE] = "fine", [DESK_SLOW] = "slow", [DESK_STUCK] = "stuck"};
        _cleanup_str_ struct str line = STR_INIT;
        struct json_writer w;

        json_writer_init(&w, &line);
        json_write_object(&w, NULL);
        json_write_bool(&w, "ok", true);
        json_write_string(&w, "realm", s->config->realm);
        json_write_string(&w, "site", s->config->site);
        json_write_string(&w, "station", s->config->station);
        json_write_string(&w, "version", OKURU_VERSION);
        json_write_string(&w, "ledger", ledger_id(s->ledger));
        json_write_string(&w, "boot", s->boot_id);
        json_write_int(&w, "head", (int64_t) s->head);
        json_write_int(&w, "unapplied", (int64_t) s->unapplied);
        json_write_string(&w, "storage", health[s->health]);
        json_write_bool(&w, "committing", desk_is_committing(s->desk));
        json_write_string(&w, "room", ledger_fullness_to_str((enum ledger_fullness) s->fullness));
        json_write_bool(&w, "screen_scanner", s->config->screen_scanner);
        write_clock(s, &w);
        if (s->damaged)
                json_write_int(&w, "damaged", s->damaged);
        json_write_array(&w, "ill");
        write_ill(&w, s->inbox);
        write_ill(&w, s->notices);
        write_held(s, &w);
        json_write_end_array(&w);
        write_benches(s, &w);
        write_devices(s, &w);
        json_write_end_object(&w);
        answer(s, caller->token, &line);
}

static void scan(struct station *s, const struct request_caller *caller, size_t bench, const char *code,
        uint64_t token) {
        char actor[ID_SIZE];

        (void) snprintf(actor, sizeof(actor), "uid:%u", (unsigned) caller->uid);
        if (desk_scan(s->desk, bench, NULL, code, strlen(code), 0, token, actor) == DESK_E_FULL && token &&
                (token & TOKEN_STEP) == 0)
                callers_answer_error(s->callers, token, "the bench has too many scans waiting");
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

void station_on_request(
        void *userdata, const struct request_caller *caller, const char *verb, const struct json *request) {
        struct station *s = userdata;

        if (strcmp(verb, "status") == 0) {
                request_status(s, caller);
        } else if (strcmp(verb, "poke") == 0) { /* sync and notify: something is there for you */
                desk_poke(s->desk);
                callers_answer(s->callers, caller->token, "{\"ok\":true}");
        } else if (strcmp(verb, "follow") == 0) {
                callers_follow(s->callers, caller->token);
                callers_answer(s->callers, caller->token, "{\"ok\":true}");
                station_tell_bell(s);
        } else if (strcmp(verb, "rfid") == 0) {
                callers_follow_reads(s->callers, caller->token);
                callers_answer(s->callers, caller->token, "{\"ok\":true}");
                rfid_tell_zones(s, caller->token);
        } else if (screens_on_request(s, caller, verb, request)) {
                return;
        } else if (strcmp(verb, "scan") != 0 && strcmp(verb, "find") != 0 && strcmp(verb, "tags") != 0 &&
                   strcmp(verb, "bay-close") != 0) {
                callers_answer_error(s->callers, caller->token, "verb: not known");
        } else if (!caller->may_act) {
                callers_answer_error(
                        s->callers, caller->token, "only root and the station's own user may act here");
        } else if (strcmp(verb, "scan") == 0) {
                request_scan(s, caller, request);
        } else if (strcmp(verb, "find") == 0) {
                request_find(s, caller, request);
        } else if (strcmp(verb, "tags") == 0) {
                request_tags(s, caller, request);
        } else {
                request_bay_close(s, caller, request);
        }
}
