/* SPDX-License-Identifier: Apache-2.0 */
#include "services/link/mailbox.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>

struct post *post_new(const char *topic, const void *payload, size_t n, bool retain, uint64_t token) {
        size_t topic_size = strlen(topic) + 1;
        struct post *p = malloc(sizeof(*p) + topic_size + n);

        if (!p)
                return NULL;
        *p = (struct post){.token = token, .retain = retain, .n = n, .payload = p->topic + topic_size};
        memcpy(p->topic, topic, topic_size);
        if (n > 0)
                memcpy(p->topic + topic_size, payload, n);
        return p;
}

struct post *post_list_pop(struct post_list *list) {
        struct post *p = list->head;

        if (p) {
                list->head = p->next;
                if (!list->head)
                        list->tail = NULL;
                p->next = NULL;
        }
        return p;
}

void post_list_deinit(struct post_list *list) {
        for (struct post *p; (p = post_list_pop(list));)
                free(p);
}

struct mail *mail_new(enum mail_kind kind, size_t n_bytes) {
        struct mail *mail = calloc(1, sizeof(*mail) + n_bytes);

        if (mail)
                mail->kind = kind;
        return mail;
}

struct mail *mail_message_new(const char *topic, const void *payload, size_t n, bool retained) {
        size_t topic_size = strlen(topic) + 1;
        struct mail *mail = mail_new(MAIL_MESSAGE, topic_size + n + 1);

        if (!mail)
                return NULL;
        mail->message.topic_size = topic_size;
        mail->message.n = n;
        mail->message.retained = retained;
        memcpy(mail->bytes, topic, topic_size);
        if (n > 0)
                memcpy(mail->bytes + topic_size, payload, n);
        return mail;
}

void mail_list_add(struct mail_list *list, struct mail *mail) {
        mail->next = NULL;
        if (list->tail)
                list->tail->next = mail;
        else
                list->head = mail;
        list->tail = mail;
        if (mail->kind == MAIL_MESSAGE) {
                list->n_messages++;
                list->message_bytes += mail->message.n;
        }
}

void mail_list_append(struct mail_list *list, struct mail_list *from) {
        if (!from->head)
                return;
        if (list->tail)
                list->tail->next = from->head;
        else
                list->head = from->head;
        list->tail = from->tail;
        list->n_messages += from->n_messages;
        list->message_bytes += from->message_bytes;
        *from = (struct mail_list){0};
}

struct mail *mail_list_pop(struct mail_list *list) {
        struct mail *mail = list->head;

        if (!mail)
                return NULL;
        list->head = mail->next;
        if (!list->head)
                list->tail = NULL;
        mail->next = NULL;
        if (mail->kind == MAIL_MESSAGE) {
                list->n_messages--;
                list->message_bytes -= mail->message.n;
        }
        return mail;
}

void mail_list_deinit(struct mail_list *list) {
        for (struct mail *mail; (mail = mail_list_pop(list));)
                free(mail);
}

static int init_cond(pthread_cond_t *cond) {
        pthread_condattr_t attributes;
        int r = pthread_condattr_init(&attributes);

        if (r != 0)
                return -r;
        r = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
        if (r == 0)
                r = pthread_cond_init(cond, &attributes);
        (void) pthread_condattr_destroy(&attributes);
        return -r;
}

int mailbox_init(struct mailbox *m) {
        _autoclose_ int wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        _autoclose_ int bell_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        int r;

        if (wake_fd < 0 || bell_fd < 0)
                return -errno;
        r = init_cond(&m->finished_cond);
        if (r < 0)
                return r;
        r = pthread_mutex_init(&m->lock, NULL);
        if (r != 0) {
                (void) pthread_cond_destroy(&m->finished_cond);
                return -r;
        }
        m->wake_fd = take_fd(wake_fd);
        m->bell_fd = take_fd(bell_fd);
        return 0;
}

void mailbox_deinit(struct mailbox *m) {
        post_list_deinit(&m->posts);
        mail_list_deinit(&m->mails);
        (void) pthread_mutex_destroy(&m->lock); /* nobody else is left */
        (void) pthread_cond_destroy(&m->finished_cond);
        closep(&m->wake_fd);
        closep(&m->bell_fd);
}

static void lock(struct mailbox *m) {
        int r = pthread_mutex_lock(&m->lock);

        assert(r == 0);
        (void) r;
}

static void unlock(struct mailbox *m) {
        int r = pthread_mutex_unlock(&m->lock);

        assert(r == 0);
        (void) r;
}

/* Called with the lock held: a ring that came after mailbox_wake() would look like one for the next sleep. */
static void ring(int fd) {
        uint64_t one = 1;
        ssize_t n = write(fd, &one, sizeof(one));

        (void) n; /* fails only when the counter is full, and then it is readable anyway */
}

static void drain(int fd) {
        uint64_t ignored;
        ssize_t n = read(fd, &ignored, sizeof(ignored));

        (void) n; /* EAGAIN: nothing was in it */
}

static void ring_thread(struct mailbox *m) {
        if (!m->is_asleep)
                return;
        m->is_asleep = false; /* one ring is enough */
        ring(m->wake_fd);
}

int mailbox_push(struct mailbox *m, struct post *p, uint64_t generation, bool later) {
        lock(m);
        if (!m->is_open || m->generation != generation) {
                unlock(m);
                free(p);
                return LINK_E_DOWN;
        }
        if (m->posts.tail)
                m->posts.tail->next = p;
        else
                m->posts.head = p;
        m->posts.tail = p;
        if (!later)
                ring_thread(m);
        unlock(m);
        return 0;
}

void mailbox_ring(struct mailbox *m) {
        lock(m);
        if (m->posts.head)
                ring_thread(m);
        unlock(m);
}

void mailbox_take(struct mailbox *m, struct mail_list *to) {
        lock(m);
        drain(m->bell_fd);
        *to = m->mails;
        m->mails = (struct mail_list){0};
        if (m->is_full || m->down_waits)
                ring_thread(m);
        m->is_full = m->down_waits = false;
        unlock(m);
}

void mailbox_get_stats(struct mailbox *m, struct link_stats *stats) {
        lock(m);
        *stats = m->stats;
        unlock(m);
}

bool mailbox_stop(struct mailbox *m, unsigned wait_sec) {
        struct timespec until;
        bool finished;
        int r = 0;

        (void) clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += wait_sec;
        lock(m);
        m->stop = true;
        ring(m->wake_fd); /* always: the thread may be in reach_try(), which sleeps without saying so */
        while (!m->finished && r == 0)
                r = pthread_cond_timedwait(&m->finished_cond, &m->lock, &until);
        finished = m->finished;
        m->orphaned = !finished;
        unlock(m);
        return finished;
}

bool mailbox_finish(struct mailbox *m) {
        bool orphaned;

        lock(m);
        m->finished = true;
        orphaned = m->orphaned;
        (void) pthread_cond_signal(&m->finished_cond); /* cannot fail */
        unlock(m);
        return orphaned;
}

void mailbox_exchange(struct mailbox *m, struct mail_list *made, struct post_list *posts, unsigned incoming,
        const struct link_stats *stats, struct mailbox_view *view) {
        lock(m);
        if (made->head) {
                if (!m->mails.head)
                        ring(m->bell_fd);
                mail_list_append(&m->mails, made);
        }
        *posts = m->posts;
        m->posts = (struct post_list){0};
        m->is_full = m->mails.n_messages >= incoming || m->mails.message_bytes >= MAILBOX_BYTES;
        m->stats = *stats;
        view->stop = m->stop;
        view->is_full = m->is_full;
        view->down_waits = m->down_waits;
        unlock(m);
}

bool mailbox_sleep(struct mailbox *m) {
        lock(m);
        m->is_asleep = !m->posts.head && !m->stop;
        bool sleeps = m->is_asleep;
        unlock(m);
        return sleeps;
}

void mailbox_wake(struct mailbox *m) {
        lock(m);
        m->is_asleep = false;
        if (!m->stop)
                drain(m->wake_fd); /* that of mailbox_stop() stays, for reach_try() */
        unlock(m);
}

uint64_t mailbox_open(struct mailbox *m) {
        uint64_t generation;

        lock(m);
        m->is_open = true;
        generation = ++m->generation;
        unlock(m);
        return generation;
}

void mailbox_close(struct mailbox *m, struct mail *down) {
        lock(m);
        m->is_open = false;
        m->down_waits = true;
        post_list_deinit(&m->posts);
        if (!m->mails.head)
                ring(m->bell_fd);
        mail_list_add(&m->mails, down);
        unlock(m);
}
