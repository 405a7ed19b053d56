/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Anything from the broker or the control socket, into a receiver with a database in memory. The first byte chooses the door.
 * What must hold: the mark never goes down, and a refused request leaves the stream as it was.
 */
#include "services/oms/place.h"
#include "services/oms/receiver.h"
#include "services/oms/requests.h"
#include "services/oms/status.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INBOX "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define NOW   1000000

static void must(bool holds) {
        if (!holds)
                abort();
}

static void ask(struct storage *s, const char *text, size_t n) {
        struct requests q = {.storage = s, .wall_usec = NOW};
        _cleanup_str_ struct str answer = STR_INIT;
        struct storage_stream before, after;

        must(storage_begin(s) == 0);
        must(storage_open_stream(s, "dc1/pack1", INBOX, NOW) == 0);
        must(storage_get_stream(s, "dc1/pack1", &before) == 0);
        must(requests_handle(&q, text, n, &answer) == 0);
        if (strstr(answer.data, "\"ok\":false")) {
                must(storage_get_stream(s, "dc1/pack1", &after) == 0);
                must(after.last == before.last);
        }
        must(storage_commit(s) == 0);
}

static void tell(struct storage *s, const char *text, size_t n) {
        const struct topic topic = {"test", "dc1", "pack1", TOPIC_UP_FACT};
        struct source source = {.kind = SOURCE_FACTS,
                .realm = "test",
                .site = "dc1",
                .station = "pack1",
                .log = INBOX,
                .lane = "fact"};
        _cleanup_(receiver_freep) struct receiver *r = NULL;
        struct mark before, after;

        must(receiver_new(&r, s) == 0);
        must(storage_get_mark(s, &source, &before) == 0);
        for (int i = 0; i < 2; i++) {
                must(receiver_take(r, &topic, text, n, NOW, NULL) >= 0);
                must(receiver_commit(r, NOW) == 0);
        }
        must(storage_get_mark(s, &source, &after) == 0);
        must(after.upto >= before.upto);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_(storage_closep) struct storage *s = NULL;
        const char *text = (const char *) data + 1;
        struct status status;
        struct taken taken;

        if (size == 0 || size > LINK_PAYLOAD_MAX)
                return 0;
        switch (data[0] % 4) {
        case 0:
                (void) status_read(text, size - 1, &status, NULL);
                break;
        case 1:
                (void) taken_read(text, size - 1, &taken, NULL);
                break;
        case 2:
                must(storage_open_memory(&s, NULL) == 0);
                ask(s, text, size - 1);
                break;
        default:
                must(storage_open_memory(&s, NULL) == 0);
                tell(s, text, size - 1);
        }
        return 0;
}
