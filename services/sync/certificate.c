/* SPDX-License-Identifier: Apache-2.0 */
#include "services/sync/certificate.h"

#include "firmware/base/bytes.h"
#include "firmware/base/time.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define PEM_MAX   65536
#define PEM_BEGIN "-----BEGIN CERTIFICATE-----"
#define PEM_END   "-----END CERTIFICATE-----"

enum der_tag {
        DER_INTEGER = 0x02,
        DER_UTC_TIME = 0x17,
        DER_GENERALIZED_TIME = 0x18,
        DER_SEQUENCE = 0x30,
        DER_VERSION = 0xa0, /* [0], constructed */
};

struct der { /* what is left of a value */
        const uint8_t *at, *end;
};

/* The next element: its tag and content. Definite lengths of up to three bytes; more is no certificate. */
static int der_next(struct der *d, uint8_t *tag, struct der *content) {
        size_t n, n_length;

        if (d->end - d->at < 2)
                return -EBADMSG;
        *tag = *d->at++;
        n = *d->at++;
        if (n >= 0x80) {
                n_length = n & 0x7f;
                if (n_length < 1 || n_length > 3 || (size_t) (d->end - d->at) < n_length)
                        return -EBADMSG;
                for (n = 0; n_length > 0; n_length--)
                        n = n << 8 | *d->at++;
        }
        if ((size_t) (d->end - d->at) < n)
                return -EBADMSG;
        *content = (struct der){d->at, d->at + n};
        d->at += n;
        return 0;
}

static int der_expect(struct der *d, uint8_t wanted, struct der *content) {
        uint8_t tag;
        int r = der_next(d, &tag, content);

        return r < 0 ? r : tag == wanted ? 0 : -EBADMSG;
}

static int read_time(uint8_t tag, const struct der *content, int64_t *wall_usecp) {
        const size_t n = (size_t) (content->end - content->at), n_year = tag == DER_UTC_TIME ? 2 : 4;
        const char *t = (const char *) content->at;
        char text[TIME_TEXT_MAX];
        int century = 20;

        if ((tag != DER_UTC_TIME && tag != DER_GENERALIZED_TIME) || n != n_year + 11 || t[n - 1] != 'Z')
                return -EBADMSG;
        for (size_t i = 0; i < n - 1; i++)
                if (t[i] < '0' || t[i] > '9')
                        return -EBADMSG;
        if (tag == DER_UTC_TIME && t[0] >= '5')
                century = 19;
        if (tag == DER_GENERALIZED_TIME)
                century = (t[0] - '0') * 10 + (t[1] - '0');
        t += n_year - 2;
        (void) snprintf(text, sizeof(text),
                "%02d%.2s-%.2s-%.2s"
                "T%.2s:%.2s:%.2sZ",
                century, t, t + 2, t + 4, t + 6, t + 8, t + 10);
        return time_parse(text, wall_usecp, NULL) < 0 ? -EBADMSG : 0;
}

static int read_der(const uint8_t *bytes, size_t n, int64_t *wall_usecp) {
        struct der d = {bytes, bytes + n}, body, validity, ignored;
        uint8_t tag = 0;
        int r = der_expect(&d, DER_SEQUENCE, &body);

        if (r == 0)
                r = der_expect(&body, DER_SEQUENCE, &d);
        if (r == 0)
                r = der_next(&d, &tag, &ignored);
        if (r == 0 && tag == DER_VERSION)
                r = der_next(&d, &tag, &ignored);
        if (r == 0 && tag != DER_INTEGER) /* the serial */
                r = -EBADMSG;
        if (r == 0)
                r = der_expect(&d, DER_SEQUENCE, &ignored); /* signature algorithm */
        if (r == 0)
                r = der_expect(&d, DER_SEQUENCE, &ignored); /* issuer */
        if (r == 0)
                r = der_expect(&d, DER_SEQUENCE, &validity);
        if (r == 0)
                r = der_next(&validity, &tag, &ignored); /* not before */
        if (r == 0)
                r = der_next(&validity, &tag, &ignored);
        return r < 0 ? r : read_time(tag, &ignored, wall_usecp);
}

int certificate_end(const char *pem, size_t n, int64_t *wall_usecp) {
        const char *begin = memmem(pem, n, PEM_BEGIN, strlen(PEM_BEGIN)), *end;
        _cleanup_str_ struct str text = STR_INIT;
        _autofree_ uint8_t *bytes = NULL;
        size_t n_bytes;
        int r;

        if (!begin)
                return -EBADMSG;
        begin += strlen(PEM_BEGIN);
        end = memmem(begin, n - (size_t) (begin - pem), PEM_END, strlen(PEM_END));
        if (!end)
                return -EBADMSG;
        for (; begin < end; begin++)
                if (*begin != '\n' && *begin != '\r')
                        str_add_char(&text, *begin);
        if (text.error || text.len == 0)
                return text.error ? text.error : -EBADMSG;
        r = base64_decode(text.data, text.len, &bytes, &n_bytes);
        return r < 0 ? r : read_der(bytes, n_bytes, wall_usecp);
}

int certificate_end_of_file(const char *path, int64_t *wall_usecp) {
        _autofclose_ FILE *f = fopen(path, "re");
        _autofree_ char *pem = NULL;
        size_t n;

        if (!f)
                return -errno;
        pem = malloc(PEM_MAX);
        if (!pem)
                return -ENOMEM;
        n = fread(pem, 1, PEM_MAX, f);
        return certificate_end(pem, n, wall_usecp);
}
