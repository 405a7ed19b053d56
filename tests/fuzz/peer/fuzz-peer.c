/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A message of another station of the site, to what is passed on to ours: whatever comes, what is kept is strict JSON of claims that
 * can be read, rising and above the mark, and the mark never passes what the page says that it holds.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"
#include "firmware/domain/claim.h"
#include "services/sync/peers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW 1000000

static void check_kept(const char *text, size_t n, int n_claims, uint64_t mark, uint64_t upto) {
        _cleanup_(json_freep) struct json *kept = NULL;
        uint64_t last = mark;

        assert(json_parse(text, n, &kept, NULL) == 0);
        assert(strcmp(json_get_string(kept, "station", ""), "pack-2") == 0);
        assert(hex_id_is_valid(json_get_string(kept, "ledger", "")));
        assert(json_size(json_get(kept, "claims")) == (size_t) n_claims);
        for (const struct json *e = json_first(json_get(kept, "claims")); e; e = json_next(e)) {
                struct claim c = {0};
                char when[CLAIM_WHEN_SIZE];

                assert(claim_read(e, &c, NULL) == 0);
                assert(c.seq > last && c.seq <= upto && *c.merchant && *c.subject);
                claim_when(&c, when);
                last = c.seq;
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static const uint64_t marks[] = {0, 3, 41};
        _cleanup_peer_message_ struct peer_message m = {0};
        _autofree_ struct peers *p = calloc(1, sizeof(*p));
        _autofree_ char *text = malloc(size ? size : 1);
        struct diag d = {0};
        int r;

        if (!p || !text)
                return 0;
        if (size > 0)
                memcpy(text, data, size);
        r = peer_message_read(text, size, &m, &d);
        if (r < 0) {
                assert(r == -EBADMSG && d.text[0]);
                return 0;
        }
        assert(hex_id_is_valid(m.ledger) && size <= PEER_PAYLOAD_MAX);
        for (size_t i = 0; i < ELEMENTSOF(marks); i++) {
                _cleanup_str_ struct str kept = STR_INIT;
                struct peer *peer = peers_find(p, "pack-2");
                uint64_t unknown = 0;
                int n = peer_message_keep(&m, "pack-2", marks[i], &kept, &unknown);

                assert(n >= 0 && n <= PEER_CLAIMS_MAX);
                check_kept(kept.data, kept.len, n, marks[i], m.upto);
                *peer = (struct peer){0};
                peers_restore(p, "pack-2", m.ledger, marks[i], 0);
                if (peers_judge(p, peer, &m, NOW, NOW) == PEERS_PAGE) {
                        assert(m.claims && m.from <= marks[i] && m.upto > marks[i]);
                        peers_on_kept(p, peer, &m, NOW);
                }
                assert(peer->mark == marks[i] || peer->mark == m.upto);
                assert(peer->mark >= peer->upto || peer->ask_usec > 0);
        }
        return 0;
}
