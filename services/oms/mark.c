/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/mark.h"

#include <assert.h>
#include <string.h>

bool mark_is_old(const struct mark *m, uint64_t sequence) {
        return sequence <= m->upto;
}

/* An id that was not readable, then or now, cannot contradict. */
static bool ids_agree(const char *id, const char *known_id) {
        return !known_id || *known_id == '\0' || *id == '\0' || strcmp(id, known_id) == 0;
}

enum mark_verdict mark_decide(struct mark *m, uint64_t sequence, const char *id, const char *known_id) {
        if (mark_is_old(m, sequence)) {
                m->n_same++;
                if (ids_agree(id, known_id))
                        return MARK_SAME;
                m->forked = sequence;
                return MARK_FORKED;
        }
        if (sequence == m->upto + 1)
                return MARK_NEXT;
        m->gap = sequence;
        return MARK_GAP;
}

void mark_advance(struct mark *m, uint64_t sequence) {
        assert(sequence == m->upto + 1);
        m->upto = sequence;
        if (m->gap <= sequence)
                m->gap = 0;
}

bool mark_pass(struct mark *m, uint64_t first, uint64_t last) {
        if (first > m->upto + 1 || last <= m->upto)
                return false;
        m->upto = last;
        if (m->gap <= last)
                m->gap = 0;
        return true;
}
