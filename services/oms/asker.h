/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The verbs' side of the control socket: requests out, answers in, in order; a window of them on its way. */
#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"

struct asker;
/* Return: 0; -errno of connect: nobody serves there. */
int asker_new(struct asker **ap, const char *path);
struct asker *asker_free(struct asker *a); /* returns NULL */
DEFINE_FREEP(struct asker *, asker_free)

/* One answer, for what was asked with @tag. Return: 0 to go on, else it ends the call with it. */
typedef int (*asker_fn)(const struct json *answer, uint64_t tag, void *userdata);

/* One request, a JSON object without LF; may first wait for answers to make room. Return: 0, -errno, what @fn returned. */
int asker_ask(struct asker *a, const struct str *request, uint64_t tag, asker_fn fn, void *userdata);
/* All answers that are still to come. Return: 0; -EPIPE when the other side ended before; what @fn returned. */
int asker_finish(struct asker *a, asker_fn fn, void *userdata);
