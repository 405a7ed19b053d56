/* SPDX-License-Identifier: Apache-2.0 */
/* What would read better, of a template that passed: nothing here refuses anything. */
#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "services/notify/template/node.h"
#include "services/notify/template/slip.h"

#define SUBJECT_COLUMNS 60 /* of half width: what a telephone shows of a subject, in any language */
#define NAME_COLUMNS_JA 20 /* what a shop's name takes there */
#define NAME_COLUMNS_EN 12
#define FIELD_COLUMNS   10 /* and any other field */
#define LINE_COLUMNS    70 /* of a page on a desk */
#define PARAGRAPH_LINES 3

struct advice {
        const struct template *t;
        template_advice_fn say;
        void *userdata;
};

static size_t columns_of(const char *text, size_t n) {
        size_t columns = 0;

        for (size_t i = 0; i < n;) {
                size_t k = 1;

                while (i + k < n && ((unsigned char) text[i + k] & 0xc0) == 0x80)
                        k++;
                columns += slip_width(text + i, k);
                i += k;
        }
        return columns;
}

/* Where the first of the kind's phrases ends in @text; NULL: none is in it. */
static const char *find_phrase(const char *text, const char *phrases) {
        const char *found = NULL;

        for (const char *c = phrases; *c;) {
                char one[64];
                size_t n = strcspn(c, "|");
                const char *at;

                (void) snprintf(one, sizeof(one), "%.*s", (int) n, c);
                at = strcasestr(text, one);
                if (at && (!found || at + n < found))
                        found = at + n;
                c += n + (c[n] == '|');
        }
        return found;
}

static void advise_subject(const struct advice *a) {
        const struct template *t = a->t;
        size_t columns = 0, own = 0, point = 0;

        for (const struct node *n = t->subject->child; n; n = n->next) {
                const char *end =
                        n->type == NODE_TEXT ? find_phrase(n->text, t->kind->phrases[t->language]) : NULL;
                size_t here = n->type == NODE_TEXT ? columns_of(n->text, strlen(n->text)) : 0;

                if (end && point == 0)
                        point = columns + columns_of(n->text, (size_t) (end - n->text));
                own += here;
                if (n->type == NODE_FIELD)
                        here = strcmp(n->whole, "brand.name") != 0 ? FIELD_COLUMNS
                               : t->language == TEMPLATE_EN        ? NAME_COLUMNS_EN
                                                                   : NAME_COLUMNS_JA;
                columns += here;
        }
        if (point > SUBJECT_COLUMNS)
                a->say(a->userdata, t->file, t->subject_line,
                        "the subject's point comes behind its 30th full-width character: telephones may not "
                        "show it");
        else if (own > SUBJECT_COLUMNS)
                a->say(a->userdata, t->file, t->subject_line,
                        "the subject has more than 30 full-width characters of its own: telephones cut it");
}

/* Lines of a page on a desk. @columnsp: of the line under way. */
static size_t lines_below(const struct node *first, size_t *columnsp) {
        size_t lines = 0;

        for (const struct node *n = first; n; n = n->next) {
                if (n->type == NODE_BREAK) {
                        lines += *columnsp / LINE_COLUMNS + 1;
                        *columnsp = 0;
                }
                *columnsp += n->type == NODE_TEXT    ? columns_of(n->text, strlen(n->text))
                             : n->type == NODE_FIELD ? FIELD_COLUMNS
                                                     : 0;
                lines += lines_below(n->child, columnsp);
        }
        return lines;
}

static bool is_long(const struct node *paragraph) {
        size_t columns = 0, lines = lines_below(paragraph->child, &columns);

        return lines + columns / LINE_COLUMNS + 1 > PARAGRAPH_LINES;
}

/* Only of the file itself: a part is somebody else's, or was advised on already. */
static void advise_paragraphs(const struct advice *a, const struct node *first) {
        for (const struct node *n = first; n; n = n->next) {
                if (n->type == NODE_P && is_long(n))
                        a->say(a->userdata, a->t->file, n->line,
                                "a paragraph of more than three lines: leave a line empty");
                else if (n->type != NODE_P)
                        advise_paragraphs(a, n->child);
        }
}

/* Customers are warned of addresses that hide where they lead, and providers drop them. */
static void advise_sms(const struct advice *a) {
        static const char *const shorteners[] = {"bit.ly/", "t.co/", "goo.gl/", "tinyurl.com/", "ow.ly/",
                "is.gd/", "buff.ly/", "x.gd/", "ux.nu/", "cutt.ly/", "rebrand.ly/", "00m.in/"};

        for (const struct node *n = a->t->sms ? a->t->sms->child : NULL; n; n = n->next)
                for (size_t i = 0; i < ELEMENTSOF(shorteners) && n->type == NODE_TEXT; i++) {
                        const char *at = strcasestr(n->text, shorteners[i]);
                        char text[128];

                        if (!at || (at > n->text && at[-1] != '/' && at[-1] != ' '))
                                continue;
                        (void) snprintf(text, sizeof(text),
                                "sms: %.*s is a shortened address, which customers are told not to open: "
                                "write your own",
                                (int) strlen(shorteners[i]) - 1, shorteners[i]);
                        a->say(a->userdata, a->t->file, a->t->sms->line, text);
                }
}

void template_advise(const struct template *t, template_advice_fn say, void *userdata) {
        const struct advice a = {t, say, userdata};

        advise_subject(&a);
        advise_sms(&a);
        advise_paragraphs(&a, t->body->child);
}
