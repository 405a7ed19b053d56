/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/mail/dkim.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "firmware/base/bytes.h"
#include "services/notify/mail/address.h"
#include "services/notify/mail/mime.h"
#include "services/notify/sign/hash.h"

#define FIELDS_MAX 64
#define TAG_COLUMN 60 /* where the list of headers is folded */
#define B64_LINE   72

/* What we write, and what somebody might add to change the meaning of it. */
static const char *const signed_headers[] = {"from", "to", "cc", "reply-to", "subject", "date", "message-id",
        "in-reply-to", "references", "list-unsubscribe", "list-unsubscribe-post", "auto-submitted",
        "mime-version", "content-type", "content-transfer-encoding", "content-language"};

struct field { /* "Name: value", perhaps folded, without its last CRLF; borrowed */
        const char *text;
        size_t n, n_name;
        bool used;
};

struct fields {
        struct field list[FIELDS_MAX];
        size_t n;
        const char *body;
        size_t n_body;
};

/* ---- taking a mail apart ---- */

static bool is_space(char c) {
        return c == ' ' || c == '\t';
}

/* Where the field that begins at @text ends: at the CRLF that no fold follows. NULL: there is none. */
static const char *field_end(const char *text, const char *end) {
        for (const char *at = text;; at += 2) {
                at = memmem(at, (size_t) (end - at), "\r\n", 2);
                if (!at || at + 2 >= end)
                        return NULL;
                if (!is_space(at[2]))
                        return at;
        }
}

static int split(const char *mail, size_t n, struct fields *f) {
        const char *end = mail + n;

        f->n = 0;
        while (end - mail >= 2 && memcmp(mail, "\r\n", 2) != 0) {
                const char *stop = field_end(mail, end);
                const char *colon = stop ? memchr(mail, ':', (size_t) (stop - mail)) : NULL;

                if (!colon)
                        return -EBADMSG;
                if (f->n == FIELDS_MAX)
                        return -E2BIG;
                f->list[f->n++] = (struct field){
                        .text = mail, .n = (size_t) (stop - mail), .n_name = (size_t) (colon - mail)};
                mail = stop + 2;
        }
        if (end - mail < 2)
                return -EBADMSG;
        f->body = mail + 2;
        f->n_body = (size_t) (end - f->body);
        return 0;
}

static bool is_called(const struct field *f, const char *name) {
        size_t n = f->n_name;

        while (n > 0 && is_space(f->text[n - 1]))
                n--;
        return strlen(name) == n && strncasecmp(f->text, name, n) == 0;
}

static size_t count(const struct fields *f, const char *name) {
        size_t n = 0;

        for (size_t i = 0; i < f->n; i++)
                n += is_called(&f->list[i], name);
        return n;
}

/* The last one of that name that was not taken yet; NULL when there is none left: then its absence is signed. */
static struct field *take(struct fields *f, const char *name) {
        for (size_t i = f->n; i > 0; i--)
                if (!f->list[i - 1].used && is_called(&f->list[i - 1], name)) {
                        f->list[i - 1].used = true;
                        return &f->list[i - 1];
                }
        return NULL;
}

/* ---- relaxed ---- */

/* A header's value: unfolded, runs of white space one space, none at either end. */
static void add_relaxed(const char *value, size_t n, struct str *out) {
        bool begun = false, gap = false;

        for (size_t i = 0; i < n; i++) {
                if (is_space(value[i]) || value[i] == '\r' || value[i] == '\n') {
                        gap = true;
                        continue;
                }
                if (gap && begun)
                        str_add_char(out, ' ');
                str_add_char(out, value[i]);
                begun = true;
                gap = false;
        }
}

static void add_field(const struct field *f, const char *name, struct str *out) {
        str_addf(out, "%s:", name);
        add_relaxed(f->text + f->n_name + 1, f->n - f->n_name - 1, out);
}

/* A space that relaxing leaves as it is. The last byte of a line is none. */
static bool stays(const char *space) {
        return *space == ' ' && !is_space(space[1]);
}

/*
 * One line, and its CRLF if one stands behind it: what stays as it is goes in one piece. Lines of nothing wait, for at the end of
 * the body they do not count.
 */
static void hash_line(struct hash *h, const char *line, size_t n_line, bool has_end, size_t *n_emptyp) {
        size_t from = 0, n = n_line;

        while (n > 0 && is_space(line[n - 1]))
                n--;
        if (n == 0) {
                ++*n_emptyp;
                return;
        }
        for (; *n_emptyp > 0; --*n_emptyp)
                hash_add(h, "\r\n", 2);
        for (size_t i = 0; i < n; i++) {
                if (!is_space(line[i]) || stays(line + i))
                        continue;
                hash_add(h, line + from, i - from);
                hash_add(h, " ", 1);
                while (is_space(line[i + 1]))
                        i++;
                from = i + 1;
        }
        if (has_end && n == n_line) {
                hash_add(h, line + from, n + 2 - from);
                return;
        }
        hash_add(h, line + from, n - from);
        hash_add(h, "\r\n", 2);
}

/* NULL: there is none. */
static const char *next_crlf(const char *text, const char *end) {
        while ((text = memchr(text, '\r', (size_t) (end - text))) && ++text < end)
                if (*text == '\n')
                        return text - 1;
        return NULL;
}

int dkim_hash_body(const char *body, size_t n, uint8_t out[32]) {
        _cleanup_(hash_freep) struct hash *h = NULL;
        const char *end = body + n;
        size_t n_empty = 0;
        int r = hash_new(&h);

        if (r < 0)
                return r;
        while (body < end) {
                const char *stop = next_crlf(body, end);

                hash_line(h, body, (size_t) ((stop ? stop : end) - body), stop != NULL, &n_empty);
                body = stop ? stop + 2 : end;
        }
        return hash_end(h, out);
}

static void add_signed(
        struct fields *f, const char *const *names, size_t n_names, const char *own, struct str *out) {
        const char *value = strchr(own, ':') + 1;

        for (size_t i = 0; i < f->n; i++)
                f->list[i].used = false;
        for (size_t i = 0; i < n_names; i++) {
                const struct field *field = take(f, names[i]);

                if (!field)
                        continue;
                add_field(field, names[i], out);
                str_add(out, "\r\n");
        }
        str_add(out, "dkim-signature:");
        add_relaxed(value, strlen(value), out);
}

int dkim_add_signed(const char *mail, size_t n, const char *const *names, size_t n_names, const char *own,
        struct str *out) {
        struct fields f;
        int r = split(mail, n, &f);

        if (r < 0)
                return r;
        add_signed(&f, names, n_names, own, out);
        return out->error;
}

/* ---- one signature ---- */

#define NAMES_MAX (FIELDS_MAX + ELEMENTSOF(signed_headers))

/* Each as often as it is there, and once more. */
static size_t list_names(const struct fields *f, const char **names) {
        size_t n = 0;

        for (size_t i = 0; i < ELEMENTSOF(signed_headers); i++)
                for (size_t k = count(f, signed_headers[i]) + 1; k > 0; k--)
                        names[n++] = signed_headers[i];
        return n;
}

static void add_names(const char *const *names, size_t n, struct str *out) {
        size_t column = 3;

        str_add(out, " h=");
        for (size_t i = 0; i < n; i++) {
                if (i > 0)
                        str_add_char(out, ':');
                if (column > TAG_COLUMN) {
                        str_add(out, "\r\n  ");
                        column = 2;
                }
                str_add(out, names[i]);
                column += strlen(names[i]) + 1;
        }
        str_add(out, ";\r\n");
}

static void add_own(const struct dkim *d, const struct dkim_key *k, int64_t time_sec,
        const char *const *names, size_t n_names, const uint8_t body_hash[32], struct str *out) {
        str_addf(out, "DKIM-Signature: v=1; a=%s; c=relaxed/relaxed;\r\n d=%s;\r\n s=%s;",
                key_kind(k->key) == KEY_RSA ? "rsa-sha256" : "ed25519-sha256", d->domain, k->selector);
        if (time_sec > 0)
                str_addf(out, " t=%lld;", (long long) time_sec);
        str_add(out, "\r\n");
        add_names(names, n_names, out);
        str_add(out, " bh=");
        base64_encode(body_hash, 32, out);
        str_add(out, ";\r\n b=");
}

static int sign_bytes(const struct key *key, const struct str *text, uint8_t *signature, size_t *np) {
        _cleanup_(hash_freep) struct hash *h = NULL;
        uint8_t digest[HASH_BYTES];
        int r;

        if (key_kind(key) == KEY_RSA)
                return key_sign(key, text->data, text->len, signature, np);
        r = hash_new(&h);
        if (r < 0)
                return r;
        hash_add(h, text->data, text->len);
        r = hash_end(h, digest);
        return r < 0 ? r : key_sign(key, digest, sizeof(digest), signature, np);
}

static void add_signature(const uint8_t *signature, size_t n, struct str *out) {
        _cleanup_str_ struct str text = STR_INIT;

        base64_encode(signature, n, &text);
        for (size_t i = 0; i < text.len; i += B64_LINE) {
                str_add(out, i > 0 ? "\r\n  " : "");
                str_add_n(out, text.data + i, text.len - i < B64_LINE ? text.len - i : B64_LINE);
        }
        str_add(out, "\r\n");
        if (text.error && out->error == 0)
                out->error = text.error;
}

static int add_one(const struct dkim *d, const struct dkim_key *k, int64_t time_sec, struct fields *f,
        const uint8_t body_hash[32], struct str *out) {
        _cleanup_str_wiped_ struct str text = STR_INIT; /* names the customer */
        _cleanup_str_ struct str own = STR_INIT;
        uint8_t signature[KEY_SIGNATURE_MAX];
        const char *names[NAMES_MAX];
        size_t n_names = list_names(f, names), n = 0;
        int r;

        add_own(d, k, time_sec, names, n_names, body_hash, &own);
        if (own.error)
                return own.error;
        add_signed(f, names, n_names, own.data, &text);
        if (text.error)
                return text.error;
        r = sign_bytes(k->key, &text, signature, &n);
        if (r < 0)
                return r;
        str_add_n(out, own.data, own.len);
        add_signature(signature, n, out);
        return out->error;
}

int dkim_sign(const struct dkim *d, const char *mail, size_t n, int64_t time_sec, struct str *out) {
        uint8_t body_hash[HASH_BYTES];
        struct fields f;
        int r = split(mail, n, &f);

        if (r == 0)
                r = dkim_hash_body(f.body, f.n_body, body_hash);
        for (size_t i = 0; i < d->n_keys && r == 0; i++)
                r = add_one(d, &d->keys[i], time_sec, &f, body_hash, out);
        return r;
}

/* ---- names ---- */

bool dkim_selector_is_valid(const char *selector) {
        size_t n = strnlen(selector, DKIM_SELECTOR_MAX + 1);
        char domain[DKIM_SELECTOR_MAX + 3];

        /* Labels as in a domain, of which one is enough; the last may begin with a digit. */
        if (n == 0 || n > DKIM_SELECTOR_MAX)
                return false;
        memcpy(domain, selector, n);
        memcpy(domain + n, ".x", 3);
        return address_domain_is_valid(domain);
}

bool dkim_is_aligned(const char *domain, const char *from_address) {
        const char *at = strchr(from_address, '@');
        size_t n = strlen(domain), n_from = at ? strlen(at + 1) : 0;

        if (!at || n_from < n || strcasecmp(at + 1 + n_from - n, domain) != 0)
                return false;
        return n_from == n || at[n_from - n] == '.';
}
