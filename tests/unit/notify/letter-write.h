/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A letter in our own words: subject, an empty line, the plain text. */
#include "services/notify/letter-view.h"
#include "services/notify/phrases.h"

static inline void letter_write(const struct letter *l, const struct policy *policy, const char *customer,
        const char *code, struct str *out) {
        struct phrases p = {0};
        struct letter_view v = {0};
        struct template_view view;
        const struct template *t;

        assert_int_equal(phrases_open(&p, "", NULL), 0);
        assert_int_equal(letter_view_open(&v, l, policy_merchant(policy, "acme")), 0);
        view = (struct template_view){.data = v.data, .brand = &v.brand, .customer = customer, .code = code};
        t = phrases_get(&p, l->kind, l->language);
        assert_int_equal(template_render(t, TEMPLATE_SUBJECT, &view, out), 0);
        str_add(out, "\n\n");
        assert_int_equal(template_render(t, TEMPLATE_TEXT, &view, out), 0);
        assert_int_equal(out->error, 0);
        letter_view_close(&v);
        phrases_close(&p);
}
