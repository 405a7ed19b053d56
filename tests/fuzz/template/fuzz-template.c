/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A template as anybody may write it, and data as anybody may send it: the source, a NUL, JSON. Whatever they hold, each output is
 * UTF-8 without control characters, no longer than it may be, and HTML has no tag that we do not write.
 */
#include "services/notify/template/template.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "services/notify/template/brand.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char sample[] =
        "{\"brand\":{\"name\":\"<b>\",\"colour\":\"#ffd400\",\"mail\":\"a@b\",\"policies\":[{\"label\":\"p\","
        "\"url\":\"https://a/\"}]},"
        "\"order\":\"{{x}}\",\"customer\":\"**a**\",\"partial\":true,\"code\":\"7KQ4\",\"keep_until\":\"2026-"
        "11-29T20:00\",\"total\":-1,"
        "\"items\":[{\"name\":\"<i>\",\"quantity\":2,\"price\":900},{\"name\":\"b\",\"note\":\"c\"}],\"order_"
        "link\":\"https://a/\","
        "\"store\":{\"name\":\"s\",\"map\":\"https://m/"
        "\"},\"coupon\":{\"headline\":\"h\",\"code\":\"c\"},\"parcels\":[{\"items\":[{\"name\":\"x\"}]}]}";

static void check_text(const struct str *out) {
        assert(out->data && strlen(out->data) == out->len && utf8_is_valid(out->data, out->len));
        for (const unsigned char *c = (const unsigned char *) out->data; *c; c++) {
                assert(*c >= 0x20 || *c == '\n');
                assert(*c != 0x7f && !(*c == 0xc2 && c[1] < 0xa0));
        }
}

static void check_tags(const char *html) {
        static const char *const tags[] = {"!DOCTYPE", "!--[if", "![endif]--", "html", "head", "meta",
                "title", "style", "body", "div", "table", "tr", "td", "p", "h1", "h2", "h3", "ul", "ol", "li",
                "strong", "em", "a", "br", "hr", "img", "span", "blockquote"};

        for (const char *c = strchr(html, '<'); c; c = strchr(c, '<')) {
                size_t n, i = 0;

                c += c[1] == '/' ? 2 : 1;
                n = strcspn(c, " >\n");
                while (i < ELEMENTSOF(tags) && (strlen(tags[i]) != n || memcmp(tags[i], c, n) != 0))
                        i++;
                assert(i < ELEMENTSOF(tags));
        }
}

static void check_outputs(
        const struct template *t, const struct json *root, enum template_language language) {
        struct template_view view = {.data = root, .marketing = true, .columns = 32};
        struct brand brand;

        if (brand_read(json_get(root, "brand"), NULL, language, &brand, NULL) == 0)
                view.brand = &brand;
        for (enum template_output o = TEMPLATE_SUBJECT; o <= TEMPLATE_SLIP; o++) {
                _cleanup_str_ struct str out = STR_INIT;
                int r = template_render(t, o, &view, &out);

                assert(r >= 0);
                if (r != 0)
                        continue;
                check_text(&out);
                assert(o != TEMPLATE_HTML || out.len <= TEMPLATE_HTML_MAX);
                if (o == TEMPLATE_HTML)
                        check_tags(out.data);
        }
        (void) template_qr_text(t, &view);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static const struct template_part parts[] = {
                {"footer", "@contact\n@policies\n"}, {"loop", "{{> loop}}\n"}};
        const char *text = (const char *) data;
        const uint8_t *nul = size ? memchr(data, '\0', size) : NULL;
        size_t n = nul ? (size_t) (nul - data) : size;
        _cleanup_(json_freep) struct json *root = NULL;
        _cleanup_(template_freep) struct template *t = NULL;
        enum template_language language = size % 2 ? TEMPLATE_JA : TEMPLATE_EN;
        struct diag d = {0};
        int r;

        if (!nul || json_parse(text + n + 1, size - n - 1, &root, NULL) != 0) {
                r = json_parse(sample, strlen(sample), &root, NULL);
                assert(r == 0);
        }
        r = template_parse(
                &(struct template_source){"fuzz", text ? text : "", n, language, parts, ELEMENTSOF(parts)},
                &t, &d);
        assert(r == 0 || (*d.text && *d.file));
        if (r != 0)
                return 0;
        r = template_check(t, &d);
        assert(r == 0 || *d.text);
        /* What is refused is never rendered, but for the words of its lines; what was bound up to there must not harm. */
        if (r == 0)
                check_outputs(t, root, language);
        return 0;
}
