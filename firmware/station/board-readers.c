/* SPDX-License-Identifier: Apache-2.0 */
/* Readers of RFID tags in the board file, and which of their antennas look at which bench's box. */
#include "firmware/station/board-internal.h"

#include "drivers/lookup.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"
#include "firmware/base/time.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const char *const drivers[] = {"llrp", "r200", NULL};
static const char *const versions[] = {"newest", "1.0.1", NULL};
static const char *const levels[] = {"low", "high", NULL};
static const char *const starts[] = {"always", "box", "button", NULL};
static const char *const regions[] = {"keep", "cn-900", "us", "eu", "cn-800", "jp", "kr", NULL};

/* A list of whole numbers: one element at a time. */
static int read_number(const struct yaml *node, const char *path, int64_t max, int64_t *list, size_t *np,
        size_t size, struct diag *d) {
        const struct yaml_rule rule = {.want = YAML_WANT_INT, .min = 1, .max = max};
        int64_t n = 0;
        int r = yaml_read(node, path, &rule, &n, d);

        if (r < 0)
                return r;
        if (*np == size)
                return board_refuse(node, path, d, "at most 16 of them");
        list[(*np)++] = n;
        return 0;
}

static int read_antenna(const struct yaml *node, const char *path, void *target, struct diag *d) {
        struct reader_config *r = target;

        return read_number(node, path, 255, r->antennas, &r->n_antennas, STATION_ANTENNAS_MAX, d);
}

#define READER(member) offsetof(struct reader_config, member), sizeof(((struct reader_config *) 0)->member)
static const struct yaml_rule start_rules[] = {
        {"by", YAML_WANT_WORD, false, READER(start_by), 0, 0, starts, NULL, NULL},
        {"input", YAML_WANT_INT, false, READER(start_input), 1, 16, NULL, NULL, NULL},
        {"level", YAML_WANT_WORD, false, READER(start_level), 0, 0, levels, NULL, NULL},
        {"every_ms", YAML_WANT_INT, false, READER(start_every_ms), 100, 3600000, NULL, NULL, NULL},
        {0},
};
static const struct yaml_rule stop_rules[] = {
        {"input", YAML_WANT_INT, false, READER(stop_input), 1, 16, NULL, NULL, NULL},
        {"level", YAML_WANT_WORD, false, READER(stop_level), 0, 0, levels, NULL, NULL},
        {"after_ms", YAML_WANT_INT, false, READER(stop_after_ms), 100, 3600000, NULL, NULL, NULL},
        {0},
};
static const struct yaml_rule tls_rules[] = {
        {"ca", YAML_WANT_PATH, true, READER(tls_ca), 0, 0, NULL, NULL, NULL},
        {"name", YAML_WANT_TEXT, false, READER(tls_name), 0, 0, NULL, NULL, NULL},
        {"certificate", YAML_WANT_PATH, false, READER(tls_certificate), 0, 0, NULL, NULL, NULL},
        {"key", YAML_WANT_PATH, false, READER(tls_key), 0, 0, NULL, NULL, NULL},
        {0},
};
static const struct yaml_rule reader_rules[] = {
        {"name", YAML_WANT_NAME, true, READER(name), 0, 0, NULL, NULL, NULL},
        {"driver", YAML_WANT_WORD, true, READER(driver), 0, 0, drivers, NULL, NULL},
        {"host", YAML_WANT_TEXT, false, READER(host), 0, 0, NULL, NULL, NULL},
        {"port", YAML_WANT_INT, false, READER(port), 1, 65535, NULL, NULL, NULL},
        {"tls", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, tls_rules, NULL},
        {"antennas", YAML_WANT_LIST, false, 0, 0, 0, 0, NULL, NULL, read_antenna},
        {"power", YAML_WANT_TEXT, false, READER(power), 0, 0, NULL, NULL, NULL},
        {"session", YAML_WANT_INT, false, READER(session), 0, 3, NULL, NULL, NULL},
        {"population", YAML_WANT_INT, false, READER(population), 1, 65535, NULL, NULL, NULL},
        {"mode", YAML_WANT_INT, false, READER(mode), 0, 65535, NULL, NULL, NULL},
        {"start", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, start_rules, NULL},
        {"stop", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, stop_rules, NULL},
        {"quiet_ms", YAML_WANT_INT, false, READER(quiet_ms), 50, 65535, NULL, NULL, NULL},
        {"quiet_limit_ms", YAML_WANT_INT, false, READER(quiet_limit_ms), 100, 3600000, NULL, NULL, NULL},
        {"keepalive_ms", YAML_WANT_INT, false, READER(keepalive_ms), 1000, 60000, NULL, NULL, NULL},
        {"hold", YAML_WANT_BOOL, false, READER(hold), 0, 0, NULL, NULL, NULL},
        {"pc", YAML_WANT_BOOL, false, READER(pc), 0, 0, NULL, NULL, NULL},
        {"version", YAML_WANT_WORD, false, READER(version), 0, 0, versions, NULL, NULL},
        {"path", YAML_WANT_PATH, false, READER(path), 0, 0, NULL, NULL, NULL},
        {"baud", YAML_WANT_INT, false, READER(baud), 1200, 921600, NULL, NULL, NULL},
        {"region", YAML_WANT_WORD, false, READER(region), 0, 0, regions, NULL, NULL},
        {0},
};

/* "24.5" into hundredths. */
static int read_power(struct reader_config *r, const struct yaml *node, const char *path, struct diag *d) {
        char *end;
        double dbm;

        if (!*r->power)
                return 0;
        dbm = strtod(r->power, &end);
        if (*end || dbm < 0 || dbm > 40)
                return board_refuse(node, path, d, "power wants dBm between 0 and 40, such as 24.5");
        r->has_power = true;
        r->power_cdbm = (int) (dbm * 100 + 0.5);
        return 0;
}

static int check_reader(struct reader_config *r, const struct yaml *node, const char *path, struct diag *d) {
        bool is_llrp = r->driver == READER_LLRP;

        if (is_llrp && (!*r->host || *r->path))
                return board_refuse(node, path, d, "an llrp reader needs a host, and no path");
        if (is_llrp && !lookup_numbers(r->host, 0, &(struct lookup_address){0}) && !lookup_is_name(r->host))
                return board_refuse(node, path, d, "host wants an address in numbers, or a name");
        if (!is_llrp && (!*r->path || *r->host))
                return board_refuse(node, path, d, "an r200 reader needs a path, and no host");
        if (!is_llrp &&
                (r->n_antennas || r->session >= 0 || r->mode >= 0 || r->population || r->start_input ||
                        r->start_every_ms || r->stop_input || r->quiet_ms || *r->tls_ca))
                return board_refuse(node, path, d,
                        "an r200 reader has power, region, start.by and stop.after_ms, and nothing else to "
                        "set");
        if (!is_llrp && r->stop_after_ms && r->start_by != READER_START_BUTTON)
                return board_refuse(
                        node, path, d, "an r200 reader stops by itself only when a button starts it");
        if ((r->start_input != 0) + (r->start_every_ms != 0) + (r->start_by != READER_START_ALWAYS) > 1)
                return board_refuse(node, path, d,
                        "an inventory starts by one thing: an input, every so often, a box, or a button");
        if ((*r->tls_certificate != '\0') != (*r->tls_key != '\0'))
                return board_refuse(
                        node, path, d, "a certificate of ours needs its key, and a key its certificate");
        return read_power(r, node, path, d);
}

int board_read_reader(const struct yaml *node, const char *path, void *target, struct diag *d) {
        struct station_config *c = target;
        struct reader_config *r = &c->readers[c->n_readers];
        int e;

        if (c->n_readers == STATION_READERS_MAX)
                return board_refuse(node, path, d, "at most 16 readers at a station");
        *r = (struct reader_config){.session = -1, .mode = -1, .start_level = 1, .hold = true, .pc = true};
        e = yaml_walk(node, path, reader_rules, r, d);
        if (e < 0)
                return e;
        for (size_t i = 0; i < c->n_readers; i++)
                if (strcmp(c->readers[i].name, r->name) == 0)
                        return board_refuse(node, path, d, "two readers have the same name");
        c->n_readers++;
        return check_reader(r, node, path, d);
}

/* ---- zones ---- */

static int read_own(const struct yaml *node, const char *path, void *target, struct diag *d) {
        struct zone_setting *z = target;

        return read_number(node, path, 255, z->antennas, &z->n_antennas, ZONE_ANTENNAS_MAX, d);
}

struct antenna_setting {
        char reader[NAME_TEXT_MAX];
        int64_t antenna; /* 0: all */
};

static int read_neighbour(const struct yaml *node, const char *path, void *target, struct diag *d) {
        static const struct yaml_rule rules[] = {
                {"reader", YAML_WANT_NAME, true, offsetof(struct antenna_setting, reader), NAME_TEXT_MAX, 0,
                        0, NULL, NULL, NULL},
                {"antenna", YAML_WANT_INT, false, offsetof(struct antenna_setting, antenna), 0, 1, 255, NULL,
                        NULL, NULL},
                {0},
        };
        struct zone_setting *z = target;
        struct antenna_setting a = {0};
        int r = yaml_walk(node, path, rules, &a, d);

        if (r < 0)
                return r;
        if (z->config.n_neighbours == ZONE_ANTENNAS_MAX)
                return board_refuse(node, path, d, "at most 16 of them");
        z->config.neighbours[z->config.n_neighbours].antenna = (uint16_t) a.antenna;
        (void) copy_text(
                z->config.neighbours[z->config.n_neighbours].reader, NAME_TEXT_MAX, a.reader); /* fits */
        z->config.n_neighbours++;
        return 0;
}

#define ZONE(member) offsetof(struct zone_setting, member), sizeof(((struct zone_setting *) 0)->member)
static const struct yaml_rule zone_rules[] = {
        {"reader", YAML_WANT_NAME, true, ZONE(reader), 0, 0, NULL, NULL, NULL},
        {"antennas", YAML_WANT_LIST, false, 0, 0, 0, 0, NULL, NULL, read_own},
        {"neighbours", YAML_WANT_LIST, false, 0, 0, 0, 0, NULL, NULL, read_neighbour},
        {"floor", YAML_WANT_INT, false, ZONE(floor_dbm), -127, 0, NULL, NULL, NULL},
        {"reads", YAML_WANT_INT, false, ZONE(n_reads), 1, 1000, NULL, NULL, NULL},
        {"dwell", YAML_WANT_DURATION, false, ZONE(dwell_usec), 0, 10 * USEC_PER_SEC, NULL, NULL, NULL},
        {"margin", YAML_WANT_INT, false, ZONE(margin_db), 1, 40, NULL, NULL, NULL},
        {"heard", YAML_WANT_DURATION, false, ZONE(heard_usec), 0, 60 * USEC_PER_SEC, NULL, NULL, NULL},
        {"settle", YAML_WANT_DURATION, false, ZONE(settle_usec), 10 * USEC_PER_MSEC, 10 * USEC_PER_SEC, NULL,
                NULL, NULL},
        {"give_up", YAML_WANT_DURATION, false, ZONE(give_up_usec), 0, 60 * USEC_PER_SEC, NULL, NULL, NULL},
        {"gone", YAML_WANT_DURATION, false, ZONE(gone_usec), 0, 60 * USEC_PER_SEC, NULL, NULL, NULL},
        {0},
};

static void add_own(struct zone_config *c, const char *reader, int64_t antenna) {
        c->own[c->n_own].antenna = (uint16_t) antenna;
        (void) copy_text(c->own[c->n_own].reader, NAME_TEXT_MAX, reader); /* a name fits */
        c->n_own++;
}

int board_read_zone(const struct yaml *node, const char *path, void *target, struct diag *d) {
        struct bench_config *b = target;
        struct zone_config *c = &b->zone, usual = zone_config_default();
        struct zone_setting z = {.floor_dbm = usual.floor_dbm,
                .n_reads = usual.n_reads,
                .dwell_usec = (int64_t) usual.dwell_usec,
                .margin_db = usual.margin_db,
                .heard_usec = (int64_t) usual.heard_usec,
                .settle_usec = (int64_t) usual.settle_usec,
                .give_up_usec = (int64_t) usual.give_up_usec,
                .gone_usec = (int64_t) usual.gone_usec};
        const char *flaw;
        int r = yaml_walk(node, path, zone_rules, &z, d);

        if (r < 0)
                return r;
        *c = z.config;
        for (size_t i = 0; i < z.n_antennas; i++)
                add_own(c, z.reader, z.antennas[i]);
        if (z.n_antennas == 0)
                add_own(c, z.reader, 0);
        c->floor_dbm = (int) z.floor_dbm;
        c->n_reads = (unsigned int) z.n_reads;
        c->dwell_usec = (uint64_t) z.dwell_usec;
        c->margin_db = (unsigned int) z.margin_db;
        c->heard_usec = (uint64_t) z.heard_usec;
        c->settle_usec = (uint64_t) z.settle_usec;
        c->give_up_usec = (uint64_t) z.give_up_usec;
        c->gone_usec = (uint64_t) z.gone_usec;
        flaw = zone_config_flaw(c);
        return flaw ? board_refuse(node, path, d, flaw) : 0;
}

/* ---- what only the whole board shows ---- */

static bool is_reader(const struct station_config *c, const char *name) {
        for (size_t i = 0; i < c->n_readers; i++)
                if (strcmp(c->readers[i].name, name) == 0)
                        return true;
        return false;
}

static bool is_known(const struct station_config *c, const struct zone_antenna *list, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (!is_reader(c, list[i].reader))
                        return false;
        return true;
}

static bool overlaps(const struct zone_config *a, const struct zone_config *b) {
        for (size_t i = 0; i < a->n_own; i++)
                for (size_t k = 0; k < b->n_own; k++)
                        if (strcmp(a->own[i].reader, b->own[k].reader) == 0 &&
                                (a->own[i].antenna == b->own[k].antenna || a->own[i].antenna == 0 ||
                                        b->own[k].antenna == 0))
                                return true;
        return false;
}

bool zone_looks_with(const struct zone_config *c, const char *reader) {
        for (size_t i = 0; i < c->n_own; i++)
                if (strcmp(c->own[i].reader, reader) == 0)
                        return true;
        return false;
}

bool zone_uses_reader(const struct zone_config *c, const char *reader) {
        if (zone_looks_with(c, reader))
                return true;
        for (size_t i = 0; i < c->n_neighbours; i++)
                if (strcmp(c->neighbours[i].reader, reader) == 0)
                        return true;
        return false;
}

static const struct yaml *nth(const struct yaml *list, size_t i) {
        const struct yaml *n = yaml_first(list);

        while (n && i-- > 0)
                n = yaml_next(n);
        return n;
}

/* Whether a bench that @r looks at has such a button. */
static bool has_button(
        const struct station_config *c, const struct reader_config *r, enum button_reads reads) {
        for (size_t i = 0; i < c->n_benches; i++)
                for (size_t k = 0; k < c->benches[i].n_buttons; k++)
                        if (c->benches[i].buttons[k].reads == (int) reads &&
                                zone_looks_with(&c->benches[i].zone, r->name))
                                return true;
        return false;
}

static bool ends_by_itself(const struct reader_config *r) {
        return r->stop_input || r->stop_after_ms || r->quiet_ms;
}

/* What begins and ends readers: someone must be there to do it, and silence must not be taken for an empty box. */
static int check_start(const struct station_config *c, const struct reader_config *r, const struct yaml *node,
        struct diag *d) {
        bool by_press = has_button(c, r, BUTTON_READS_PRESS), by_hold = has_button(c, r, BUTTON_READS_HELD);

        if (r->start_by == READER_START_BUTTON && !by_press && !by_hold)
                return board_refuse(
                        node, "readers", d, "no button with `reads` is at a bench that it looks at");
        if (r->start_by == READER_START_BUTTON && by_press && !ends_by_itself(r))
                return board_refuse(node, "readers", d,
                        "what a press begins must end: stop, or quiet_ms of an llrp reader");
        if (r->start_by != READER_START_BUTTON && !r->start_input && !ends_by_itself(r))
                return 0;
        for (size_t i = 0; i < c->n_benches; i++)
                if (zone_looks_with(&c->benches[i].zone, r->name) && c->benches[i].zone.gone_usec > 0 &&
                        !r->start_every_ms)
                        return board_refuse(node, "readers", d,
                                "it does not always read: its zones need gone: 0s, or silence means an empty "
                                "box");
        return 0;
}

static int check_buttons(
        const struct station_config *c, size_t bench, const struct yaml *node, struct diag *d) {
        const struct bench_config *b = &c->benches[bench];
        bool is_used = false, reads = false;

        for (size_t i = 0; i < b->n_buttons; i++)
                reads = reads || b->buttons[i].reads != BUTTON_READS_NONE;
        for (size_t i = 0; i < c->n_readers; i++)
                is_used = is_used || (c->readers[i].start_by == READER_START_BUTTON &&
                                             zone_looks_with(&b->zone, c->readers[i].name));
        return !reads || is_used ? 0
                                 : board_refuse(node, "buttons", d,
                                           "no reader with start: {by: button} looks at this bench");
}

static uint32_t outputs_of(const struct tower_config *t) {
        const char *const lines[] = {t->green, t->amber, t->red, t->white, t->buzzer};
        uint32_t outputs = 0;

        for (size_t i = 0; i < ELEMENTSOF(lines); i++)
                outputs |= board_output_of(lines[i]) ? 1u << board_output_of(lines[i]) : 0;
        return outputs;
}

/* A tower on a reader: it is there, has outputs, and no other tower has them. */
static int check_tower(
        const struct station_config *c, size_t bench, const struct yaml *node, struct diag *d) {
        const struct tower_config *t = &c->benches[bench].tower;
        bool is_there = false;

        if (!*t->reader)
                return 0;
        for (size_t i = 0; i < c->n_readers; i++)
                is_there = is_there || (c->readers[i].driver == READER_LLRP &&
                                               strcmp(c->readers[i].name, t->reader) == 0);
        if (!is_there)
                return board_refuse(node, "tower", d, "there is no llrp reader of that name");
        for (size_t i = 0; i < bench; i++)
                if (strcmp(c->benches[i].tower.reader, t->reader) == 0 &&
                        (outputs_of(&c->benches[i].tower) & outputs_of(t)))
                        return board_refuse(node, "tower", d, "another bench's tower has one of its outputs");
        return 0;
}

int board_check_zones(const struct station_config *c, const struct yaml *root, struct diag *d) {
        for (size_t i = 0; i < c->n_benches; i++) {
                const struct zone_config *z = &c->benches[i].zone;
                const struct yaml *bench = nth(yaml_get(root, "benches"), i), *node = yaml_get(bench, "zone");

                if (check_buttons(c, i, bench, d) < 0 || check_tower(c, i, yaml_get(bench, "tower"), d) < 0)
                        return -EBADMSG;
                if (!node)
                        continue;
                if (!is_known(c, z->own, z->n_own) || !is_known(c, z->neighbours, z->n_neighbours))
                        return board_refuse(node, "zone", d, "there is no reader of that name");
                for (size_t k = 0; k < i; k++)
                        if (overlaps(z, &c->benches[k].zone))
                                return board_refuse(node, "zone", d,
                                        "its antenna is another bench's: name it a neighbour");
        }
        for (size_t i = 0; i < c->n_readers; i++) {
                bool is_used = false;

                for (size_t k = 0; k < c->n_benches; k++)
                        is_used = is_used || zone_uses_reader(&c->benches[k].zone, c->readers[i].name);
                if (!is_used)
                        return board_refuse(nth(yaml_get(root, "readers"), i), "readers", d,
                                "no bench's zone uses this reader");
                if (check_start(c, &c->readers[i], nth(yaml_get(root, "readers"), i), d) < 0)
                        return -EBADMSG;
        }
        return 0;
}
