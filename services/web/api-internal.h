/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* One request on its way through the API's files. */
#include "firmware/base/json.h"
#include "services/web/api.h"

enum need {               /* of a path: who may have it */
        NEED_NOTHING,     /* the pages themselves: nothing of anybody's is in them */
        NEED_PLACE,       /* the bench's own screen, or anybody with a session */
        NEED_COUNTER,     /* the counter's own screen, or a session of a clerk or a leader */
        NEED_READY_BOARD, /* the address of a board in the shop, or a session of a clerk or a leader */
        NEED_CLERK,       /* a session of a clerk or a leader */
        NEED_LEADER,      /* a session of a leader */
        NEED_ENGINEER     /* of an engineer */
};

struct visit {
        struct api *api;
        const struct http_request *q;
        struct http_answer *a;
        const char *name;             /* of the bench in the path; "" none */
        const char *leaf;             /* the last part of the path, where it is anything; NULL else */
        char slot[HUB_NAME_SIZE];     /* in the hub; "" none */
        char cookie[GUARD_TOKEN_MAX]; /* "" none */
        struct json *session;         /* what the station says of it; owned; NULL: nobody */
        int asked;                    /* what asking for it came to: 0, or ASK_E_* */
};

/* --- api.c: answers --- */
void visit_json(struct visit *v, unsigned status, struct str *text); /* @text: moved out */
void visit_fail(struct visit *v, unsigned status, const char *error, const char *text);
/* --- session.c --- */
void session_find(struct visit *v, bool touch);
bool session_may(const struct visit *v, enum need need);
/* A token that only a page of ours can have been told, for this very cookie. */
bool session_token_is_right(const struct visit *v);
void session_get(struct visit *v);
void session_enter(struct visit *v);
void session_leave(struct visit *v);
/* --- live.c --- */
void live_bench(struct visit *v);
void live_counter(struct visit *v);
void live_ready_board(struct visit *v);
void live_floor(struct visit *v);
/* --- acts.c --- */
void act_scan(struct visit *v);
void act_counter_call(struct visit *v);
void act_counter_scan(struct visit *v);
void act_counter_find(struct visit *v);
void act_floor_notice(struct visit *v);
void act_floor_words(struct visit *v);
void act_counter_contact(struct visit *v);
/* --- settings.c: an engineer's --- */
void settings_get(struct visit *v);
void settings_people(struct visit *v);
void settings_sheet(struct visit *v);
void settings_support(struct visit *v);
void settings_light(struct visit *v);
void settings_label(struct visit *v);
void settings_storage(struct visit *v);
/* --- find.c --- */
void find_get(struct visit *v);
