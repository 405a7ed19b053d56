/* SPDX-License-Identifier: Apache-2.0 */
/* A source by its lines: the header, sections and blocks on lines of their own, and Markdown between them. */
#include "services/notify/template/parse-internal.h"

#include <errno.h>
#include <string.h>

#define PARTS_DEPTH_MAX      4
#define BODY_BYTES(from, to) ((size_t) ((to) - (from)))

struct line {
        const char *from, *end; /* without the newline and the blanks around */
        const char *next;
};

static bool is_blank(char c) {
        return c == ' ' || c == '\t' || c == '\r';
}

static struct line next_line(const char *c, const char *end) {
        const char *newline = memchr(c, '\n', (size_t) (end - c));
        struct line l = {c, newline ? newline : end, newline ? newline + 1 : end};

        while (l.from < l.end && is_blank(*l.from))
                l.from++;
        while (l.end > l.from && is_blank(l.end[-1]))
                l.end--;
        return l;
}

static bool line_is(const struct line *l, const char *text) {
        return strlen(text) == (size_t) (l->end - l->from) && memcmp(text, l->from, strlen(text)) == 0;
}

static int read_body(struct reader *r, const char *file, const char *bytes, size_t n, int first_line);

static int read_part(struct reader *r, const struct tag *tag) {
        const struct text *outer = r->text;
        const struct template_part *part = NULL;
        int k;

        for (size_t i = 0; i < r->source->n_parts; i++)
                if (strcmp(r->source->parts[i].name, tag->path.text) == 0)
                        part = &r->source->parts[i];
        if (!part)
                return reader_refuse(r, tag->line, tag->path.text, "there is no part of this name");
        if (r->n_parts_open == PARTS_DEPTH_MAX)
                return reader_refuse(r, tag->line, tag->path.text, "more than %d parts inside each other",
                        PARTS_DEPTH_MAX);
        r->n_bytes += strlen(part->text);
        if (r->n_bytes > TEMPLATE_SOURCE_MAX)
                return reader_refuse(r, tag->line, tag->path.text, "with this part it is longer than 64 KiB");
        k = reader_open(r, NODE_ROOT, tag->line, NULL);
        if (k != 0)
                return k;
        r->n_parts_open++;
        k = read_body(r, part->file ? part->file : part->name, part->text, strlen(part->text), 1);
        r->n_parts_open--;
        r->text = outer;
        if (k == 0)
                reader_close(r);
        return k;
}

/* Is the line nothing but tags that are no fields? */
static bool line_is_tags(const struct text *t, const struct line *l) {
        const char *c = l->from;

        while (c < l->end) {
                const struct tag *tag = text_tag(t, c, l->end);

                if (!tag || tag->type == TAG_FIELD)
                        return false;
                for (c += TAG_BYTES; c < l->end && is_blank(*c);)
                        c++;
        }
        return l->from < l->end;
}

static int step_tags(struct reader *r, const struct line *l) {
        int k = 0;

        for (const char *c = l->from; c < l->end && k == 0;) {
                const struct tag *tag = text_tag(r->text, c, l->end);

                k = tag->type == TAG_PART ? read_part(r, tag) : mustache_step(r, tag);
                for (c += TAG_BYTES; c < l->end && is_blank(*c);)
                        c++;
        }
        return k;
}

static const char *skip(const char *c, const char *end, bool blanks) {
        while (c < end && is_blank(*c) == blanks)
                c++;
        return c;
}

/* The inside of one paragraph of Markdown, below @to. */
static int read_inline(struct reader *r, const char *from, const char *end, struct node *to) {
        struct node *open[NODE_DEPTH_MAX], *p;
        size_t n_open = r->n_open;
        int k;

        memcpy(open, r->open, sizeof(open));
        r->open[0] = to;
        r->n_open = 1;
        k = markdown_read(r, from, (size_t) (end - from));
        memcpy(r->open, open, sizeof(open));
        r->n_open = n_open;
        if (k != 0)
                return k;
        p = to->child;
        if (p && (p->type != NODE_P || p->next))
                return reader_refuse(
                        r, text_line(r->text, from), "", "only words may stand here, no heading or list");
        to->child = p ? p->child : NULL;
        to->last_child = p ? p->last_child : NULL;
        return 0;
}

static int read_button(struct reader *r, struct node *n, const char *from, const char *end) {
        struct node *link;
        int k = read_inline(r, from, end, n);

        if (k != 0)
                return k;
        link = n->child;
        if (!link || link->type != NODE_LINK || link->next)
                return reader_refuse(r, n->line, "@button", "is written @button [words](address)");
        n->extra = link->extra;
        n->child = link->child;
        n->last_child = link->last_child;
        return 0;
}

static int read_row(struct reader *r, struct node *n, const char *from, const char *end) {
        const char *bar = memchr(from, '|', (size_t) (end - from));
        int k;

        if (!bar)
                return reader_refuse(r, n->line, n->type == NODE_ROW ? "@row" : "@total",
                        "is written @row words | {{field}}");
        n->extra = node_add(r->arena, NULL, NODE_ROOT, n->line, r->text->file);
        if (!n->extra)
                return -ENOMEM;
        k = read_inline(r, skip(from, bar, true), bar, n);
        return k != 0 ? k : read_inline(r, skip(bar + 1, end, true), end, n->extra);
}

static int read_name(struct reader *r, struct node *n, const char *from, const char *end, const char *block) {
        int k = path_read(r->arena, from, (size_t) (end - from), &n->path);

        return k == -EBADMSG ? reader_refuse(r, n->line, block,
                                       "is followed by the name of one field, without braces")
                             : k;
}

static int read_block(struct reader *r, const struct line *l) {
        static const struct {
                const char *word;
                enum node_type type;
                const char *otherwise; /* the field that is meant when none is named */
        } blocks[] = {{"@items", NODE_ITEMS, "items"}, {"@row", NODE_ROW, NULL}, {"@total", NODE_TOTAL, NULL},
                {"@button", NODE_BUTTON, NULL}, {"@qr", NODE_QR, "code"}, {"@store", NODE_STORE, "store"},
                {"@coupon", NODE_COUPON, "coupon"}, {"@contact", NODE_CONTACT, NULL},
                {"@policies", NODE_POLICIES, NULL}, {"@divider", NODE_DIVIDER, NULL}};
        const char *end = skip(l->from, l->end, false), *rest = skip(end, l->end, true);
        int line = text_line(r->text, l->from);

        for (size_t i = 0; i < ELEMENTSOF(blocks); i++) {
                struct node *n;

                if (strlen(blocks[i].word) != (size_t) (end - l->from) ||
                        memcmp(blocks[i].word, l->from, strlen(blocks[i].word)) != 0)
                        continue;
                n = node_add(r->arena, r->open[r->n_open - 1], blocks[i].type, line, r->text->file);
                if (!n)
                        return -ENOMEM;
                if (n->type == NODE_BUTTON)
                        return read_button(r, n, rest, l->end);
                if (n->type == NODE_ROW || n->type == NODE_TOTAL)
                        return read_row(r, n, rest, l->end);
                if (blocks[i].otherwise && rest == l->end)
                        return read_name(
                                r, n, blocks[i].otherwise, strchr(blocks[i].otherwise, '\0'), blocks[i].word);
                if (blocks[i].otherwise)
                        return read_name(r, n, rest, l->end, blocks[i].word);
                return rest == l->end ? 0
                                      : reader_refuse(r, line, blocks[i].word, "stands alone on its line");
        }
        return reader_refuse(r, line, "",
                "a line that begins with @ is a block, and this one is not known (write \\@ for the sign)");
}

static bool line_is_block(const struct line *l) {
        return l->end - l->from > 1 && l->from[0] == '@' && l->from[1] >= 'a' && l->from[1] <= 'z';
}

static int read_lines(struct reader *r) {
        const char *end = r->text->bytes + r->text->n, *from = r->text->bytes, *paragraph = from;
        struct line l;
        int k = 0;

        for (const char *c = from; c < end && k == 0; c = l.next) {
                l = next_line(c, end);
                if (l.from == l.end)
                        paragraph = l.next;
                if (l.next - paragraph > TEMPLATE_PARAGRAPH_MAX)
                        return reader_refuse(r, text_line(r->text, c), "",
                                "a paragraph longer than 4 KiB: leave a line empty");
                if (!line_is_tags(r->text, &l) && !line_is_block(&l))
                        continue;
                k = markdown_read(r, from, BODY_BYTES(from, c));
                from = paragraph = l.next;
                if (k == 0)
                        k = line_is_block(&l) ? read_block(r, &l) : step_tags(r, &l);
        }
        return k != 0 ? k : markdown_read(r, from, BODY_BYTES(from, end));
}

static int read_body(struct reader *r, const char *file, const char *bytes, size_t n, int first_line) {
        const struct node *root = r->open[r->n_open - 1], *top;
        _cleanup_text_ struct text t = {0};
        int k = mustache_mask(r, file, bytes, n, first_line, &t);

        if (k == 0)
                k = read_lines(r);
        if (k != 0)
                return k;
        top = r->open[r->n_open - 1];
        return top == root ? 0
                           : reader_refuse(
                                     r, top->line, top->path.text, "{{#%s}} is never closed", top->path.text);
}

/* One line of the header, without Markdown. */
static int read_words(
        struct reader *r, const struct template *t, const struct line *l, int line, struct node **np) {
        _cleanup_text_ struct text text = {0};
        struct node *root = node_add(r->arena, NULL, NODE_ROOT, line, t->file);
        int k;

        if (!root)
                return -ENOMEM;
        k = mustache_mask(r, t->file, l->from, (size_t) (l->end - l->from), line, &text);
        r->open[0] = root;
        r->n_open = 1;
        if (k == 0)
                k = mustache_add(r, text.bytes, text.n);
        if (k == 0 && r->n_open != 1)
                k = reader_refuse(r, line, r->open[1]->path.text, "is never closed");
        r->text = NULL;
        if (k == 0)
                *np = root;
        return k;
}

static int read_version(struct reader *r, struct template *t, const struct line *l, int line) {
        int version = 0;

        for (const char *c = l->from; c < l->end; c++) {
                if (*c < '0' || *c > '9' || version > 99999)
                        return reader_refuse(r, line, "version", "is a whole number from 1 to 999999");
                version = version * 10 + (*c - '0');
        }
        if (version < 1)
                return reader_refuse(r, line, "version", "is a whole number from 1 to 999999");
        t->version = version;
        return 0;
}

static int read_key(struct reader *r, struct template *t, const struct line *l, int line) {
        const char *colon = memchr(l->from, ':', (size_t) (l->end - l->from));
        struct line key = {l->from, colon, NULL}, value = {colon ? colon + 1 : NULL, l->end, NULL};

        if (!colon)
                return reader_refuse(r, line, "", "the header has lines of \"name: words\"");
        value.from = skip(value.from, value.end, true);
        if (line_is(&key, "subject") && !t->subject) {
                t->subject_line = line;
                return read_words(r, t, &value, line, &t->subject);
        }
        if (line_is(&key, "subject-follow-up") && !t->subject_follow_up)
                return read_words(r, t, &value, line, &t->subject_follow_up);
        if (line_is(&key, "subject-correction") && !t->subject_correction)
                return read_words(r, t, &value, line, &t->subject_correction);
        if (line_is(&key, "preview") && !t->preview)
                return read_words(r, t, &value, line, &t->preview);
        if (line_is(&key, "sms") && !t->sms)
                return read_words(r, t, &value, line, &t->sms);
        if (line_is(&key, "version") && t->version == 0)
                return read_version(r, t, &value, line);
        if (line_is(&key, "kind") && !t->kind_name) {
                t->kind_name = arena_text(r->arena, value.from, (size_t) (value.end - value.from));
                return t->kind_name ? 0 : -ENOMEM;
        }
        return reader_refuse(r, line, "",
                "the header knows kind, version, subject, subject-follow-up, subject-correction, preview and "
                "sms, each once");
}

/* Return: 0 with the body's first byte and line. */
static int read_header(struct reader *r, struct template *t, const char **bodyp, int *linep) {
        const char *end = r->source->text + r->source->n;
        struct line l = next_line(r->source->text, end);
        int line = 1, k;

        if (!line_is(&l, "---"))
                return reader_refuse(r, 1, "", "begins with a header between two lines of ---");
        for (;;) {
                line++;
                if (l.next == end)
                        return reader_refuse(r, line, "", "the header is never closed with ---");
                l = next_line(l.next, end);
                if (line_is(&l, "---"))
                        break;
                if (l.from == l.end)
                        continue;
                if (l.end - l.from > TEMPLATE_PARAGRAPH_MAX)
                        return reader_refuse(r, line, "", "a line longer than 4 KiB");
                k = read_key(r, t, &l, line);
                if (k != 0)
                        return k;
        }
        *bodyp = l.next;
        *linep = line + 1;
        if (!t->kind_name || !t->subject || t->version == 0)
                return reader_refuse(r, line,
                        !t->kind_name ? "kind"
                        : !t->subject ? "subject"
                                      : "version",
                        "is missing in the header");
        return 0;
}

static int read_all(struct reader *r, struct template *t) {
        const char *body = "";
        int line = 0, k;

        t->file = arena_text(&t->arena, r->source->file, strlen(r->source->file));
        if (!t->file)
                return -ENOMEM;
        if (r->source->n > TEMPLATE_SOURCE_MAX)
                return reader_refuse(r, 0, "", "longer than 64 KiB");
        if (!utf8_is_valid(r->source->text, r->source->n))
                return reader_refuse(r, 0, "", "is not UTF-8 text");
        k = read_header(r, t, &body, &line);
        if (k != 0)
                return k;
        t->body = node_add(&t->arena, NULL, NODE_ROOT, line, t->file);
        if (!t->body)
                return -ENOMEM;
        r->open[0] = t->body;
        r->n_open = 1;
        r->n_bytes = r->source->n;
        return read_body(r, t->file, body, r->source->n - (size_t) (body - r->source->text), line);
}

int template_parse(const struct template_source *source, struct template **tp, struct diag *d) {
        _cleanup_(template_freep) struct template *t = calloc(1, sizeof(*t));
        struct reader r = {.source = source, .d = d};
        int k;

        if (!t)
                return -ENOMEM;
        r.arena = &t->arena;
        t->language = source->language;
        k = read_all(&r, t);
        if (k != 0)
                return k;
        *tp = take_ptr(t);
        return 0;
}

struct template *template_free(struct template *t) {
        if (t) {
                arena_deinit(&t->arena);
                free(t);
        }
        return NULL;
}

const char *template_kind(const struct template *t) {
        return t->kind_name;
}

int template_version(const struct template *t) {
        return t->version;
}

bool template_is_marketing(const struct template *t) {
        return t->kind && t->kind->marketing;
}
