/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A letter in our own words: subject, an empty line, the plain text. */
#include "services/notify/letter-view.h"
#include "services/notify/template/wording.h"

static inline void letter_write(const struct letter *l, const struct policy *policy, const char *customer,
        const char *code, struct str *out) {
        const struct wording ours = {0};
        struct letter_view v = {0};
        struct template_view view;
        struct template *t = NULL;

        assert_int_equal(letter_view_open(&v, l, policy_merchant(policy, "acme")), 0);
        view = (struct template_view){.data = v.data, .brand = &v.brand, .customer = customer, .code = code};
        assert_int_equal(
                wording_parse(
                        &ours, &(struct wording_name){"", v.language, notice_kind_to_str(l->kind)}, &t, NULL),
                0);
        assert_int_equal(template_render(t, TEMPLATE_SUBJECT, &view, out), 0);
        str_add(out, "\n\n");
        assert_int_equal(template_render(t, TEMPLATE_TEXT, &view, out), 0);
        assert_int_equal(out->error, 0);
        letter_view_close(&v);
        (void) template_free(t);
}
