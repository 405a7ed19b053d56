/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/template/render.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "services/notify/template/escape.h"
#include "services/notify/template/slip.h"

static void render_node(struct render *r, const struct node *n);

void render_cut(struct str *out, size_t len) {
        if (!out->data || out->len <= len)
                return;
        out->len = len;
        out->data[len] = '\0';
}

void render_take_back(struct render *r, const struct place *before, size_t len) {
        if (r->out->error)
                return;
        r->at = *before;
        render_cut(r->out, len);
}

/* What held no words is taken back, with its tags, bullets and gaps. */
static void render_held(struct render *r, const struct node *n) {
        struct place before = r->at;
        size_t len = r->out->len;

        r->writer->open(r, n);
        render_nodes(r, n->child);
        r->writer->close(r, n);
        if (r->at.n_words == before.n_words)
                render_take_back(r, &before, len);
}

static void render_section(struct render *r, const struct node *n) {
        struct value v = data_find(&r->data, n);
        bool is_list = json_type(v.json) == JSON_ARRAY;

        if (value_is_true(v) == n->inverted || r->data.n_scopes == ELEMENTSOF(r->data.scopes))
                return;
        r->data.n_scopes++;
        if (!is_list || n->inverted) {
                r->data.scopes[r->data.n_scopes - 1] = n->inverted ? NULL : v.json;
                render_nodes(r, n->child);
        }
        for (const struct json *one = is_list && !n->inverted ? json_first(v.json) : NULL; one;
                one = json_next(one)) {
                r->data.scopes[r->data.n_scopes - 1] = one;
                render_nodes(r, n->child);
        }
        r->data.n_scopes--;
}

static void render_button(struct render *r, const struct node *n) {
        _cleanup_str_wiped_ struct str url = STR_INIT;

        render_target(r, n, &url);
        if (!url.error && url.len > 0)
                r->writer->button(r, n, url.data);
}

static void render_qr(struct render *r, const struct node *n) {
        char buf[VALUE_TEXT_MAX];
        const char *text =
                value_words(data_find(&r->data, n), FIELD_TEXT, r->t->language, r->data.brief, buf);

        if (*text)
                r->writer->qr(r, text, n->whole && strcmp(n->whole, "code") == 0);
}

/* What is known of a store, a coupon or us. */
static void render_known(struct render *r, const struct node *n) {
        struct detail d[DETAILS_MAX];
        char buf[VALUE_TEXT_MAX];

        if (n->type != NODE_COUPON || r->view->marketing)
                r->writer->details(r, n->type, d, render_details(r, n, d, buf));
}

static void render_block(struct render *r, const struct node *n) {
        switch (n->type) {
        case NODE_DIVIDER:
                r->writer->divider(r);
                r->at.n_words++;
                return;
        case NODE_ROW:
        case NODE_TOTAL:
                r->writer->row(r, n);
                return;
        case NODE_ITEMS:
                r->writer->goods(r, data_find(&r->data, n).json);
                return;
        case NODE_BUTTON:
                render_button(r, n);
                return;
        case NODE_QR:
                render_qr(r, n);
                return;
        case NODE_POLICIES:
                r->writer->policies(r);
                return;
        default:
                render_known(r, n);
        }
}

static void render_node(struct render *r, const struct node *n) {
        char buf[VALUE_TEXT_MAX];

        switch (n->type) {
        case NODE_TEXT:
                r->writer->words(r, n->text, SIZE_MAX);
                return;
        case NODE_FIELD:
                r->writer->words(r,
                        value_words(data_find(&r->data, n), n->field, r->t->language, r->data.brief, buf),
                        r->max_chars);
                return;
        case NODE_SECTION:
                render_section(r, n);
                return;
        case NODE_BREAK:
                r->writer->line(r);
                return;
        case NODE_ROOT:
                render_nodes(r, n->child);
                return;
        case NODE_EM:
        case NODE_STRONG:
        case NODE_LINK:
        case NODE_P:
        case NODE_H:
        case NODE_UL:
        case NODE_OL:
        case NODE_LI:
        case NODE_QUOTE:
                render_held(r, n);
                return;
        default:
                render_block(r, n);
        }
}

void render_nodes(struct render *r, const struct node *first) {
        for (const struct node *n = first; n; n = n->next)
                render_node(r, n);
}

const char *render_member(const struct render *r, const struct json *object, const char *key,
        enum field_type type, char buf[VALUE_TEXT_MAX]) {
        return value_words(
                (struct value){.json = json_get(object, key)}, type, r->t->language, r->data.brief, buf);
}

void render_target(struct render *r, const struct node *link, struct str *out) {
        const struct node *first = link->extra->child;
        char buf[VALUE_TEXT_MAX];

        for (const struct node *n = first; n; n = n->next) {
                const char *text = n->type == NODE_TEXT ? n->text
                                                        : value_words(data_find(&r->data, n), n->field,
                                                                  r->t->language, r->data.brief, buf);

                if (n->type == NODE_TEXT)
                        escape_url(out, text);
                else if (n == first)
                        escape_url(out, url_is_safe(text) ? text : "");
                else
                        escape_url_part(out, text);
        }
        str_add(out, "");
        if (out->len > URL_MAX)
                render_cut(out, 0);
}

bool render_is_words(const char *text) {
        for (;; text++) {
                if (strncmp(text, "\u3000", 3) == 0)
                        text += 2;
                else if (*text != ' ' && *text != '\t')
                        return *text != '\0';
        }
}

bool render_is_amount(const struct node *row) {
        for (const struct node *n = row->extra->child; n; n = n->next)
                if (n->type == NODE_FIELD && n->field == FIELD_YEN)
                        return true;
        return false;
}

static struct render begin(
        const struct template *t, const struct writer *w, const struct template_view *view, struct str *out) {
        return (struct render){
                .t = t,
                .view = view,
                .writer = w,
                .data = {.view = view, .language = t->language},
                .out = out,
                .begun = out->len,
                .max_chars = TEMPLATE_FIELD_MAX,
        };
}

/* A line of the header: words and fields without Markdown. */
static int render_line(const struct template *t, const struct node *root, const struct template_view *view,
        struct str *out) {
        struct render r = begin(t, &text_writer, view, out);

        r.data.brief = true;
        str_add(out, "");
        if (root)
                render_nodes(&r, root->child);
        return out->error;
}

/* What follows up on an earlier notice, or corrects one, says so where the eye falls first. */
static const struct node *subject_of(const struct template *t, const struct template_view *view) {
        if (t->subject_correction && json_get_bool(view->data, "correction", false))
                return t->subject_correction;
        if (t->subject_follow_up && json_get_bool(view->data, "follow_up", false))
                return t->subject_follow_up;
        return t->subject;
}

static int render_html(
        const struct template *t, const struct template_view *view, size_t max_chars, struct str *out) {
        _cleanup_str_wiped_ struct str subject = STR_INIT, preview = STR_INIT;
        struct render r = begin(t, &html_writer, view, out);
        int k = render_line(t, subject_of(t, view), view, &subject);

        if (k == 0)
                k = render_line(t, t->preview, view, &preview);
        if (k != 0)
                return k;
        r.max_chars = max_chars;
        html_begin(&r, subject.data, preview.data);
        render_nodes(&r, t->body->child);
        html_end(&r);
        return out->error;
}

static int render_text(
        const struct template *t, const struct writer *w, const struct template_view *view, struct str *out) {
        struct render r = begin(t, w, view, out);

        render_nodes(&r, t->body->child);
        while (out->len > r.begun && out->data[out->len - 1] == ' ')
                render_cut(out, out->len - 1);
        str_add(out, "\n");
        return out->error;
}

/* Below its subject, for what has no other line for it. */
static int render_titled(
        const struct template *t, const struct writer *w, const struct template_view *view, struct str *out) {
        int k = render_line(t, subject_of(t, view), view, out);

        str_add(out, "\n\n");
        return k != 0 ? k : render_text(t, w, view, out);
}

size_t template_utf16_length(const char *text) {
        size_t n = 0;

        for (const unsigned char *c = (const unsigned char *) text; *c; c++)
                n += ((*c & 0xc0) != 0x80) + (*c >= 0xf0);
        return n;
}

static int render_line_message(const struct template *t, const struct template_view *view, struct str *out) {
        _cleanup_str_wiped_ struct str text = STR_INIT;
        struct json_writer w;
        int k = render_titled(t, &text_writer, view, &text);

        if (k != 0)
                return k;
        text.data[--text.len] = '\0'; /* the last newline */
        if (template_utf16_length(text.data) > TEMPLATE_LINE_MAX)
                return TEMPLATE_E_TOO_LONG;
        json_writer_init(&w, out);
        json_write_array(&w, NULL);
        json_write_object(&w, NULL);
        json_write_string(&w, "type", "text");
        json_write_string(&w, "text", text.data);
        json_write_end_object(&w);
        json_write_end_array(&w);
        return out->error;
}

static int render_slip(const struct template *t, const struct template_view *view, struct str *out) {
        _cleanup_str_wiped_ struct str text = STR_INIT;
        int k = render_titled(t, &slip_writer, view, &text);

        if (k == 0)
                slip_wrap(text.data, view->columns > 0 ? (size_t) view->columns : TEMPLATE_SLIP_COLUMNS, out);
        return k != 0 ? k : out->error;
}

static int render_output(const struct template *t, enum template_output output,
        const struct template_view *view, struct str *out) {
        size_t len = out->len;
        int k;

        switch (output) {
        case TEMPLATE_SUBJECT:
                return render_line(t, subject_of(t, view), view, out);
        case TEMPLATE_HTML:
                k = render_html(t, view, TEMPLATE_FIELD_MAX, out);
                if (k != 0 || out->len - len <= TEMPLATE_HTML_MAX)
                        return k;
                render_cut(out, len);
                k = render_html(t, view, TEMPLATE_FIELD_SHORT, out);
                return k == 0 && out->len - len > TEMPLATE_HTML_MAX ? TEMPLATE_E_TOO_LONG : k;
        case TEMPLATE_TEXT:
                return render_text(t, &text_writer, view, out);
        case TEMPLATE_SMS:
                k = t->sms ? render_line(t, t->sms, view, out) : TEMPLATE_E_NONE;
                return k == 0 && template_utf16_length(out->data + len) > TEMPLATE_SMS_MAX
                               ? TEMPLATE_E_TOO_LONG
                               : k;
        case TEMPLATE_LINE:
                return render_line_message(t, view, out);
        case TEMPLATE_SLIP:
                return render_slip(t, view, out);
        }
        return -EINVAL;
}

int template_render(const struct template *t, enum template_output output, const struct template_view *view,
        struct str *out) {
        size_t len = out->len;
        int k = render_output(t, output, view, out);

        if (k > 0)
                render_cut(out, len);
        return k;
}

static const struct node *find_qr(const struct node *first) {
        for (const struct node *n = first; n; n = n->next) {
                const struct node *below = n->type == NODE_QR ? n : find_qr(n->child);

                if (below)
                        return below;
        }
        return NULL;
}

const char *template_qr_text(const struct template *t, const struct template_view *view) {
        const struct node *n = find_qr(t->body->child);
        const struct data data = {.view = view, .language = t->language};
        struct value v = n && n->depth == 0 ? data_find(&data, n) : (struct value){0};
        const char *text = v.text ? v.text : json_string(v.json);

        return text ? text : "";
}
