/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/template/brand.h"

#include <errno.h>
#include <math.h>
#include <string.h>

const struct colour brand_paper = {0xf3, 0xf4, 0xf6}, brand_night = {0x2c, 0x2c, 0x2e};
static const struct colour black = {0, 0, 0}, white = {0xff, 0xff, 0xff}, plain = {0x33, 0x41, 0x55};

static double channel(uint8_t value) {
        double v = value / 255.0;

        return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double luminance(struct colour c) {
        return 0.2126 * channel(c.red) + 0.7152 * channel(c.green) + 0.0722 * channel(c.blue);
}

double colour_contrast(struct colour a, struct colour b) {
        double x = luminance(a), y = luminance(b);

        return x > y ? (x + 0.05) / (y + 0.05) : (y + 0.05) / (x + 0.05);
}

static uint8_t mix(uint8_t a, uint8_t b, int percent) {
        return (uint8_t) ((a * (100 - percent) + b * percent) / 100);
}

static struct colour blend(struct colour a, struct colour b, int percent) {
        return (struct colour){
                mix(a.red, b.red, percent), mix(a.green, b.green, percent), mix(a.blue, b.blue, percent)};
}

struct colour colour_legible(struct colour c, struct colour ground) {
        struct colour end = colour_contrast(white, ground) > colour_contrast(black, ground) ? white : black;
        int low = 0, high = 100; /* percent of @end: too little, and enough */

        if (colour_contrast(c, ground) >= BRAND_CONTRAST_MIN)
                return c;
        while (high - low > 1) {
                int middle = (low + high) / 2;

                if (colour_contrast(blend(c, end, middle), ground) < BRAND_CONTRAST_MIN)
                        low = middle;
                else
                        high = middle;
        }
        return blend(c, end, high);
}

static int hex(char c) {
        if (c >= '0' && c <= '9')
                return c - '0';
        if (c >= 'a' && c <= 'f')
                return c - 'a' + 10;
        return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool read_colour(const char *text, struct colour *c) {
        int digits[6];

        if (strlen(text) != 7 || text[0] != '#')
                return false;
        for (size_t i = 0; i < 6; i++) {
                digits[i] = hex(text[i + 1]);
                if (digits[i] < 0)
                        return false;
        }
        *c = (struct colour){(uint8_t) (digits[0] * 16 + digits[1]), (uint8_t) (digits[2] * 16 + digits[3]),
                (uint8_t) (digits[4] * 16 + digits[5])};
        return true;
}

const char *brand_pick(const struct json *value, enum template_language language) {
        const char *text = json_string(value);

        if (text)
                return text;
        text = json_get_string(value, language == TEMPLATE_EN ? "en" : "ja", NULL);
        return text ? text : json_get_string(value, language == TEMPLATE_EN ? "ja" : "en", "");
}

const char *brand_text(const struct brand *b, const char *key) {
        const char *text = b ? brand_pick(json_get(b->store, key), b->language) : "";

        return *text || !b ? text : brand_pick(json_get(b->merchant, key), b->language);
}

const struct json *brand_policies(const struct brand *b) {
        const struct json *list = b ? json_get(b->store, "policies") : NULL;

        return list || !b ? list : json_get(b->merchant, "policies");
}

static int wrong(struct diag *d, const char *key, const char *text) {
        diag_set(d, 0, 0, key, "%s", text);
        return -EBADMSG;
}

static int check_profile(const struct json *p, enum template_language language, struct diag *d) {
        static const char *const texts[] = {"name", "tagline", "mail", "phone", "hours", "address", "url"};
        const struct json *list = json_get(p, "policies");

        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                const struct json *v = json_get(p, texts[i]);

                if (v && !*brand_pick(v, language))
                        return wrong(d, texts[i], "is a text, or one per language (ja, en)");
        }
        if (json_get(p, "url") && !url_is_safe(brand_pick(json_get(p, "url"), language)))
                return wrong(d, "url", "begins with https:// or http://");
        if (list && json_type(list) != JSON_ARRAY)
                return wrong(d, "policies", "is a list");
        for (const struct json *v = json_first(list); v; v = json_next(v))
                if (!*brand_pick(json_get(v, "label"), language) ||
                        !url_is_safe(brand_pick(json_get(v, "url"), language)))
                        return wrong(
                                d, "policies", "each has a label and an address with https:// or http://");
        return 0;
}

int brand_read(const struct json *merchant, const struct json *store, enum template_language language,
        struct brand *b, struct diag *d) {
        struct brand made = {.language = language, .merchant = merchant, .store = store, .ground = plain};
        const char *colour;
        int r = check_profile(merchant, language, d);

        if (r == 0)
                r = check_profile(store, language, d);
        if (r != 0)
                return r;
        colour = brand_text(&made, "colour");
        if (*colour && !read_colour(colour, &made.ground))
                return wrong(d, "colour", "is written #rrggbb");
        made.ink = colour_contrast(made.ground, white) >= colour_contrast(made.ground, black) ? white : black;
        made.link_light = colour_legible(made.ground, brand_paper);
        made.link_dark = colour_legible(made.ground, brand_night);
        *b = made;
        return 0;
}

bool url_is_safe(const char *text) {
        const char *host = strncmp(text, "https://", 8) == 0  ? text + 8
                           : strncmp(text, "http://", 7) == 0 ? text + 7
                                                              : NULL;

        if (!host)
                return false;
        for (const char *c = text; *c; c++)
                if (*c > 0 && (*c <= 0x20 || *c == 0x7f || strchr("\"<>\\^`{|}", *c)))
                        return false;
        return strcspn(host, "/?#") > 0 &&
               !memchr(host, '@', strcspn(host, "/?#")); /* name@host hides the host */
}
