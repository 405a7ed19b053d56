/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mails from JSON, for the oracles in Python: a line in, {"mail": base64} or {"refused": MIME_E_*} out.
 *
 *   mail-tool [DOMAIN SELECTOR KEY [SELECTOR KEY]]     with keys: signed
 *
 * A line is {"from": [name, address], "to": [name, address], "subject", "text", "html"?, "date_usec", "offset_sec", "message_id",
 * "thread_id"?, "unsubscribe"?, "reply_to"?, "language", "files"?: [{"cid"?, "type", "name", "base64"}]}.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/bytes.h"
#include "firmware/base/json.h"
#include "services/notify/mail/dkim.h"
#include "services/notify/mail/mime.h"

#define FILES_MAX 8

struct files {
        struct mime_file list[FILES_MAX];
        uint8_t *bytes[FILES_MAX]; /* owned */
        size_t n;
};

static void files_deinit(struct files *f) {
        for (size_t i = 0; i < f->n; i++)
                free(f->bytes[i]);
}

static int read_files(const struct json *array, struct files *f) {
        for (const struct json *v = json_first(array); v && f->n < FILES_MAX; v = json_next(v)) {
                const char *text = json_get_string(v, "base64", "");
                struct mime_file *file = &f->list[f->n];
                int r = base64_decode(text, strlen(text), &f->bytes[f->n], &file->n);

                if (r < 0)
                        return r;
                file->cid = json_get_string(v, "cid", NULL);
                file->type = json_get_string(v, "type", NULL);
                file->name = json_get_string(v, "name", NULL);
                file->bytes = f->bytes[f->n++];
        }
        return 0;
}

static struct mime_mailbox read_mailbox(const struct json *pair) {
        return (struct mime_mailbox){json_string(json_at(pair, 0)), json_string(json_at(pair, 1))};
}

static int write_mail(const struct json *line, struct str *mail) {
        _cleanup_(files_deinit) struct files files = {0};
        int r = read_files(json_get(line, "files"), &files);

        if (r < 0)
                return r;
        return mime_write(
                &(struct mime_message){
                        .from = read_mailbox(json_get(line, "from")),
                        .to = read_mailbox(json_get(line, "to")),
                        .reply_to = json_get_string(line, "reply_to", NULL),
                        .subject = json_get_string(line, "subject", ""),
                        .date_usec = json_get_int(line, "date_usec", 0),
                        .date_offset_sec = (int) json_get_int(line, "offset_sec", 0),
                        .message_id = json_get_string(line, "message_id", NULL),
                        .thread_id = json_get_string(line, "thread_id", NULL),
                        .unsubscribe = json_get_string(line, "unsubscribe", NULL),
                        .language = json_get_string(line, "language", NULL),
                        .text = json_get_string(line, "text", ""),
                        .html = json_get_string(line, "html", NULL),
                        .files = files.list,
                        .n_files = files.n,
                },
                mail);
}

static int answer(const struct dkim *dkim, const char *text, size_t n) {
        _cleanup_(json_freep) struct json *line = NULL;
        _cleanup_str_ struct str mail = STR_INIT, whole = STR_INIT, out = STR_INIT;
        int r = json_parse(text, n, &line, NULL);

        if (r == 0)
                r = write_mail(line, &mail);
        if (r == 0)
                r = dkim_sign(
                        dkim, mail.data, mail.len, json_get_int(line, "date_usec", 0) / 1000000, &whole);
        if (r < 0)
                return r;
        if (r > 0) {
                (void) printf("{\"refused\":%d}\n", r);
                return 0;
        }
        str_add_n(&whole, mail.data, mail.len);
        base64_encode((const uint8_t *) whole.data, whole.len, &out);
        (void) printf("{\"mail\":\"%s\"}\n", out.data);
        return out.error;
}

static int serve(const struct dkim *dkim) {
        _autofree_ char *line = NULL;
        size_t size = 0;
        ssize_t n;

        while ((n = getline(&line, &size, stdin)) > 0) {
                int r = answer(dkim, line, (size_t) n - 1);

                if (r < 0)
                        return r;
                (void) fflush(stdout);
        }
        return 0;
}

int main(int argc, char **argv) {
        struct dkim dkim = {.domain = argc > 1 ? argv[1] : ""};
        struct key *keys[DKIM_KEYS_MAX] = {NULL};
        int r = 0;

        for (int i = 2; i + 1 < argc && dkim.n_keys < DKIM_KEYS_MAX && r == 0; i += 2) {
                r = key_load(argv[i + 1], &keys[dkim.n_keys], NULL);
                dkim.keys[dkim.n_keys] = (struct dkim_key){argv[i], keys[dkim.n_keys]};
                dkim.n_keys += r == 0;
        }
        if (r == 0)
                r = serve(&dkim);
        for (size_t i = 0; i < dkim.n_keys; i++)
                (void) key_free(keys[i]);
        if (r < 0)
                (void) fprintf(stderr, "mail-tool: %s\n", strerror(-r));
        return r < 0;
}
