/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/oms/scene.h"

#include <stdio.h>
#include <string.h>

#define FACTS_MAX 32

int scene_setup(void **state) {
        struct storage *s = NULL;

        if (storage_open_memory(&s, NULL) < 0)
                return -1;
        *state = s;
        return 0;
}

int scene_teardown(void **state) {
        *state = storage_close(*state);
        return 0;
}

struct source scene_source(const char *ledger, const char *lane) {
        struct source source = {.kind = SOURCE_FACTS, .realm = "test", .site = "dc1", .station = "pack1"};

        (void) snprintf(source.log, sizeof(source.log), "%s", ledger);
        (void) snprintf(source.lane, sizeof(source.lane), "%s", lane);
        return source;
}

struct made {
        struct envelope envelope;
        struct json *data;
        char id[UUID_TEXT_MAX];
};

static void make(const struct scene_fact *fact, struct made *m, struct storage_event *event) {
        const char *data = fact->data ? fact->data : "{\"v\":1}";

        assert_int_equal(json_parse(data, strlen(data), &m->data, NULL), 0);
        (void) snprintf(m->id, sizeof(m->id), "01900000-0000-7000-8000-%012u", fact->n_id);
        m->envelope = (struct envelope){
                .id = m->id,
                .type = fact->type ? fact->type : "bay.closed",
                .subject = fact->subject ? fact->subject : "y1",
                .merchant = "acme",
                .time = "2026-11-21T14:02:03.123+09:00",
                .data = m->data,
        };
        *event = (struct storage_event){
                .envelope = fact->refused ? NULL : &m->envelope,
                .refused = fact->refused,
                .sequence = fact->sequence,
                .id = m->id,
                .body = data,
                .n_body = strlen(data),
        };
}

struct mark scene_append_within(
        struct storage *s, const struct source *source, const struct scene_fact *facts, size_t n) {
        struct made made[FACTS_MAX];
        struct storage_event events[FACTS_MAX];
        struct mark mark;

        assert_true(n <= FACTS_MAX);
        for (size_t i = 0; i < n; i++)
                make(&facts[i], &made[i], &events[i]);
        assert_int_equal(storage_append(s, source, events, n, 1000000, &mark), 0);
        for (size_t i = 0; i < n; i++)
                (void) json_free(made[i].data);
        return mark;
}

struct mark scene_append(
        struct storage *s, const struct source *source, const struct scene_fact *facts, size_t n) {
        struct mark mark;

        assert_int_equal(storage_begin(s), 0);
        mark = scene_append_within(s, source, facts, n);
        assert_int_equal(storage_commit(s), 0);
        return mark;
}
