/* SPDX-License-Identifier: Apache-2.0 */
/* A channel's routes from the config: which courier each is, and what two of them have in common. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware/base/bytes.h"
#include "services/notify/channel/gateway.h"
#include "services/notify/channel/line.h"
#include "services/notify/channel/maildir.h"
#include "services/notify/channel/modem.h"
#include "services/notify/channel/slip.h"
#include "services/notify/channel/webhook.h"
#include "services/notify/sign/hash.h"
#include "services/notify/way.h"

/* A courier in the hands of its way: @type is freed by @type_free(). */
#define DEFINE_RELEASE(type)                                                                                 \
        static void release_##type(void *thing) {                                                            \
                (void) type##_free(thing);                                                                   \
        }
DEFINE_RELEASE(maildir)
DEFINE_RELEASE(smtp)
DEFINE_RELEASE(gateway)
DEFINE_RELEASE(modem)
DEFINE_RELEASE(line)
DEFINE_RELEASE(webhook)
DEFINE_RELEASE(slip)

/* The next route of @w. All of them lead to one receiver, unless the caller says otherwise. */
static struct way_route *add(struct way *w, size_t i, const char *name, struct courier courier, void *thing,
        void (*release)(void *)) {
        w->routes[i] = (struct way_route){.courier = courier, .thing = thing, .release = release};
        w->routes[i].courier.name = name;
        return &w->routes[i];
}

static long seconds(int64_t usec) {
        return (long) (usec / (int64_t) USEC_PER_SEC);
}

/* ---- what the config names ---- */

static int cannot(const char *key, const char *what, int error, struct diag *d) {
        diag_set(d, 0, 0, key, "%s: %s", what, strerror(-error));
        return error;
}

/* libcurl says that a server's certificate is bad, where it finds no file to judge it by. */
static int find_ca(const char *ca, const char *owner, struct diag *d) {
        char key[DIAG_PATH_MAX];

        if (!*ca || access(ca, R_OK) == 0)
                return 0;
        (void) snprintf(key, sizeof(key), "%s.ca", owner);
        return cannot(key, ca, -errno, d);
}

/* ---- mail ---- */

static int open_maildir(struct way *w, const struct notify_config *c, struct diag *d) {
        struct maildir *m;
        int r = maildir_new(&m, c->maildir);

        if (r < 0)
                diag_set(d, 0, 0, "maildir", "%s: %s", c->maildir, strerror(-r));
        else
                (void) add(w, 0, "maildir", maildir_courier(m), m, release_maildir);
        return r;
}

static int open_relay(struct way *w, const struct notify_config *c, size_t i, struct diag *d) {
        const struct config_relay *relay = &c->relays[i];
        const struct smtp_config smtp = {.host = relay->host,
                .port = (int) relay->port,
                .tls = (enum smtp_tls) relay->tls,
                .ca = relay->ca,
                .user = relay->user,
                .password_file = relay->password_file,
                .helo = c->domain,
                .name = relay->name,
                .device = relay->device,
                .dns = relay->dns,
                .timeout_sec = seconds(relay->timeout_usec)};
        struct smtp *s;
        int r = find_ca(relay->ca, relay->name, d);

        if (r == 0)
                r = smtp_new(&s, &smtp, d);
        if (r == 0)
                (void) add(w, i, relay->name, smtp_courier(s), s, release_smtp);
        return r;
}

static int open_mail(struct way *w, const struct notify_config *c, size_t *np, struct diag *d) {
        int r = *c->maildir ? open_maildir(w, c, d) : 0;

        for (size_t i = 0; i < c->n_relays && r == 0; i++)
                r = open_relay(w, c, i, d);
        *np = *c->maildir ? 1 : c->n_relays;
        return r;
}

/* ---- sms ---- */

/* What is wrong within it names its own lines. */
static int read_description(struct gateway_config *description, const char *path, struct diag *d) {
        int r = gateway_config_load(description, path, d);

        if (r < 0 && d && d->line == 0)
                diag_name_key(d, "sms.gateway");
        return r;
}

static int open_gateway(struct way *w, const struct config_sms *s, size_t i, struct diag *d) {
        const struct http_config http = {
                .ca = s->ca, .device = s->device, .dns = s->dns, .timeout_sec = seconds(s->timeout_usec)};
        struct gateway_config *description = malloc(sizeof(*description)); /* large */
        struct gateway *g;
        int r = description ? read_description(description, s->gateway, d) : -ENOMEM;

        if (r == 0)
                r = find_ca(s->ca, "sms", d);
        if (r == 0) {
                r = gateway_new(&g, description, s->secret_file, &http, d);
                if (r < 0)
                        diag_name_key(d, "sms.secret_file");
        }
        free(description);
        if (r == 0)
                (void) add(w, i, s->name, gateway_courier(g), g, release_gateway);
        return r;
}

static int open_modem(struct way *w, const struct config_sms *s, size_t i, struct diag *d) {
        const struct modem_config config = {.folder = s->modem.folder,
                .equipment = s->modem.equipment,
                .timeout_sec = (int) seconds(s->timeout_usec),
                .reports = s->modem.delivery_report};
        struct modem *m;
        int r = modem_new(&m, &config);

        if (r < 0)
                return cannot("sms.modem.folder", s->modem.folder, r, d);
        (void) add(w, i, s->name, modem_courier(m), m, release_modem);
        return 0;
}

/* The same description is the same provider, whatever line leads there. */
static size_t first_of(const struct notify_config *c, size_t i) {
        for (size_t k = 0; k < i; k++)
                if (*c->sms[i].gateway && strcmp(c->sms[k].gateway, c->sms[i].gateway) == 0)
                        return k;
        return i;
}

static int open_sms(struct way *w, const struct notify_config *c, size_t *np, struct diag *d) {
        int r = 0;

        for (size_t i = 0; i < c->n_sms && r == 0; i++) {
                r = *c->sms[i].gateway ? open_gateway(w, &c->sms[i], i, d) : open_modem(w, &c->sms[i], i, d);
                w->routes[i].receiver = first_of(c, i);
        }
        *np = c->n_sms;
        return r;
}

/* ---- LINE, webhooks, slips ---- */

static int open_line(
        struct way *w, const struct config_line *c, enum line_way way, size_t *np, struct diag *d) {
        bool is_push = way == LINE_PUSH;
        int r = find_ca(c->ca, is_push ? "line" : "line-notification", d);

        for (size_t i = 0; i < c->n_routes && r == 0; i++) {
                const struct line_config config = {.way = way,
                        .api = c->api,
                        .token_file = c->token_file,
                        .http = {.ca = c->ca,
                                .device = c->routes[i].device,
                                .dns = c->routes[i].dns,
                                .timeout_sec = seconds(c->timeout_usec)}};
                struct line *l;

                r = line_new(&l, &config, d);
                if (r < 0)
                        diag_name_key(d, is_push ? "line.token_file" : "line-notification.token_file");
                else
                        (void) add(w, i, c->routes[i].name, line_courier(l), l, release_line);
        }
        *np = c->n_routes;
        return r;
}

/* A URL may hold a secret, and this is kept. */
static int hash_url(const char *url, char hash[WAY_URL_SIZE]) {
        const struct hash_part parts[] = {{url, strlen(url)}};
        uint8_t digest[HASH_BYTES];
        int r = hash_hmac("webhook", 7, parts, ELEMENTSOF(parts), digest);

        if (r == 0)
                hex_encode(digest, sizeof(digest), hash);
        return r;
}

static int open_hooks(struct way *w, const struct notify_config *c, size_t *np, struct diag *d) {
        int r = 0;

        for (size_t i = 0; i < c->n_hooks && r == 0; i++) {
                const struct config_hook *h = &c->hooks[i];
                const struct webhook_config config = {.url = h->url,
                        .secret_files = {h->secret_file, h->next_secret_file},
                        .http = {.ca = h->ca,
                                .device = h->device,
                                .dns = h->dns,
                                .timeout_sec = seconds(h->timeout_usec)}};
                struct webhook *hook;

                r = find_ca(h->ca, "webhook", d);
                if (r == 0)
                        r = webhook_new(&hook, &config, d);
                if (r < 0)
                        diag_name_key(d, "webhook.secret_file");
                if (r == 0) {
                        struct way_route *route =
                                add(w, i, h->merchant, webhook_courier(hook), hook, release_webhook);

                        route->merchant = h->merchant;
                        route->receiver = i;
                        r = hash_url(h->url, route->url);
                }
        }
        *np = c->n_hooks;
        return r;
}

static int open_slip(struct way *w, const struct notify_config *c, size_t *np, struct diag *d) {
        struct slip *s;
        int r;

        if (!*c->slip.folder)
                return 0;
        r = slip_new(&s, c->slip.folder, (int) c->slip.columns);
        if (r < 0)
                return cannot("slip.folder", c->slip.folder, r, d);
        (void) add(w, 0, "slip", slip_courier(s), s, release_slip);
        *np = 1;
        return 0;
}

/* ---- all of them ---- */

int way_open(struct way *w, enum channel channel, const struct notify_config *c, struct diag *d) {
        size_t n = 0;
        int r = 0;

        w->channel = channel;
        switch (channel) {
        case CHANNEL_EMAIL:
                r = open_mail(w, c, &n, d);
                break;
        case CHANNEL_SMS:
                r = open_sms(w, c, &n, d);
                break;
        case CHANNEL_LINE:
                r = open_line(w, &c->line, LINE_PUSH, &n, d);
                break;
        case CHANNEL_LINE_NOTIFICATION:
                r = open_line(w, &c->line_notification, LINE_NOTIFICATION, &n, d);
                break;
        case CHANNEL_WEBHOOK:
                r = open_hooks(w, c, &n, d);
                break;
        case CHANNEL_SLIP:
                r = open_slip(w, c, &n, d);
                break;
        case N_CHANNELS:
                return -EINVAL;
        }
        if (r == 0 && n > 0)
                routes_init(&w->health, n);
        return r;
}

int way_check(const struct notify_config *c, struct diag *d) {
        struct gateway_config *description = malloc(sizeof(*description));
        int r = description ? 0 : -ENOMEM;

        for (size_t i = 0; i < c->n_sms && r == 0; i++)
                if (*c->sms[i].gateway)
                        r = read_description(description, c->sms[i].gateway, d);
        free(description);
        return r;
}
