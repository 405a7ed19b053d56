/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What is served under which path, and to whom: one table. A request comes in the thread of its own connection; what is told comes from
 * the hub or from the ledger, what is done is asked of the station.
 */
#include <pthread.h>

#include "firmware/seal/seal.h"
#include "services/web/calls.h"
#include "services/web/http.h"
#include "services/web/hub.h"
#include "services/web/look.h"

struct api {
        const struct web_config *config; /* borrowed, as the others */
        struct hub *hub;
        struct calls *calls;
        struct seal_lookup tokens; /* of this run: what makes a token of a cookie */
        pthread_mutex_t lock;      /* of look */
        struct look look;
};

/* Return: 0, -errno */
int api_init(struct api *a, const struct web_config *config, struct hub *hub, struct calls *calls);
void api_deinit(struct api *a);
void api_on_request(void *userdata, const struct http_request *q, struct http_answer *a);
