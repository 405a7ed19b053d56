/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/sender.h"

#include <errno.h>

struct sending {
        struct station *station;
        char source[SOURCE_TEXT_MAX];
        uint64_t now_usec;
        sender_publish_fn publish;
        void *userdata;
};

static int build_source(const struct station *s, const struct storage *storage, char *text) {
        struct source source = {.kind = SOURCE_COMMANDS};

        (void) copy_text(source.realm, sizeof(source.realm), s->topic.realm);
        (void) copy_text(source.site, sizeof(source.site), s->topic.site);
        (void) copy_text(source.station, sizeof(source.station), s->topic.station);
        (void) copy_text(source.log, sizeof(source.log), storage_receiver(storage));
        return source_build(&source, text);
}

static int send_one(const struct storage_command *command, void *userdata) {
        struct sending *sending = userdata;
        struct window *w = &sending->station->window;
        _cleanup_str_ struct str text = STR_INIT;
        const struct envelope envelope = {
                .id = command->id,
                .source = sending->source,
                .sequence = command->sequence,
                .type = command->type,
                .v = 1,
                .time = command->time,
                .subject = command->subject,
                .merchant = command->merchant,
                .inbox = sending->station->stream.inbox,
                .data_text = command->data,
        };
        int r;

        if (command->sequence != w->sent + 1)
                return -EBADMSG; /* a hole in our own stream: nothing behind it could ever be taken */
        r = envelope_write(&envelope, &text);
        if (r == 0)
                r = sending->publish(&sending->station->topic, &text, sending->userdata);
        if (r == 0)
                window_on_sent(w, command->sequence, sending->now_usec);
        return r;
}

int sender_send(struct station *s, struct storage *storage, uint64_t now_usec, sender_publish_fn publish,
        void *userdata) {
        struct sending sending = {
                .station = s, .now_usec = now_usec, .publish = publish, .userdata = userdata};
        uint64_t room;
        int r = 0;

        if (s->stream.id == 0 || window_room(&s->window) == 0)
                return 0;
        r = build_source(s, storage, sending.source);
        while (r == 0 && (room = window_room(&s->window)) > 0)
                r = storage_read_commands(storage, &s->stream, s->window.sent,
                        room < SENDER_CHUNK ? room : SENDER_CHUNK, send_one, &sending);
        return r;
}
