/* SPDX-License-Identifier: Apache-2.0 */
#include "services/link/config.h"
#include "services/link/network.h"

#include "firmware/base/thread.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include <mosquitto.h>

#define STACK_BYTES   524288 /* a resolver and a TLS handshake fit well */
#define STOP_WAIT_SEC 2

struct link {
        struct network *network; /* owned, until the thread is left behind */
        pthread_t thread;
        bool has_thread;
        sd_event_source *source; /* owned */
        struct link_callbacks callbacks;
        void *userdata;
        unsigned window, outstanding;
        uint64_t generation; /* of the line that on_up() told of */
        bool is_up;
        bool is_telling; /* within the callbacks: one ring at their end is enough */
};

static void tell_up(struct link *l, const struct mail *mail) {
        l->generation = mail->generation;
        l->is_up = true;
        if (l->callbacks.on_up)
                l->callbacks.on_up(l->userdata);
}

static void tell_down(struct link *l, const struct mail *mail) {
        const struct link_down down = {
                .reason = mail->down.reason,
                .text = mail->bytes,
                .was_up = mail->down.was_up,
                .n_failures = mail->down.n_failures,
        };

        l->is_up = false;
        l->outstanding = 0;
        if (l->callbacks.on_down)
                l->callbacks.on_down(&down, l->userdata);
}

static void tell_message(struct link *l, const struct mail *mail) {
        const struct link_message message = {
                .topic = mail->bytes,
                .payload = mail->bytes + mail->message.topic_size,
                .n = mail->message.n,
                .retained = mail->message.retained,
        };

        if (l->callbacks.on_message)
                l->callbacks.on_message(&message, l->userdata);
}

static void tell_published(struct link *l, const struct mail *mail) {
        assert(l->outstanding > 0);
        l->outstanding--;
        if (l->callbacks.on_published)
                l->callbacks.on_published(mail->token, l->userdata);
}

static int link_on_bell(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        struct link *l = userdata;
        struct mail_list mails;

        (void) source;
        (void) fd;
        (void) revents;
        mailbox_take(&l->network->mailbox, &mails);
        l->is_telling = true;
        for (;;) {
                _autofree_ struct mail *mail = mail_list_pop(&mails);

                if (!mail)
                        break;
                switch (mail->kind) {
                case MAIL_UP:
                        tell_up(l, mail);
                        break;
                case MAIL_DOWN:
                        tell_down(l, mail);
                        break;
                case MAIL_MESSAGE:
                        tell_message(l, mail);
                        break;
                case MAIL_PUBLISHED:
                        tell_published(l, mail);
                        break;
                }
        }
        l->is_telling = false;
        mailbox_ring(&l->network->mailbox);
        return 0;
}

static int start_thread(struct link *l) {
        pthread_attr_t attributes;
        int r = pthread_attr_init(&attributes);

        if (r != 0)
                return -r;
        r = pthread_attr_setstacksize(&attributes, STACK_BYTES);
        /* Blocked there, too: SIGPIPE of the library's write() must not kill. */
        r = r == 0 ? thread_start(&l->thread, &attributes, network_main, l->network) : -r;
        (void) pthread_attr_destroy(&attributes);
        if (r < 0)
                return r;
        l->has_thread = true;
        (void) pthread_setname_np(l->thread, "link"); /* for top and gdb only */
        return 0;
}

int link_new(struct link **linkp, sd_event *event, const struct link_config *config,
        const struct link_callbacks *callbacks, void *userdata) {
        _cleanup_(link_freep) struct link *l = calloc(1, sizeof(*l));
        int r;

        if (!l)
                return -ENOMEM;
        r = network_new(&l->network, config);
        if (r < 0)
                return r;
        l->callbacks = *callbacks;
        l->userdata = userdata;
        l->window = l->network->config.window;
        r = sd_event_add_io(event, &l->source, l->network->mailbox.bell_fd, EPOLLIN, link_on_bell, l);
        if (r < 0)
                return r;
        (void) sd_event_source_set_description(l->source, "link");
        /* Counted by the library. Never cleaned up: a thread that was left behind may still be inside. */
        if (mosquitto_lib_init() != MOSQ_ERR_SUCCESS)
                return -ENOMEM;
        r = start_thread(l);
        if (r < 0)
                return r;
        *linkp = take_ptr(l);
        return 0;
}

struct link *link_free(struct link *l) {
        if (!l)
                return NULL;
        assert(!l->is_telling);
        (void) sd_event_source_disable_unref(l->source);
        if (l->has_thread && !mailbox_stop(&l->network->mailbox, STOP_WAIT_SEC)) {
                (void) pthread_detach(l->thread); /* it frees the network when the resolver lets it go */
                l->network = NULL;
        } else if (l->has_thread)
                (void) pthread_join(l->thread, NULL); /* it has finished */
        (void) network_free(l->network);
        free(l);
        return NULL;
}

int link_publish(
        struct link *l, const char *topic, const void *payload, size_t n, bool retain, uint64_t token) {
        struct post *p;
        int r;

        if (!link_topic_is_valid(topic))
                return -EINVAL;
        if (n > LINK_PAYLOAD_MAX)
                return -EMSGSIZE;
        if (!l->is_up)
                return LINK_E_DOWN;
        if (l->outstanding >= l->window)
                return LINK_E_FULL;
        p = post_new(topic, payload, n, retain, token);
        if (!p)
                return -ENOMEM;
        r = mailbox_push(&l->network->mailbox, p, l->generation, l->is_telling);
        if (r == 0)
                l->outstanding++;
        return r;
}

bool link_is_up(const struct link *l) {
        return l->is_up;
}

unsigned link_outstanding(const struct link *l) {
        return l->outstanding;
}

void link_get_stats(struct link *l, struct link_stats *stats) {
        mailbox_get_stats(&l->network->mailbox, stats);
}
