/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libcurl alone can do: the mails of a file, which are read before the first one goes, over one connection that is kept.
 * Nothing is looked up, written down, composed or signed, and nobody waits in another thread.
 *
 *   smtp-probe PORT FILE
 *
 * FILE: as smtp-sink --keep writes it. The sink says how fast it was.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"

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

static int send_all(CURL *h, const struct str *text, struct mail *m) {
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
                code = curl_easy_setopt(h, CURLOPT_INFILESIZE_LARGE, (curl_off_t) m->n);
                if (code == CURLE_OK)
                        code = curl_easy_perform(h);
        }
        return code == CURLE_OK ? 0 : -EIO;
}

int main(int argc, char **argv) {
        _cleanup_str_ struct str text = STR_INIT;
        struct curl_slist *to = NULL;
        struct mail m = {0};
        CURL *h = NULL;
        int r = argc == 3 ? read_all(argv[2], &text) : -EINVAL;

        if (r == 0 && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) {
                h = curl_easy_init();
                to = curl_slist_append(NULL, "hanako@example.jp");
        }
        if (r == 0)
                r = h && to && make_ready(h, argv[1], &m, to) ? send_all(h, &text, &m) : -ENOMEM;
        if (r < 0)
                (void) fprintf(stderr, "smtp-probe PORT FILE: %s\n", strerror(-r));
        curl_slist_free_all(to);
        curl_easy_cleanup(h);
        curl_global_cleanup();
        return r == 0 ? 0 : 1;
}
