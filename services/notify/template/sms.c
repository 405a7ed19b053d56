/* SPDX-License-Identifier: Apache-2.0 */
/* What an SMS is billed as. */
#include <string.h>

#include "firmware/base/str.h"
#include "services/notify/template/template.h"

#define SEPTETS_ONE  160
#define SEPTETS_EACH 153 /* of several: the others are the header that joins them */
#define UNITS_ONE    70
#define UNITS_EACH   67

/* Septets of a character in GSM 7 bit; 0: it has none, and all of the text goes as UTF-16. */
static size_t septets_of(const char *c, size_t n) {
        static const char basic[] = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
                                    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
                          extended[] = "^{}\\[~]|€";

        for (const char *b = basic; *b; b += utf8_sequence(b, 4))
                if (utf8_sequence(b, 4) == n && memcmp(b, c, n) == 0)
                        return 1;
        for (const char *e = extended; *e; e += utf8_sequence(e, 4))
                if (utf8_sequence(e, 4) == n && memcmp(e, c, n) == 0)
                        return 2;
        return 0;
}

static size_t divide(size_t units, size_t one, size_t each) {
        return units == 0 ? 0 : units <= one ? 1 : (units + each - 1) / each;
}

size_t template_sms_parts(const char *text) {
        size_t septets = 0, end = strlen(text);

        for (size_t i = 0; i < end;) {
                size_t n = utf8_sequence(text + i, end - i), k = n ? septets_of(text + i, n) : 0;

                if (k == 0)
                        return divide(template_utf16_length(text), UNITS_ONE, UNITS_EACH);
                septets += k;
                i += n;
        }
        return divide(septets, SEPTETS_ONE, SEPTETS_EACH);
}
