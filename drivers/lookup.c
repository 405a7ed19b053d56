/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/lookup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/thread.h"

/* Shared with the thread; whoever lets go last frees it. The eventfd orders its answer before our reading of it. */
struct job {
        atomic_int n_owners;
        int done; /* owned; eventfd */
        uint16_t port;
        unsigned int turn;
        int error;
        struct lookup_address answer;
        char name[LOOKUP_NAME_MAX + 1];
};

struct lookup {
        struct job *job;
        sd_event_source *io;
        void (*on_answer)(void *userdata, int error, const struct lookup_address *address);
        void *userdata;
};

static void job_let_go(struct job *j) {
        if (!j || atomic_fetch_sub(&j->n_owners, 1) > 1)
                return;
        closep(&j->done);
        free(j);
}

/* Not getaddrinfo() for IPv4: it takes "192.0.2" for 192.0.0.2. For IPv6 it knows scopes. */
bool lookup_numbers(const char *host, uint16_t port, struct lookup_address *out) {
        const struct addrinfo hints = {
                .ai_family = AF_INET6, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST};
        struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
        struct addrinfo *found = NULL;

        if (!host || !*host)
                return false;
        if (inet_pton(AF_INET, host, &v4.sin_addr) == 1) {
                memcpy(&out->address, &v4, sizeof(v4));
                out->n = sizeof(v4);
                return true;
        }
        if (getaddrinfo(host, NULL, &hints, &found) != 0)
                return false;
        memcpy(&out->address, found->ai_addr, found->ai_addrlen);
        ((struct sockaddr_in6 *) &out->address)->sin6_port = htons(port);
        out->n = found->ai_addrlen;
        freeaddrinfo(found);
        return true;
}

bool lookup_is_name(const char *host) {
        bool has_letter = false;
        size_t n = host ? strlen(host) : 0;

        if (n == 0 || n > LOOKUP_NAME_MAX || host[0] == '-' || host[0] == '.')
                return false;
        for (size_t i = 0; i < n; i++) {
                char c = host[i];
                bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

                if (!is_letter && !(c >= '0' && c <= '9') && c != '-' && c != '.')
                        return false;
                has_letter = has_letter || is_letter;
        }
        return has_letter;
}

static void take_answer(struct job *j, const struct addrinfo *found) {
        const struct addrinfo *a = found;
        unsigned int n = 0;

        for (const struct addrinfo *i = found; i; i = i->ai_next)
                n++;
        for (unsigned int i = 0; i < j->turn % n; i++)
                a = a->ai_next;
        memcpy(&j->answer.address, a->ai_addr, a->ai_addrlen);
        j->answer.n = a->ai_addrlen;
        /* Both families keep it at the same place. */
        ((struct sockaddr_in *) &j->answer.address)->sin_port = htons(j->port);
}

static void *ask(void *userdata) {
        const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
        struct job *j = userdata;
        struct addrinfo *found = NULL;
        uint64_t one = 1;

        j->error = getaddrinfo(j->name, NULL, &hints, &found) == 0 && found ? 0 : -EHOSTUNREACH;
        if (j->error == 0)
                take_answer(j, found);
        if (found)
                freeaddrinfo(found);
        if (write(j->done, &one, sizeof(one)) < 0)
                j->error = -errno; /* it cannot be: nothing else is ever written to it */
        job_let_go(j);
        return NULL;
}

/* Detached, deaf to signals: those are the loop's. */
static int start_thread(struct job *j) {
        pthread_attr_t attributes;
        pthread_t thread;
        int e = pthread_attr_init(&attributes);

        if (e > 0)
                return -e;
        (void) pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED); /* a value that there is */
        e = thread_start(&thread, &attributes, ask, j);
        (void) pthread_attr_destroy(&attributes);
        return e;
}

static int lookup_on_done(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        struct lookup *l = userdata;
        uint64_t n;

        (void) source;
        (void) revents;
        if (read(fd, &n, sizeof(n)) < 0)
                return 0; /* not yet */
        l->io = sd_event_source_disable_unref(l->io);
        l->on_answer(l->userdata, l->job->error, &l->job->answer);
        return 0;
}

int lookup_new(struct lookup **lp, sd_event *event, int64_t priority, const char *name, uint16_t port,
        unsigned int turn, void (*on_answer)(void *userdata, int error, const struct lookup_address *address),
        void *userdata) {
        struct lookup *l = calloc(1, sizeof(*l));
        struct job *j = calloc(1, sizeof(*j));
        int e = -ENOMEM;

        if (!l || !j || strlen(name) > LOOKUP_NAME_MAX)
                goto fail;
        j->n_owners = 1;
        j->port = port;
        j->turn = turn;
        (void) stpcpy(j->name, name); /* its length was looked at */
        j->done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (j->done < 0) {
                e = -errno;
                goto fail;
        }
        *l = (struct lookup){.job = j, .on_answer = on_answer, .userdata = userdata};
        e = sd_event_add_io(event, &l->io, j->done, EPOLLIN, lookup_on_done, l);
        if (e >= 0)
                e = sd_event_source_set_priority(l->io, priority);
        if (e < 0) {
                (void) lookup_free(l);
                return e;
        }
        atomic_fetch_add(&j->n_owners, 1);
        e = start_thread(j);
        if (e < 0) {
                job_let_go(j);
                (void) lookup_free(l);
                return e;
        }
        *lp = l;
        return 0;
fail:
        free(l);
        free(j);
        return e;
}

struct lookup *lookup_free(struct lookup *l) {
        if (!l)
                return NULL;
        (void) sd_event_source_disable_unref(l->io);
        job_let_go(l->job);
        free(l);
        return NULL;
}
