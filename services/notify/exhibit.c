/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/exhibit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"

#define DATA_MAX (1024 * 1024)

static int refuse(struct diag *d, const char *key, const char *text) {
        diag_set(d, 0, 0, key, "%s", text);
        return -EBADMSG;
}

static int read_data(const char *path, struct json **rootp, struct diag *d) {
        _autofree_ char *text = malloc(DATA_MAX);
        _autofclose_ FILE *f = fopen(path, "re");
        size_t n;
        int r;

        if (!f)
                r = -errno;
        else if (!text)
                r = -ENOMEM;
        else {
                n = fread(text, 1, DATA_MAX, f);
                r = ferror(f) ? -EIO : n == DATA_MAX ? -EFBIG : json_parse(text, n, rootp, d);
        }
        if (r < 0 && d) {
                if (r != -EBADMSG)
                        diag_set(d, 0, 0, "", "%s", strerror(-r));
                (void) copy_text(d->file, sizeof(d->file), path);
        }
        return r;
}

static int read_sample(struct exhibit *e) {
        const char *text = wording_text(
                &e->folder.wording, e->language == TEMPLATE_EN ? "samples/en.json" : "samples/ja.json");

        return json_parse(text, strlen(text), &e->sample, NULL);
}

/* ---- a shipment ---- */

/* Return: 0, STORE_E_NONE no merchant has it, -EEXIST several have, else as shipments_get(). */
static int find_shipment(struct exhibit *e, const struct exhibit_wish *w) {
        int n_found = 0, r;

        if (w->merchant) {
                e->merchant = w->merchant;
                return shipments_get(e->shipments, w->merchant, w->shipment, &e->shipment);
        }
        for (const struct json *m = json_first(json_get(e->policy.doc, "merchants")); m; m = json_next(m)) {
                const char *merchant = json_get_string(m, "merchant", "");
                struct shipment one = {0};

                r = shipments_get(e->shipments, merchant, w->shipment, &one);
                if (r != 0 && r != STORE_E_NONE)
                        return r;
                if (r == 0 && n_found++ > 0) {
                        shipment_deinit(&one);
                        return -EEXIST;
                }
                if (r == 0) {
                        e->shipment = one;
                        e->merchant = merchant;
                }
        }
        return n_found == 1 ? 0 : STORE_E_NONE;
}

/* In which language its customer is written to. */
static int read_language(struct exhibit *e, const char *shipment) {
        _cleanup_(json_freep) struct json *data = NULL;
        enum language language = (enum language) e->config.language;
        int r = shipments_contact(e->shipments, e->merchant, shipment, &data);

        if (r == 0)
                (void) language_from_str(json_get_string(data, "language", ""), &language);
        e->language = language == LANGUAGE_EN ? TEMPLATE_EN : TEMPLATE_JA;
        return r == STORE_E_NONE ? 0 : r;
}

static int open_ledger(struct exhibit *e, struct diag *d) {
        int64_t position = -1;
        int r = facts_open(&e->facts, e->config.ledger, d);

        if (r == 0)
                r = shipments_open(&e->shipments, e->facts);
        return r == 0 ? shipments_policy(e->shipments, &e->policy, &position) : r;
}

static int look_up(struct exhibit *e, const struct exhibit_wish *w, struct diag *d) {
        int r = open_ledger(e, d);

        if (r == 0)
                r = find_shipment(e, w);
        if (r == 0 && !w->has_language)
                r = read_language(e, w->shipment);
        switch (r) {
        case 0:
                return 0;
        case STORE_E_NONE:
                return refuse(d, w->shipment, "no such shipment here");
        case -EEXIST:
                return refuse(
                        d, w->shipment, "several merchants have a shipment of this name: say --merchant");
        default:
                if (*d->text == '\0')
                        diag_set(d, 0, 0, "ledger", "%s cannot be read now", e->config.ledger);
                return r < 0 ? r : -EAGAIN;
        }
}

static int write_letter(struct exhibit *e, const struct exhibit_wish *w, struct diag *d) {
        enum notice_kind kind;
        int r;

        if (notice_kind_from_str(w->kind, &kind) < 0)
                return refuse(d, w->kind, "is no notice about a shipment: leave --shipment out");
        r = letter_compose(&e->letter, kind, &e->shipment, &e->policy,
                e->language == TEMPLATE_EN ? LANGUAGE_EN : LANGUAGE_JA);
        e->letter.data = e->data;
        if (r == 0)
                r = letter_view_open(&e->fields, &e->letter, policy_merchant(&e->policy, e->merchant));
        if (r < 0)
                return r;
        e->view = (struct template_view){.data = e->fields.data,
                .brand = &e->fields.brand,
                .customer = json_get_string(e->sample, "customer", ""),
                .code = json_get_string(e->sample, "code", "")};
        return 0;
}

/* ---- all of it ---- */

static int read_config(struct exhibit *e, const struct exhibit_wish *w, struct diag *d) {
        int r;

        if (!w->config)
                return w->shipment ? refuse(d, "--shipment", "needs --config: the ledger is named there") : 0;
        r = notify_config_load(&e->config, w->config, d);
        e->has_config = r == 0;
        if (r == 0 && !w->has_language)
                e->language = e->config.language == LANGUAGE_EN ? TEMPLATE_EN : TEMPLATE_JA;
        return r;
}

static void set_logo(struct exhibit *e) {
        const struct words_logo *l = words_folder_logo(&e->folder, e->merchant);
        const char *why;

        if (l && logo_read(l->bytes, l->n, &e->logo, &why) == 0)
                e->view.logo = &e->logo;
}

int exhibit_open(struct exhibit *e, const struct exhibit_wish *w, struct diag *d) {
        int r;

        e->language = w->language;
        e->merchant = w->merchant ? w->merchant : "";
        r = read_config(e, w, d);
        if (r == 0)
                r = words_folder_read(&e->folder,
                        w->words        ? w->words
                        : e->has_config ? e->config.words
                                        : "",
                        d);
        if (r == 0 && w->shipment)
                r = look_up(e, w, d);
        if (r == 0)
                r = wording_parse(&e->folder.wording,
                        &(struct wording_name){e->merchant, e->language, w->kind}, &e->words, d);
        if (r == 0)
                r = read_sample(e);
        if (r == 0 && w->data)
                r = read_data(w->data, &e->data, d);
        if (r == 0 && w->shipment) {
                r = write_letter(e, w, d);
        } else if (r == 0) {
                e->view = (struct template_view){.data = e->data ? e->data : e->sample, .brand = &e->brand};
                r = brand_read(json_get(json_get(e->view.data, "brand") ? e->view.data : e->sample, "brand"),
                        NULL, e->language, &e->brand, d);
        }
        if (r != 0)
                return r;
        e->view.marketing = !w->no_consent;
        set_logo(e);
        return 0;
}

void exhibit_close(struct exhibit *e) {
        letter_view_close(&e->fields);
        letter_deinit(&e->letter);
        shipment_deinit(&e->shipment);
        policy_deinit(&e->policy);
        e->shipments = shipments_close(e->shipments);
        e->facts = facts_close(e->facts);
        e->data = json_free(e->data);
        e->sample = json_free(e->sample);
        e->words = template_free(e->words);
        words_folder_deinit(&e->folder);
        *e = (struct exhibit){0};
}
