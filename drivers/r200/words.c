/* SPDX-License-Identifier: Apache-2.0 */
/* What the module says, and what a board file says to it, in words. */
#include <errno.h>
#include <string.h>

#include "drivers/r200/frame.h"
#include "firmware/base/cleanup.h"

const char *r200_error_to_str(uint8_t code) {
        static const struct {
                uint8_t code;
                const char *words;
        } errors[] = {
                {0x09, "no such tag to read from"},
                {0x0E, "a parameter that it does not know"},
                {0x10, "no such tag to write to"},
                {0x12, "no such tag to kill"},
                {0x13, "no such tag to lock"},
                {0x14, "no such tag to lock for ever"},
                {0x15, "no tag"},
                {0x16, "wrong access password"},
                {0x17, "a command that it does not know"},
                {0x20, "no free channel: others are sending"},
        };

        for (size_t i = 0; i < ELEMENTSOF(errors); i++)
                if (errors[i].code == code)
                        return errors[i].words;
        return code >= 0xA0 ? "a tag refused" : "an error that its maker does not explain";
}

int r200_region_from_str(const char *word, enum r200_region *regionp) {
        static const char *const words[] = {
                [R200_REGION_KEEP] = "keep",
                [R200_CN_900] = "cn-900",
                [R200_US] = "us",
                [R200_EU] = "eu",
                [R200_CN_800] = "cn-800",
                [R200_JP] = "jp",
                [R200_KR] = "kr",
        };

        for (unsigned int i = 0; i < ELEMENTSOF(words); i++)
                if (strcmp(word, words[i]) == 0) {
                        *regionp = i;
                        return 0;
                }
        return -EINVAL;
}
