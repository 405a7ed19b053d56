/* SPDX-License-Identifier: Apache-2.0 */
/* okuru sheet: the cards that packers scan instead of touching a keyboard, with badges and a pair of cards for each bay. */
#include "firmware/base/json.h"
#include "firmware/base/say.h"
#include "firmware/cli/sheet-page.h"
#include "firmware/cli/verb.h"
#include "firmware/domain/barcode.h"
#include "firmware/domain/command-shape.h"

#include <errno.h>
#include <string.h>

#define PEOPLE_FILE_MAX (1024 * 1024)

static int add_control_cards(struct cards *cards, bool ja) {
        const struct control_card *card;
        int r = 0;

        for (size_t i = 0; r == 0 && (card = control_card_at(i)); i++)
                r = cards_add(cards, card->code, ja ? card->ja : card->en);
        return r;
}

/* ---- bays ---- */

static int add_bay(struct cards *cards, const char *bay, bool ja) {
        char code[CONTROL_CODE_MAX + 1], title[96], upper[NAME_TEXT_MAX];
        size_t n = strlen(bay);
        int r;

        for (size_t i = 0; i <= n; i++)
                upper[i] = (char) (bay[i] >= 'a' && bay[i] <= 'z' ? bay[i] - 'a' + 'A' : bay[i]);
        (void) snprintf(code, sizeof(code), CONTROL_PREFIX "%s-%s", control_to_str(CONTROL_SHIP), upper);
        (void) snprintf(title, sizeof(title), ja ? "%s 集荷" : "collection %s", bay);
        r = cards_add(cards, code, title);
        if (r < 0)
                return r;
        (void) snprintf(code, sizeof(code), CONTROL_PREFIX "%s-%s", control_to_str(CONTROL_BAY_CLOSE), upper);
        (void) snprintf(title, sizeof(title), ja ? "出荷口 %s を締める" : "close bay %s", bay);
        return cards_add(cards, code, title);
}

static int add_bays(struct cards *cards, const char *list, bool ja) {
        while (*list) {
                size_t n = strcspn(list, ",");
                char bay[NAME_TEXT_MAX] = "";
                int r;

                if (n < sizeof(bay))
                        memcpy(bay, list, n);
                if (!name_is_valid(bay)) {
                        (void) say_failed("--bays: %.*s is no name of a bay: a-z, 0-9 and -", (int) n, list);
                        return -EINVAL;
                }
                r = add_bay(cards, bay, ja);
                if (r < 0)
                        return r;
                list += n + (list[n] == ',');
        }
        return 0;
}

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
        int r = add_control_cards(cards, ja);

        if (r == 0 && o->bays)
                r = add_bays(cards, o->bays, ja);
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
        r = build(&cards, o, ja);
        if (r == -EINVAL)
                return VERB_FAILED; /* said */
        if (r == 0)
                r = sheet_write(&text, &cards, svg ? SHEET_SVG : SHEET_HTML);
        return r < 0 ? say_failed("%s: %s", o->output, strerror(-r)) : write_file(o->output, &text);
}
