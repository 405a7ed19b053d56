/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * SMS by somebody's HTTP gateway, as gateway-config.h describes it. The address is a number in E.164 that takes SMS, the content the
 * text. Whether a repeat is safe is what the description declares.
 */
#include "services/notify/channel/gateway-config.h"

struct gateway;

/**
 * gateway_new() - make ready; connects nothing
 * @config: copied
 * @secret_file: one line; "" none
 *
 * Return: 0; -errno of the file, told in @d; -EINVAL (device), -ENOMEM.
 */
int gateway_new(struct gateway **gp, const struct gateway_config *config, const char *secret_file,
        const struct http_config *http, struct diag *d);
struct gateway *gateway_free(struct gateway *g);   /* takes NULL, returns NULL */
struct courier gateway_courier(struct gateway *g); /* borrowed: free it after the sender */

/* --- for tests --- */
/* The reason is borrowed from @config. */
struct courier_answer gateway_answer(const struct gateway_config *config, const struct http_end *end);
