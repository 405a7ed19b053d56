/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/console/text.h"

#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/say.h"

void console_write_text(struct json_writer *w, const char *key, const char *text) {
        _cleanup_str_ struct str escaped = STR_INIT;

        if (utf8_is_valid(text, strlen(text))) {
                json_write_string(w, key, text);
                return;
        }
        say_safely(&escaped, text);
        json_write_string(w, key, escaped.data);
}
