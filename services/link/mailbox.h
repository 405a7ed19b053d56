/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the owner's loop and the network thread share: two lists, one mutex, two eventfds. Nothing else of the
 * link is touched by both. Each side takes the other's whole list at once and rings only when the other side
 * may be asleep, so that a busy link costs a fraction of a wake-up per message.
 */
#include "services/link/failure.h"

#include <pthread.h>

#define MAILBOX_BYTES 524288 /* incoming bytes that wait for the owner before we stop reading */

struct post { /* owner to thread: one message to publish */
        struct post *next;
        uint64_t token;
        bool retain;
        size_t n;            /* bytes of payload */
        const char *payload; /* in bytes[], behind the topic */
        char topic[];
};
struct post_list {
        struct post *head, *tail;
};
struct post *post_new(const char *topic, const void *payload, size_t n, bool retain, uint64_t token);
struct post *post_list_pop(struct post_list *list); /* NULL when empty; owned */
void post_list_deinit(struct post_list *list);

enum mail_kind { MAIL_UP, MAIL_DOWN, MAIL_MESSAGE, MAIL_PUBLISHED };
struct mail { /* thread to owner */
        struct mail *next;
        enum mail_kind kind;
        union {
                uint64_t generation; /* MAIL_UP */
                uint64_t token;      /* MAIL_PUBLISHED */
                struct {
                        enum link_reason reason;
                        bool was_up;
                        unsigned n_failures;
                } down; /* bytes[] is the text */
                struct {
                        size_t topic_size, n;
                        bool retained;
                } message; /* bytes[] is the topic with its NUL, the payload, a NUL */
        };
        char bytes[];
};
struct mail_list {
        struct mail *head, *tail;
        size_t n_messages, message_bytes;
};
struct mail *mail_new(enum mail_kind kind, size_t n_bytes); /* zeroed; NULL without memory */
struct mail *mail_message_new(const char *topic, const void *payload, size_t n, bool retained);
void mail_list_add(struct mail_list *list, struct mail *mail);
void mail_list_append(struct mail_list *list, struct mail_list *from); /* @from is empty afterwards */
struct mail *mail_list_pop(struct mail_list *list);
void mail_list_deinit(struct mail_list *list);

struct mailbox {
        pthread_mutex_t lock; /* guards all below but the two fds, which never change */
        pthread_cond_t finished_cond;
        int wake_fd; /* to the thread */
        int bell_fd; /* to the owner */
        struct post_list posts;
        struct mail_list mails;
        uint64_t generation; /* of the working line; posts for an older one are refused */
        bool is_open;        /* a line is up */
        bool is_asleep;      /* the thread is in poll() or about to be */
        bool is_full;        /* the thread waits for the owner to read */
        bool down_waits;     /* a MAIL_DOWN has not been taken yet */
        bool stop, finished, orphaned;
        struct link_stats stats;
};
int mailbox_init(struct mailbox *m); /* 0 or -errno */
void mailbox_deinit(struct mailbox *m);

/* The owner's side. */

/**
 * mailbox_push() - hand a post over
 * @p: moves in, also when the call fails
 * @later: do not ring; mailbox_ring() follows
 *
 * Return: 0, or LINK_E_DOWN when the line of @generation is not up.
 */
int mailbox_push(struct mailbox *m, struct post *p, uint64_t generation, bool later);
void mailbox_ring(struct mailbox *m);                       /* wake the thread if it may be asleep */
void mailbox_take(struct mailbox *m, struct mail_list *to); /* all that has come; @to must be empty */
void mailbox_get_stats(struct mailbox *m, struct link_stats *stats);
/* Return: true when the thread has ended (join it); false: it is on its own now and frees everything at its
 * end. */
bool mailbox_stop(struct mailbox *m, unsigned wait_sec);

/* The thread's side. */

struct mailbox_view { /* what the thread needs to know of the owner's side */
        bool stop;
        bool is_full;    /* stop reading: the owner is behind */
        bool down_waits; /* the owner does not know yet that the line is down */
};
/**
 * mailbox_exchange() - hand over what was made, take what is to be done
 * @made: emptied
 * @posts: empty before
 * @incoming: messages above which the owner counts as behind
 * @stats: copied for mailbox_get_stats()
 */
void mailbox_exchange(struct mailbox *m, struct mail_list *made, struct post_list *posts, unsigned incoming,
        const struct link_stats *stats, struct mailbox_view *view);
/* Between these two the thread may be in poll() on wake_fd, and is rung for. Return of sleep: false when
 * there is work. */
bool mailbox_sleep(struct mailbox *m);
void mailbox_wake(
        struct mailbox *m); /* also drains the eventfd: none of the owner's rings comes later than this */
uint64_t mailbox_open(struct mailbox *m); /* a line is up. Return: its generation */
/* It is not; posts that were not taken yet are dropped. @down, a MAIL_DOWN, moves in. */
void mailbox_close(struct mailbox *m, struct mail *down);
bool mailbox_finish(struct mailbox *m); /* last act. Return: true when the thread must free the rest itself */
