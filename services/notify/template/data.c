/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/template/data.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static struct value step(struct value v, const struct path *p, size_t from) {
        for (size_t i = from; i < p->n_parts; i++)
                v = (struct value){.json = json_get(v.json, p->parts[i])};
        return v;
}

static struct value find_brand(const struct brand *b, const struct path *p) {
        if (p->n_parts == 1)
                return (struct value){.text = brand_text(b, "name")};
        if (p->n_parts == 2 && strcmp(p->parts[1], "policies") == 0)
                return (struct value){.json = brand_policies(b)};
        return (struct value){.text = p->n_parts == 2 ? brand_text(b, p->parts[1]) : ""};
}

struct value data_find(const struct data *d, const struct node *n) {
        const struct path *p = &n->path;
        const struct json *root = d->view->data;

        if (p->n_parts == 0)
                return (struct value){.json = d->n_scopes ? d->scopes[d->n_scopes - 1] : root};
        if (n->whole && n->depth == 0 && d->view->customer && strcmp(n->whole, "customer") == 0)
                return (struct value){.text = d->view->customer};
        if (n->whole && n->depth == 0 && d->view->code && strcmp(n->whole, "code") == 0)
                return (struct value){.text = d->view->code};
        if (n->whole && n->depth == 0 && d->view->contact && strcmp(n->whole, "contact") == 0)
                return (struct value){.text = d->view->contact};
        if (n->whole && n->depth == 0 && strcmp(n->whole, "has_items") == 0 && !json_get(root, "has_items"))
                return (struct value){.text = json_size(json_get(root, "items")) > 0 ? "yes" : ""};
        if (n->whole && n->depth > 0)
                return step((struct value){.json = d->scopes[n->depth - 1]}, p, 0);
        for (size_t i = d->n_scopes; !n->whole && i-- > 0;) {
                const struct json *first = json_get(d->scopes[i], p->parts[0]);

                if (first)
                        return step((struct value){.json = first}, p, 1);
        }
        if (d->view->brand && strcmp(p->parts[0], "brand") == 0)
                return find_brand(d->view->brand, p);
        return step((struct value){.json = root}, p, 0);
}

bool value_is_true(struct value v) {
        int64_t number;

        if (v.text)
                return *v.text != '\0';
        switch (json_type(v.json)) {
        case JSON_NULL:
                return false;
        case JSON_BOOL:
                return json_is_true(v.json);
        case JSON_NUMBER:
                return json_int(v.json, &number) != 0 || number != 0;
        case JSON_STRING:
                return *json_string(v.json) != '\0';
        case JSON_ARRAY:
        case JSON_OBJECT:
                return json_size(v.json) > 0;
        }
        return false;
}

static const char *yen_words(int64_t yen, enum template_language language, char buf[VALUE_TEXT_MAX]) {
        char digits[32], grouped[48], *to = grouped;
        uint64_t amount = yen < 0 ? 0 - (uint64_t) yen : (uint64_t) yen;
        size_t n = (size_t) snprintf(digits, sizeof(digits), "%" PRIu64, amount);

        for (size_t i = 0; i < n; i++) {
                if (i > 0 && (n - i) % 3 == 0)
                        *to++ = ',';
                *to++ = digits[i];
        }
        *to = '\0';
        (void) snprintf(buf, VALUE_TEXT_MAX, language == TEMPLATE_EN ? "%s¥%s" : "%s%s円", yen < 0 ? "-" : "",
                grouped);
        return buf;
}

struct moment {
        int year, month, day, hour, minute;
        bool has_time;
};

static bool two_digits(const char *c, int max, int *to) {
        if (c[0] < '0' || c[0] > '9' || c[1] < '0' || c[1] > '9')
                return false;
        *to = (c[0] - '0') * 10 + (c[1] - '0');
        return *to <= max;
}

static bool read_moment(const char *text, struct moment *m) {
        int century, year;

        *m = (struct moment){0};
        if (strlen(text) < 10 || !two_digits(text, 99, &century) || !two_digits(text + 2, 99, &year) ||
                text[4] != '-' || !two_digits(text + 5, 12, &m->month) || text[7] != '-' ||
                !two_digits(text + 8, 31, &m->day))
                return false;
        m->year = century * 100 + year;
        if (m->month == 0 || m->day == 0)
                return false;
        if (text[10] == '\0')
                return true;
        m->has_time = text[10] == 'T' && strlen(text) == 16 && two_digits(text + 11, 23, &m->hour) &&
                      text[13] == ':' && two_digits(text + 14, 59, &m->minute);
        return m->has_time;
}

/* Sakamoto's method; 0 Sunday. */
static int weekday(const struct moment *m) {
        static const int shift[] = {0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4};
        int y = m->month < 3 ? m->year - 1 : m->year;

        return (y + y / 4 - y / 100 + y / 400 + shift[m->month - 1] + m->day) % 7;
}

static const char *moment_words_ja(const struct moment *m, bool brief, char buf[VALUE_TEXT_MAX]) {
        static const char *const days[] = {"日", "月", "火", "水", "木", "金", "土"};
        char year[16] = "", minute[16] = "", hour[48] = "";

        if (!brief)
                (void) snprintf(year, sizeof(year), "%d年", m->year);
        if (m->minute > 0)
                (void) snprintf(minute, sizeof(minute), "%02d分", m->minute);
        if (m->has_time)
                (void) snprintf(hour, sizeof(hour), "%d時%s", m->hour, minute);
        (void) snprintf(buf, VALUE_TEXT_MAX, brief ? "%s%d月%d日(%s)%s" : "%s%d月%d日（%s）%s", year,
                m->month, m->day, days[weekday(m)], hour);
        return buf;
}

static const char *moment_words_en(const struct moment *m, bool brief, char buf[VALUE_TEXT_MAX]) {
        static const char *const months[] = {"January", "February", "March", "April", "May", "June", "July",
                "August", "September", "October", "November", "December"};
        static const char *const days[] = {
                "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
        char year[16] = "", hour[32] = "";

        if (!brief)
                (void) snprintf(year, sizeof(year), " %d", m->year);
        if (m->has_time)
                (void) snprintf(hour, sizeof(hour), ", %d:%02d", m->hour, m->minute);
        (void) snprintf(buf, VALUE_TEXT_MAX, brief ? "%.3s %d %.3s%s%s" : "%s, %d %s%s%s", days[weekday(m)],
                m->day, months[m->month - 1], year, hour);
        return buf;
}

const char *value_words(struct value v, enum field_type type, enum template_language language, bool brief,
        char buf[VALUE_TEXT_MAX]) {
        const char *text = v.text ? v.text : json_string(v.json);
        struct moment m;
        int64_t number;

        if (text) {
                if ((type == FIELD_DAY || type == FIELD_MOMENT) && read_moment(text, &m))
                        return language == TEMPLATE_EN ? moment_words_en(&m, brief, buf)
                                                       : moment_words_ja(&m, brief, buf);
                return type == FIELD_URL && *text && strncmp(text, "http", 4) != 0 ? "" : text;
        }
        if (json_type(v.json) != JSON_NUMBER)
                return json_type(v.json) == JSON_ARRAY || json_type(v.json) == JSON_OBJECT
                               ? ""
                               : brand_pick(v.json, language);
        if (json_int(v.json, &number) != 0)
                return "";
        if (type == FIELD_YEN)
                return yen_words(number, language, buf);
        (void) snprintf(buf, VALUE_TEXT_MAX, "%" PRId64, number);
        return buf;
}

const char *word(enum word w, enum template_language language) {
        static const char *const words[N_WORDS][2] = {
                [WORD_ADDRESS] = {"住所", "Address"},
                [WORD_HOURS] = {"営業時間", "Hours"},
                [WORD_PHONE] = {"電話番号", "Telephone"},
                [WORD_MAIL] = {"メール", "Email"},
                [WORD_WEB] = {"ホームページ", "Website"},
                [WORD_MAP] = {"地図", "Map"},
                [WORD_OPEN_MAP] = {"地図を見る", "See the map"},
                [WORD_CODE] = {"受取コード", "Pickup code"},
                [WORD_COUPON] = {"クーポンコード", "Coupon code"},
                [WORD_UNTIL] = {"有効期限", "Valid until"},
                [WORD_WHERE] = {"ご利用いただける場所", "Where"},
                [WORD_TERMS] = {"ご利用条件", "Terms"},
                [WORD_DESK] = {"受付時間", "Hours"},
                [WORD_COLON] = {"：", ": "},
        };

        return words[w][language];
}
