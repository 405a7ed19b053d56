/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What `applied` says. Pure. */
#include "firmware/base/str.h"
#include "services/oms/mark.h"

struct answer {
        const char *source;
        const char *receiver;
        uint64_t upto;
        const char *upto_id; /* "" when nothing is kept there */
        unsigned credit;
        int64_t wall_usec; /* our clock */
        bool gap;
        uint64_t forked; /* 0: none */
};
/* Return: 0, or the builder's error. */
int answer_write(const struct answer *a, struct str *out);
