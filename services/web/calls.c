/* SPDX-License-Identifier: Apache-2.0 */
#include "services/web/calls.h"

#include <string.h>

#include "firmware/base/str.h"

int calls_init(struct calls *c) {
        *c = (struct calls){0};
        return -pthread_mutex_init(&c->lock, NULL);
}

void calls_deinit(struct calls *c) {
        (void) pthread_mutex_destroy(&c->lock);
}

static struct call *find(struct calls *c, const char *merchant, const char *shipment) {
        for (size_t i = 0; i < CALLS_MAX; i++)
                if (c->items[i].until_usec && strcmp(c->items[i].shipment, shipment) == 0 &&
                        strcmp(c->items[i].merchant, merchant) == 0)
                        return &c->items[i];
        return NULL;
}

static struct call *find_oldest(struct calls *c) {
        struct call *oldest = &c->items[0];

        for (size_t i = 1; i < CALLS_MAX; i++)
                if (c->items[i].until_usec < oldest->until_usec)
                        oldest = &c->items[i];
        return oldest;
}

void calls_put(
        struct calls *c, const char *merchant, const char *shipment, const char *counter, uint64_t now_usec) {
        struct call new = {.until_usec = now_usec + CALLS_USEC}, *call;

        if (!copy_text(new.merchant, sizeof(new.merchant), merchant) ||
                !copy_text(new.shipment, sizeof(new.shipment), shipment) ||
                !copy_text(new.counter, sizeof(new.counter), counter))
                return;
        (void) pthread_mutex_lock(&c->lock); /* fails only when misused */
        call = find(c, merchant, shipment);
        *(call ? call : find_oldest(c)) = new;
        c->version++;
        (void) pthread_mutex_unlock(&c->lock);
}

void calls_end(struct calls *c, const char *merchant, const char *shipment) {
        struct call *call;

        (void) pthread_mutex_lock(&c->lock);
        call = find(c, merchant, shipment);
        if (call)
                *call = (struct call){0};
        c->version++;
        (void) pthread_mutex_unlock(&c->lock);
}

bool calls_find(
        struct calls *c, const char *merchant, const char *shipment, uint64_t now_usec, char *counter) {
        const struct call *call;
        bool is_called;

        (void) pthread_mutex_lock(&c->lock);
        call = find(c, merchant, shipment);
        is_called = call && call->until_usec > now_usec;
        (void) copy_text(counter, NAME_SIZE, is_called ? call->counter : "");
        (void) pthread_mutex_unlock(&c->lock);
        return is_called;
}

unsigned calls_version(struct calls *c) {
        unsigned version;

        (void) pthread_mutex_lock(&c->lock);
        version = c->version;
        (void) pthread_mutex_unlock(&c->lock);
        return version;
}
