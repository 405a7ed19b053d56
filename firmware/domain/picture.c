/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/picture.h"

#include <string.h>

#include "firmware/base/cleanup.h"

bool picture_name_is_valid(const char *name) {
        return name && strspn(name, "0123456789abcdef") == PICTURE_NAME_MAX - 1 &&
               name[PICTURE_NAME_MAX - 1] == '\0';
}

const char *picture_media_type(const uint8_t *bytes, size_t n) {
        static const struct {
                const char *type;
                size_t at, n;
                const char *bytes;
        } magics[] = {
                {"image/png", 0, 8, "\x89PNG\r\n\x1a\n"},
                {"image/jpeg", 0, 3, "\xff\xd8\xff"},
                {"image/webp", 8, 4, "WEBP"},
        };

        for (size_t i = 0; i < ELEMENTSOF(magics); i++) {
                if (n < magics[i].at + magics[i].n ||
                        memcmp(bytes + magics[i].at, magics[i].bytes, magics[i].n) != 0)
                        continue;
                return magics[i].at == 0 || memcmp(bytes, "RIFF", 4) == 0 ? magics[i].type : NULL;
        }
        return NULL;
}

const char *picture_of(const struct json *object) {
        const char *name = json_get_string(object, "picture", NULL);

        return picture_name_is_valid(name) ? name : NULL;
}
