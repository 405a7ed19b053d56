/* SPDX-License-Identifier: Apache-2.0 */
/* A template against its kind: fields are known, what must be said is said, the subject states the point. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "services/notify/template/node.h"

#define WHOLE_MAX         128
#define SUBJECT_CHARS_MAX 60 /* of the template's own words */

struct check {
        struct template *t;
        struct diag *d;
        const char *scopes[NODE_DEPTH_MAX]; /* whole path of each open section */
        enum field_type types[NODE_DEPTH_MAX];
        size_t n_scopes;
};

static int refuse(struct check *c, const struct node *n, const char *key, const char *text) {
        diag_set(c->d, n->line, 0, key, "%s", text);
        if (c->d)
                (void) copy_text(c->d->file, sizeof(c->d->file), n->file);
        return -EBADMSG;
}

static const struct field *find(
        const struct check *c, const char *scope, const char *path, char whole[WHOLE_MAX]) {
        int n = snprintf(whole, WHOLE_MAX, "%s%s%s", scope, *scope ? "." : "", path);

        return n > 0 && n < WHOLE_MAX ? kind_field(c->t->kind, whole, (size_t) n) : NULL;
}

/* The innermost open section that has a member of the path's first name; mustache looks no further than there. */
static const struct field *resolve(
        const struct check *c, const struct path *p, char whole[WHOLE_MAX], unsigned *depthp) {
        if (p->n_parts == 0) {
                const struct field *f = c->n_scopes ? find(c, "", c->scopes[c->n_scopes - 1], whole) : NULL;

                *depthp = (unsigned) c->n_scopes;
                return f && f->type != FIELD_LIST && f->type != FIELD_OBJECT ? f : NULL;
        }
        for (size_t i = c->n_scopes + 1; i-- > 0;) {
                const char *scope = i ? c->scopes[i - 1] : "";

                if (i && c->types[i - 1] != FIELD_LIST && c->types[i - 1] != FIELD_OBJECT)
                        continue;
                if (!find(c, scope, p->parts[0], whole))
                        continue;
                *depthp = (unsigned) i;
                return find(c, scope, p->text, whole);
        }
        return NULL;
}

static int bind_path(struct check *c, struct node *n, enum field_type *typep) {
        char whole[WHOLE_MAX];
        const struct field *f = resolve(c, &n->path, whole, &n->depth);
        char text[DIAG_TEXT_MAX];

        if (!f) {
                (void) snprintf(text, sizeof(text), "there is no such field in a notice of kind %s",
                        c->t->kind->name);
                return refuse(c, n, n->path.text, text);
        }
        n->whole = f->path;
        *typep = f->type;
        return 0;
}

static int bind_nodes(struct check *c, struct node *first);

static int bind_section(struct check *c, struct node *n) {
        enum field_type type = FIELD_TEXT;
        int r = bind_path(c, n, &type);

        if (r != 0)
                return r;
        c->scopes[c->n_scopes] = n->whole;
        c->types[c->n_scopes++] = n->inverted ? FIELD_FLAG : type;
        r = bind_nodes(c, n->child);
        c->n_scopes--;
        return r;
}

static int bind_field(struct check *c, struct node *n) {
        int r = bind_path(c, n, &n->field);

        if (r != 0)
                return r;
        if (n->field == FIELD_LIST || n->field == FIELD_OBJECT)
                return refuse(c, n, n->path.text, "holds other fields: write {{#it}} … {{/it}} or a block");
        if (n->field == FIELD_FLAG)
                return refuse(c, n, n->path.text, "is yes or no: write {{#it}} words {{/it}}");
        return 0;
}

/* A block that shows an object or a list must be given one that has the member which it shows. */
static int bind_block(
        struct check *c, struct node *n, enum field_type want, const char *member, const char *text) {
        char whole[WHOLE_MAX];
        enum field_type type = FIELD_TEXT;
        int r = bind_path(c, n, &type);

        if (r != 0)
                return r;
        if (type != want || (member && !find(c, n->whole, member, whole)))
                return refuse(c, n, n->path.text, text);
        return 0;
}

static bool begins(const char *text, const char *with) {
        return strncmp(text, with, strlen(with)) == 0;
}

/* Data may be the whole address or stand behind our host, and never choose scheme or host itself. */
static int check_target(struct check *c, const struct node *n) {
        const struct node *first = n->extra ? n->extra->child : NULL;
        const char *text = first && first->type == NODE_TEXT ? first->text : "";

        if (first && first->type == NODE_FIELD && first->field == FIELD_URL && !first->next)
                return 0;
        if (begins(text, "https://") || begins(text, "http://")) {
                const char *host = strstr(text, "//") + 2;

                if (*host != '\0' && (!first->next || strchr(host, '/')))
                        return 0;
        }
        if (begins(text, "mailto:") || begins(text, "tel:"))
                return 0;
        return refuse(
                c, n, "", "a link leads to https://…, mailto:…, tel:… or to one field that is an address");
}

static int bind_node(struct check *c, struct node *n) {
        switch (n->type) {
        case NODE_FIELD:
                return bind_field(c, n);
        case NODE_SECTION:
                return bind_section(c, n);
        case NODE_ITEMS:
                return bind_block(c, n, FIELD_LIST, "quantity", "is no list of goods");
        case NODE_QR:
                return bind_block(c, n, FIELD_TEXT, NULL, "is no text that a QR code could hold");
        case NODE_STORE:
                return bind_block(c, n, FIELD_OBJECT, "hours", "is no store");
        case NODE_COUPON:
                return bind_block(c, n, FIELD_OBJECT, "terms", "is no coupon");
        default:
                return 0;
        }
}

static int bind_nodes(struct check *c, struct node *first) {
        for (struct node *n = first; n; n = n->next) {
                int r = bind_node(c, n);

                if (r == 0 && n->type != NODE_SECTION)
                        r = bind_nodes(c, n->child);
                if (r == 0 && n->extra)
                        r = bind_nodes(c, n->extra->child);
                if (r == 0 && (n->type == NODE_LINK || n->type == NODE_BUTTON))
                        r = check_target(c, n);
                if (r != 0)
                        return r;
        }
        return 0;
}

/* "items" of "items.name", and of itself. */
static bool is_within(const char *path, const char *above) {
        size_t n = strlen(above);

        return strncmp(path, above, n) == 0 && (path[n] == '\0' || path[n] == '.');
}

static bool node_says(const struct node *n, const char *must) {
        switch (n->type) {
        case NODE_FIELD: /* of a list its names say it */
                return strcmp(n->whole, must) == 0 ||
                       (is_within(n->whole, must) && strcmp(n->whole + strlen(must), ".name") == 0);
        case NODE_ITEMS:
        case NODE_QR:
        case NODE_STORE:
        case NODE_COUPON:
                return is_within(must, n->whole);
        case NODE_CONTACT:
                return is_within(must, "brand") && strcmp(must, "brand.policies") != 0;
        case NODE_POLICIES:
                return strcmp(must, "brand.policies") == 0;
        default:
                return false;
        }
}

static bool nodes_say(const struct node *first, const char *must, const char *guard);

/* A section about something else says it only if its opposite, beside it, does too. */
static bool section_says(
        const struct node *first, const struct node *n, const char *must, const char *guard) {
        bool is_same = strcmp(n->whole, must) == 0;

        if ((is_within(must, n->whole) || strcmp(guard, n->whole) == 0) && !n->inverted &&
                nodes_say(n->child, must, guard))
                return true;
        for (const struct node *other = first; other; other = other->next)
                if (other->type == NODE_SECTION && other->inverted != n->inverted &&
                        strcmp(other->whole, n->whole) == 0 &&
                        (is_same ? n->child && other->child
                                 : nodes_say(n->child, must, guard) && nodes_say(other->child, must, guard)))
                        return true;
        return false;
}

static bool nodes_say(const struct node *first, const char *must, const char *guard) {
        for (const struct node *n = first; n; n = n->next) {
                if (n->type == NODE_SECTION ? section_says(first, n, must, guard) : node_says(n, must))
                        return true;
                if (n->type != NODE_SECTION && nodes_say(n->child, must, guard))
                        return true;
                if (n->extra && nodes_say(n->extra->child, must, guard))
                        return true;
        }
        return false;
}

/* @must: as of a kind. */
static bool says(const struct node *root, const char *must) {
        char one[WHOLE_MAX], guard[WHOLE_MAX] = "";
        const char *more = strchr(must, '>');

        if (more) {
                memcpy(guard, must, (size_t) (more - must));
                must = more + 1;
        }

        for (const char *c = must; *c;) {
                size_t n = strcspn(c, "|");

                memcpy(one, c, n);
                one[n] = '\0';
                if (nodes_say(root->child, one, guard))
                        return true;
                c += n + (c[n] == '|');
        }
        return false;
}

bool template_says(const struct template *t, const char *must) {
        return says(t->body, must);
}

static int check_must(struct check *c, const struct node *root, const char *const *must, const char *where) {
        char text[DIAG_TEXT_MAX];

        for (size_t i = 0; i < KIND_MUST_MAX && must[i]; i++) {
                const char *guarded = strchr(must[i], '>'), *name = guarded ? guarded + 1 : must[i];
                const char *bar = strchr(name, '|');
                char key[DIAG_PATH_MAX];

                if (says(root, must[i]))
                        continue;
                (void) snprintf(key, sizeof(key), "%.*s%s%s", (int) strcspn(name, "|"), name,
                        bar ? " or " : "", bar ? bar + 1 : "");
                (void) snprintf(text, sizeof(text), "%s of a notice of kind %s must always say this", where,
                        c->t->kind->name);
                return refuse(c, root, key, text);
        }
        return 0;
}

static bool holds_phrase(const char *text, const char *phrases) {
        char one[WHOLE_MAX];

        for (const char *c = phrases; *c;) {
                size_t n = strcspn(c, "|");

                memcpy(one, c, n);
                one[n] = '\0';
                if (strcasestr(text, one))
                        return true;
                c += n + (c[n] == '|');
        }
        return false;
}

static int check_subject(struct check *c, const struct node *root, const char *key) {
        const struct kind *k = c->t->kind;
        _cleanup_str_ struct str words = STR_INIT;
        char text[DIAG_TEXT_MAX];

        str_add(&words, "");
        for (const struct node *n = root->child; n; n = n->next) {
                if (n->type == NODE_SECTION)
                        return refuse(c, root, key,
                                "holds words and fields, no sections: it is the same for everybody");
                str_add(&words, n->type == NODE_TEXT ? n->text : "");
        }
        if (words.error)
                return words.error;
        if (!holds_phrase(words.data, k->phrases[c->t->language])) {
                (void) snprintf(text, sizeof(text), "does not say what it is about: needs one of \"%s\"",
                        k->phrases[c->t->language]);
                return refuse(c, root, key, text);
        }
        if (utf8_length(words.data) > SUBJECT_CHARS_MAX)
                return refuse(
                        c, root, key, "has more than 60 characters of its own: telephones show about 30");
        if (k->number && !says(root, k->number)) {
                (void) snprintf(text, sizeof(text), "the subject must hold {{%s}}", k->number);
                return refuse(c, root, k->number, text);
        }
        return 0;
}

/* They are for kinds that tell what has gone. */
static int check_subjects(struct check *c) {
        const struct {
                const struct node *root;
                const char *key, *field;
        } more[] = {{c->t->subject_follow_up, "subject-follow-up", "follow_up"},
                {c->t->subject_correction, "subject-correction", "correction"}};
        int r = check_subject(c, c->t->subject, "subject");

        for (size_t i = 0; i < ELEMENTSOF(more) && r == 0; i++)
                if (more[i].root && !kind_field(c->t->kind, more[i].field, strlen(more[i].field)))
                        r = refuse(c, more[i].root, more[i].key, "this kind follows up on nothing");
                else if (more[i].root)
                        r = check_subject(c, more[i].root, more[i].key);
        return r;
}

static int check_sms(struct check *c) {
        const struct kind *k = c->t->kind;

        if (!k->sms[0])
                return 0;
        if (!c->t->sms)
                return refuse(
                        c, c->t->subject, "sms", "is missing in the header: this kind is also sent as SMS");
        return check_must(c, c->t->sms, k->sms, "the sms");
}

int template_check(struct template *t, struct diag *d) {
        struct check c = {.t = t, .d = d};
        struct node *roots[] = {
                t->subject, t->subject_follow_up, t->subject_correction, t->preview, t->sms, t->body};
        int r = 0;

        t->kind = kind_find(t->kind_name);
        if (!t->kind)
                return refuse(&c, t->subject, "kind", "is none that is known");
        for (size_t i = 0; i < ELEMENTSOF(roots) && r == 0; i++)
                if (roots[i])
                        r = bind_nodes(&c, roots[i]->child);
        if (r == 0)
                r = check_subjects(&c);
        if (r == 0)
                r = check_must(&c, t->body, t->kind->must, "the words");
        return r != 0 ? r : check_sms(&c);
}
