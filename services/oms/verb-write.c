/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs that ask `serve` to write: one shipment or one document at a time. verb-push.c pushes many. */
#include "firmware/base/wire.h"
#include "services/oms/asker.h"
#include "services/oms/verb.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int verb_connect(const struct invocation *in, struct asker **ap) {
        int r = asker_new(ap, in->options->config.socket);

        if (r < 0)
                return say_failed(
                        "%s: %s: is `okuru-oms serve` running?", in->options->config.socket, strerror(-r));
        return VERB_OK;
}

/* What was said about a single request. */
static int print_answer(const struct json *answer, uint64_t tag, void *userdata) {
        int *code = userdata;
        struct diag d = {0};
        int64_t version = json_get_int(answer, "version", 0);

        (void) tag;
        if (!json_get_bool(answer, "ok", false)) {
                (void) copy_text(d.key, sizeof(d.key), json_get_string(answer, "key", ""));
                (void) copy_text(d.text, sizeof(d.text), json_get_string(answer, "text", "refused"));
                *code = say_failure(&d);
                return 0;
        }
        (void) fputs(json_get_bool(answer, "changed", false) ? "done" : "nothing to change", stdout);
        if (version > 0)
                (void) printf(", version %lld", (long long) version);
        (void) putchar('\n');
        return 0;
}

static int ask_one(const struct invocation *in, const struct str *request) {
        _cleanup_(asker_freep) struct asker *asker = NULL;
        int code = verb_connect(in, &asker);
        int r;

        if (code != VERB_OK)
                return code;
        r = asker_ask(asker, request, 0, print_answer, &code);
        if (r == 0)
                r = asker_finish(asker, print_answer, &code);
        return r < 0 ? say_failed("serve: %s", strerror(-r)) : code;
}

static void begin(struct json_writer *w, struct str *request, const char *verb, const struct invocation *in) {
        json_writer_init(w, request);
        json_write_object(w, NULL);
        json_write_string(w, "verb", verb);
        if (in->options->station)
                json_write_string(w, "station", in->options->station);
}

static int finish(const struct invocation *in, struct json_writer *w, struct str *request) {
        json_write_end_object(w);
        return request->error == -EILSEQ ? say_failed("an argument is not UTF-8") : ask_one(in, request);
}

/* ---- about one shipment ---- */

static int about_shipment(const struct invocation *in, const char *verb) {
        _cleanup_str_ struct str request = STR_INIT;
        struct json_writer w;

        begin(&w, &request, verb, in);
        json_write_string(&w, "merchant", in->options->merchant);
        json_write_string(&w, "shipment", in->words[0]);
        if (in->options->reason)
                json_write_string(&w, "reason", in->options->reason);
        return finish(in, &w, &request);
}

int verb_hold(const struct invocation *in) {
        return about_shipment(in, "hold");
}

int verb_release(const struct invocation *in) {
        return about_shipment(in, "release");
}

int verb_cancel(const struct invocation *in) {
        return about_shipment(in, "cancel");
}

int verb_erase(const struct invocation *in) {
        return about_shipment(in, "erase");
}

/* ---- a document ---- */

/* Return: 0, -errno. "-" is stdin. */
static int read_file(const char *path, struct str *text) {
        _autoclose_ int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
        char bytes[16384];
        ssize_t n;

        if (fd < 0)
                return -errno;
        while ((n = read(fd, bytes, sizeof(bytes))) > 0) {
                str_add_n(text, bytes, (size_t) n);
                if (text->len > WIRE_LINE_MAX)
                        return -EFBIG;
        }
        return n < 0 ? -errno : text->error;
}

static int read_document(const char *path, struct json **docp) {
        _cleanup_str_ struct str text = STR_INIT;
        struct diag d = {0};
        int r = read_file(path, &text);

        if (r < 0)
                return say_failed("%s: %s", path, strerror(-r));
        r = json_parse(text.len ? text.data : "", text.len, docp, &d);
        (void) copy_text(d.file, sizeof(d.file), path);
        return r < 0 ? say_failure(&d) : VERB_OK;
}

static int send_document(const struct invocation *in, const char *verb, const char *kind) {
        _cleanup_(json_freep) struct json *doc = NULL;
        _cleanup_str_ struct str request = STR_INIT;
        struct json_writer w;
        int r = read_document(in->words[0], &doc);

        if (r != VERB_OK)
                return r;
        begin(&w, &request, verb, in);
        if (kind)
                json_write_string(&w, "kind", kind);
        json_write_value(&w, "data", doc);
        return finish(in, &w, &request);
}

int verb_label(const struct invocation *in) {
        return send_document(in, "label", NULL);
}

int verb_contact(const struct invocation *in) {
        return send_document(in, "contact", NULL);
}

int verb_notice(const struct invocation *in) {
        return send_document(in, "notice", NULL);
}

int verb_policy(const struct invocation *in) {
        return send_document(in, "wish", "policy");
}

int verb_people(const struct invocation *in) {
        return send_document(in, "wish", "people");
}

int verb_keys(const struct invocation *in) {
        return send_document(in, "wish", "keys");
}

int verb_offer(const struct invocation *in) {
        return send_document(in, "wish", "offer");
}

int verb_bay(const struct invocation *in) {
        return send_document(in, "wish", "bay");
}

int verb_codes(const struct invocation *in) {
        return send_document(in, "wish", "item.codes");
}

int verb_block(const struct invocation *in) {
        return send_document(in, "wish", "label.block");
}

/* ---- the whole ---- */

int verb_snapshot(const struct invocation *in) {
        _cleanup_str_ struct str request = STR_INIT;
        struct json_writer w;

        begin(&w, &request, "snapshot", in);
        return finish(in, &w, &request);
}

int verb_restored(const struct invocation *in) {
        _cleanup_str_ struct str request = STR_INIT;
        struct json_writer w;

        begin(&w, &request, "restored", in);
        return finish(in, &w, &request);
}
