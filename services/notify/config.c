/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/config.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"
#include "firmware/base/yaml.h"
#include "services/notify/config-channels.h"

#define AT(member)   offsetof(struct notify_config, member)
#define ROOM(member) AT(member), sizeof(((struct notify_config *) 0)->member)

static const char *const languages[] = {"ja", "en", NULL};
static const char *const tls_words[] = {"starttls", "implicit", "none-on-loopback", NULL};
static const int default_ports[] = {
        [SMTP_STARTTLS] = 587, [SMTP_IMPLICIT] = 465, [SMTP_NONE_ON_LOOPBACK] = 25};

static const struct yaml_rule from_rules[] = {
        {"name", YAML_WANT_TEXT, false, ROOM(from.name), 0, 0, NULL, NULL, NULL},
        {"address", YAML_WANT_TEXT, true, ROOM(from.address), 0, 0, NULL, NULL, NULL},
        {0},
};
#define RELAY(member) offsetof(struct config_relay, member), sizeof(((struct config_relay *) 0)->member)

static const struct yaml_rule relay_rules[] = {
        {"name", YAML_WANT_NAME, false, RELAY(name), 0, 0, NULL, NULL, NULL},
        {"host", YAML_WANT_TEXT, true, RELAY(host), 0, 0, NULL, NULL, NULL},
        {"port", YAML_WANT_INT, false, RELAY(port), 1, 65535, NULL, NULL, NULL},
        {"tls", YAML_WANT_WORD, true, RELAY(tls), 0, 0, tls_words, NULL, NULL},
        {"ca", YAML_WANT_PATH, false, RELAY(ca), 0, 0, NULL, NULL, NULL},
        {"user", YAML_WANT_TEXT, false, RELAY(user), 0, 0, NULL, NULL, NULL},
        {"password_file", YAML_WANT_PATH, false, RELAY(password_file), 0, 0, NULL, NULL, NULL},
        {"device", YAML_WANT_TEXT, false, RELAY(device), 0, 0, NULL, NULL, NULL},
        {"dns", YAML_WANT_TEXT, false, RELAY(dns), 0, 0, NULL, NULL, NULL},
        {"timeout", YAML_WANT_DURATION, false, RELAY(timeout_usec), (int64_t) USEC_PER_SEC,
                600 * (int64_t) USEC_PER_SEC, NULL, NULL, NULL},
        {0},
};

static int fail_at(
        const struct yaml *section, const char *path, const char *key, struct diag *d, const char *text) {
        char whole[DIAG_PATH_MAX];

        (void) snprintf(whole, sizeof(whole), "%s.%s", path, key);
        return yaml_fail(yaml_get(section, key), whole, d, "%s", text);
}

/* The rules between keys, which a table cannot say. */
static int check_relay(
        const struct config_relay *r, const struct yaml *section, const char *path, struct diag *d) {
        bool has_user = *r->user, has_password = *r->password_file;

        if (!smtp_host_is_valid(r->host))
                return fail_at(section, path, "host", d, "neither a host name nor an address");
        if (r->tls == SMTP_NONE_ON_LOOPBACK && !smtp_host_is_loopback(r->host))
                return fail_at(section, path, "tls", d, "without TLS only to a loopback address");
        if (!curl_device_is_valid(r->device))
                return fail_at(section, path, "device", d, "not the name of a network interface");
        if (*r->dns && !*r->device)
                return fail_at(
                        section, path, "dns", d, "is for a route by a device; others ask as the system does");
        if (!resolve_servers_are_valid(r->dns))
                return fail_at(section, path, "dns", d,
                        "wanted addresses of name servers, with commas between them");
        if (has_user != has_password)
                return yaml_fail(section, path, d, "user and password_file go together");
        return 0;
}

static bool is_named(const struct notify_config *c, const char *name) {
        for (size_t i = 0; i < c->n_relays; i++)
                if (strcmp(c->relays[i].name, name) == 0)
                        return true;
        return false;
}

static int read_relay(const struct yaml *section, const char *path, void *target, struct diag *d) {
        struct notify_config *c = target;
        struct config_relay *relay = &c->relays[c->n_relays];
        int r;

        if (c->n_relays == CONFIG_MAIL_ROUTES)
                return yaml_fail(section, path, d, "more than %d routes", CONFIG_MAIL_ROUTES);
        *relay = (struct config_relay){.timeout_usec = 30 * (int64_t) USEC_PER_SEC};
        r = yaml_walk(section, path, relay_rules, relay, d);
        if (r == 0)
                r = check_relay(relay, section, path, d);
        if (r < 0)
                return r;
        if (relay->port == 0)
                relay->port = default_ports[relay->tls];
        if (*relay->name == '\0' && c->n_relays == 0)
                (void) copy_text(relay->name, sizeof(relay->name), "smtp");
        else if (*relay->name == '\0')
                (void) snprintf(relay->name, sizeof(relay->name), "smtp-%zu", c->n_relays + 1);
        if (is_named(c, relay->name))
                return yaml_fail(section, path, d, "two routes have this name");
        c->n_relays++;
        return 0;
}

static const struct yaml_rule dkim_rules[] = {
        {"domain", YAML_WANT_TEXT, true, ROOM(dkim.domain), 0, 0, NULL, NULL, NULL},
        {"selector", YAML_WANT_TEXT, true, ROOM(dkim.selector), 0, 0, NULL, NULL, NULL},
        {"rsa", YAML_WANT_PATH, false, ROOM(dkim.rsa), 0, 0, NULL, NULL, NULL},
        {"ed25519", YAML_WANT_PATH, false, ROOM(dkim.ed25519), 0, 0, NULL, NULL, NULL},
        {0},
};
static const char *const protocol_words[] = {"pop3", "imap", NULL}; /* enum mailbox_protocol */
static const struct yaml_rule mailbox_rules[] = {
        {"maildir", YAML_WANT_PATH, false, ROOM(bounce.mailbox.maildir), 0, 0, NULL, NULL, NULL},
        {"host", YAML_WANT_TEXT, false, ROOM(bounce.mailbox.host), 0, 0, NULL, NULL, NULL},
        {"protocol", YAML_WANT_WORD, false, ROOM(bounce.mailbox.protocol), 0, 0, protocol_words, NULL, NULL},
        {"port", YAML_WANT_INT, false, ROOM(bounce.mailbox.port), 1, 65535, NULL, NULL, NULL},
        {"tls", YAML_WANT_WORD, false, ROOM(bounce.mailbox.tls), 0, 0, tls_words, NULL, NULL},
        {"ca", YAML_WANT_PATH, false, ROOM(bounce.mailbox.ca), 0, 0, NULL, NULL, NULL},
        {"user", YAML_WANT_TEXT, false, ROOM(bounce.mailbox.user), 0, 0, NULL, NULL, NULL},
        {"password_file", YAML_WANT_PATH, false, ROOM(bounce.mailbox.password_file), 0, 0, NULL, NULL, NULL},
        {"timeout", YAML_WANT_DURATION, false, ROOM(bounce.mailbox.timeout_usec), (int64_t) USEC_PER_SEC,
                600 * (int64_t) USEC_PER_SEC, NULL, NULL, NULL},
        {"every", YAML_WANT_DURATION, false, ROOM(bounce.mailbox.every_usec), 100 * (int64_t) USEC_PER_MSEC,
                3600 * (int64_t) USEC_PER_SEC, NULL, NULL, NULL},
        {0},
};
static const struct yaml_rule bounce_rules[] = {
        {"domain", YAML_WANT_TEXT, true, ROOM(bounce.domain), 0, 0, NULL, NULL, NULL},
        {"key_file", YAML_WANT_PATH, true, ROOM(bounce.key_file), 0, 0, NULL, NULL, NULL},
        {"mailbox", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, mailbox_rules, NULL},
        {0},
};
static const struct yaml_rule unsubscribe_rules[] = {
        {"key_file", YAML_WANT_PATH, true, ROOM(unsubscribe.key_file), 0, 0, NULL, NULL, NULL},
        {0},
};
static const struct yaml_rule rules[] = {
        {"realm", YAML_WANT_NAME, true, ROOM(realm), 0, 0, NULL, NULL, NULL},
        {"site", YAML_WANT_NAME, true, ROOM(site), 0, 0, NULL, NULL, NULL},
        {"station", YAML_WANT_NAME, true, ROOM(station), 0, 0, NULL, NULL, NULL},
        {"folder", YAML_WANT_PATH, true, ROOM(folder), 0, 0, NULL, NULL, NULL},
        {"ledger", YAML_WANT_PATH, true, ROOM(ledger), 0, 0, NULL, NULL, NULL},
        {"socket", YAML_WANT_PATH, false, ROOM(socket), 0, 0, NULL, NULL, NULL},
        {"seal", YAML_WANT_PATH, true, ROOM(seal), 0, 0, NULL, NULL, NULL},
        {"domain", YAML_WANT_TEXT, false, ROOM(domain), 0, 0, NULL, NULL, NULL},
        {"from", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, from_rules, NULL},
        {"language", YAML_WANT_WORD, false, ROOM(language), 0, 0, languages, NULL, NULL},
        {"words", YAML_WANT_PATH, false, ROOM(words), 0, 0, NULL, NULL, NULL},
        {"maildir", YAML_WANT_PATH, false, ROOM(maildir), 0, 0, NULL, NULL, NULL},
        {"smtp", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, NULL, read_relay},
        {"routes", YAML_WANT_LIST, false, 0, 0, 1, CONFIG_MAIL_ROUTES, NULL, NULL, read_relay},
        {"dkim", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, dkim_rules, NULL},
        {"unsubscribe", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, unsubscribe_rules, NULL},
        {"bounce", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, bounce_rules, NULL},
        {"fallback_after", YAML_WANT_DURATION, false, ROOM(fallback_usec), (int64_t) USEC_PER_SEC,
                7 * 86400 * (int64_t) USEC_PER_SEC, NULL, NULL, NULL},
        {"gather", YAML_WANT_DURATION, false, ROOM(gather_usec), 0, 600 * (int64_t) USEC_PER_SEC, NULL, NULL,
                NULL},
        {"sms", YAML_WANT_LIST, false, 0, 0, 1, CONFIG_SMS_ROUTES, NULL, NULL, config_read_sms},
        {"line", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, NULL, config_read_line},
        {"line-notification", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, NULL, config_read_line_notification},
        {"webhook", YAML_WANT_LIST, false, 0, 0, 1, ROUTES_MAX, NULL, NULL, config_read_hook},
        {"slip", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, NULL, config_read_slip},
        {0},
};

bool notify_config_has_mail(const struct notify_config *c) {
        return *c->maildir || c->n_relays > 0;
}

static int check_route(const struct notify_config *c, const struct yaml *root, struct diag *d) {
        int n = (*c->maildir != '\0') + (yaml_get(root, "smtp") != NULL) + (yaml_get(root, "routes") != NULL);

        if (n > 1)
                return yaml_fail(root, "", d, "wanted one of maildir, smtp and routes");
        if (n == 0 && c->n_sms == 0 && c->line.n_routes == 0 && c->line_notification.n_routes == 0 &&
                c->n_hooks == 0 && !*c->slip.folder)
                return yaml_fail(root, "", d,
                        "wanted a way out: one of maildir, smtp and routes, or sms, line, line-notification, "
                        "webhook, slip");
        return 0;
}

/* Who we are in a mail, where the file does not say. */
static int complete_names(struct notify_config *c, const struct yaml *root, struct diag *d) {
        bool has_domain = *c->domain;
        int n = 0;

        if (!has_domain)
                n = snprintf(c->domain, sizeof(c->domain), "%s.%s.%s.okuru.invalid", c->station, c->site,
                        c->realm);
        if (n < 0 || (size_t) n >= sizeof(c->domain) || !address_domain_is_valid(c->domain))
                return yaml_fail(yaml_get(root, "domain") ? yaml_get(root, "domain") : root, "domain", d,
                        "not a domain: labels of letters, digits and hyphens with dots between");
        if (!*c->from.address && !has_domain && !notify_config_has_mail(c))
                return 0;
        if (!*c->from.address && !has_domain)
                return yaml_fail(root, "from", d, "wanted from.address, or a domain to make one of");
        if (!*c->from.address)
                n = snprintf(c->from.address, sizeof(c->from.address), "no-reply@%s", c->domain);
        if (n < 0 || (size_t) n >= sizeof(c->from.address) || !address_is_valid(c->from.address))
                return yaml_fail(yaml_get(yaml_get(root, "from"), "address") ?: root, "from.address", d,
                        "not a mail address");
        return 0;
}

/* "-ed25519" is put behind the selector. */
static int check_signer(const struct notify_config *c, const struct yaml *root, struct diag *d) {
        const struct yaml *dkim = yaml_get(root, "dkim"), *bounce = yaml_get(root, "bounce");

        if (dkim && !address_domain_is_valid(c->dkim.domain))
                return yaml_fail(yaml_get(dkim, "domain"), "dkim.domain", d, "not a domain");
        if (dkim && (!dkim_selector_is_valid(c->dkim.selector) ||
                            strlen(c->dkim.selector) + sizeof("-ed25519") > sizeof(c->dkim.selector)))
                return yaml_fail(
                        yaml_get(dkim, "selector"), "dkim.selector", d, "wanted letters, digits and hyphens");
        if (dkim && !*c->dkim.rsa && !*c->dkim.ed25519)
                return yaml_fail(dkim, "dkim", d, "wanted a key: rsa, ed25519, or both");
        if (bounce && !address_domain_is_valid(c->bounce.domain))
                return yaml_fail(yaml_get(bounce, "domain"), "bounce.domain", d, "not a domain");
        return 0;
}

#define MAILBOX "bounce.mailbox"

static int check_provider(const struct config_mailbox *m, const struct yaml *section, struct diag *d) {
        if (!smtp_host_is_valid(m->host))
                return fail_at(section, MAILBOX, "host", d, "neither a host name nor an address");
        if (!yaml_get(section, "tls"))
                return yaml_fail(section, MAILBOX, d, "wanted tls: implicit or starttls");
        if (m->tls == SMTP_NONE_ON_LOOPBACK && !smtp_host_is_loopback(m->host))
                return fail_at(section, MAILBOX, "tls", d, "without TLS only to a loopback address");
        if (!*m->user || !*m->password_file)
                return yaml_fail(section, MAILBOX, d, "wanted user and password_file");
        return 0;
}

static int complete_mailbox(struct config_mailbox *m, const struct yaml *section, struct diag *d) {
        static const int ports[][3] = {
                [MAILBOX_POP3] =
                        {[SMTP_STARTTLS] = 110, [SMTP_IMPLICIT] = 995, [SMTP_NONE_ON_LOOPBACK] = 110},
                [MAILBOX_IMAP] = {
                        [SMTP_STARTTLS] = 143, [SMTP_IMPLICIT] = 993, [SMTP_NONE_ON_LOOPBACK] = 143}};

        if (!section)
                return 0;
        if (m->timeout_usec == 0)
                m->timeout_usec = 60 * (int64_t) USEC_PER_SEC;
        if (m->every_usec == 0)
                m->every_usec = 60 * (int64_t) USEC_PER_SEC;
        if ((*m->maildir != '\0') == (*m->host != '\0'))
                return yaml_fail(section, MAILBOX, d, "wanted one of maildir and host");
        if (m->port == 0)
                m->port = ports[m->protocol][m->tls];
        return *m->host ? check_provider(m, section, d) : 0;
}

static int complete(struct notify_config *c, const struct yaml *root, struct diag *d) {
        int r = complete_names(c, root, d);

        if (r < 0)
                return r;
        r = check_signer(c, root, d);
        if (r == 0)
                r = complete_mailbox(&c->bounce.mailbox, yaml_get(yaml_get(root, "bounce"), "mailbox"), d);
        if (r == 0)
                r = config_complete_channels(c, root, d);
        return r < 0 ? r : check_route(c, root, d);
}

static int read_tree(struct notify_config *c, const struct yaml *root, struct diag *d) {
        int r;

        *c = (struct notify_config){
                .fallback_usec = 600 * (int64_t) USEC_PER_SEC, .gather_usec = 60 * (int64_t) USEC_PER_SEC};
        r = yaml_walk(root, "", rules, c, d);
        return r < 0 ? r : complete(c, root, d);
}

int notify_config_load(struct notify_config *c, const char *path, struct diag *d) {
        _cleanup_(yaml_freep) struct yaml *root = NULL;
        int r = yaml_load_file(path, &root, d);

        return r < 0 ? r : read_tree(c, root, d);
}

int notify_config_read(
        struct notify_config *c, const char *name, const char *text, size_t n, struct diag *d) {
        _cleanup_(yaml_freep) struct yaml *root = NULL;
        int r = yaml_load_text(name, text, n, &root, d);

        return r < 0 ? r : read_tree(c, root, d);
}
