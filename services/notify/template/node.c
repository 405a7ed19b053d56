/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/template/node.h"

#include <errno.h>
#include <stdalign.h>
#include <string.h>

#define CHUNK_BYTES 8192

struct chunk {
        struct chunk *next;
        size_t used, size;
        alignas(max_align_t) unsigned char bytes[];
};

void *arena_alloc(struct arena *a, size_t n) {
        struct chunk *c = a->chunks;
        unsigned char *p;

        n = (n + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
        if (!c || c->size - c->used < n) {
                size_t size = n > CHUNK_BYTES ? n : CHUNK_BYTES;

                c = calloc(1, sizeof(*c) + size);
                if (!c)
                        return NULL;
                c->size = size;
                c->next = a->chunks;
                a->chunks = c;
        }
        p = c->bytes + c->used;
        c->used += n;
        return p;
}

const char *arena_text(struct arena *a, const char *bytes, size_t n) {
        char *p = arena_alloc(a, n + 1);

        if (p && n > 0)
                memcpy(p, bytes, n);
        return p;
}

void arena_deinit(struct arena *a) {
        while (a->chunks) {
                struct chunk *c = a->chunks;

                a->chunks = c->next;
                free(c);
        }
}

struct node *node_add(struct arena *a, struct node *parent, enum node_type type, int line, const char *file) {
        struct node *n = arena_alloc(a, sizeof(*n));

        if (!n)
                return NULL;
        n->type = type;
        n->line = line;
        n->file = file;
        if (!parent)
                return n;
        if (parent->last_child)
                parent->last_child->next = n;
        else
                parent->child = n;
        parent->last_child = n;
        return n;
}

static bool is_name(const char *s, size_t n) {
        if (n == 0 || n > 32 || s[0] < 'a' || s[0] > 'z')
                return false;
        for (size_t i = 0; i < n; i++)
                if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= '0' && s[i] <= '9') || s[i] == '_'))
                        return false;
        return true;
}

int path_read(struct arena *a, const char *text, size_t n, struct path *p) {
        struct path path = {0};

        path.text = arena_text(a, text, n);
        if (!path.text)
                return -ENOMEM;
        if (n == 1 && text[0] == '.') {
                *p = path;
                return 0;
        }
        for (size_t at = 0;;) {
                const char *dot = memchr(text + at, '.', n - at);
                size_t len = dot ? (size_t) (dot - text) - at : n - at;

                if (path.n_parts == PATH_PARTS_MAX || !is_name(text + at, len))
                        return -EBADMSG;
                path.parts[path.n_parts] = arena_text(a, text + at, len);
                if (!path.parts[path.n_parts++])
                        return -ENOMEM;
                if (!dot)
                        break;
                at += len + 1;
        }
        *p = path;
        return 0;
}
