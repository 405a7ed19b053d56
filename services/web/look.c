/* SPDX-License-Identifier: Apache-2.0 */
#include "services/web/look.h"

static void close_all(struct look *l) {
        l->pickups = pickups_close(l->pickups);
        l->shipments = shipments_close(l->shipments);
        l->standing = standing_close(l->standing);
        l->facts = facts_close(l->facts);
        policy_deinit(&l->policy);
        l->policy = (struct policy){0};
        l->policy_pos = -1;
}

void look_init(struct look *l, const char *path) {
        *l = (struct look){.path = path, .policy_pos = -1};
}

void look_deinit(struct look *l) {
        close_all(l);
}

/* A damaged row is a hole; okuru status and the log of the station say so. */
static int on_damage(int64_t pos, void *userdata) {
        (void) pos;
        (void) userdata;
        return 0;
}

static int open_all(struct look *l) {
        int r = facts_open(&l->facts, l->path, NULL);

        if (r != 0)
                return r;
        facts_pass_damage(l->facts, on_damage, NULL);
        r = standing_open(&l->standing, l->facts);
        if (r == 0)
                r = shipments_open(&l->shipments, l->facts);
        return r == 0 ? pickups_open(&l->pickups, l->facts) : r;
}

int look_begin(struct look *l) {
        int r = 0;

        if (l->facts && facts_is_stale(l->facts))
                close_all(l);
        if (!l->facts)
                r = open_all(l);
        if (r == 0)
                r = shipments_policy(l->shipments, &l->policy, &l->policy_pos);
        return look_end(l, r);
}

int look_end(struct look *l, int r) {
        if (r != 0)
                close_all(l);
        return r;
}
