/* SPDX-License-Identifier: Apache-2.0 */
/* okuru sheet: the cards that packers scan instead of touching a keyboard, with badges and a pair of cards for each bay. */
#include "firmware/base/json.h"
#include "firmware/base/say.h"

#include "firmware/cli/verb.h"
#include "firmware/domain/barcode.h"
#include "firmware/domain/command-shape.h"
#include "firmware/sheet/control-cards.h"

#include <errno.h>
#include <string.h>

#define PEOPLE_FILE_MAX (1024 * 1024)

/* ---- people ---- */

static int read_people(const char *path, struct json **docp) {
        _autofclose_ FILE *f = fopen(path, "re");
        _autofree_ char *text = malloc(PEOPLE_FILE_MAX);
        _cleanup_(json_freep) struct json *doc = NULL;
        struct diag d = {0};
        size_t n;
        int r;

        if (!text)
                return -ENOMEM;
        if (!f) {
                (void) say_failed("%s: %s", path, strerror(errno));
                return -EINVAL;
        }
        n = fread(text, 1, PEOPLE_FILE_MAX, f);
        if (ferror(f) || n == PEOPLE_FILE_MAX) {
                (void) say_failed("%s: cannot be read, or is larger than 1 MiB", path);
                return -EINVAL;
        }
        (void) copy_text(d.file, sizeof(d.file), path); /* cut is better than nothing */
        r = json_parse(text, n, &doc, &d);
        if (r == 0)
                r = command_shape_check("people", doc, COMMAND_HANDED_IN, &d);
        if (r < 0) {
                (void) say_failure(&d);
                return -EINVAL;
        }
        *docp = take_ptr(doc);
        return 0;
}

static int add_person(struct cards *cards, const struct json *p, bool ja) {
        const char *badge = json_get_string(p, "badge", ""),
                   *call = json_get_string(p, "call", json_get_string(p, "person", ""));
        bool leader = strcmp(json_get_string(p, "role", ""), "leader") == 0;
        char code[CONTROL_CODE_MAX + 1], title[96];

        (void) snprintf(code, sizeof(code), BARCODE_BADGE_PREFIX "%s", badge);
        (void) snprintf(title, sizeof(title), "%.60s%s", call,
                !leader ? ""
                : ja    ? " (リーダー)"
                        : " (leader)");
        return cards_add(cards, code, title);
}

static int add_people(struct cards *cards, const char *path, bool ja) {
        _cleanup_(json_freep) struct json *doc = NULL;
        int r = read_people(path, &doc);

        if (r < 0)
                return r;
        for (const struct json *p = json_first(json_get(doc, "people")); p && r == 0; p = json_next(p))
                r = add_person(cards, p, ja);
        return r;
}

/* ---- the file ---- */

static bool ends_with(const char *text, const char *end) {
        size_t n = strlen(text), m = strlen(end);

        return n > m && strcmp(text + n - m, end) == 0;
}

static int write_file(const char *path, const struct str *text) {
        FILE *f = fopen(path, "we");
        size_t n;

        if (!f)
                return say_failed("%s: %s", path, strerror(errno));
        n = fwrite(text->data, 1, text->len, f);
        if (fclose(f) != 0 || n != text->len)
                return say_failed("%s: could not be written whole", path);
        return VERB_OK;
}

static int build(struct cards *cards, const struct options *o, bool ja) {
        const char *bad = "";
        int r = cards_add_control(cards, ja);

        if (r == 0 && o->bays)
                r = cards_add_bays(cards, o->bays, ja, &bad);
        if (r == -EINVAL)
                (void) say_failed(
                        "--bays: %.*s is no name of a bay: a-z, 0-9 and -", (int) strcspn(bad, ","), bad);
        if (r == 0 && o->people)
                r = add_people(cards, o->people, ja);
        return r;
}

int verb_sheet(const struct invocation *in) {
        const struct options *o = in->options;
        _cleanup_(cards_deinit) struct cards cards = {0};
        _cleanup_str_ struct str text = STR_INIT;
        bool ja = strcmp(o->lang, "ja") == 0, svg = ends_with(o->output, ".svg");
        int r;

        if ((!ja && strcmp(o->lang, "en") != 0) || (!svg && !ends_with(o->output, ".html"))) {
                (void) say_failed("--lang: ja or en; --output: a file that ends in .html or .svg");
                return VERB_USAGE;
        }
        cards.title = ja ? "okuru 操作カード" : "okuru control cards";
        cards.lang = o->lang;
        r = build(&cards, o, ja);
        if (r == -EINVAL)
                return VERB_FAILED; /* said */
        if (r == 0)
                r = sheet_write(&text, &cards, svg ? SHEET_SVG : SHEET_HTML);
        return r < 0 ? say_failed("%s: %s", o->output, strerror(-r)) : write_file(o->output, &text);
}
