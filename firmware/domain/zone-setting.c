/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/zone-setting.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "firmware/base/json.h"
#include "firmware/base/time.h"

#define ZONE_MARK  "# zone "
#define BEGIN_MARK "# begin "

static const struct json_rule antenna_rules[] = {
        {"reader", JSON_WANT_NAME, true},
        {"antenna", JSON_WANT_INT, true, 0, UINT16_MAX},
};
static const struct json_rule rules[] = {
        {"bench", JSON_WANT_NAME, true},
        {"floor", JSON_WANT_INT, true, ZONE_RSSI_UNKNOWN, 0},
        {"reads", JSON_WANT_INT, true, 1, 1000},
        {"dwell_ms", JSON_WANT_INT, true, 0, 60000},
        {"margin", JSON_WANT_INT, true, 0, 100},
        {"heard_ms", JSON_WANT_INT, true, 0, 600000},
        {"settle_ms", JSON_WANT_INT, true, 1, 600000},
        {"give_up_ms", JSON_WANT_INT, true, 0, 600000},
        {"gone_ms", JSON_WANT_INT, true, 0, 600000},
};

static int read_antennas(
        const struct json *object, const char *key, struct zone_antenna *list, size_t *np, struct diag *d) {
        const struct json *array = json_get(object, key);

        for (const struct json *e = json_first(array); e; e = json_next(e)) {
                int r = json_type(e) == JSON_OBJECT && *np < ZONE_ANTENNAS_MAX ? 0 : -EBADMSG;

                if (r < 0)
                        diag_set(d, 0, 0, key, "not a list of at most 16 antennas");
                else
                        r = json_check(e, key, antenna_rules, ELEMENTSOF(antenna_rules), d);
                if (r < 0)
                        return r;
                (void) copy_text(
                        list[*np].reader, NAME_TEXT_MAX, json_get_string(e, "reader", "")); /* a name */
                list[*np].antenna = (uint16_t) json_get_int(e, "antenna", 0);
                (*np)++;
        }
        return 0;
}

static uint64_t get_ms(const struct json *object, const char *key) {
        return (uint64_t) json_get_int(object, key, 0) * USEC_PER_MSEC;
}

static int read_zone(const struct json *object, struct zone_config *c, struct diag *d) {
        const char *flaw;
        int r = json_type(object) == JSON_OBJECT ? json_check(object, "", rules, ELEMENTSOF(rules), d)
                                                 : -EBADMSG;

        if (r < 0)
                return r;
        *c = (struct zone_config){
                .floor_dbm = (int) json_get_int(object, "floor", 0),
                .n_reads = (unsigned int) json_get_int(object, "reads", 1),
                .dwell_usec = get_ms(object, "dwell_ms"),
                .margin_db = (unsigned int) json_get_int(object, "margin", 0),
                .heard_usec = get_ms(object, "heard_ms"),
                .settle_usec = get_ms(object, "settle_ms"),
                .give_up_usec = get_ms(object, "give_up_ms"),
                .gone_usec = get_ms(object, "gone_ms"),
        };
        r = read_antennas(object, "own", c->own, &c->n_own, d);
        if (r == 0)
                r = read_antennas(object, "neighbours", c->neighbours, &c->n_neighbours, d);
        flaw = r == 0 ? zone_config_flaw(c) : NULL;
        if (flaw)
                diag_set(d, 0, 0, "zone", "%s", flaw);
        return flaw ? -EBADMSG : r;
}

/* Digits, or nothing at all: 0. */
static bool read_since(const char *digits, size_t n, uint64_t *since_usec) {
        uint64_t usec = 0;

        for (size_t i = 0; i < n; i++) {
                if (digits[i] < '0' || digits[i] > '9' || usec > UINT64_MAX / 10 - 1)
                        return false;
                usec = 10 * usec + (uint64_t) (digits[i] - '0');
        }
        *since_usec = usec;
        return true;
}

static int read_begin(const char *line, size_t n, char *bench, uint64_t *since_usec, struct diag *d) {
        const char *space = memchr(line, ' ', n);
        size_t n_name = space ? (size_t) (space - line) : n;
        char name[NAME_TEXT_MAX] = "";
        uint64_t since = 0;

        if (n_name < sizeof(name))
                memcpy(name, line, n_name);
        name[n_name < sizeof(name) ? n_name : 0] = '\0';
        if (!name_is_valid(name)) {
                diag_set(d, 0, 0, "begin", "not a bench's name");
                return -EBADMSG;
        }
        if (space && !read_since(space + 1, n - n_name - 1, &since)) {
                diag_set(d, 0, 0, "begin", "not a time in microseconds");
                return -EBADMSG;
        }
        memcpy(bench, name, sizeof(name));
        *since_usec = since;
        return ZONE_SETTING_E_BEGIN;
}

static bool begins(const char *line, size_t n, const char *mark) {
        return n >= strlen(mark) && memcmp(line, mark, strlen(mark)) == 0;
}

int zone_setting_read(const char *line, size_t n, char *bench, struct zone_config *config,
        uint64_t *since_usec, struct diag *d) {
        _cleanup_(json_freep) struct json *root = NULL;
        struct zone_config found;
        int r;

        while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r' || line[n - 1] == ' '))
                n--;
        if (begins(line, n, BEGIN_MARK))
                return read_begin(line + strlen(BEGIN_MARK), n - strlen(BEGIN_MARK), bench, since_usec, d);
        if (!begins(line, n, ZONE_MARK))
                return ZONE_SETTING_E_OTHER;
        r = json_parse(line + strlen(ZONE_MARK), n - strlen(ZONE_MARK), &root, d);
        if (r == 0)
                r = read_zone(root, &found, d);
        if (r < 0)
                return r;
        (void) copy_text(bench, NAME_TEXT_MAX, json_get_string(root, "bench", "")); /* a name */
        *config = found;
        return 0;
}

static void write_antennas(
        struct json_writer *w, const char *key, const struct zone_antenna *list, size_t n) {
        json_write_array(w, key);
        for (size_t i = 0; i < n; i++) {
                json_write_object(w, NULL);
                json_write_string(w, "reader", list[i].reader);
                json_write_int(w, "antenna", list[i].antenna);
                json_write_end_object(w);
        }
        json_write_end_array(w);
}

void zone_setting_write(const char *bench, const struct zone_config *c, struct str *out) {
        struct json_writer w;

        str_add(out, ZONE_MARK);
        json_writer_init(&w, out);
        json_write_object(&w, NULL);
        json_write_string(&w, "bench", bench);
        write_antennas(&w, "own", c->own, c->n_own);
        write_antennas(&w, "neighbours", c->neighbours, c->n_neighbours);
        json_write_int(&w, "floor", c->floor_dbm);
        json_write_int(&w, "reads", c->n_reads);
        json_write_int(&w, "dwell_ms", (int64_t) (c->dwell_usec / USEC_PER_MSEC));
        json_write_int(&w, "margin", c->margin_db);
        json_write_int(&w, "heard_ms", (int64_t) (c->heard_usec / USEC_PER_MSEC));
        json_write_int(&w, "settle_ms", (int64_t) (c->settle_usec / USEC_PER_MSEC));
        json_write_int(&w, "give_up_ms", (int64_t) (c->give_up_usec / USEC_PER_MSEC));
        json_write_int(&w, "gone_ms", (int64_t) (c->gone_usec / USEC_PER_MSEC));
        json_write_end_object(&w);
        str_add_char(out, '\n');
}

void zone_setting_write_begin(const char *bench, uint64_t since_usec, struct str *out) {
        str_addf(out, BEGIN_MARK "%s %" PRIu64 "\n", bench, since_usec);
}
