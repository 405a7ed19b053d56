/* SPDX-License-Identifier: Apache-2.0 */
#include "services/web/hub.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>

#include "firmware/base/str.h"
#include "firmware/base/time.h"

struct slot {
        char name[HUB_NAME_SIZE];
        struct hub_text *text; /* a reference; NULL before the first */
        uint64_t version;      /* of it; from 1 */
        int n_watching;
        unsigned n_waiting; /* for a text that is true */
        bool is_stale;
        pthread_cond_t changed;
};

struct hub {
        pthread_mutex_t lock;
        struct slot slots[HUB_SLOTS_MAX];
        size_t n_slots;
        int wish; /* eventfd, owned */
        bool stopping;
};

int hub_new(struct hub **hp) {
        _cleanup_(hub_freep) struct hub *h = calloc(1, sizeof(*h));

        if (!h)
                return -ENOMEM;
        h->wish = -1;
        if (pthread_mutex_init(&h->lock, NULL) != 0)
                return -ENOMEM;
        h->wish = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (h->wish < 0)
                return -errno;
        *hp = take_ptr(h);
        return 0;
}

struct hub *hub_free(struct hub *h) {
        if (!h)
                return NULL;
        for (size_t i = 0; i < h->n_slots; i++) {
                h->slots[i].text = hub_text_unref(h->slots[i].text);
                (void) pthread_cond_destroy(&h->slots[i].changed);
        }
        closep(&h->wish);
        (void) pthread_mutex_destroy(&h->lock);
        free(h);
        return NULL;
}

static void lock(const struct hub *h) {
        (void) pthread_mutex_lock((pthread_mutex_t *) &h->lock); /* fails only when misused */
}

static void unlock(const struct hub *h) {
        (void) pthread_mutex_unlock((pthread_mutex_t *) &h->lock);
}

static struct slot *find(const struct hub *h, const char *name) {
        for (size_t i = 0; i < h->n_slots; i++)
                if (strcmp(h->slots[i].name, name) == 0)
                        return (struct slot *) &h->slots[i];
        return NULL;
}

int hub_wish_fd(const struct hub *h) {
        return h->wish;
}

void hub_take_wishes(struct hub *h) {
        uint64_t n;

        (void) !read(h->wish, &n, sizeof(n)); /* whether there was one does not matter */
}

static void wish(struct hub *h) {
        const uint64_t one = 1;

        (void) !write(h->wish, &one, sizeof(one)); /* full is readable, too */
}

static int init_slot(struct slot *s, const char *name) {
        pthread_condattr_t attributes;
        int r = pthread_condattr_init(&attributes);

        if (r == 0)
                r = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
        if (r == 0)
                r = pthread_cond_init(&s->changed, &attributes);
        if (r == 0)
                (void) copy_text(s->name, sizeof(s->name), name); /* names are checked at the edge */
        (void) pthread_condattr_destroy(&attributes);
        s->is_stale = true;
        return -r;
}

int hub_add(struct hub *h, const char *name) {
        int r = 0;

        lock(h);
        if (!find(h, name))
                r = h->n_slots == HUB_SLOTS_MAX ? -ENOSPC : init_slot(&h->slots[h->n_slots], name);
        else
                r = 1;
        if (r == 0)
                h->n_slots++;
        unlock(h);
        return r < 0 ? r : 0;
}

struct hub_text *hub_text_unref(struct hub_text *t) {
        if (!t || atomic_fetch_sub(&t->n_refs, 1) > 1)
                return NULL;
        free(t->text);
        free(t);
        return NULL;
}

/* @text: given on success. */
static struct hub_text *text_new(char *text) {
        struct hub_text *t = calloc(1, sizeof(*t));

        if (!t)
                return NULL;
        atomic_init(&t->n_refs, 1);
        t->n = strlen(text);
        t->text = text;
        return t;
}

static bool is_news(const struct slot *s, const char *text) {
        return s->is_stale || !s->text || strcmp(s->text->text, text) != 0;
}

int hub_put(struct hub *h, const char *name, char *text) {
        _autofree_ char *given = text;
        struct slot *s;
        int r;

        lock(h);
        s = find(h, name);
        r = s ? 0 : -ENOENT;
        if (s && is_news(s, given)) {
                struct hub_text *t = text_new(given);

                if (t) {
                        (void) take_ptr(given);
                        (void) hub_text_unref(s->text);
                        s->text = t;
                        s->version++;
                        s->is_stale = false;
                        (void) pthread_cond_broadcast(&s->changed);
                } else {
                        r = -ENOMEM;
                }
        }
        unlock(h);
        return r;
}

void hub_spoil(struct hub *h, const char *name) {
        struct slot *s;

        lock(h);
        s = find(h, name);
        if (s)
                s->is_stale = true;
        unlock(h);
}

bool hub_is_wanted(const struct hub *h, const char *name) {
        const struct slot *s;
        bool is;

        lock(h);
        s = find(h, name);
        is = s && (s->n_watching > 0 || s->n_waiting > 0);
        unlock(h);
        return is;
}

void hub_stop(struct hub *h) {
        lock(h);
        h->stopping = true;
        for (size_t i = 0; i < h->n_slots; i++)
                (void) pthread_cond_broadcast(&h->slots[i].changed);
        unlock(h);
}

bool hub_has(struct hub *h, const char *name) {
        bool has;

        lock(h);
        has = find(h, name) != NULL;
        unlock(h);
        return has;
}

bool hub_name(struct hub *h, size_t i, char *name) {
        bool has;

        lock(h);
        has = i < h->n_slots;
        if (has)
                (void) copy_text(name, HUB_NAME_SIZE, h->slots[i].name);
        unlock(h);
        return has;
}

void hub_watch(struct hub *h, const char *name, int change) {
        struct slot *s;

        lock(h);
        s = find(h, name);
        if (s)
                s->n_watching += change;
        unlock(h);
}

static struct timespec until(int timeout_ms) {
        uint64_t usec = monotonic_usec() + (uint64_t) timeout_ms * USEC_PER_MSEC;

        return (struct timespec){
                .tv_sec = (time_t) (usec / USEC_PER_SEC), .tv_nsec = (long) (usec % USEC_PER_SEC * 1000)};
}

static bool has_news(const struct slot *s, uint64_t version) {
        return s->text && !s->is_stale && s->version != version;
}

int hub_wait(struct hub *h, const char *name, uint64_t *versionp, int timeout_ms, struct hub_text **textp) {
        const struct timespec end = until(timeout_ms);
        struct slot *s;
        int r = 0;

        lock(h);
        s = find(h, name);
        if (s && s->is_stale)
                wish(h);
        if (s)
                s->n_waiting++;
        while (s && !h->stopping && !has_news(s, *versionp) && r == 0)
                r = pthread_cond_timedwait(&s->changed, &h->lock, &end);
        if (s)
                s->n_waiting--;
        if (!s || h->stopping) {
                r = HUB_E_OVER;
        } else if (has_news(s, *versionp)) {
                (void) atomic_fetch_add(&s->text->n_refs, 1);
                *textp = s->text;
                r = 0;
                *versionp = s->version;
        } else {
                r = HUB_E_SAME;
        }
        unlock(h);
        return r;
}
