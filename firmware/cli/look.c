/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/cli/look.h"

#include "firmware/base/say.h"
#include "firmware/base/time.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

int look_setup(struct setup *s, const struct invocation *in) {
        struct diag d = {0};
        int r = setup_load(s, in->options->config, &d);

        if (r == 0)
                return VERB_OK;
        return *d.text ? say_failure(&d) : say_failed("%s: %s", in->options->config, strerror(-r));
}

/* Said as it is met, beside what is asked for; the rest of the ledger is as good as before. */
static int on_damage(int64_t pos, void *userdata) {
        struct look *l = userdata;

        (void) fprintf(stderr,
                "okuru: the fact at position %" PRId64 " is damaged, its row check is wrong: not shown\n",
                pos);
        l->damaged = pos;
        return 0;
}

void look_watch(struct look *l) {
        facts_pass_damage(l->facts, on_damage, l);
}

int look_open(struct look *l, const struct invocation *in) {
        struct diag d = {0};
        int r = look_setup(&l->setup, in);

        if (r != VERB_OK)
                return r;
        r = facts_open(&l->facts, l->setup.ledger, &d);
        if (r == 0)
                look_watch(l);
        if (r == 0)
                r = standing_open(&l->standing, l->facts);
        if (r == STORE_E_NOT_YET)
                return say_failed("%s: no ledger is there yet, or you may not read it (group okuru may)",
                        l->setup.ledger);
        if (r < 0 && *d.text)
                return say_failure(&d);
        return look_end(l, r);
}

void look_deinit(struct look *l) {
        l->standing = standing_close(l->standing);
        l->facts = facts_close(l->facts);
}

int look_end(const struct look *l, int r) {
        if (r == 0)
                return l->damaged ? VERB_FAILED : VERB_OK;
        if (r == STORE_E_NOT_YET || r == STORE_E_STALE)
                return say_failed("%s: the ledger is just being replaced; ask again", l->setup.ledger);
        return say_failed("%s: %s", l->setup.ledger, strerror(r < 0 ? -r : 0));
}

const char *moment(int64_t wall_usec, char buf[MOMENT_MAX]) {
        time_t sec = (time_t) (wall_usec / (int64_t) USEC_PER_SEC);
        struct tm local;

        if (wall_usec == 0 || !localtime_r(&sec, &local) ||
                strftime(buf, MOMENT_MAX, "%Y-%m-%d %H:%M:%S", &local) == 0)
                buf[0] = '\0';
        return buf;
}

const char *moment_of(const char *rfc3339, char buf[MOMENT_MAX]) {
        int64_t usec;

        return moment(time_parse(rfc3339, &usec, NULL) == 0 ? usec : 0, buf);
}
