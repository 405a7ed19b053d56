/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/config.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"
#include "firmware/base/yaml.h"

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
static const struct yaml_rule smtp_rules[] = {
        {"host", YAML_WANT_TEXT, true, ROOM(smtp.host), 0, 0, NULL, NULL, NULL},
        {"port", YAML_WANT_INT, false, ROOM(smtp.port), 1, 65535, NULL, NULL, NULL},
        {"tls", YAML_WANT_WORD, true, ROOM(smtp.tls), 0, 0, tls_words, NULL, NULL},
        {"ca", YAML_WANT_PATH, false, ROOM(smtp.ca), 0, 0, NULL, NULL, NULL},
        {"user", YAML_WANT_TEXT, false, ROOM(smtp.user), 0, 0, NULL, NULL, NULL},
        {"password_file", YAML_WANT_PATH, false, ROOM(smtp.password_file), 0, 0, NULL, NULL, NULL},
        {"timeout", YAML_WANT_DURATION, false, ROOM(smtp.timeout_usec), (int64_t) USEC_PER_SEC,
                600 * (int64_t) USEC_PER_SEC, NULL, NULL, NULL},
        {0},
};
static const struct yaml_rule dkim_rules[] = {
        {"domain", YAML_WANT_TEXT, true, ROOM(dkim.domain), 0, 0, NULL, NULL, NULL},
        {"selector", YAML_WANT_TEXT, true, ROOM(dkim.selector), 0, 0, NULL, NULL, NULL},
        {"rsa", YAML_WANT_PATH, false, ROOM(dkim.rsa), 0, 0, NULL, NULL, NULL},
        {"ed25519", YAML_WANT_PATH, false, ROOM(dkim.ed25519), 0, 0, NULL, NULL, NULL},
        {0},
};
static const struct yaml_rule bounce_rules[] = {
        {"domain", YAML_WANT_TEXT, true, ROOM(bounce.domain), 0, 0, NULL, NULL, NULL},
        {"key_file", YAML_WANT_PATH, true, ROOM(bounce.key_file), 0, 0, NULL, NULL, NULL},
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
        {"smtp", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, smtp_rules, NULL},
        {"dkim", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, dkim_rules, NULL},
        {"bounce", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, bounce_rules, NULL},
        {0},
};

/* The rules between keys, which a table cannot say. */
static int check_route(const struct notify_config *c, const struct yaml *root, struct diag *d) {
        const struct yaml *smtp = yaml_get(root, "smtp");
        bool has_user = *c->smtp.user, has_password = *c->smtp.password_file;

        if ((*c->maildir != '\0') == (smtp != NULL))
                return yaml_fail(root, "", d, "wanted either maildir or smtp");
        if (!smtp)
                return 0;
        if (!smtp_host_is_valid(c->smtp.host))
                return yaml_fail(
                        yaml_get(smtp, "host"), "smtp.host", d, "neither a host name nor an address");
        if (c->smtp.tls == SMTP_NONE_ON_LOOPBACK && !smtp_host_is_loopback(c->smtp.host))
                return yaml_fail(
                        yaml_get(smtp, "tls"), "smtp.tls", d, "without TLS only to a loopback address");
        if (has_user != has_password)
                return yaml_fail(smtp, "smtp", d, "user and password_file go together");
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

static int complete(struct notify_config *c, const struct yaml *root, struct diag *d) {
        int r = complete_names(c, root, d);

        if (r < 0)
                return r;
        if (c->smtp.port == 0)
                c->smtp.port = default_ports[c->smtp.tls];
        r = check_signer(c, root, d);
        return r < 0 ? r : check_route(c, root, d);
}

static int read_tree(struct notify_config *c, const struct yaml *root, struct diag *d) {
        int r;

        *c = (struct notify_config){.smtp.timeout_usec = 30 * (int64_t) USEC_PER_SEC};
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
