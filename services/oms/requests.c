/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/requests.h"

#include <errno.h>
#include <string.h>

#include "services/oms/requests-internal.h"

int act_refuse(struct act *a, const char *key, const char *text) {
        diag_set(&a->diag, 0, 0, key, "%s", text);
        return ACT_REFUSED;
}

int act_refused_by(int r) {
        return r == -EBADMSG || r == -EMSGSIZE ? ACT_REFUSED : r;
}

static int parse_known(const struct storage_wish *known, struct json **docp) {
        return json_parse(known->data, strlen(known->data), docp, NULL);
}

/* One version for all that a request changes: shipment, labels and contact of a line are one act. @floor: what the line asks for. */
static int need_version(struct act *a, const char *kind, const char *subject, int64_t floor) {
        int r = 0;

        if (floor > JSON_INT_MAX / 2)
                return act_refuse(a, "version", "leaves no room for the next ones");
        if (a->version == 0)
                r = storage_next_version(a->q->storage, kind, a->merchant, subject, &a->version);
        if (r == 0 && a->version < floor)
                a->version = floor;
        return r;
}

int act_put_as(struct act *a, const char *kind, const char *wish, const char *subject, int64_t version,
        bool send, const struct str *text) {
        struct storage_document doc = {.kind = kind,
                .merchant = a->merchant,
                .subject = wish,
                .station = a->station,
                .version = version,
                .open = send,
                .data = text->data,
                .n_data = text->len};
        int r = storage_put_wish(a->q->storage, &doc, a->q->wall_usec);

        doc.subject = subject;
        if (r == 0 && send)
                r = storage_send(a->q->storage, &doc, a->q->wall_usec);
        a->changed = true;
        a->said_version = version;
        return r == STORAGE_E_NONE ? 0 : r; /* nobody there yet: in the snapshot */
}

static int put(struct act *a, const char *kind, const char *subject, int64_t version, bool send,
        const struct str *text) {
        return act_put_as(a, kind, subject, subject, version, send, text);
}

/* ---- where ---- */

static bool station_is_valid(const char *text) {
        const char *slash = strchr(text, '/');
        char site[TOPIC_NAME_MAX];

        if (!slash || (size_t) (slash - text) >= sizeof(site))
                return false;
        memcpy(site, text, (size_t) (slash - text));
        site[slash - text] = '\0';
        return topic_name_is_free(site) && topic_name_is_free(slash + 1);
}

/* What the request or the document names. Return: 0 ("" when neither does), ACT_REFUSED. */
static int read_station(struct act *a, const struct json *doc) {
        const char *station = json_get_string(a->request, "station", json_get_string(doc, "station", ""));

        if (*station && !station_is_valid(station))
                return act_refuse(a, "station", "must be site/station");
        (void) copy_text(a->station, sizeof(a->station), station);
        return 0;
}

/* A shipment is at one station: where it was, where it is said to be, or at the only one there is. */
static int choose_station(struct act *a, const struct json *doc, const struct storage_wish *known) {
        int r = read_station(a, doc);

        if (r != 0)
                return r;
        if (known->data) {
                if (*a->station && strcmp(a->station, known->station) != 0) {
                        diag_set(&a->diag, 0, 0, "station", "the shipment is at %s: cancel it there first",
                                known->station);
                        return ACT_REFUSED;
                }
                (void) copy_text(a->station, sizeof(a->station), known->station);
        } else if (!*a->station) {
                r = storage_only_station(a->q->storage, a->station);
                if (r == STORAGE_E_NONE)
                        return act_refuse(a, "station", "say which one: none or several are known");
        }
        return r;
}

/* ---- one shipment ---- */

/* Shape first, whatever else is wrong with it. @known: zeroed when there is none. */
static int get_known(struct act *a, const char *kind, struct storage_wish *known) {
        int r = storage_get_wish(a->q->storage, kind, a->merchant, a->shipment, NULL, known);

        return r == STORAGE_E_NONE ? 0 : r;
}

static int put_shipment(struct act *a, const struct json *line, const struct storage_wish *known,
        const struct json *known_doc, const struct wish_change *change) {
        _cleanup_str_ struct str text = STR_INIT;
        int r = wish_write_shipment(line, known_doc, change, known->data ? known->version : 1, &text);

        if (r == 0)
                r = act_refused_by(wish_check_shipment(&text, &a->diag));
        if (r != 0)
                return r;
        if (known->data && wish_is_same(text.data, known->data)) {
                a->said_version = known->version;
                return 0;
        }
        if (json_get_bool(known_doc, "cancelled", false))
                return act_refuse(a, "shipment", "it is cancelled, and stays so: send a new one");
        r = need_version(a, "shipment", a->shipment, json_get_int(line, "version", 0));
        if (r != 0)
                return r;
        str_clear(&text);
        r = wish_write_shipment(line, known_doc, change, a->version, &text);
        return r < 0 ? r : put(a, "shipment", a->shipment, a->version, true, &text);
}

typedef int (*part_write_fn)(const char *merchant, const char *shipment, const struct json *part,
        int64_t version, struct str *out);

/* Is the contact for the station that packs @shipment, and not only for the store where the customer comes. */
static int wants_contact(struct act *a, const struct json *shipment, bool *wantsp) {
        bool for_store = false;
        int r = storage_is_for_store(a->q->storage, shipment, a->station, &for_store);

        *wantsp = wish_wants_contact(shipment, for_store);
        return r;
}

/* What is new may concern the store where its parcels go. */
static int tell_store(struct act *a, int r) {
        return r == 0 && a->changed
                       ? storage_tell_store(a->q->storage, a->merchant, a->shipment, a->q->wall_usec)
                       : r;
}

/* Labels or contact: written with the known version, and with a new one only when they differ. @send: false keeps it here. */
static int put_part(struct act *a, const char *kind, const struct json *part, part_write_fn write,
        int (*check)(const struct str *text, struct diag *d), bool send) {
        _cleanup_wish_ struct storage_wish known = {0};
        _cleanup_str_ struct str text = STR_INIT;
        int r = get_known(a, kind, &known);

        if (r == 0)
                r = write(a->merchant, a->shipment, part, known.data ? known.version : 1, &text);
        if (r == 0)
                r = act_refused_by(check(&text, &a->diag));
        if (r != 0)
                return r;
        if (known.data && wish_is_same(text.data, known.data) && (known.open || !send)) {
                a->said_version = known.version > a->said_version ? known.version : a->said_version;
                return 0;
        }
        r = need_version(a, kind, a->shipment, 0);
        if (r < 0)
                return r;
        str_clear(&text);
        r = write(a->merchant, a->shipment, part, a->version, &text);
        return r < 0 ? r : put(a, kind, a->shipment, a->version, send, &text);
}

static int put_parts(struct act *a, const struct json *line, bool wants_contact) {
        const struct json *labels = json_get(line, "labels"), *contact = json_get(line, "contact");
        const struct json *expected = json_get(line, "expected");
        int r = 0;

        if (expected && json_type(expected) != JSON_ARRAY)
                return act_refuse(a, "expected", "must be a list");
        if (labels && json_type(labels) != JSON_ARRAY)
                return act_refuse(a, "labels", "must be a list");
        if (contact && json_type(contact) != JSON_OBJECT)
                return act_refuse(a, "contact", "must be an object");
        if (labels)
                r = put_part(a, "label", labels, wish_write_label, wish_check_label, true);
        if (r == 0 && expected)
                r = put_part(a, "expected", expected, wish_write_expected, wish_check_expected, true);
        if (r == 0 && contact)
                r = put_part(a, "contact", contact, wish_write_contact, wish_check_contact, wants_contact);
        return r;
}

static int push(struct act *a) {
        const struct json *line = json_get(a->request, "data");
        _cleanup_wish_ struct storage_wish known = {0};
        _cleanup_(json_freep) struct json *known_doc = NULL;
        const struct wish_change as_it_is = WISH_NO_CHANGE;
        bool wants = false;
        int r = act_refused_by(wish_read_subject(line, &a->merchant, &a->shipment, &a->diag));

        if (r == 0)
                r = get_known(a, "shipment", &known);
        if (r == 0 && known.data)
                r = parse_known(&known, &known_doc);
        if (r == 0)
                r = choose_station(a, line, &known);
        if (r == 0)
                r = put_shipment(a, line, &known, known_doc, &as_it_is);
        if (r == 0)
                r = wants_contact(a, line, &wants);
        return tell_store(a, r == 0 ? put_parts(a, line, wants) : r);
}

int act_find_shipment(
        struct act *a, const struct json *from, struct storage_wish *known, struct json **docp) {
        int r = act_refused_by(wish_read_subject(from, &a->merchant, &a->shipment, &a->diag));

        if (r == 0)
                r = get_known(a, "shipment", known);
        if (r != 0)
                return r;
        if (!known->data)
                return act_refuse(a, "shipment", "no shipment of this merchant has that id");
        (void) copy_text(a->station, sizeof(a->station), known->station);
        return parse_known(known, docp);
}

static int change(struct act *a, const struct wish_change *what) {
        _cleanup_wish_ struct storage_wish known = {0};
        _cleanup_(json_freep) struct json *doc = NULL;
        int r = act_find_shipment(a, a->request, &known, &doc);

        return tell_store(a, r == 0 ? put_shipment(a, doc, &known, doc, what) : r);
}

static int hold(struct act *a) {
        const char *reason = json_get_string(a->request, "reason", NULL);

        if (!reason || !*reason)
                return act_refuse(a, "reason", "say why: the packer reads it");
        return change(a, &(struct wish_change){.held = 1, .reason = reason, .cancelled = -1});
}

static int release(struct act *a) {
        return change(a, &(struct wish_change){.held = 0, .cancelled = -1});
}

static int cancel(struct act *a) {
        return change(a, &(struct wish_change){.held = -1, .cancelled = 1});
}

/* Labels or contact alone. */
static int change_part(struct act *a, bool is_label) {
        const struct json *data = json_get(a->request, "data");
        _cleanup_wish_ struct storage_wish known = {0};
        _cleanup_(json_freep) struct json *doc = NULL;
        bool wants = false;
        int r = act_find_shipment(a, data, &known, &doc);

        if (r != 0)
                return r;
        if (is_label && json_type(json_get(data, "labels")) != JSON_ARRAY)
                return act_refuse(a, "labels", "must be a list");
        if (is_label)
                return put_part(
                        a, "label", json_get(data, "labels"), wish_write_label, wish_check_label, true);
        r = wants_contact(a, doc, &wants);
        if (r == 0)
                r = put_part(a, "contact", data, wish_write_contact, wish_check_contact, wants);
        return tell_store(a, r);
}

static int label(struct act *a) {
        return change_part(a, true);
}

static int contact(struct act *a) {
        return change_part(a, false);
}

/* Kept under its kind, and sent about its shipment. @version: one above the generation, for 0 is none. */
static int erase(struct act *a) {
        _cleanup_wish_ struct storage_wish known = {0};
        _cleanup_(json_freep) struct json *doc = NULL;
        _cleanup_str_ struct str text = STR_INIT;
        struct storage_document command;
        int r = act_find_shipment(a, a->request, &known, &doc);

        if (r == 0)
                r = wish_write_erase(a->merchant, a->shipment, &text);
        if (r != 0)
                return r;
        command = (struct storage_document){.kind = "contact.erase",
                .merchant = a->merchant,
                .subject = a->shipment,
                .station = a->station,
                .data = text.data,
                .n_data = text.len};
        r = storage_erase_contact(a->q->storage, a->merchant, a->shipment, &command);
        if (r == 0)
                r = storage_send(a->q->storage, &command, a->q->wall_usec);
        if (r == 0 || r == STORAGE_E_NONE)
                r = storage_send_told(a->q->storage, &command, a->q->wall_usec);
        a->changed = true;
        return r;
}

/* ---- floor and fleet ---- */

static int put_other(struct act *a) {
        const struct json *data = json_get(a->request, "data");
        _cleanup_wish_ struct storage_wish known = {0};
        _cleanup_str_ struct str text = STR_INIT;
        enum wish_other kind;
        const char *subject, *type = json_get_string(a->request, "kind", "");
        bool counted;
        int r;

        if (wish_other_from_str(type, &kind) < 0)
                return act_refuse(a, "kind", "is none that is known");
        counted = wish_other_has_version(kind);
        r = read_station(a, data);
        if (r == 0)
                r = act_refused_by(wish_check_other(kind, data, &a->merchant, &subject, &a->diag));
        if (r == 0 && kind == WISH_LABEL_BLOCK && !*a->station)
                return act_refuse(a, "station", "numbers of a block belong to one station: say which");
        if (r == 0)
                r = storage_get_wish(a->q->storage, type, a->merchant, subject, a->station, &known);
        if (r != 0 && r != STORAGE_E_NONE)
                return r;
        r = wish_write_other(data, counted ? (known.data ? known.version : 1) : 0, &text);
        if (r == 0 && text.len > WISH_DATA_MAX)
                return act_refuse(a, "", "too large for one command");
        if (r < 0)
                return r;
        if (known.data && wish_is_same(text.data, known.data)) {
                a->said_version = known.version;
                return 0;
        }
        if (!counted)
                return put(a, type, subject, 0, true, &text);
        r = need_version(a, type, subject, json_get_int(data, "version", 0));
        if (r != 0)
                return r;
        str_clear(&text);
        r = wish_write_other(data, a->version, &text);
        return r < 0 ? r : put(a, type, subject, a->version, true, &text);
}

static int snapshot(struct act *a) {
        int r = read_station(a, NULL);

        if (r == 0 && !*a->station)
                return act_refuse(a, "station", "say which one");
        if (r == 0)
                r = storage_snapshot(a->q->storage, a->station, a->q->wall_usec);
        if (r == STORAGE_E_NONE)
                return act_refuse(a, "station", "it was never heard of: it gets a snapshot when it comes");
        a->changed = true;
        return r;
}

static int restored(struct act *a) {
        a->q->restored = true;
        a->changed = true;
        return storage_restored(a->q->storage, a->q->wall_usec);
}

/* ---- */

static const struct {
        const char *verb;
        int (*run)(struct act *a);
} verbs[] = {
        {"push", push},
        {"hold", hold},
        {"release", release},
        {"cancel", cancel},
        {"label", label},
        {"contact", contact},
        {"erase", erase},
        {"notice", act_notice},
        {"wish", put_other},
        {"snapshot", snapshot},
        {"restored", restored},
};

static int run(struct act *a) {
        const char *verb = json_get_string(a->request, "verb", "");

        a->merchant = "";
        for (size_t i = 0; i < ELEMENTSOF(verbs); i++)
                if (strcmp(verb, verbs[i].verb) == 0)
                        return verbs[i].run(a);
        return act_refuse(a, "verb", "is none that is known");
}

static int answer_to(const struct act *a, bool ok, struct str *answer) {
        struct json_writer w;

        json_writer_init(&w, answer);
        json_write_object(&w, NULL);
        json_write_bool(&w, "ok", ok);
        if (ok) {
                json_write_bool(&w, "changed", a->changed);
                if (a->said_version > 0)
                        json_write_int(&w, "version", a->said_version);
        } else {
                json_write_string(&w, "key", a->diag.key);
                json_write_string(&w, "text", a->diag.text);
        }
        json_write_end_object(&w);
        str_add_char(answer, '\n');
        return answer->error;
}

int requests_handle(struct requests *q, const char *line, size_t n, struct str *answer) {
        _cleanup_(json_freep) struct json *request = NULL;
        struct act act = {.q = q};
        int r = json_parse(line, n, &request, &act.diag);

        if (r == -EBADMSG)
                return answer_to(&act, false, answer);
        if (r == 0)
                r = storage_savepoint(q->storage);
        if (r < 0)
                return r;
        act.request = request;
        r = run(&act);
        if (r < 0)
                return r;
        r = r == ACT_REFUSED ? storage_rollback_to(q->storage) : storage_release(q->storage);
        return r < 0 ? r : answer_to(&act, *act.diag.text == '\0', answer);
}
