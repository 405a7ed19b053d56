/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/place.h"
#include "firmware/base/str.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SEQUENCE_DIGITS 20

/* The text behind the first `"key":"`, up to the next quote. Return: its bytes; 0 when there is none that fits. */
static size_t find_text(const char *text, size_t n, const char *key, char *value, size_t size) {
        char needle[24];
        const char *at, *end;
        size_t length;

        (void) snprintf(needle, sizeof(needle), "\"%s\":\"", key);
        at = memmem(text, n, needle, strlen(needle));
        if (!at)
                return 0;
        at += strlen(needle);
        end = memchr(at, '"', n - (size_t) (at - text));
        if (!end)
                return 0;
        length = (size_t) (end - at);
        if (length == 0 || length >= size || memchr(at, '\0', length))
                return 0;
        memcpy(value, at, length);
        value[length] = '\0';
        return length;
}

int place_read(const char *text, size_t n, struct place *p) {
        char source[SOURCE_TEXT_MAX], digits[SEQUENCE_DIGITS + 1], id[UUID_TEXT_MAX];
        struct place read = {0};

        if (find_text(text, n, "source", source, sizeof(source)) == 0 ||
                source_parse(source, &read.source) < 0 || read.source.kind != SOURCE_FACTS)
                return -EBADMSG;
        if (find_text(text, n, "sequence", digits, sizeof(digits)) != SEQUENCE_DIGITS ||
                strspn(digits, "0123456789") != SEQUENCE_DIGITS)
                return -EBADMSG;
        errno = 0;
        read.sequence = strtoull(digits, NULL, 10);
        if (errno != 0 || read.sequence == 0 || read.sequence > INT64_MAX)
                return -EBADMSG;
        if (find_text(text, n, "id", id, sizeof(id)) > 0 && uuid_is_valid(id))
                (void) copy_text(read.id, sizeof(read.id), id);
        *p = read;
        return 0;
}
