/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <yaml.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"
#include "firmware/base/yaml-node.h"

struct loader {
        yaml_parser_t parser;
        char *file; /* owned, until the root takes it */
        struct yaml *root;
        struct yaml *open[YAML_DEPTH_MAX]; /* borrowed: lists and sections that are not closed */
        size_t depth;
        char *key; /* owned: read, and its value not yet */
        int key_line, key_column;
        size_t n_documents;
        struct diag *diag;
};

static void yaml_unload_node(struct yaml *n) {
        struct yaml *child = n->first; /* deeper than YAML_DEPTH_MAX it never gets */

        while (child) {
                struct yaml *next = child->next;

                yaml_unload_node(child);
                child = next;
        }
        free(n->key);
        free(n->text);
        free(n);
}

struct yaml *yaml_unload(struct yaml *root) {
        if (root) {
                free(root->file);
                yaml_unload_node(root);
        }
        return NULL;
}

static int loader_fail(struct loader *l, yaml_mark_t mark, const char *wrong) {
        diag_set(l->diag, (int) mark.line + 1, (int) mark.column + 1, l->key, "%s", wrong);
        return -EBADMSG;
}

/* Appends a node where the document stands; its key, if any, moves into it. */
static int loader_add(struct loader *l, enum yaml_kind kind, yaml_mark_t mark, struct yaml **np) {
        struct yaml *parent = l->depth > 0 ? l->open[l->depth - 1] : NULL;
        struct yaml *n = calloc(1, sizeof(*n));

        if (!n)
                return -ENOMEM;
        n->kind = kind;
        n->file = l->file;
        n->line = (int) mark.line + 1;
        n->column = (int) mark.column + 1;
        n->key_line = l->key ? l->key_line : n->line;
        n->key_column = l->key ? l->key_column : n->column;
        n->key = take_ptr(l->key);
        if (!parent)
                l->root = n;
        else if (parent->last)
                parent->last->next = n;
        else
                parent->first = n;
        if (parent) {
                parent->last = n;
                parent->n_children++;
        }
        *np = n;
        return 0;
}

/* In a section every other scalar is a key. */
static bool loader_wants_key(const struct loader *l) {
        return l->depth > 0 && l->open[l->depth - 1]->kind == YAML_KIND_MAP && !l->key;
}

static int loader_on_key(struct loader *l, const yaml_event_t *event) {
        const struct yaml *map = l->open[l->depth - 1];
        const char *text = (const char *) event->data.scalar.value;

        l->key = strdup(text);
        if (!l->key)
                return -ENOMEM;
        l->key_line = (int) event->start_mark.line + 1;
        l->key_column = (int) event->start_mark.column + 1;
        if (yaml_get(map, text))
                return loader_fail(l, event->start_mark, "the key is there twice");
        if (map->n_children == YAML_KEYS_MAX)
                return loader_fail(l, event->start_mark, "too many keys in one section");
        return 0;
}

static int loader_on_scalar(struct loader *l, const yaml_event_t *event) {
        struct yaml *n;
        int r;

        if (event->data.scalar.tag)
                return loader_fail(l, event->start_mark, "tags are not allowed");
        if (event->data.scalar.anchor)
                return loader_fail(l, event->start_mark, "anchors are not allowed");
        if (memchr(event->data.scalar.value, '\0', event->data.scalar.length))
                return loader_fail(l, event->start_mark, "a text may not hold NUL");
        if (loader_wants_key(l))
                return loader_on_key(l, event);
        r = loader_add(l, YAML_KIND_SCALAR, event->start_mark, &n);
        if (r < 0)
                return r;
        n->is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        n->text = strdup((const char *) event->data.scalar.value);
        return n->text ? 0 : -ENOMEM;
}

static int loader_on_open(struct loader *l, enum yaml_kind kind, const yaml_event_t *event) {
        bool is_map = kind == YAML_KIND_MAP;
        struct yaml *n;
        int r;

        if (is_map ? event->data.mapping_start.tag : event->data.sequence_start.tag)
                return loader_fail(l, event->start_mark, "tags are not allowed");
        if (is_map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor)
                return loader_fail(l, event->start_mark, "anchors are not allowed");
        if (loader_wants_key(l))
                return loader_fail(l, event->start_mark, "a key must be a single value");
        if (l->depth == YAML_DEPTH_MAX)
                return loader_fail(l, event->start_mark, "nested too deeply");
        r = loader_add(l, kind, event->start_mark, &n);
        if (r == 0)
                l->open[l->depth++] = n;
        return r;
}

static int loader_on_document(struct loader *l, const yaml_event_t *event) {
        if (event->data.document_start.version_directive ||
                event->data.document_start.tag_directives.start !=
                        event->data.document_start.tag_directives.end)
                return loader_fail(l, event->start_mark, "directives are not allowed");
        if (l->n_documents++ > 0)
                return loader_fail(l, event->start_mark, "more than one document");
        return 0;
}

static int loader_on_event(struct loader *l, const yaml_event_t *event) {
        switch (event->type) {
        case YAML_DOCUMENT_START_EVENT:
                return loader_on_document(l, event);
        case YAML_ALIAS_EVENT:
                return loader_fail(l, event->start_mark, "aliases are not allowed");
        case YAML_SCALAR_EVENT:
                return loader_on_scalar(l, event);
        case YAML_SEQUENCE_START_EVENT:
                return loader_on_open(l, YAML_KIND_LIST, event);
        case YAML_MAPPING_START_EVENT:
                return loader_on_open(l, YAML_KIND_MAP, event);
        case YAML_SEQUENCE_END_EVENT:
        case YAML_MAPPING_END_EVENT:
                l->depth--;
                return 0;
        case YAML_NO_EVENT:
        case YAML_STREAM_START_EVENT:
        case YAML_STREAM_END_EVENT:
        case YAML_DOCUMENT_END_EVENT:
                break;
        }
        return 0;
}

/* libyaml's own sentence; it does not quote the input. */
static int loader_fail_syntax(struct loader *l) {
        const yaml_parser_t *p = &l->parser;

        if (p->error == YAML_MEMORY_ERROR)
                return -ENOMEM;
        if (p->error == YAML_READER_ERROR) {
                /* Has an offset where others have a mark. */
                diag_set(l->diag, (int) p->mark.line + 1, (int) p->mark.column + 1, NULL, "%s",
                        p->problem ? p->problem : "cannot be read");
                return -EBADMSG;
        }
        diag_set(l->diag, (int) p->problem_mark.line + 1, (int) p->problem_mark.column + 1, NULL, "%s%s%s",
                p->context ? p->context : "", p->context ? ": " : "",
                p->problem ? p->problem : "cannot be read");
        return -EBADMSG;
}

static int loader_run(struct loader *l) {
        bool is_end = false;

        while (!is_end) {
                yaml_event_t event;
                int r;

                if (!yaml_parser_parse(&l->parser, &event))
                        return loader_fail_syntax(l);
                r = loader_on_event(l, &event);
                is_end = event.type == YAML_STREAM_END_EVENT;
                yaml_event_delete(&event);
                if (r < 0)
                        return r;
        }
        if (!l->root) {
                diag_set(l->diag, 0, 0, NULL, "is empty");
                return -EBADMSG;
        }
        return 0;
}

static int yaml_check_bytes(const char *text, size_t n, struct diag *d) {
        int line = 1;

        if (n > YAML_TEXT_MAX) {
                diag_set(d, 0, 0, NULL, "is larger than %d bytes", YAML_TEXT_MAX);
                return -EBADMSG;
        }
        if (n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
                diag_set(d, 1, 1, NULL, "begins with a byte order mark");
                return -EBADMSG;
        }
        for (size_t i = 0; i < n;) {
                size_t length = utf8_sequence(text + i, n - i);

                if (length == 0) {
                        diag_set(d, line, 0, NULL, "is not UTF-8 text");
                        return -EBADMSG;
                }
                line += text[i] == '\n';
                i += length;
        }
        return 0;
}

int yaml_load_text(const char *name, const char *text, size_t n, struct yaml **rootp, struct diag *d) {
        struct loader l = {.diag = d};
        int r;

        if (d) {
                *d = (struct diag){0};
                (void) copy_text(d->file, sizeof(d->file), name); /* a long name is cut */
        }
        r = yaml_check_bytes(text, n, d);
        if (r < 0)
                return r;
        l.file = strdup(name);
        if (!l.file)
                return -ENOMEM;
        if (!yaml_parser_initialize(&l.parser)) {
                free(l.file);
                return -ENOMEM;
        }
        yaml_parser_set_encoding(&l.parser, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&l.parser, (const unsigned char *) text, n);
        r = loader_run(&l);
        yaml_parser_delete(&l.parser);
        free(l.key);
        if (r == 0)
                *rootp = l.root;
        else if (l.root)
                yaml_unload(l.root); /* and the file's name with it */
        else
                free(l.file);
        return r;
}

static int yaml_read_fd(int fd, char *text, size_t size, size_t *np) {
        size_t n = 0;

        while (n < size) {
                ssize_t r = read(fd, text + n, size - n);

                if (r < 0 && errno == EINTR)
                        continue;
                if (r < 0)
                        return -errno;
                if (r == 0)
                        break;
                n += (size_t) r;
        }
        *np = n;
        return 0;
}

static int yaml_fail_file(const char *path, struct diag *d, int error, const char *wrong) {
        if (d) {
                *d = (struct diag){0};
                (void) copy_text(d->file, sizeof(d->file), path);
        }
        diag_set(d, 0, 0, NULL, "%s", wrong);
        return error;
}

int yaml_load_file(const char *path, struct yaml **rootp, struct diag *d) {
        _autofree_ char *text = NULL;
        _autoclose_ int fd = -1;
        struct stat st;
        size_t n = 0;
        int r;

        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); /* must not wait for a fifo's writer */
        if (fd < 0 || fstat(fd, &st) < 0) {
                r = -errno;
                return yaml_fail_file(path, d, r, strerror(-r));
        }
        if (!S_ISREG(st.st_mode))
                return yaml_fail_file(path, d, -EINVAL, "is not a regular file");
        if (st.st_mode & S_IWOTH)
                return yaml_fail_file(path, d, -EPERM, "may be written by everybody");
        text = malloc(YAML_TEXT_MAX + 1);
        if (!text)
                return yaml_fail_file(path, d, -ENOMEM, strerror(ENOMEM));
        r = yaml_read_fd(fd, text, YAML_TEXT_MAX + 1, &n);
        if (r < 0)
                return yaml_fail_file(path, d, r, strerror(-r));
        return yaml_load_text(path, text, n, rootp, d);
}

enum yaml_kind yaml_kind(const struct yaml *n) {
        return n->kind;
}

const char *yaml_text(const struct yaml *n) {
        return n ? n->text : NULL;
}

const struct yaml *yaml_get(const struct yaml *map, const char *key) {
        if (!map || map->kind != YAML_KIND_MAP)
                return NULL;
        for (const struct yaml *n = map->first; n; n = n->next)
                if (strcmp(n->key, key) == 0)
                        return n;
        return NULL;
}

const struct yaml *yaml_first(const struct yaml *n) {
        return n ? n->first : NULL;
}

const struct yaml *yaml_next(const struct yaml *n) {
        return n ? n->next : NULL;
}

const char *yaml_key(const struct yaml *member) {
        return member ? member->key : NULL;
}

int yaml_line(const struct yaml *n) {
        return n->line;
}

int yaml_column(const struct yaml *n) {
        return n->column;
}

const char *yaml_file(const struct yaml *n) {
        return n->file;
}

size_t yaml_size(const struct yaml *n) {
        return n ? n->n_children : 0;
}
