/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the files of the control socket's verbs share: requests.c acts, requests-tell.c says, requests-status.c is `status`. */
#include "firmware/station/station-internal.h"

#define TOKEN_STEP (UINT64_C(1) << 63) /* of a caller: not the last card of its request */

/* --- requests.c --- */
/* What a leader would scan for or against the notice that @request names, at the office's bench. Whether @actor may is looked at before. */
void requests_judge(struct station *s, const struct request_caller *caller, const struct json *request,
        const char *actor);
/* --- requests-tell.c --- */
void requests_write_verdict(struct json_writer *w, const char *key, const struct verdict *v);
/* Whom a counter serves and what it waits for. */
void requests_write_case(struct json_writer *w, const struct bench *b);
void requests_answer(struct station *s, uint64_t token, struct str *line);
/* --- requests-status.c --- */
void requests_status(struct station *s, const struct request_caller *caller);
