/* SPDX-License-Identifier: Apache-2.0 */
#include "services/sync/peers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"
#include "firmware/base/time.h"
#include "tests/unit/base/test.h"

#define A1     "0123456789abcdef0123456789abcdef"
#define A2     "fedcba9876543210fedcba9876543210"
#define SECOND USEC_PER_SEC
#define WALL   1763600000000000LL

#define CLAIM(seq)                                                                                           \
        "{\"seq\":" #seq ",\"kind\":\"shipped\",\"merchant\":\"acme\",\"subject\":\"S-" #seq                 \
        "\",\"piece\":1,\"at\":\"2026-11-20T14:02:03+09:00\"}"
#define PAGE(ledger, from, upto, claims)                                                                     \
        "{\"v\":1,\"ledger\":\"" ledger "\",\"from\":" #from ",\"upto\":" #upto ",\"claims\":[" claims "]}"
#define STANDING(ledger, upto) "{\"v\":1,\"ledger\":\"" ledger "\",\"upto\":" #upto "}"

#define HEALTHY(health) "{\"v\":1,\"ledger\":\"" A1 "\",\"upto\":7,\"health\":" health "}"

static int read_text(const char *text, struct peer_message *m) {
        return peer_message_read(text, strlen(text), m, &(struct diag){0});
}

static void a_message_of_another_shape_is_none(void **state) {
        static const struct {
                const char *name, *text;
                int expect;
        } cases[] = {
                {"standing", STANDING(A1, 7), 0},
                {"a page", PAGE(A1, 0, 7, CLAIM(3) "," CLAIM(7)), 0},
                {"a page of nothing", PAGE(A1, 3, 7, ""), 0},
                {"a question",
                        "{\"v\":1,\"ledger\":\"" A1
                        "\",\"upto\":7,\"ask\":{\"station\":\"pack2\",\"ledger\":\"" A2 "\",\"after\":0}}",
                        0},
                {"of a later version, with more in it",
                        "{\"v\":2,\"ledger\":\"" A1 "\",\"upto\":7,\"mood\":[1]}", 0},
                {"not JSON", "{", -EBADMSG},
                {"no object", "[1]", -EBADMSG},
                {"twice the same", "{\"v\":1,\"ledger\":\"" A1 "\",\"upto\":7,\"upto\":8}", -EBADMSG},
                {"no ledger", "{\"v\":1,\"upto\":7}", -EBADMSG},
                {"a ledger that is none", STANDING("0123456789ABCDEF0123456789ABCDEF", 7), -EBADMSG},
                {"below nothing", STANDING(A1, -1), -EBADMSG},
                {"beyond exactness", STANDING(A1, 9007199254740993), -EBADMSG},
                {"claims without from", "{\"v\":1,\"ledger\":\"" A1 "\",\"upto\":7,\"claims\":[]}", -EBADMSG},
                {"from without claims", "{\"v\":1,\"ledger\":\"" A1 "\",\"upto\":7,\"from\":1}", -EBADMSG},
                {"from above upto", PAGE(A1, 8, 7, ""), -EBADMSG},
                {"a claim at from", PAGE(A1, 3, 7, CLAIM(3)), -EBADMSG},
                {"a claim above upto", PAGE(A1, 3, 7, CLAIM(8)), -EBADMSG},
                {"claims that fall", PAGE(A1, 0, 7, CLAIM(5) "," CLAIM(4)), -EBADMSG},
                {"the same place twice", PAGE(A1, 0, 7, CLAIM(5) "," CLAIM(5)), -EBADMSG},
                {"something else among them", PAGE(A1, 0, 7, CLAIM(5) ",17"), -EBADMSG},
                {"how it is", HEALTHY("{\"waiting\":3,\"storage\":\"fine\",\"mood\":[1]}"), 0},
                {"how it is, in no shape", HEALTHY("{\"waiting\":\"many\"}"), -EBADMSG},
                {"less than nothing waits", HEALTHY("{\"waiting\":-1}"), -EBADMSG},
                {"a word that is none", HEALTHY("{\"storage\":\"<b>fine</b>\"}"), -EBADMSG},
                {"a question to nobody", "{\"v\":1,\"ledger\":\"" A1 "\",\"upto\":7,\"ask\":{}}", -EBADMSG},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_peer_message_ struct peer_message m = {0};

                if (read_text(cases[i].text, &m) != cases[i].expect)
                        fail_msg("%s", cases[i].name);
        }
}

static void a_message_that_is_too_long_is_not_even_read(void **state) {
        _cleanup_peer_message_ struct peer_message m = {0};
        static char text[PEER_PAYLOAD_MAX + 2];

        (void) state;
        memset(text, ' ', PEER_PAYLOAD_MAX + 1);
        memcpy(text, STANDING(A1, 7), strlen(STANDING(A1, 7)));
        assert_int_equal(peer_message_read(text, PEER_PAYLOAD_MAX + 1, &m, &(struct diag){0}), -EBADMSG);
        assert_null(m.root);
        assert_int_equal(peer_message_read(text, PEER_PAYLOAD_MAX, &m, &(struct diag){0}), 0);
}

static void what_we_write_is_read_again(void **state) {
        _cleanup_str_ struct str standing = STR_INIT, page = STR_INIT, ask = STR_INIT;
        _cleanup_peer_message_ struct peer_message m = {0};

        (void) state;
        assert_int_equal(peer_write_standing(A1, 42, true, NULL, &standing), 0);
        assert_int_equal(read_text(standing.data, &m), 0);
        assert_true(m.hello && m.upto == 42 && !m.claims && !m.ask_station);
        peer_message_deinit(&m);
        assert_int_equal(peer_write_page(A1, 40, 42, "[" CLAIM(42) "]", &page), 0);
        assert_int_equal(read_text(page.data, &m), 0);
        assert_true(!m.hello && m.from == 40 && m.upto == 42 && json_size(m.claims) == 1);
        peer_message_deinit(&m);
        assert_int_equal(peer_write_ask(A1, 42, "pack2", A2, 17, &ask), 0);
        assert_int_equal(read_text(ask.data, &m), 0);
        assert_string_equal(m.ask_station, "pack2");
        assert_string_equal(m.ask_ledger, A2);
        assert_int_equal(m.ask_after, 17);
}

static void what_is_kept_is_new_and_of_a_known_kind(void **state) {
        static const char text[] = PAGE(A1, 0, 9,
                CLAIM(3) ",{\"seq\":5,\"kind\":\"redecorated\",\"merchant\":\"acme\",\"subject\":\"S-5\","
                         "\"at\":\"2026-11-20T14:02:03+09:00\"}," CLAIM(7));
        _cleanup_peer_message_ struct peer_message m = {0};
        _cleanup_str_ struct str kept = STR_INIT;
        uint64_t unknown = 0;

        (void) state;
        assert_int_equal(read_text(text, &m), 0);
        assert_int_equal(peer_message_keep(&m, "pack2", 3, &kept, &unknown), 1);
        assert_int_equal(unknown, 1);
        assert_string_equal(kept.data, "{\"station\":\"pack2\",\"ledger\":\"" A1
                                       "\",\"claims\":[{\"seq\":7,\"kind\":\"shipped\",\"merchant\":\"acme\","
                                       "\"subject\":\"S-7\",\"piece\":1,"
                                       "\"at\":\"2026-11-20T14:02:03+09:00\"}]}");
}

static void what_is_said_of_ones_health_is_read_again(void **state) {
        static const struct peer_health said = {.waiting = 3,
                .oldest_sec = 61,
                .notices = -1,
                .devices_down = 2,
                .ill = 0,
                .storage = "fine",
                .office_silent = true};
        _cleanup_str_ struct str health = STR_INIT, standing = STR_INIT;
        _cleanup_peer_message_ struct peer_message m = {0};
        char text[PEER_HEALTH_SIZE];

        (void) state;
        assert_int_equal(peer_health_write(&said, &health), 0);
        assert_int_equal(peer_write_standing(A1, 42, false, health.data, &standing), 0);
        assert_int_equal(read_text(standing.data, &m), 0);
        assert_non_null(m.health);
        peer_health_copy(m.health, text);
        assert_string_equal(text, "{\"waiting\":3,\"oldest_s\":61,\"down\":2,\"ill\":0,\"storage\":\"fine\","
                                  "\"silent\":true}");
}

static void the_longest_that_may_be_said_of_ones_health_is_kept_whole(void **state) {
        static const char name[] = "a2345678901234567890123456789012";
        static const struct peer_health said = {.waiting = JSON_INT_MAX,
                .oldest_sec = JSON_INT_MAX,
                .notices = JSON_INT_MAX,
                .devices_down = JSON_INT_MAX,
                .ill = JSON_INT_MAX,
                .storage = name,
                .clock = name,
                .office_silent = true,
                .intake_stopped = true};
        _cleanup_(json_freep) struct json *doc = NULL;
        _cleanup_str_ struct str health = STR_INIT;
        char text[PEER_HEALTH_SIZE];

        (void) state;
        assert_int_equal(peer_health_write(&said, &health), 0);
        assert_int_equal(json_parse(health.data, health.len, &doc, NULL), 0);
        assert_int_equal(peer_health_check(doc, &(struct diag){0}), 0);
        peer_health_copy(doc, text);
        assert_string_equal(text, health.data);
}

/* One message of pack2; a page is kept. */
static enum peers_judgement hear(struct peers *p, const char *text, uint64_t now) {
        _cleanup_peer_message_ struct peer_message m = {0};
        struct peer *peer = peers_find(p, "pack2");
        enum peers_judgement judgement;

        assert_int_equal(read_text(text, &m), 0);
        judgement = peers_judge(p, peer, &m, now, WALL);
        if (judgement == PEERS_PAGE)
                peers_on_kept(p, peer, &m, now);
        return judgement;
}

static void pages_that_follow_each_other_are_kept_and_nobody_is_asked(void **state) {
        struct peers p = {0};

        (void) state;
        assert_int_equal(hear(&p, PAGE(A1, 0, 3, CLAIM(3)), SECOND), PEERS_PAGE);
        assert_int_equal(hear(&p, PAGE(A1, 3, 7, CLAIM(7)), SECOND), PEERS_PAGE);
        assert_int_equal(hear(&p, PAGE(A1, 3, 7, CLAIM(7)), SECOND), PEERS_HEARD); /* told again */
        assert_int_equal(hear(&p, PAGE(A1, 5, 9, CLAIM(7) "," CLAIM(9)), SECOND), PEERS_PAGE); /* in part */
        assert_int_equal(hear(&p, STANDING(A1, 9), SECOND), PEERS_HEARD);
        assert_int_equal(peers_find(&p, "pack2")->mark, 9);
        assert_null(peers_to_ask(&p, 100 * SECOND));
        assert_int_equal(peers_count(&p, 2 * SECOND), 1);
        assert_int_equal(peers_count(&p, 200 * SECOND), 0);
}

static void a_hole_is_asked_for_more_and_more_seldom_until_something_comes(void **state) {
        static const uint64_t waits[] = {2, 4, 8, 16, 32, 64, 128, 256, 300, 300};
        struct peers p = {0};
        uint64_t now = SECOND;

        (void) state;
        assert_int_equal(hear(&p, PAGE(A1, 3, 7, CLAIM(7)), now), PEERS_HEARD); /* what is below 3? */
        for (size_t i = 0; i < ELEMENTSOF(waits); i++) {
                struct peer *peer = peers_to_ask(&p, now);

                assert_non_null(peer);
                assert_int_equal(peer->mark, 0);
                peers_on_asked(peer, now);
                assert_int_equal(
                        hear(&p, STANDING(A1, 7), now), PEERS_HEARD); /* that is no reason to hurry */
                assert_null(peers_to_ask(&p, now + waits[i] * SECOND - 1));
                now += waits[i] * SECOND;
        }
        assert_int_equal(hear(&p, PAGE(A1, 0, 3, CLAIM(3)), now), PEERS_PAGE);
        assert_null(peers_to_ask(&p, now));
        assert_non_null(peers_to_ask(&p, now + 2 * SECOND)); /* the rest may be on its way */
        assert_int_equal(hear(&p, PAGE(A1, 3, 7, CLAIM(7)), now), PEERS_PAGE);
        assert_null(peers_to_ask(&p, now + 1000 * SECOND));
}

static void a_page_of_nothing_ends_the_asking(void **state) {
        struct peers p = {0};

        (void) state;
        assert_int_equal(hear(&p, STANDING(A1, 7), SECOND), PEERS_HEARD);
        assert_non_null(peers_to_ask(&p, SECOND));
        assert_int_equal(hear(&p, PAGE(A1, 0, 7, ""), SECOND), PEERS_PAGE);
        assert_null(peers_to_ask(&p, 1000 * SECOND));
}

static void another_ledger_of_a_station_begins_at_nothing(void **state) {
        struct peers p = {0};

        (void) state;
        peers_restore(&p, "pack2", A1, 7, WALL);
        assert_int_equal(hear(&p, STANDING(A1, 7), SECOND), PEERS_HEARD);
        assert_null(peers_to_ask(&p, SECOND));
        assert_int_equal(hear(&p, STANDING(A2, 2), SECOND), PEERS_HEARD);
        assert_int_equal(peers_to_ask(&p, SECOND)->mark, 0);
        assert_int_equal(hear(&p, PAGE(A2, 0, 2, CLAIM(2)), SECOND), PEERS_PAGE);
}

static void what_is_rolled_back_is_asked_for(void **state) {
        struct peers p = {0};

        (void) state;
        assert_int_equal(hear(&p, PAGE(A1, 0, 3, CLAIM(3)), SECOND), PEERS_PAGE);
        peers_on_committed(&p);
        assert_int_equal(hear(&p, PAGE(A1, 3, 7, CLAIM(7)), SECOND), PEERS_PAGE);
        peers_on_rolled_back(&p);
        assert_int_equal(peers_find(&p, "pack2")->mark, 3);
        assert_int_equal(peers_to_ask(&p, 10 * SECOND)->mark, 3);
        assert_int_equal(hear(&p, PAGE(A1, 3, 7, CLAIM(7)), SECOND), PEERS_PAGE);
}

static void who_talks_too_much_is_heard_again_when_he_is_slower(void **state) {
        struct peers p = {0};
        struct peer *peer = peers_find(&p, "pack2");
        int n = 0;

        (void) state;
        while (peers_admit(&p, peer, SECOND))
                n++;
        assert_int_equal(n, PEER_MESSAGES_BURST);
        assert_true(peers_admit(&p, peers_find(&p, "pack3"), SECOND)); /* another one is not meant */
        for (n = 0; peers_admit(&p, peer, 2 * SECOND);)
                n++;
        assert_int_equal(n, PEER_MESSAGES_RATE);
        for (n = 0; peers_may_ask(peer, SECOND);)
                n++;
        assert_int_equal(n, PEER_ASKED_BURST);
        assert_true(peers_may_ask(peer, (PEER_ASKED_EVERY_SEC + 1) * SECOND));
}

static void claims_beyond_reason_are_left_and_asked_for_later(void **state) {
        struct peers p = {0};
        char text[256];
        int seq = 1;

        (void) state;
        for (;; seq++) {
                (void) snprintf(text, sizeof(text),
                        "{\"v\":1,\"ledger\":\"" A1 "\",\"from\":%d,\"upto\":%d,\"claims\":[{\"seq\":%d,"
                        "\"kind\":\"opened\",\"merchant\":\"a\","
                        "\"subject\":\"S\",\"at\":\"2026-11-20T14:02:03+09:00\"}]}",
                        seq - 1, seq, seq);
                if (hear(&p, text, SECOND) != PEERS_PAGE)
                        break;
        }
        assert_int_equal(seq - 1, PEER_CLAIMS_BURST);
        assert_int_equal(p.n_flooded, 1);
        assert_non_null(peers_to_ask(&p, SECOND));
        assert_int_equal(hear(&p, text, (1 + PEER_CLAIM_EVERY_SEC) * SECOND), PEERS_PAGE);
}

static void of_too_many_stations_the_one_that_was_silent_longest_goes(void **state) {
        struct peers p = {0};
        char name[16];

        (void) state;
        for (int i = 0; i < PEERS_MAX; i++) {
                (void) snprintf(name, sizeof(name), "s-%d", i);
                peers_find(&p, name)->heard_usec = (uint64_t) (i == 5 ? 1 : 100 + i);
        }
        assert_string_equal(peers_find(&p, "new")->station, "new");
        for (int i = 0; i < PEERS_MAX; i++)
                assert_string_not_equal(p.all[i].station, "s-5");
        assert_int_equal(p.n_no_room, 1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_message_of_another_shape_is_none),
                cmocka_unit_test(a_message_that_is_too_long_is_not_even_read),
                cmocka_unit_test(what_we_write_is_read_again),
                cmocka_unit_test(what_is_said_of_ones_health_is_read_again),
                cmocka_unit_test(the_longest_that_may_be_said_of_ones_health_is_kept_whole),
                cmocka_unit_test(what_is_kept_is_new_and_of_a_known_kind),
                cmocka_unit_test(pages_that_follow_each_other_are_kept_and_nobody_is_asked),
                cmocka_unit_test(a_hole_is_asked_for_more_and_more_seldom_until_something_comes),
                cmocka_unit_test(a_page_of_nothing_ends_the_asking),
                cmocka_unit_test(another_ledger_of_a_station_begins_at_nothing),
                cmocka_unit_test(what_is_rolled_back_is_asked_for),
                cmocka_unit_test(who_talks_too_much_is_heard_again_when_he_is_slower),
                cmocka_unit_test(claims_beyond_reason_are_left_and_asked_for_later),
                cmocka_unit_test(of_too_many_stations_the_one_that_was_silent_longest_goes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
