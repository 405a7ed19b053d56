/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libcurl alone can do: the mails of a file, which are read before the first one goes, over one connection that is kept.
 * Nothing is looked up, written down, composed or signed, and nobody waits in another thread.
 *
 *   smtp-probe PORT FILE [DOMAIN KEY...]
 *
 * FILE: as smtp-sink --keep writes it. With keys each mail is signed for the domain before it goes: what one thread can do that has
 * nothing else to do. The sink says how fast it was.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"
#include "services/notify/mail/dkim.h"

struct mail {
        const char *bytes;
        size_t n, sent;
};

static size_t on_read(char *buffer, size_t size, size_t n, void *userdata) {
        struct mail *m = userdata;
        size_t room = size * n, rest = m->n - m->sent;

        if (rest < room)
                room = rest;
        memcpy(buffer, m->bytes + m->sent, room);
        m->sent += room;
        return room;
}

static int read_all(const char *path, struct str *text) {
        _autofclose_ FILE *f = fopen(path, "re");
        static char buffer[64 * 1024];
        size_t n;

        if (!f)
                return -errno;
        while ((n = fread(buffer, 1, sizeof(buffer), f)) > 0)
                str_add_n(text, buffer, n);
        return text->error;
}

static bool make_ready(CURL *h, const char *port, struct mail *m, struct curl_slist *to) {
        char url[64];

        (void) snprintf(url, sizeof(url), "smtp://127.0.0.1:%s/probe", port);
        return curl_easy_setopt(h, CURLOPT_URL, url) == CURLE_OK &&
               curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
               curl_easy_setopt(h, CURLOPT_PROXY, "") == CURLE_OK &&
               curl_easy_setopt(h, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
               curl_easy_setopt(h, CURLOPT_MAIL_FROM, "b+probe@bounce.example.jp") == CURLE_OK &&
               curl_easy_setopt(h, CURLOPT_MAIL_RCPT, to) == CURLE_OK &&
               curl_easy_setopt(h, CURLOPT_READFUNCTION, on_read) == CURLE_OK &&
               curl_easy_setopt(h, CURLOPT_READDATA, m) == CURLE_OK;
}

/* @signed_mail: @m, and what stands before it; in use until it has gone. */
static int sign(const struct dkim *dkim, struct mail *m, struct str *signed_mail) {
        int r;

        if (dkim->n_keys == 0)
                return 0;
        str_clear(signed_mail);
        r = dkim_sign(dkim, m->bytes, m->n, 0, signed_mail);
        str_add_n(signed_mail, m->bytes, m->n);
        m->bytes = signed_mail->data;
        m->n = signed_mail->len;
        return r == 0 ? signed_mail->error : r;
}

static int send_all(CURL *h, const struct str *text, const struct dkim *dkim, struct mail *m) {
        _cleanup_str_ struct str signed_mail = STR_INIT;
        const char *at = text->data, *end = text->data + text->len;
        CURLcode code = CURLE_OK;

        while (at < end && code == CURLE_OK) {
                char *mail;

                m->n = strtoul(at, &mail, 10);
                m->sent = 0;
                m->bytes = mail + 1;
                if (*mail != '\n' || m->n > (size_t) (end - m->bytes))
                        return -EBADMSG;
                at = m->bytes + m->n;
                if (sign(dkim, m, &signed_mail) != 0)
                        return -ENOMEM;
                code = curl_easy_setopt(h, CURLOPT_INFILESIZE_LARGE, (curl_off_t) m->n);
                if (code == CURLE_OK)
                        code = curl_easy_perform(h);
        }
        return code == CURLE_OK ? 0 : -EIO;
}

int main(int argc, char **argv) {
        _cleanup_str_ struct str text = STR_INIT;
        struct curl_slist *to = NULL;
        struct key *keys[DKIM_KEYS_MAX] = {0};
        struct dkim dkim = {.domain = argc > 3 ? argv[3] : ""};
        struct mail m = {0};
        CURL *h = NULL;
        int r = argc >= 3 && argc <= 4 + DKIM_KEYS_MAX ? read_all(argv[2], &text) : -EINVAL;

        for (int i = 4; i < argc && r == 0; i++, dkim.n_keys++) {
                r = key_load(argv[i], &keys[i - 4], NULL);
                dkim.keys[i - 4] = (struct dkim_key){"probe", keys[i - 4]};
        }

        if (r == 0 && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) {
                h = curl_easy_init();
                to = curl_slist_append(NULL, "hanako@example.jp");
        }
        if (r == 0)
                r = h && to && make_ready(h, argv[1], &m, to) ? send_all(h, &text, &dkim, &m) : -ENOMEM;
        if (r < 0)
                (void) fprintf(stderr, "smtp-probe PORT FILE [DOMAIN KEY...]: %s\n", strerror(-r));
        curl_slist_free_all(to);
        curl_easy_cleanup(h);
        curl_global_cleanup();
        for (size_t i = 0; i < DKIM_KEYS_MAX; i++)
                (void) key_free(keys[i]);
        return r == 0 ? 0 : 1;
}
