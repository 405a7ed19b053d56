/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/route.h"

#include <string.h>

int route_open(struct route *route, const struct notify_config *c, struct diag *d) {
        struct smtp_config smtp = {.host = c->smtp.host,
                .port = (int) c->smtp.port,
                .tls = (enum smtp_tls) c->smtp.tls,
                .ca = c->smtp.ca,
                .user = c->smtp.user,
                .password_file = c->smtp.password_file,
                .helo = c->domain,
                .timeout_sec = (long) (c->smtp.timeout_usec / (int64_t) USEC_PER_SEC)};
        int r;

        if (!*c->maildir) {
                r = smtp_new(&route->smtp, &smtp, d);
                if (r == 0)
                        route->courier = smtp_courier(route->smtp);
                return r;
        }
        r = maildir_new(&route->maildir, c->maildir);
        if (r < 0)
                diag_set(d, 0, 0, "maildir", "%s: %s", c->maildir, strerror(-r));
        else
                route->courier = maildir_courier(route->maildir);
        return r;
}

void route_close(struct route *route) {
        route->maildir = maildir_free(route->maildir);
        route->smtp = smtp_free(route->smtp);
}
