/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/log.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOG_TEXT_MAX 1024 /* bytes of one message before escaping */

static enum log_level log_level_now = LOG_LEVEL_INFO;

void log_set_level(enum log_level level) {
        log_level_now = level;
}

int log_level_from_str(const char *word, enum log_level *levelp) {
        static const struct {
                const char *word;
                enum log_level level;
        } words[] = {
                {"error", LOG_LEVEL_ERROR},
                {"warning", LOG_LEVEL_WARNING},
                {"notice", LOG_LEVEL_NOTICE},
                {"info", LOG_LEVEL_INFO},
                {"debug", LOG_LEVEL_DEBUG},
        };

        for (size_t i = 0; i < ELEMENTSOF(words); i++)
                if (strcmp(words[i].word, word) == 0) {
                        *levelp = words[i].level;
                        return 0;
                }
        return -EINVAL;
}

/* Whole characters pass; C0, DEL, C1 and bytes that are not UTF-8 become \xNN. @to holds 4 bytes for each of
 * @from. */
static size_t log_escape(const char *from, char *to) {
        static const char digits[] = "0123456789abcdef";
        size_t n = strlen(from), k = 0;

        for (size_t i = 0; i < n;) {
                size_t length = utf8_sequence(from + i, n - i);
                unsigned char first = (unsigned char) from[i];
                bool is_control = first < 0x20 || first == 0x7F ||
                                  (length == 2 && first == 0xC2 && (unsigned char) from[i + 1] < 0xA0);

                if (length > 0 && !is_control) {
                        memcpy(to + k, from + i, length);
                        k += length;
                        i += length;
                        continue;
                }
                to[k++] = '\\';
                to[k++] = 'x';
                to[k++] = digits[first >> 4];
                to[k++] = digits[first & 15];
                i++;
                if (length == 2) { /* C1: its second byte alone would be no character */
                        unsigned char second = (unsigned char) from[i++];

                        to[k++] = '\\';
                        to[k++] = 'x';
                        to[k++] = digits[second >> 4];
                        to[k++] = digits[second & 15];
                }
        }
        return k;
}

void log_line(enum log_level level, const char *format, ...) {
        char text[LOG_TEXT_MAX], line[4 + LOG_TEXT_MAX * 4 + 1];
        int saved = errno, length;
        size_t n = 0, done = 0;
        va_list ap;

        if (level > log_level_now)
                return;
        va_start(ap, format);
        length = vsnprintf(text, sizeof(text), format, ap);
        va_end(ap);
        if (length < 0)
                (void) copy_text(text, sizeof(text), "(a message that could not be formatted)");
        else if ((size_t) length >= sizeof(text)) {
                size_t cut = utf8_cut(text, sizeof(text) - 4);

                (void) copy_text(text + cut, sizeof(text) - cut, "...");
        }

        if (!isatty(STDERR_FILENO)) {
                line[n++] = '<';
                line[n++] = (char) ('0' + (int) level);
                line[n++] = '>';
        }
        n += log_escape(text, line + n);
        line[n++] = '\n';
        /* One write, so that lines of several threads do not mix; what cannot be logged cannot be told
         * either. */
        while (done < n) {
                ssize_t w = write(STDERR_FILENO, line + done, n - done);

                if (w < 0 && errno == EINTR)
                        continue;
                if (w <= 0)
                        break;
                done += (size_t) w;
        }
        errno = saved;
}
