/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/notice-fields.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"
#include "firmware/base/time.h"

#define PATH_MAX_HERE 64
#define YEN_MAX       999999999
#define GROUPS_MAX    6
#define MUST_MAX      5

#define TEXT   NOTICE_FIELD_TEXT
#define FLAG   NOTICE_FIELD_FLAG
#define NUMBER NOTICE_FIELD_NUMBER
#define YEN    NOTICE_FIELD_YEN
#define DAY    NOTICE_FIELD_DAY
#define MOMENT NOTICE_FIELD_MOMENT
#define URL    NOTICE_FIELD_URL
#define LIST   NOTICE_FIELD_LIST
#define OBJECT NOTICE_FIELD_OBJECT

/* Each ends with a field without a path. */
static const struct notice_field order[] = {{"order_link", URL}, {"ordered_at", MOMENT}, {0}};
static const struct notice_field items[] = {{"items", LIST}, {"items.name", TEXT}, {"items.variant", TEXT},
        {"items.quantity", NUMBER}, {"items.price", YEN}, {"items.note", TEXT}, {0}};
static const struct notice_field money[] = {{"subtotal", YEN}, {"shipping", YEN}, {"fee", YEN},
        {"discount", YEN}, {"points", YEN}, {"total", YEN}, {"payment", TEXT}, {"taxes", LIST},
        {"taxes.rate", NUMBER}, {"taxes.base", YEN}, {"taxes.tax", YEN}, {"taxes.reduced", FLAG},
        {"invoice_number", TEXT}, {0}};
static const struct notice_field arrival[] = {{"ship_day", DAY}, {"eta", DAY}, {"eta_slot", TEXT}, {0}};
static const struct notice_field trouble[] = {
        {"cause", TEXT}, {"action", TEXT}, {"next_by", MOMENT}, {"old_eta", DAY}, {0}};
static const struct notice_field place[] = {{"arrived_at", MOMENT}, {"place", TEXT}, {0}};
static const struct notice_field refund[] = {
        {"amount", YEN}, {"method", TEXT}, {"refunded_at", DAY}, {"visible_by", DAY}, {0}};
static const struct notice_field verified[] = {{"channel", TEXT}, {"verified_at", MOMENT}, {0}};
static const struct notice_field inquiry[] = {
        {"inquiry", TEXT}, {"received_at", MOMENT}, {"reply_by", MOMENT}, {"summary", TEXT}, {0}};
static const struct notice_field account[] = {{"verify", URL}, {"verify_until", MOMENT}, {0}};
static const struct notice_field review[] = {{"review", URL}, {"review_until", DAY}, {0}};
static const struct notice_field coupon[] = {{"coupon", OBJECT}, {"coupon.headline", TEXT},
        {"coupon.code", TEXT}, {"coupon.until", DAY}, {"coupon.where", TEXT}, {"coupon.terms", TEXT},
        {"coupon.url", URL}, {0}};

static const struct {
        const struct notice_field *groups[GROUPS_MAX];
        const char *must[MUST_MAX]; /* what nobody else can give */
} kinds[N_NOTICE_KINDS] = {
        [NOTICE_KIND_ORDER_CONFIRMATION] = {{order, items, money, arrival, coupon},
                {"ordered_at", "total", "payment", "ship_day"}},
        [NOTICE_KIND_ORDER_SHEET] = {{order, items, money, arrival}, {"ordered_at", "taxes", "total"}},
        [NOTICE_KIND_DELAY] = {{order, items, arrival, trouble}, {"cause", "old_eta", "eta"}},
        [NOTICE_KIND_INCIDENT] = {{order, items, arrival, trouble}, {"cause", "action", "next_by"}},
        [NOTICE_KIND_ARRIVED] = {{order, items, place}, {"arrived_at", "place"}},
        [NOTICE_KIND_REFUND_ISSUED] = {{order, items, refund}, {"amount", "method", "refunded_at"}},
        [NOTICE_KIND_CONTACT_VERIFIED] = {{verified}, {"verified_at"}},
        [NOTICE_KIND_INQUIRY_RECEIVED] = {{inquiry}, {"inquiry", "received_at", "reply_by", "summary"}},
        [NOTICE_KIND_WELCOME] = {{account, coupon}, {NULL}},
        [NOTICE_KIND_THANK_YOU] = {{order, items, coupon}, {NULL}},
        [NOTICE_KIND_REVIEW_REQUEST] = {{order, items, review, coupon}, {"review"}},
};

const struct notice_field *notice_field_at(enum notice_kind kind, size_t i) {
        for (size_t g = 0; g < GROUPS_MAX && kinds[kind].groups[g]; g++)
                for (const struct notice_field *f = kinds[kind].groups[g]; f->path; f++)
                        if (i-- == 0)
                                return f;
        return NULL;
}

bool notice_field_is_must(enum notice_kind kind, const char *path) {
        for (size_t i = 0; i < MUST_MAX && kinds[kind].must[i]; i++)
                if (strcmp(kinds[kind].must[i], path) == 0)
                        return true;
        return false;
}

static const struct notice_field *find(enum notice_kind kind, const char *path) {
        const struct notice_field *f;

        for (size_t i = 0; (f = notice_field_at(kind, i)); i++)
                if (strcmp(f->path, path) == 0)
                        return f;
        return NULL;
}

struct place { /* of a member: as the table names it, and as people are told */
        char path[PATH_MAX_HERE], said[PATH_MAX_HERE];
};

static int wrong(const struct place *at, struct diag *d, const char *text) {
        diag_set(d, 0, 0, at->said, "%s", text);
        return -EBADMSG;
}

static int check_rule(const struct json *of, const char *where, const char *key, enum json_want want,
        int64_t min, int64_t max, struct diag *d) {
        return json_check(of, where, &(struct json_rule){key, want, true, min, max}, 1, d);
}

static int check_text(const struct json *of, const char *where, const struct json *v, const struct place *at,
        struct diag *d) {
        static const struct json_rule names[] = {
                {"ja", JSON_WANT_TEXT, true, 1, NOTICE_TEXT_MAX},
                {"en", JSON_WANT_TEXT, false, 0, NOTICE_TEXT_MAX},
        };

        if (json_type(v) == JSON_OBJECT)
                return json_check(v, at->said, names, ELEMENTSOF(names), d);
        return check_rule(of, where, json_key(v), JSON_WANT_TEXT, 1, NOTICE_TEXT_MAX, d);
}

/* "2026-11-22" */
static bool day_is_valid(const char *text) {
        char whole[sizeof("2026-11-22T00:00:00Z")];
        int64_t ignored;

        if (strlen(text) != strlen("2026-11-22"))
                return false;
        (void) snprintf(whole, sizeof(whole), "%sT00:00:00Z", text);
        return time_parse(whole, &ignored, NULL) == 0;
}

static bool url_is_valid(const char *text) {
        size_t n = strlen(text);

        return n <= NOTICE_URL_MAX && strncmp(text, "https://", strlen("https://")) == 0 &&
               n > strlen("https://") && ascii_is_printable(text) && !strpbrk(text, " \"'<>\\^`{|}");
}

static int check_object(
        enum notice_kind kind, const struct json *object, const struct place *at, struct diag *d);

static int check_list(enum notice_kind kind, const struct json *v, const struct place *at, struct diag *d) {
        struct place one = *at;
        size_t i = 0;
        int r = 0;

        if (json_type(v) != JSON_ARRAY || json_size(v) > NOTICE_LIST_MAX)
                return wrong(at, d, "must be a list of at most 100");
        for (const struct json *e = json_first(v); e && r == 0; e = json_next(e), i++) {
                (void) snprintf(
                        one.said, sizeof(one.said), "%.*s[%zu]", (int) sizeof(one.said) - 8, at->said, i);
                r = json_type(e) == JSON_OBJECT ? check_object(kind, e, &one, d)
                                                : wrong(&one, d, "must be an object");
        }
        return r;
}

/* @v is a member of @of, which is at @where. */
static int check_value(enum notice_kind kind, const struct json *of, const char *where, const struct json *v,
        const struct notice_field *f, const struct place *at, struct diag *d) {
        const char *text = json_string(v) ? json_string(v) : "";
        int64_t ignored;

        switch (f->type) {
        case TEXT:
                return check_text(of, where, v, at, d);
        case FLAG:
                return check_rule(of, where, json_key(v), JSON_WANT_BOOL, 0, 0, d);
        case NUMBER:
                return check_rule(of, where, json_key(v), JSON_WANT_INT, 0, 1000000, d);
        case YEN:
                return check_rule(of, where, json_key(v), JSON_WANT_INT, -YEN_MAX, YEN_MAX, d);
        case DAY:
                return day_is_valid(text) ? 0 : wrong(at, d, "must be a day, as 2026-11-22");
        case MOMENT:
                return time_parse(text, &ignored, NULL) == 0
                               ? 0
                               : wrong(at, d, "must be an RFC 3339 time with its offset");
        case URL:
                return url_is_valid(text) ? 0
                                          : wrong(at, d,
                                                    "must be an address of at most 500 characters that "
                                                    "begins with https://");
        case LIST:
                return check_list(kind, v, at, d);
        case OBJECT:
                return json_type(v) == JSON_OBJECT ? check_object(kind, v, at, d)
                                                   : wrong(at, d, "must be an object");
        }
        return -EBADMSG;
}

static int check_object(
        enum notice_kind kind, const struct json *object, const struct place *at, struct diag *d) {
        int r = 0;

        for (const struct json *m = json_first(object); m && r == 0; m = json_next(m)) {
                const struct notice_field *f = NULL;
                bool is_name = strlen(json_key(m)) <= 24 && ascii_is_printable(json_key(m));
                struct place member = {0};

                (void) snprintf(member.said, sizeof(member.said), "%.*s.%s", 36, at->said,
                        is_name ? json_key(m) : "?");
                if (snprintf(member.path, sizeof(member.path), "%s%s%s", at->path, *at->path ? "." : "",
                            json_key(m)) < (int) sizeof(member.path))
                        f = find(kind, member.path);
                if (!f) {
                        char text[96];

                        (void) snprintf(text, sizeof(text),
                                "is nothing that a notice of kind %s says by the office's word",
                                notice_kind_to_str(kind));
                        return wrong(&member, d, text);
                }
                if (json_type(m) != JSON_NULL) /* as good as absent */
                        r = check_value(kind, object, at->said, m, f, &member, d);
        }
        return r;
}

static int check_must(enum notice_kind kind, const struct json *data, struct diag *d) {
        for (size_t i = 0; i < MUST_MAX && kinds[kind].must[i]; i++) {
                const struct json *v = json_get(data, kinds[kind].must[i]);
                bool is_empty = json_type(v) == JSON_ARRAY && json_size(v) == 0;
                struct place at;

                if (v && json_type(v) != JSON_NULL && !is_empty)
                        continue;
                (void) snprintf(at.said, sizeof(at.said), "data.%s", kinds[kind].must[i]);
                return wrong(&at, d, "is missing: a notice of this kind must say it");
        }
        return 0;
}

int notice_fields_check(enum notice_kind kind, const struct json *data, struct diag *d) {
        static const struct place top = {.said = "data"};
        _cleanup_str_ struct str text = STR_INIT;
        int r;

        if (data && json_type(data) != JSON_NULL && json_type(data) != JSON_OBJECT)
                return wrong(&top, d, "must be an object");
        if (data)
                json_print(data, &text);
        if (text.error)
                return text.error;
        if (text.len > NOTICE_DATA_MAX)
                return wrong(&top, d, "is too long: at most 16384 bytes");
        r = check_object(kind, data, &top, d);
        return r == 0 ? check_must(kind, data, d) : r;
}
