/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses of web pages that a policy names: they go into mails and their headers. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"
#include "firmware/domain/policy-internal.h"

/* Of a merchant or of the store. @place: what it must hold once; NULL: nothing that is filled in. */
static const struct {
        const char *key, *place;
} links[] = {{"unsubscribe_url", "{{token}}"}, {"order_url", "{{order}}"}, {"preferences_url", NULL},
        {"map_url", NULL}};

static bool link_is_usable(const char *url, const char *place) {
        const char *at = place ? strstr(url, place) : NULL;

        if (strncmp(url, "https://", strlen("https://")) != 0 || !ascii_is_printable(url) ||
                strpbrk(url, " <>\"\\"))
                return false;
        return place ? at && !strstr(at + 1, "{{") : !strstr(url, "{{");
}

int policy_check_links(const struct json *of, const char *where, struct diag *d) {
        for (size_t i = 0; i < ELEMENTSOF(links); i++) {
                const char *url = json_get_string(of, links[i].key, NULL), *place = links[i].place;

                if (!url || link_is_usable(url, place))
                        continue;
                if (place)
                        diag_set(d, 0, 0, NULL, "must begin with https:// and hold %s once", place);
                else
                        diag_set(d, 0, 0, NULL, "must begin with https:// and be the whole address");
                if (d)
                        (void) snprintf(d->key, sizeof(d->key), "%s.%s", where, links[i].key);
                return -EBADMSG;
        }
        return 0;
}
