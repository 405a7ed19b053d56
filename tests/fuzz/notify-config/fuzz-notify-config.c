/* SPDX-License-Identifier: Apache-2.0 */
/* notify.yaml with each of its channels: what is refused is refused with a sentence, and what is taken can be opened. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "services/notify/channel/slip.h"
#include "services/notify/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_line(const struct config_line *l) {
        assert(l->n_routes <= ROUTES_MAX && (l->n_routes == 0 || *l->token_file == '/'));
        assert(!*l->api || http_url_is_valid(l->api));
        for (size_t i = 0; i < l->n_routes; i++)
                assert(*l->routes[i].name && curl_device_is_valid(l->routes[i].device));
}

static void check(const struct notify_config *c) {
        assert(c->fallback_usec >= 1000000 && c->n_relays <= CONFIG_MAIL_ROUTES &&
                c->n_sms <= CONFIG_SMS_ROUTES && c->n_hooks <= ROUTES_MAX);
        assert(!notify_config_has_mail(c) || address_is_valid(c->from.address));
        for (size_t i = 0; i < c->n_sms; i++)
                assert((*c->sms[i].gateway == '/') != (*c->sms[i].modem.folder == '/') && *c->sms[i].name);
        for (size_t i = 0; i < c->n_hooks; i++)
                assert(http_url_is_valid(c->hooks[i].url) && name_is_valid(c->hooks[i].merchant));
        assert(!*c->slip.folder ||
                (c->slip.columns >= SLIP_COLUMNS_MIN && c->slip.columns <= SLIP_COLUMNS_MAX));
        check_line(&c->line);
        check_line(&c->line_notification);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _autofree_ struct notify_config *c = malloc(sizeof(*c));
        _autofree_ char *copy = malloc(size ? size : 1);
        struct diag d = {0};
        int r;

        if (!c || !copy)
                return 0;
        if (size > 0)
                memcpy(copy, data, size);
        r = notify_config_read(c, "fuzz.yaml", copy, size, &d);
        if (r == 0)
                check(c);
        else
                assert(r == -EBADMSG && d.text[0] && strcmp(d.file, "fuzz.yaml") == 0);
        return 0;
}
