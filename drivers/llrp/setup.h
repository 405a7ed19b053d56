/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The steps that take a reader from its greeting to reads: what each asks and what its answer means. Private
 * to session.c, which walks them in the order of enum llrp_state.
 */
#include "drivers/llrp/session.h"

#define LLRP_REQUEST_BYTES (LLRP_ROSPEC_BYTES + 64) /* the longest that we send */

struct llrp_step {
        const char *name;
        enum llrp_message_number request, response;
        bool may_fail;                                   /* a reader that refuses it is none the worse */
        bool (*is_needed)(const struct llrp_session *s); /* NULL: always */
        void (*put)(
                const struct llrp_session *s, struct llrp_encoder *e); /* fields and parameters; NULL: none */
        /* NULL: it was done and that is all. Return: 0, or -EINVAL and @diag says why this cannot go on. */
        int (*take)(
                struct llrp_session *s, const struct llrp_message *m, uint64_t now_usec, struct diag *diag);
};
/* CLOSED, GREETING and RUNNING are steps without a request. */
const struct llrp_step *llrp_step_of(enum llrp_state state);

/* The insides of single requests. */
void llrp_put_our_id(const struct llrp_session *s, struct llrp_encoder *e);
void llrp_put_outputs(const struct llrp_session *s, struct llrp_encoder *e);
void llrp_put_outputs_off(const struct llrp_session *s, struct llrp_encoder *e);
/* Those of @outputs that the reader has. */
uint32_t llrp_outputs_there(const struct llrp_session *s, uint32_t outputs);
