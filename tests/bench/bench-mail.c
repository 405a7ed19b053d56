/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pickup notice from its texts to signed bytes: alternative { text, related { HTML, QR } } with an RSA-2048 and an Ed25519
 * signature, on one core. Limit: the two signatures alone, over a hash that lies ready.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "firmware/base/cleanup.h"
#include "services/notify/mail/dkim.h"
#include "services/notify/mail/mime.h"

#define ROUNDS 5
#define N_MAIL 500
#define GOAL   1000
#define N_HTML 14000 /* bytes: what a pickup notice's HTML weighs */

struct keys {
        struct key *rsa, *ed25519; /* owned */
};

static void keys_deinit(struct keys *k) {
        (void) key_free(k->rsa);
        (void) key_free(k->ed25519);
}

static int make_key(const char *algorithm, struct key **kp) {
        char path[] = "/tmp/okuru-bench-mail-XXXXXX", command[200];
        _autoclose_ int fd = mkstemp(path);
        int r = -1;

        (void) snprintf(
                command, sizeof(command), "openssl genpkey -quiet -algorithm %s -out %s", algorithm, path);
        if (fd >= 0 && system(command) == 0) /* NOLINT(cert-env33-c): words of ours */
                r = key_load(path, kp, NULL);
        (void) unlink(path); /* it was made above, or was not */
        return r;
}

static double seconds(void) {
        struct timespec t = {0};

        (void) clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* it always exists */
        return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static int write_one(const struct mime_message *m, const struct dkim *d, struct str *mail, struct str *out) {
        int r;

        str_clear(mail);
        str_clear(out);
        r = mime_write(m, mail);
        if (r == 0)
                r = dkim_sign(d, mail->data, mail->len, 0, out);
        str_add_n(out, mail->data, mail->len);
        return r;
}

static int sign_one(const struct keys *k) {
        static const uint8_t bytes[32];
        uint8_t out[KEY_SIGNATURE_MAX];
        size_t n = 0;

        return key_sign(k->rsa, bytes, sizeof(bytes), out, &n) < 0
                       ? -1
                       : key_sign(k->ed25519, bytes, sizeof(bytes), out, &n);
}

/* The best of some rounds, mails and bare signatures in turn. */
static int measure(const struct mime_message *m, const struct dkim *d, const struct keys *k, double *mailp,
        double *signp) {
        _cleanup_str_ struct str mail = STR_INIT, out = STR_INIT;

        for (int i = 0; i < ROUNDS; i++) {
                double begun = seconds(), between, ended;

                for (int n = 0; n < N_MAIL; n++)
                        if (write_one(m, d, &mail, &out) != 0)
                                return -1;
                between = seconds();
                for (int n = 0; n < N_MAIL; n++)
                        if (sign_one(k) < 0)
                                return -1;
                ended = seconds();
                *mailp = i == 0 || between - begun < *mailp ? between - begun : *mailp;
                *signp = i == 0 || ended - between < *signp ? ended - between : *signp;
        }
        return 0;
}

int main(void) {
        static char html[N_HTML + 1];
        static uint8_t qr[900];
        static const struct mime_file file = {
                .cid = "qr@okuru", .type = "image/png", .name = "qr.png", .bytes = qr, .n = sizeof(qr)};
        const struct mime_message m = {.from = {"アクメ商店", "shop@acme.example.jp"},
                .to = {"山田 花子", "hanako@example.jp"},
                .subject = "ご注文 A-778 のお受け取り準備ができました",
                .message_id = "f7e160bd-7d31-5602-8ce2-0cecab9e8306@bench-1.example.jp",
                .thread_id = "thread.b7e160bd-7d31-5602-8ce2-0cecab9e8306@acme.example.jp",
                .language = "ja",
                .text = "山田 花子 様\n\nご注文のお品が届きました。\n",
                .html = html,
                .files = &file,
                .n_files = 1};
        _cleanup_(keys_deinit) struct keys k = {0};
        struct dkim d = {.domain = "example.jp", .n_keys = 2};
        double mail = 0, sign = 0;

        memset(html, 'x', N_HTML);
        if (make_key("ed25519", &k.ed25519) < 0 ||
                make_key("RSA -pkeyopt rsa_keygen_bits:2048", &k.rsa) < 0) {
                (void) fprintf(stderr, "bench-mail: no keys\n");
                return 1;
        }
        d.keys[0] = (struct dkim_key){"bench-1-ed25519", k.ed25519};
        d.keys[1] = (struct dkim_key){"bench-1-rsa", k.rsa};
        if (measure(&m, &d, &k, &mail, &sign) < 0)
                return 1;
        (void) printf("{\"name\":\"mails-signed-per-second\",\"value\":%.0f,\"unit\":\"mails/"
                      "s\",\"limit\":%.0f,\"ratio\":%.2f,"
                      "\"goal\":\"value >= %d\",\"ok\":%s}\n",
                N_MAIL / mail, N_MAIL / sign, sign / mail, GOAL, N_MAIL / mail >= GOAL ? "true" : "false");
        return 0;
}
