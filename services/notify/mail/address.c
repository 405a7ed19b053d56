/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/mail/address.h"

#include <string.h>

#define LOCAL_MAX  64
#define DOMAIN_MAX 253
#define LABEL_MAX  63

/* No isalnum(): a locale must not widen this. */
static bool is_digit(char c) {
        return c >= '0' && c <= '9';
}

static bool is_alnum(char c) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_atext(char c) {
        return c != '\0' && (is_alnum(c) || strchr("!#$%&'*+-/=?^_`{|}~", c));
}

static bool label_is_valid(const char *label, size_t n) {
        if (n == 0 || n > LABEL_MAX || label[0] == '-' || label[n - 1] == '-')
                return false;
        for (size_t i = 0; i < n; i++)
                if (!is_alnum(label[i]) && label[i] != '-')
                        return false;
        return true;
}

bool address_domain_is_valid(const char *text) {
        size_t n_labels = 0, n;

        if (!text || strnlen(text, DOMAIN_MAX + 1) > DOMAIN_MAX)
                return false;
        for (;; text += n + 1) {
                n = strcspn(text, ".");
                if (!label_is_valid(text, n))
                        return false;
                n_labels++;
                if (text[n] == '\0')
                        break;
        }
        /* The last label with a digit in front is an IP address in disguise. */
        return n_labels >= 2 && !is_digit(*text);
}

bool address_is_valid(const char *text) {
        const char *at = text ? strchr(text, '@') : NULL;

        if (!at || at == text || at - text > LOCAL_MAX || strnlen(text, ADDRESS_MAX + 1) > ADDRESS_MAX)
                return false;
        for (const char *c = text; c < at; c++)
                if (!is_atext(*c) && *c != '.')
                        return false;
        return address_domain_is_valid(at + 1);
}

static bool is_dot_atom(const char *local, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (local[i] == '.' && (i == 0 || i == n - 1 || local[i + 1] == '.'))
                        return false;
        return true;
}

void address_add(struct str *out, const char *address) {
        size_t n = strcspn(address, "@");

        if (is_dot_atom(address, n)) {
                str_add(out, address);
                return;
        }
        str_add_char(out, '"');
        str_add_n(out, address, n);
        str_add_char(out, '"');
        str_add(out, address + n);
}
