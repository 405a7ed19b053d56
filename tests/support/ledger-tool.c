/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ledger for program tests, without a bench: facts from stdin go through firmware/ledger, one commit each, answered by a
 * line. What the station decides is the test's business here.
 *
 *   ledger-tool --folder DIR --realm NAME [--public FILE] [--batch N] [--keys SECRET PUBLIC]
 *
 * A line is {"type":…, "merchant":…, "subject":…, "data":{…}, "bench"?, "actor"?, "cause"?}; the answer {"pos":n,"id":uuid} or
 * {"error":…}. In contact.received with --public a contact that is no {ref, hash} yet is sealed, as okuru-sync does.
 * {"type":"seal-erase", …} deletes the boxes of a shipment. --batch commits every N lines and at the end: answers come before
 * that. --keys makes a pair first and ends.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"
#include "firmware/base/time.h"
#include "firmware/ledger/ledger.h"
#include "firmware/seal/seal.h"

struct tool {
        struct ledger *ledger;
        struct seal_public public;
        bool seals;
        struct uuid_source uuids;
        unsigned batch, pending; /* lines of one commit; 0 and 1 are the same */
};

static int make_keys(const char *secret, const char *public) {
        _cleanup_(seal_keypair_freep) struct seal_keypair *pair = NULL;
        int r = seal_keypair_make(&pair);

        if (r == 0)
                r = seal_keypair_save(pair, secret);
        return r < 0 ? r : seal_public_save(seal_keypair_get_public(pair), public);
}

/* @data with its contact replaced by what the ledger may know of it. */
static int seal_contact(struct tool *t, const struct json *line, const struct json *data, struct str *out) {
        _cleanup_str_ struct str plain = STR_INIT;
        _autofree_ uint8_t *box = NULL;
        struct ledger_sealed sealed = {.kind = "contact",
                .merchant = json_get_string(line, "merchant", ""),
                .subject = json_get_string(line, "subject", "")};
        char ref[UUID_TEXT_MAX], hash[SEAL_HASH_MAX];
        struct json_writer w;
        int r;

        json_print(json_get(data, "contact"), &plain);
        r = plain.error ? plain.error : seal_to(&t->public, plain.data, plain.len, &box, &sealed.n_box);
        if (r == 0)
                r = uuid7_make(&t->uuids, stamp_now().wall_usec, ref);
        if (r < 0)
                return r;
        seal_hash(box, sealed.n_box, hash);
        sealed.ref = ref;
        sealed.box = box;
        sealed.hash = hash;
        json_writer_init(&w, out);
        json_write_object(&w, NULL);
        for (const struct json *m = json_first(data); m; m = json_next(m))
                if (strcmp(json_key(m), "contact") != 0)
                        json_write_value(&w, json_key(m), m);
        json_write_object(&w, "contact");
        json_write_string(&w, "ref", ref);
        json_write_string(&w, "hash", hash);
        json_write_end_object(&w);
        json_write_end_object(&w);
        return out->error ? out->error : ledger_sealed_put(t->ledger, &sealed);
}

static int append(struct tool *t, const struct json *line, struct ledger_place *place) {
        const struct json *data = json_get(line, "data");
        _cleanup_str_ struct str text = STR_INIT;
        struct stamp now = stamp_now();
        struct fact f = {.type = json_get_string(line, "type", "")};
        int r;

        if (strcmp(f.type, "seal-erase") == 0)
                return ledger_sealed_erase(t->ledger, NULL, json_get_string(line, "merchant", ""),
                        json_get_string(line, "subject", ""));
        r = fact_lane(f.type, &f.lane);
        if (r < 0)
                return r;
        if (!copy_text(f.merchant, sizeof(f.merchant), json_get_string(line, "merchant", "")) ||
                !copy_text(f.subject, sizeof(f.subject), json_get_string(line, "subject", "")) ||
                !copy_text(f.bench, sizeof(f.bench), json_get_string(line, "bench", "")) ||
                !copy_text(f.actor, sizeof(f.actor), json_get_string(line, "actor", "")) ||
                !copy_text(f.cause, sizeof(f.cause), json_get_string(line, "cause", "")))
                return -EMSGSIZE;
        if (t->seals && strcmp(f.type, "contact.received") == 0 &&
                !json_get(json_get(data, "contact"), "ref"))
                r = seal_contact(t, line, data, &text);
        else
                json_print(data, &text);
        if (r == 0)
                r = text.error;
        f.data = text.data;
        return r == 0 ? ledger_append(t->ledger, &f, &now, place) : r;
}

static int commit(struct tool *t, int error) {
        int r = store_commit(ledger_store(t->ledger));

        t->pending = 0;
        return error != 0 ? error : r;
}

static void take_line(struct tool *t, const char *text, size_t n) {
        _cleanup_(json_freep) struct json *line = NULL;
        struct store *store = ledger_store(t->ledger);
        struct ledger_place place = {0};
        struct diag d = {0};
        int r = json_parse(text, n, &line, &d);

        if (r < 0) {
                (void) printf("{\"error\":\"no JSON: %s\"}\n", d.text);
                return;
        }
        r = store_in_transaction(store) ? 0 : store_begin(store);
        if (r == 0)
                r = store_savepoint(store);
        if (r == 0)
                r = append(t, line, &place);
        if (r == 0)
                r = store_release(store);
        else
                (void) store_rollback_to(store); /* the error that is told is the first one */
        if (++t->pending >= t->batch)
                r = commit(t, r);
        if (r == 0)
                (void) printf("{\"pos\":%llu,\"id\":\"%s\"}\n", (unsigned long long) place.pos, place.id);
        else
                (void) printf(
                        "{\"error\":\"%s\"}\n", r < 0 ? strerror(-r) : "the fact does not fit the tables");
}

static int run(struct tool *t) {
        _autofree_ char *line = NULL;
        size_t size = 0;
        ssize_t n;

        while ((n = getline(&line, &size, stdin)) > 0) {
                take_line(t, line, (size_t) n);
                if (t->batch <= 1 && fflush(stdout) != 0)
                        return -errno;
        }
        return t->pending > 0 ? commit(t, 0) : 0;
}

static int complain(const char *what, int r, const struct diag *d) {
        (void) fprintf(stderr, "ledger-tool: %s: %s\n", what, *d->text ? d->text : strerror(r < 0 ? -r : 0));
        return 1;
}

int main(int argc, char **argv) {
        static const struct option options[] = {{"folder", required_argument, NULL, 'f'},
                {"realm", required_argument, NULL, 'r'}, {"public", required_argument, NULL, 'p'},
                {"keys", required_argument, NULL, 'k'}, {"batch", required_argument, NULL, 'b'}, {0}};
        struct ledger_options ledger = {.realm = "test", .boot_id = "00000000-0000-4000-8000-000000000000"};
        const char *folder = NULL, *public = NULL;
        char boot[UUID_TEXT_MAX] = "";
        struct tool t = {0};
        struct diag d = {0};
        int c, r;

        while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0)
                switch (c) {
                case 'f':
                        folder = optarg;
                        break;
                case 'r':
                        ledger.realm = optarg;
                        break;
                case 'p':
                        public
                        = optarg;
                        break;
                case 'b':
                        t.batch = (unsigned) strtoul(optarg, NULL, 10);
                        break;
                case 'k':
                        r = optind < argc ? make_keys(optarg, argv[optind]) : -EINVAL;
                        return r < 0 ? complain("keys", r, &d) : 0;
                default:
                        return 2;
                }
        if (!folder)
                return 2;
        if (public) {
                r = seal_public_load(public, &t.public, &d);
                if (r < 0)
                        return complain(public, r, &d);
                t.seals = true;
        }
        if (uuid_read_boot(boot) == 0)
                ledger.boot_id = boot;
        ledger.now = stamp_now();
        r = ledger_open(&t.ledger, folder, &ledger, &d);
        if (r != 0)
                return complain(folder, r, &d);
        r = run(&t);
        t.ledger = ledger_close(t.ledger);
        return r < 0 ? complain("stdin", r, &d) : 0;
}
