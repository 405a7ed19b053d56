/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/mail/view.h"

#include <string.h>
#include <strings.h>

bool char_is_space(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool char_is_alnum(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

void view_skip(struct view *v, size_t n) {
        v->at += n;
        v->n -= n;
}

void view_skip_space(struct view *v) {
        while (v->n > 0 && char_is_space(*v->at))
                view_skip(v, 1);
}

bool view_begins(struct view v, const char *word) {
        size_t n = strlen(word);

        return v.n >= n && strncasecmp(v.at, word, n) == 0;
}

bool view_is(struct view v, const char *word) {
        return v.n == strlen(word) && view_begins(v, word);
}

bool view_line(struct view *rest, struct view *line) {
        const char *end;

        if (rest->n == 0)
                return false;
        end = memchr(rest->at, '\n', rest->n);
        *line = (struct view){rest->at, end ? (size_t) (end - rest->at) : rest->n};
        view_skip(rest, end ? line->n + 1 : line->n);
        if (line->n > 0 && line->at[line->n - 1] == '\r')
                line->n--;
        return true;
}

bool view_field(struct view *rest, struct view *name, struct view *value) {
        struct view line;
        const char *colon;

        while (view_line(rest, &line) && line.n > 0) {
                while (rest->n > 0 && (*rest->at == ' ' || *rest->at == '\t')) {
                        struct view fold;

                        (void) view_line(rest, &fold);
                        line.n = (size_t) (fold.at + fold.n - line.at);
                }
                colon = memchr(line.at, ':', line.n);
                if (!colon)
                        continue; /* no field: "From " of a mailbox file, or rubbish */
                *name = (struct view){line.at, (size_t) (colon - line.at)};
                while (name->n > 0 && char_is_space(name->at[name->n - 1]))
                        name->n--;
                *value = (struct view){colon + 1, line.n - (size_t) (colon + 1 - line.at)};
                view_skip_space(value);
                return true;
        }
        return false;
}

size_t view_parameter(struct view v, const char *wanted, char out[VIEW_PARAMETER_MAX + 1]) {
        const char *p;
        size_t n = 0;

        while ((p = memchr(v.at, ';', v.n))) {
                view_skip(&v, (size_t) (p + 1 - v.at));
                view_skip_space(&v);
                if (!view_begins(v, wanted) || v.n <= strlen(wanted) || v.at[strlen(wanted)] != '=')
                        continue;
                view_skip(&v, strlen(wanted) + 1);
                if (v.n > 0 && *v.at == '"') {
                        for (size_t i = 1; i < v.n && v.at[i] != '"' && n <= VIEW_PARAMETER_MAX; i++) {
                                i += v.at[i] == '\\' && i + 1 < v.n;
                                out[n++] = v.at[i];
                        }
                } else {
                        while (n < v.n && n <= VIEW_PARAMETER_MAX && !char_is_space(v.at[n]) &&
                                v.at[n] != ';') {
                                out[n] = v.at[n];
                                n++;
                        }
                }
                return n <= VIEW_PARAMETER_MAX ? n : 0;
        }
        return 0;
}

/* "--boundary", or "--boundary--" behind the last part; another's boundary may begin as this one does. */
static bool is_boundary(struct view line, const char *boundary, size_t n, bool *is_last) {
        if (line.n < n + 2 || memcmp(line.at, "--", 2) != 0 || memcmp(line.at + 2, boundary, n) != 0)
                return false;
        view_skip(&line, n + 2);
        *is_last = view_begins(line, "--");
        view_skip(&line, *is_last ? 2 : 0);
        view_skip_space(&line);
        return line.n == 0;
}

bool view_part(struct view *rest, const char *boundary, size_t n, struct view *part) {
        const char *begin = rest->at;
        bool is_last = false;
        struct view line;

        while (view_line(rest, &line)) {
                if (!is_boundary(line, boundary, n, &is_last))
                        continue;
                *part = (struct view){begin, (size_t) (line.at - begin)};
                if (is_last)
                        rest->n = 0;
                return true;
        }
        *part = (struct view){begin, (size_t) (rest->at - begin)}; /* cut: what there is of the last one */
        return part->n > 0;
}
