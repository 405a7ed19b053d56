/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/mail/server-words.h"

#include <string.h>

#include "firmware/base/cleanup.h"
#include "services/notify/mail/status.h"

/* Lower-case; what lies between words is one space. */
static const char *const delays[] = {"warning message only", "warning: could not send", "(delay)",
        "message delayed", "delivery delayed", "not yet been delivered", "will be retried", "keep trying",
        "continue to try", "continue trying", "attempts will continue", "not need to resend",
        "no need to resend", "not necessary to resend", "再送を試み", "再送します", "配信が遅れ",
        "配信が遅延", NULL};
static const char *const mild[] = {"quota", "mailbox full", "mailbox is full", "exceeded storage",
        "too large", "too big", "size limit", "spam", "blacklist", "blocklist", "block list", "blocked",
        "policy", "dmarc", "greylist", "too long", "timed out", "try again later", "temporar", "容量",
        "いっぱい", "サイズ", "迷惑メール", "受信拒否", "一時的", NULL};
static const char *const hard[] = {"user unknown", "unknown user", "no such user", "unknown recipient",
        "recipient unknown", "no such recipient", "invalid recipient", "no such mailbox", "unknown mailbox",
        "mailbox not found", "mailbox unknown", "no mailbox here by that name", "address unknown",
        "unknown address", "no such address", "user does not exist", "user doesn't exist",
        "account does not exist", "address does not exist", "mailbox does not exist", "user not found",
        "recipient not found", "宛先不明", "あて先不明", "アドレスが見つかりません", "宛先が見つかりません",
        "あて先が見つかりません", "ユーザが見つかりません", "ユーザーが見つかりません",
        "アドレスは存在しません", "アドレスが存在しません", "宛先が存在しません", "宛先は存在しません",
        "ユーザは存在しません", "ユーザーは存在しません", "ユーザが存在しません", "ユーザーが存在しません",
        NULL};

static bool is_space(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}

static bool is_digit(char c) {
        return c >= '0' && c <= '9';
}

static void flatten(const char *text, size_t n, struct str *out) {
        for (size_t i = 0; i < n; i++) {
                char c = text[i];

                if (!is_space(c))
                        str_add_char(out, c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c);
                else if (out->len > 0 && out->data[out->len - 1] != ' ')
                        str_add_char(out, ' ');
        }
}

/* "--- Below this line is a copy of the message.", "   ----- Original message follows -----": of our mail from here on. */
static bool begins_returned(const struct str *line) {
        const char *p = line->data ? line->data : "";

        if (strncmp(p, "---", 3) == 0)
                return strstr(p, "message") != NULL;
        return strncmp(p, "return-path:", 12) == 0 || strncmp(p, "received:", 9) == 0 ||
               strncmp(p, "message-id:", 11) == 0;
}

/* All that the server wrote itself. */
static int read_own(const struct str *subject, const struct str *text, struct str *out) {
        const char *p = text->data, *end = p ? p + text->len : p;

        flatten(subject->data, subject->len, out);
        str_add_char(out, ' ');
        while (p < end) {
                const char *next = memchr(p, '\n', (size_t) (end - p));
                _cleanup_str_ struct str line = STR_INIT;

                next = next ? next + 1 : end;
                flatten(p, (size_t) (next - p), &line);
                if (line.error)
                        return line.error;
                if (begins_returned(&line))
                        break;
                str_add_n(out, line.data ? line.data : "", line.len);
                p = next;
        }
        return out->error;
}

/* "550 5.1.1", "550-5.1.1", "(#5.1.1)", "dsn=5.1.1": a number of a program, or an address of the network, is none. */
static bool is_code_here(const char *begin, const char *p) {
        char before = p > begin ? p[-1] : '\0';

        if (before == '#' || before == '=')
                return true;
        return (before == ' ' || before == '-') && p - begin >= 4 && (p[-4] == '4' || p[-4] == '5') &&
               is_digit(p[-3]) && is_digit(p[-2]) && (p - begin == 4 || (!is_digit(p[-5]) && p[-5] != '.'));
}

/* False: none that says anything. */
static bool judge_codes(const struct str *text, enum dsn_says *saysp) {
        const char *begin = text->data, *end = begin + text->len;
        bool found = false;

        for (const char *p = begin; p < end; p++) {
                int subject, detail, class;
                enum dsn_says says;
                size_t n;

                if ((*p != '4' && *p != '5') || !is_code_here(begin, p))
                        continue;
                class = status_read(p, (size_t) (end - p), &subject, &detail, &n);
                if (class == 0 || (subject == 0 && detail == 0) || (p + n < end && is_digit(p[n])) ||
                        (p + n + 1 < end && p[n] == '.' && is_digit(p[n + 1])))
                        continue;
                says = status_is_hard(class, subject, detail) ? DSN_HARD : DSN_SOFT;
                *saysp = found && *saysp < says ? *saysp : says;
                found = true;
        }
        return found;
}

static bool has_any(const struct str *text, const char *const *list) {
        for (; *list; list++)
                if (strstr(text->data, *list))
                        return true;
        return false;
}

int server_words_judge(const struct str *subject, const struct str *text, enum dsn_says *saysp) {
        _cleanup_str_wiped_ struct str own = STR_INIT;
        int r = read_own(subject, text, &own);

        if (r < 0)
                return r;
        if (has_any(&own, delays))
                *saysp = DSN_DELAYED;
        else if (!judge_codes(&own, saysp))
                *saysp = !has_any(&own, mild) && has_any(&own, hard) ? DSN_HARD : DSN_SOFT;
        return 0;
}
