/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/cli/when.h"

#include <string.h>
#include <time.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/say.h"
#include "firmware/cli/verb.h"

static int refuse(const char *option, const char *text) {
        (void) say_failed("--%s: %s", option, text);
        return VERB_USAGE;
}

int when_read(const char *option, const char *text, int64_t *usecp, char *rfc3339) {
        static const char *const shapes[] = {"%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"};
        const time_t now = (time_t) (stamp_now().wall_usec / (int64_t) USEC_PER_SEC);

        if (time_parse(text, usecp, NULL) == 0)
                return !rfc3339 || copy_text(rfc3339, TIME_TEXT_MAX, text) ? VERB_OK
                                                                           : refuse(option, "too long");
        for (size_t i = 0; i < ELEMENTSOF(shapes); i++) {
                struct tm local;
                const char *end;
                time_t sec;

                if (!localtime_r(&now, &local))
                        break;
                local.tm_sec = 0;
                end = strptime(text, shapes[i], &local);
                if (!end || *end)
                        continue;
                local.tm_isdst = -1;
                sec = mktime(&local);
                *usecp = (int64_t) sec * (int64_t) USEC_PER_SEC;
                if (rfc3339)
                        (void) time_format(*usecp, (int) local.tm_gmtoff, rfc3339);
                return VERB_OK;
        }
        return refuse(option, "a time, as 14:30 (today), 2026-11-22T14:30, or with its offset");
}
