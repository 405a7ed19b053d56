/* SPDX-License-Identifier: Apache-2.0 */
#include "services/web/ready-board.h"

#include <string.h>

/* Does @a come before @b? */
static bool is_before(const struct ready_row *a, const struct ready_row *b) {
        if ((*a->counter != '\0') != (*b->counter != '\0'))
                return *a->counter != '\0';
        return a->ready_usec > b->ready_usec;
}

static void take_out(struct ready_board *b, size_t i) {
        b->n--;
        memmove(&b->rows[i], &b->rows[i + 1], (b->n - i) * sizeof(b->rows[0]));
}

void ready_board_add(struct ready_board *b, const struct ready_row *row) {
        size_t at = 0;

        for (size_t i = 0; i < b->n; i++) {
                if (strcmp(b->rows[i].order, row->order) != 0 ||
                        strcmp(b->rows[i].merchant, row->merchant) != 0)
                        continue;
                if (!is_before(row, &b->rows[i]))
                        return;
                take_out(b, i);
                break;
        }
        while (at < b->n && !is_before(row, &b->rows[at]))
                at++;
        if (b->n == READY_BOARD_ROWS_MAX) {
                b->n_more++;
                if (at == b->n)
                        return;
                b->n--;
        }
        memmove(&b->rows[at + 1], &b->rows[at], (b->n - at) * sizeof(b->rows[0]));
        b->rows[at] = *row;
        b->n++;
}

static bool ends_with(const char *text, const char *end) {
        size_t n = strlen(text), n_end = strlen(end);

        return n >= n_end && strcmp(text + n - n_end, end) == 0;
}

static bool is_anothers(const struct ready_board *b, size_t i, const char *tail) {
        for (size_t k = 0; k < b->n; k++)
                if (k != i && ends_with(b->rows[k].order, tail))
                        return true;
        return false;
}

/* A number is not read from its hyphen on. */
static bool is_mark(char c) {
        return c == '-' || c == '.' || c == ':' || c == '_';
}

const char *ready_board_tail(const struct ready_board *b, size_t i, bool *twinp) {
        const char *order = b->rows[i].order, *first = *order ? order + 1 : order;
        size_t n = strlen(order);
        const char *tail = order + (n > READY_BOARD_TAIL_MIN ? n - READY_BOARD_TAIL_MIN : (n > 0));

        while (tail > first && (is_mark(*tail) || is_anothers(b, i, tail)))
                tail--;
        *twinp = is_anothers(b, i, tail);
        return tail;
}
