/* SPDX-License-Identifier: Apache-2.0 */
#include "services/sync/picture-pages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/bytes.h"
#include "firmware/base/cleanup.h"
#include "firmware/seal/seal.h"

#define DATA_CHARS_MAX ((PICTURE_PAGE_BYTES + 2) / 3 * 4)

void picture_pages_end(struct picture_pages *p) {
        str_deinit(&p->bytes);
        *p = (struct picture_pages){.bytes = STR_INIT};
}

void picture_pages_begin(struct picture_pages *p, const char *name) {
        picture_pages_end(p);
        (void) copy_text(p->name, sizeof(p->name), name); /* a valid one fits */
        p->page = 1;
}

int picture_pages_ask(struct picture_pages *p, const char *id, uint64_t now_usec, struct str *out) {
        struct json_writer w;

        (void) copy_text(p->question, sizeof(p->question), id);
        p->asked_usec = now_usec;
        json_writer_init(&w, out);
        json_write_object(&w, NULL);
        json_write_int(&w, "v", 1);
        json_write_string(&w, "id", id);
        json_write_string(&w, "what", "picture");
        json_write_string(&w, "picture", p->name);
        json_write_int(&w, "page", p->page);
        json_write_end_object(&w);
        return out->error;
}

static const struct json_rule page_rules[] = {
        {"picture", JSON_WANT_STRING, true, PICTURE_NAME_MAX - 1, PICTURE_NAME_MAX - 1},
        {"page", JSON_WANT_INT, true, 1, PICTURE_PAGES_MAX},
        {"pages", JSON_WANT_INT, true, 1, PICTURE_PAGES_MAX},
        {"data", JSON_WANT_STRING, true, 4, DATA_CHARS_MAX},
};

/* Is it the page that was asked for, of as many as before? */
static bool is_next(const struct picture_pages *p, const struct json *doc) {
        const int64_t pages = json_get_int(doc, "pages", 0);

        return json_check(doc, "", page_rules, ELEMENTSOF(page_rules), NULL) == 0 &&
               strcmp(json_get_string(doc, "picture", ""), p->name) == 0 &&
               json_get_int(doc, "page", 0) == (int64_t) p->page && pages >= (int64_t) p->page &&
               (p->pages == 0 || pages == (int64_t) p->pages);
}

static int take_page(struct picture_pages *p, const struct json *doc) {
        const char *text = json_get_string(doc, "data", "");
        _autofree_ uint8_t *bytes = NULL;
        size_t n = 0;
        int r = base64_decode(text, strlen(text), &bytes, &n);

        if (r < 0)
                return r == -EBADMSG ? PICTURE_BAD : r;
        p->pages = (unsigned) json_get_int(doc, "pages", 0);
        if (n == 0 || n > PICTURE_PAGE_BYTES || (p->page < p->pages && n < PICTURE_PAGE_BYTES))
                return PICTURE_BAD;
        str_add_n(&p->bytes, (const char *) bytes, n);
        return p->bytes.error ? p->bytes.error : PICTURE_MORE;
}

/* What is no picture is not asked on for; what is whole bears its name or is nothing. */
static int judge(struct picture_pages *p) {
        char hash[SEAL_HASH_MAX];

        if (!picture_media_type((const uint8_t *) p->bytes.data, p->bytes.len))
                return PICTURE_BAD;
        if (p->page++ < p->pages)
                return PICTURE_MORE;
        seal_sha256(p->bytes.data, p->bytes.len, hash);
        return strcmp(hash, p->name) == 0 ? PICTURE_WHOLE : PICTURE_BAD;
}

int picture_pages_hear(struct picture_pages *p, const char *text, size_t n) {
        _cleanup_(json_freep) struct json *doc = NULL;
        int r;

        if (!*p->question)
                return PICTURE_NOT_OURS;
        r = json_parse(text, n, &doc, NULL);
        if (r == -ENOMEM)
                return r;
        if (r < 0 || strcmp(json_get_string(doc, "id", ""), p->question) != 0)
                return PICTURE_NOT_OURS;
        p->question[0] = '\0'; /* answered, well or badly */
        if (!json_get_bool(doc, "ok", false))
                return strcmp(json_get_string(doc, "reason", ""), "unknown") == 0 ? PICTURE_UNKNOWN
                                                                                  : PICTURE_NOBODY;
        if (!is_next(p, doc))
                return PICTURE_BAD;
        r = take_page(p, doc);
        return r == PICTURE_MORE ? judge(p) : r;
}
