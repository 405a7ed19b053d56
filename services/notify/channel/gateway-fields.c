/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/gateway-fields.h"

#include <errno.h>
#include <string.h>

#include "firmware/base/bytes.h"

enum field {
        FIELD_TO,
        FIELD_TO_NATIONAL,
        FIELD_TEXT,
        FIELD_ID,
        FIELD_SECRET,
        FIELD_SECRET_BASE64,
        FIELD_NONE
};

static enum field field_from(const char *name, size_t n) {
        static const char *const names[] = {[FIELD_TO] = "to",
                [FIELD_TO_NATIONAL] = "to_national",
                [FIELD_TEXT] = "text",
                [FIELD_ID] = "id",
                [FIELD_SECRET] = "secret",
                [FIELD_SECRET_BASE64] = "secret_base64"};

        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (strlen(names[i]) == n && memcmp(names[i], name, n) == 0)
                        return (enum field) i;
        return FIELD_NONE;
}

static void add_percent(const char *text, struct str *out) {
        for (; *text; text++) {
                bool plain = (*text >= '0' && *text <= '9') || (*text >= 'a' && *text <= 'z') ||
                             (*text >= 'A' && *text <= 'Z') || strchr("-._~", *text);

                if (plain)
                        str_add_char(out, *text);
                else
                        str_addf(out, "%%%02X", (unsigned char) *text);
        }
}

/* The inside of a JSON string; what is no UTF-8 becomes U+FFFD, and never our failure. */
static void add_json(const char *text, struct str *out) {
        while (*text) {
                size_t n = utf8_sequence(text, strnlen(text, 4));

                if (n == 0)
                        str_add(out, "\xef\xbf\xbd");
                else if (*text == '"' || *text == '\\')
                        str_addf(out, "\\%c", *text);
                else if ((unsigned char) *text < 0x20)
                        str_addf(out, "\\u%04x", (unsigned char) *text);
                else
                        str_add_n(out, text, n);
                text += n ? n : 1;
        }
}

static void add_value(const char *text, enum gateway_place place, struct str *out) {
        if (place == GATEWAY_IN_JSON)
                add_json(text, out);
        else if (place == GATEWAY_IN_HEADER)
                str_add(out, text);
        else
                add_percent(text, out);
}

/* "+81901…" as "0901…": what gateways of the country itself want. Abroad it stays. */
static void add_national(const char *e164, enum gateway_place place, struct str *out) {
        bool japan = strncmp(e164, "+81", 3) == 0;

        if (japan)
                str_add_char(out, '0');
        add_value(japan ? e164 + 3 : e164, place, out);
}

static void add_field(
        enum field f, enum gateway_place place, const struct gateway_values *v, struct str *out) {
        _cleanup_str_wiped_ struct str text = STR_INIT;

        switch (f) {
        case FIELD_TO:
                add_value(v->to, place, out);
                return;
        case FIELD_TO_NATIONAL:
                add_national(v->to, place, out);
                return;
        case FIELD_TEXT:
                add_value(v->text, place, out);
                return;
        case FIELD_ID:
                add_value(v->id, place, out);
                return;
        case FIELD_SECRET:
                add_value(v->secret, place, out);
                return;
        case FIELD_SECRET_BASE64:
                base64_encode((const uint8_t *) v->secret, strlen(v->secret), &text);
                add_value(text.data ? text.data : "", place, out);
                return;
        case FIELD_NONE:
                return;
        }
}

/* Words of others in a header would need an encoding of which nobody knows the name. */
static bool may_stand(enum field f, enum gateway_place place) {
        return f != FIELD_NONE &&
               (place != GATEWAY_IN_HEADER || f == FIELD_ID || f == FIELD_SECRET || f == FIELD_SECRET_BASE64);
}

int gateway_fill(
        const char *pattern, enum gateway_place place, const struct gateway_values *v, struct str *out) {
        const char *open;

        while ((open = strstr(pattern, "{{"))) {
                const char *close = strstr(open + 2, "}}");
                enum field f = close ? field_from(open + 2, (size_t) (close - open - 2)) : FIELD_NONE;

                if (!may_stand(f, place))
                        return -EINVAL;
                if (v) {
                        str_add_n(out, pattern, (size_t) (open - pattern));
                        add_field(f, place, v, out);
                }
                pattern = close + 2;
        }
        if (v)
                str_add(out, pattern);
        return v ? out->error : 0;
}
