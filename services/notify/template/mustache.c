/* SPDX-License-Identifier: Apache-2.0 */
/* Tags: {{field}}, {{#section}}, {{^inverted}}, {{/close}}, {{! comment}}, {{> part}}. */
#include "services/notify/template/parse-internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int reader_refuse(struct reader *r, int line, const char *key, const char *format, ...) {
        char text[DIAG_TEXT_MAX];
        va_list ap;

        va_start(ap, format);
        (void) vsnprintf(text, sizeof(text), format, ap); /* cut is fine */
        va_end(ap);
        diag_set(r->d, line, 0, key, "%s", text);
        if (r->d)
                (void) copy_text(r->d->file, sizeof(r->d->file), r->text ? r->text->file : r->source->file);
        r->failed = true;
        return -EBADMSG;
}

int reader_open(struct reader *r, enum node_type type, int line, struct node **np) {
        struct node *n;

        if (r->n_open == NODE_DEPTH_MAX)
                return reader_refuse(r, line, "", "more than %d things inside each other", NODE_DEPTH_MAX);
        n = node_add(r->arena, r->n_open ? r->open[r->n_open - 1] : NULL, type, line, r->text->file);
        if (!n)
                return -ENOMEM;
        r->open[r->n_open++] = n;
        if (np)
                *np = n;
        return 0;
}

void reader_close(struct reader *r) {
        r->n_open--;
}

int text_line(const struct text *t, const char *at) {
        int line = t->first_line;

        for (const char *c = t->bytes; c < at && c < t->bytes + t->n; c++)
                line += *c == '\n';
        return line;
}

void text_deinit(struct text *t) {
        str_deinit(&t->masked);
}

/* U+E000 and up, of which no source holds any. */
static void mask(struct str *out, size_t i) {
        const char c[TAG_BYTES] = {(char) 0xee, (char) (0x80 | (i >> 6)), (char) (0x80 | (i & 0x3f))};

        str_add_n(out, c, sizeof(c));
}

const struct tag *text_tag(const struct text *t, const char *at, const char *end) {
        size_t i;

        if (end - at < TAG_BYTES || (unsigned char) at[0] != 0xee)
                return NULL;
        i = ((size_t) ((unsigned char) at[1] & 0x3f) << 6) | ((unsigned char) at[2] & 0x3f);
        return i < t->n_tags ? &t->tags[i] : NULL;
}

static const char *skip_blank(const char *c, const char *end) {
        while (c < end && (*c == ' ' || *c == '\t'))
                c++;
        return c;
}

/* @c: behind "{{", @end: at "}}". */
static int read_tag(struct reader *r, const char *c, const char *end, int line, struct tag *tag) {
        static const struct {
                char sign;
                enum tag_type type;
        } signs[] = {{'#', TAG_SECTION}, {'^', TAG_INVERTED}, {'/', TAG_CLOSE}, {'!', TAG_COMMENT},
                {'>', TAG_PART}};
        int n;

        *tag = (struct tag){.type = TAG_FIELD, .line = line};
        c = skip_blank(c, end);
        if (c < end && (*c == '{' || *c == '&'))
                return reader_refuse(
                        r, line, "", "unescaped fields are not possible: write {{field}} with two braces");
        if (c < end && *c == '=')
                return reader_refuse(r, line, "", "the braces of fields cannot be changed");
        for (size_t i = 0; i < ELEMENTSOF(signs) && c < end; i++)
                if (*c == signs[i].sign) {
                        tag->type = signs[i].type;
                        c = skip_blank(c + 1, end);
                        break;
                }
        if (tag->type == TAG_COMMENT)
                return 0;
        while (end > c && (end[-1] == ' ' || end[-1] == '\t'))
                end--;
        n = path_read(r->arena, c, (size_t) (end - c), &tag->path);
        return n == -EBADMSG ? reader_refuse(r, line, "",
                                       "a field's name is small letters, digits and _, with dots between")
                             : n;
}

static const char *find_end(const char *c, const char *end) {
        for (; c + 1 < end && *c != '\n'; c++)
                if (c[0] == '}' && c[1] == '}')
                        return c;
        return NULL;
}

static int add_tag(struct reader *r, struct text *t, const struct tag *tag) {
        if (t->n_tags == TAGS_MAX)
                return reader_refuse(r, tag->line, "", "more than %d tags", TAGS_MAX);
        mask(&t->masked, t->n_tags);
        t->tags[t->n_tags++] = *tag;
        return 0;
}

static int mask_all(struct reader *r, const char *bytes, size_t n, int line, struct text *t) {
        const char *end = bytes + n;

        for (const char *c = bytes; c < end; c++) {
                const char *close;
                struct tag tag;
                int k;

                line += *c == '\n';
                if ((unsigned char) *c == 0xee)
                        return reader_refuse(
                                r, line, "", "private characters (U+E000-EFFF) mean nothing to a customer");
                if (end - c < 2 || c[0] != '{' || c[1] != '{') {
                        str_add_n(&t->masked, c, 1);
                        continue;
                }
                close = find_end(c + 2, end);
                if (!close)
                        return reader_refuse(r, line, "", "{{ without }} on the same line");
                k = read_tag(r, c + 2, close, line, &tag);
                if (k == 0)
                        k = add_tag(r, t, &tag);
                if (k != 0)
                        return k;
                c = close + 1;
        }
        return 0;
}

int mustache_mask(
        struct reader *r, const char *file, const char *bytes, size_t n, int first_line, struct text *t) {
        size_t n_tags = 0;
        int k;

        for (size_t i = 0; i + 1 < n; i++)
                n_tags += bytes[i] == '{' && bytes[i + 1] == '{';
        *t = (struct text){.file = file, .first_line = first_line};
        t->tags = arena_alloc(r->arena, (n_tags < TAGS_MAX ? n_tags : TAGS_MAX) * sizeof(*t->tags) + 1);
        if (!t->tags)
                return -ENOMEM;
        r->text = t;
        k = mask_all(r, bytes, n, first_line, t);
        str_add_n(&t->masked, "", 0);
        if (k == 0)
                k = t->masked.error;
        t->bytes = t->masked.data ? t->masked.data : "";
        t->n = t->masked.len;
        return k;
}

static int add_section(struct reader *r, const struct tag *tag) {
        struct node *n = NULL;
        int k = reader_open(r, NODE_SECTION, tag->line, &n);

        if (k != 0 || !n)
                return k;
        n->path = tag->path;
        n->inverted = tag->type == TAG_INVERTED;
        return 0;
}

static int close_section(struct reader *r, const struct tag *tag) {
        const struct node *top = r->open[r->n_open - 1];

        if (top->type != NODE_SECTION)
                return reader_refuse(r, tag->line, tag->path.text,
                        "closed here, but not opened in the same %s",
                        top->type == NODE_ROOT ? "text" : "sentence");
        if (strcmp(top->path.text, tag->path.text) != 0)
                return reader_refuse(r, tag->line, tag->path.text,
                        "closed here, but {{#%s}} of line %d is open", top->path.text, top->line);
        reader_close(r);
        return 0;
}

int mustache_step(struct reader *r, const struct tag *tag) {
        struct node *n;

        switch (tag->type) {
        case TAG_SECTION:
        case TAG_INVERTED:
                return add_section(r, tag);
        case TAG_CLOSE:
                return close_section(r, tag);
        case TAG_COMMENT:
                return 0;
        case TAG_PART:
                return reader_refuse(r, tag->line, tag->path.text, "a part stands on a line of its own");
        case TAG_FIELD:
                break;
        }
        n = node_add(r->arena, r->open[r->n_open - 1], NODE_FIELD, tag->line, r->text->file);
        if (!n)
                return -ENOMEM;
        n->path = tag->path;
        return 0;
}

static int add_text(struct reader *r, const char *bytes, size_t n) {
        struct node *node;

        if (n == 0)
                return 0;
        node = node_add(r->arena, r->open[r->n_open - 1], NODE_TEXT, 0, r->text->file);
        if (!node)
                return -ENOMEM;
        node->text = arena_text(r->arena, bytes, n);
        return node->text ? 0 : -ENOMEM;
}

int mustache_add(struct reader *r, const char *bytes, size_t n) {
        const char *end = bytes + n, *from = bytes;
        int k = 0;

        for (const char *c = bytes; c < end && k == 0;) {
                const struct tag *tag = text_tag(r->text, c, end);

                if (!tag) {
                        c++;
                        continue;
                }
                k = add_text(r, from, (size_t) (c - from));
                if (k == 0)
                        k = mustache_step(r, tag);
                c += TAG_BYTES;
                from = c;
        }
        return k != 0 ? k : add_text(r, from, (size_t) (end - from));
}
