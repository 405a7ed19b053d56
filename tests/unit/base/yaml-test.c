/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "firmware/base/str.h"
#include "firmware/base/yaml.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static struct yaml *load(const char *text) {
        struct yaml *root = NULL;
        struct diag d = {0};
        char buf[600];

        if (yaml_load_text("station.yaml", text, strlen(text), &root, &d) != 0)
                fail_msg("%s\n%s", text, diag_str(&d, buf, sizeof(buf)));
        return root;
}

static void every_node_knows_its_place(void **state) {
        _cleanup_(yaml_freep) struct yaml *root = load("# station\n"
                                                       "site: tokyo\n"
                                                       "benches:\n"
                                                       "  - name: one\n"
                                                       "    lamps: [red, \"green\"]\n"
                                                       "  - name: two\n");
        const struct yaml *benches = yaml_get(root, "benches"), *lamps;

        (void) state;
        assert_int_equal(yaml_kind(root), YAML_KIND_MAP);
        assert_int_equal(yaml_size(root), 2);
        assert_string_equal(yaml_file(benches), "station.yaml");
        assert_string_equal(yaml_text(yaml_get(root, "site")), "tokyo");
        assert_int_equal(yaml_line(yaml_get(root, "site")), 2);
        assert_int_equal(yaml_column(yaml_get(root, "site")), 7);
        assert_int_equal(yaml_kind(benches), YAML_KIND_LIST);
        assert_int_equal(yaml_size(benches), 2);
        assert_null(yaml_text(benches));
        assert_null(yaml_key(yaml_first(benches)));
        lamps = yaml_get(yaml_first(benches), "lamps");
        assert_string_equal(yaml_key(lamps), "lamps");
        assert_int_equal(yaml_line(lamps), 5);
        assert_string_equal(yaml_text(yaml_next(yaml_first(lamps))), "green");
        assert_null(yaml_next(yaml_next(yaml_first(lamps))));
        assert_null(yaml_get(root, "Site"));
        assert_null(yaml_get(benches, "name"));
}

static void what_is_no_config_is_refused_with_its_place(void **state) {
        static const struct {
                const char *name, *text, *expect;
        } cases[] = {
                {"empty", "", "f: is empty"},
                {"comments only", "# nothing\n\n", "f: is empty"},
                {"BOM", "\xEF\xBB\xBFsite: a\n", "f:1:1: begins with a byte order mark"},
                {"not UTF-8", "a: b\nc: \xFF\n", "f:2: is not UTF-8 text"},
                {"UTF-16", "\xFF\xFE", "f:1: is not UTF-8 text"},
                {"anchor on a value", "a: &x 1\n", "f:1:4: a: anchors are not allowed"},
                {"anchor on a list", "a: &x [1]\n", "f:1:4: a: anchors are not allowed"},
                {"anchor on a section", "a: &x\n  b: 1\n", "f:1:4: a: anchors are not allowed"},
                {"anchor on a key", "&x a: 1\n", "f:1:1: anchors are not allowed"},
                {"alias", "a: *x\n", "f:1:4: a: aliases are not allowed"},
                {"tag", "a: !!str 1\n", "f:1:4: a: tags are not allowed"},
                {"tag on a list", "a: !x []\n", "f:1:4: a: tags are not allowed"},
                {"bare tag", "a: ! 1\n", "f:1:4: a: tags are not allowed"},
                {"two documents", "a: 1\n---\nb: 2\n", "f:2:1: more than one document"},
                {"directive", "%YAML 1.1\n---\na: 1\n", "f:1:1: directives are not allowed"},
                {"duplicate key", "a: 1\nb: 2\na: 3\n", "f:3:1: a: the key is there twice"},
                {"duplicate in quotes", "a: 1\n\"\\x61\": 3\n", "f:2:1: a: the key is there twice"},
                {"duplicate in flow", "x: {a: 1, a: 2}\n", "f:1:11: a: the key is there twice"},
                {"list as key", "? [a]\n: 1\n", "f:1:3: a key must be a single value"},
                {"escaped NUL", "a: \"x\\0y\"\n", "f:1:4: a: a text may not hold NUL"},
                {"escaped NUL in a key", "\"x\\0y\": 1\n", "f:1:1: a text may not hold NUL"},
                {"depth", "[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", "f:1:17: nested too deeply"},
                {"tab", "a:\n\tb: 1\n",
                        "f:2:1: while scanning for the next token: found character that cannot start any "
                        "token"},
                {"open bracket", "a: [1\n",
                        "f:2:1: while parsing a flow sequence: did not find expected ',' or ']'"},
                {"indentation", "a: 1\n  b: 2\n", "f:2:4: mapping values are not allowed in this context"},
        };
        char buf[600];

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct yaml *root = NULL;
                struct diag d = {.key = "old", .line = 9};
                int r = yaml_load_text("f", cases[i].text, strlen(cases[i].text), &root, &d);

                if (r != -EBADMSG || root || strcmp(diag_str(&d, buf, sizeof(buf)), cases[i].expect) != 0)
                        fail_msg("%s: %d %s", cases[i].name, r, diag_str(&d, buf, sizeof(buf)));
                assert_int_equal(
                        yaml_load_text("f", cases[i].text, strlen(cases[i].text), &root, NULL), -EBADMSG);
        }
}

static void raw_nul_and_control_bytes_are_refused(void **state) {
        struct yaml *root = NULL;

        (void) state;
        assert_int_equal(yaml_load_text("f", "a: b\0c\n", 7, &root, NULL), -EBADMSG);
        assert_int_equal(yaml_load_text("f", "a: b\x1b\n", 6, &root, NULL), -EBADMSG);
}

static void limits_of_size_and_keys_hold(void **state) {
        _cleanup_str_ struct str text = STR_INIT;
        struct yaml *root = NULL;
        struct diag d;

        (void) state;
        str_add(&text, "a: 1\n");
        while (text.len < YAML_TEXT_MAX)
                str_add_char(&text, '#');
        assert_int_equal(yaml_load_text("f", text.data, text.len, &root, &d), 0);
        root = yaml_unload(root);
        str_add_char(&text, '#');
        assert_int_equal(yaml_load_text("f", text.data, text.len, &root, &d), -EBADMSG);
        assert_string_equal(d.text, "is larger than 65536 bytes");

        str_clear(&text);
        for (int i = 0; i < YAML_KEYS_MAX; i++)
                str_addf(&text, "k%d: 1\n", i);
        assert_int_equal(yaml_load_text("f", text.data, text.len, &root, &d), 0);
        root = yaml_unload(root);
        str_add(&text, "more: 1\n");
        assert_int_equal(yaml_load_text("f", text.data, text.len, &root, &d), -EBADMSG);
        assert_int_equal(d.line, YAML_KEYS_MAX + 1);
}

struct config {
        char site[9], device[32], title[16];
        int64_t port, gap_usec;
        bool beep;
        int level;
        char lamps[3][8];
        size_t n_lamps;
        struct {
                char name[NAME_TEXT_MAX];
        } benches[2];
        size_t n_benches;
};

static int config_add_bench(const struct yaml *n, const char *path, void *target, struct diag *d) {
        static const struct yaml_rule rules[] = {
                {.key = "name", .want = YAML_WANT_NAME, .required = true, .size = NAME_TEXT_MAX},
                {0},
        };
        struct config *c = target;

        return yaml_walk(n, path, rules, &c->benches[c->n_benches++], d);
}

static int config_add_lamp(const struct yaml *n, const char *path, void *target, struct diag *d) {
        static const struct yaml_rule rule = {.want = YAML_WANT_TEXT, .size = 8};
        struct config *c = target;

        return yaml_read(n, path, &rule, c->lamps[c->n_lamps++], d);
}

static const char *const level_words[] = {"quiet", "normal", "loud", NULL};
static const struct yaml_rule scanner_rules[] = {
        {.key = "device", .want = YAML_WANT_PATH, .offset = offsetof(struct config, device), .size = 32},
        {.key = "gap",
                .want = YAML_WANT_DURATION,
                .offset = offsetof(struct config, gap_usec),
                .min = 1000,
                .max = 86400000000},
        {.key = "level",
                .want = YAML_WANT_WORD,
                .offset = offsetof(struct config, level),
                .words = level_words},
        {0},
};
static const struct yaml_rule config_rules[] = {
        {.key = "site",
                .want = YAML_WANT_NAME,
                .required = true,
                .offset = offsetof(struct config, site),
                .size = 9},
        {.key = "title",
                .want = YAML_WANT_TEXT,
                .offset = offsetof(struct config, title),
                .size = 16,
                .min = 1},
        {.key = "port",
                .want = YAML_WANT_INT,
                .offset = offsetof(struct config, port),
                .min = 1,
                .max = 65535},
        {.key = "beep", .want = YAML_WANT_BOOL, .offset = offsetof(struct config, beep)},
        {.key = "scanner", .want = YAML_WANT_MAP, .rules = scanner_rules},
        {.key = "lamps", .want = YAML_WANT_LIST, .item = config_add_lamp, .max = 3},
        {.key = "benches", .want = YAML_WANT_LIST, .item = config_add_bench, .min = 1, .max = 2},
        {0},
};

static void a_whole_config_is_written_into_its_struct(void **state) {
        _cleanup_(yaml_freep) struct yaml *root =
                load("site: no\n" /* in YAML 1.1 a word for false; here a name */
                     "title: \"\xE9\x80\x81\xE3\x82\x8B 5\"\n"
                     "port: 5084\n"
                     "beep: true\n"
                     "scanner:\n"
                     "  device: /dev/input/by-id/..x\n"
                     "  gap: 100ms\n"
                     "  level: loud\n"
                     "lamps: [red, 'green', 007]\n"
                     "benches:\n"
                     "  - name: one\n"
                     "  - {name: two}\n");
        struct config c = {.port = 7};

        (void) state;
        assert_int_equal(yaml_walk(root, "", config_rules, &c, NULL), 0);
        assert_string_equal(c.site, "no");
        assert_string_equal(c.title, "\xE9\x80\x81\xE3\x82\x8B 5");
        assert_int_equal(c.port, 5084);
        assert_true(c.beep);
        assert_string_equal(c.device, "/dev/input/by-id/..x");
        assert_int_equal(c.gap_usec, 100000);
        assert_int_equal(c.level, 2);
        assert_int_equal(c.n_lamps, 3);
        assert_string_equal(c.lamps[2], "007");
        assert_string_equal(c.benches[1].name, "two");
}

static void what_is_left_out_stays_as_it_was(void **state) {
        _cleanup_(yaml_freep) struct yaml *root = load("site: a\n");
        struct config c = {.port = 7, .beep = true, .level = 1};

        (void) state;
        assert_int_equal(yaml_walk(root, "", config_rules, &c, NULL), 0);
        assert_int_equal(c.port, 7);
        assert_true(c.beep);
        assert_int_equal(c.level, 1);
}

static void a_wrong_key_or_value_is_named_with_file_and_line(void **state) {
        static const struct {
                const char *text, *expect;
        } cases[] = {
                {"port: 1\n", "f:1:1: site: is missing"},
                {"- a\n", "f:1:1: must be a section of keys and values"},
                {"a\n", "f:1:1: must be a section of keys and values"},
                {"site: a\nsacnner: 1\n", "f:2:1: sacnner: unknown key; did you mean scanner?"},
                {"site: a\nBeep: true\n", "f:2:1: Beep: unknown key; did you mean beep?"},
                {"site: a\nbench: []\n", "f:2:1: bench: unknown key; did you mean benches?"},
                {"site: a\ncolour: red\n", "f:2:1: colour: unknown key"},
                {"site: a\n<<: {}\n", "f:2:1: <<: unknown key"},
                {"site: a\nscanner:\n  gaps: 1s\n", "f:3:3: scanner.gaps: unknown key; did you mean gap?"},
                {"site: a\nscanner:\n  # gap: 1s\n", "f:2:1: scanner: has no value"},
                {"site: a\nscanner: 5\n", "f:2:10: scanner: must be a section of keys and values"},
                {"site:\n", "f:1:1: site: has no value"},
                {"site: ~\n", "f:1:1: site: has no value"},
                {"site: null\n", "f:1:1: site: has no value"},
                {"site: \"\"\n", "f:1:7: site: must be a name of 1 to 32 characters a-z, 0-9 and -"},
                {"site: Tokyo\n", "f:1:7: site: must be a name of 1 to 32 characters a-z, 0-9 and -"},
                {"site: tokyo-bay\n", "f:1:7: site: is longer than 8 bytes"},
                {"site: [a]\n", "f:1:7: site: must be a single value"},
                {"site: a\ntitle: ''\n", "f:2:8: title: may not be empty"},
                {"site: a\ntitle: \"a\\r\\nb\"\n",
                        "f:2:8: title: must be one line without control characters"},
                {"site: a\ntitle: |\n  b\n", "f:2:8: title: must be one line without control characters"},
                {"site: a\nport: 0\n", "f:2:7: port: must be from 1 to 65535"},
                {"site: a\nport: 65536\n", "f:2:7: port: must be from 1 to 65535"},
                {"site: a\nport: 99999999999999999999\n", "f:2:7: port: must be a whole number"},
                {"site: a\nport: \"80\"\n", "f:2:7: port: must be a whole number"},
                {"site: a\nport: 0x5g\n", "f:2:7: port: must be a whole number"},
                {"site: a\nport: 010\n", "f:2:7: port: must be a whole number"},
                {"site: a\nport: 1_000\n", "f:2:7: port: must be a whole number"},
                {"site: a\nport: +5\n", "f:2:7: port: must be a whole number"},
                {"site: a\nport: 1:20\n", "f:2:7: port: must be a whole number"},
                {"site: a\nbeep: yes\n", "f:2:7: beep: must be true or false"},
                {"site: a\nbeep: True\n", "f:2:7: beep: must be true or false"},
                {"site: a\nbeep: \"true\"\n", "f:2:7: beep: must be true or false"},
                {"site: a\nscanner: {device: dev}\n",
                        "f:2:19: scanner.device: must be an absolute path without .."},
                {"site: a\nscanner: {device: /a/../b}\n",
                        "f:2:19: scanner.device: must be an absolute path without .."},
                {"site: a\nscanner: {device: /a/..}\n",
                        "f:2:19: scanner.device: must be an absolute path without .."},
                {"site: a\nscanner: {gap: 5}\n",
                        "f:2:16: scanner.gap: must be a duration like 100ms, 30s, 15min, 24h or 14d"},
                {"site: a\nscanner: {gap: 1.5s}\n",
                        "f:2:16: scanner.gap: must be a duration like 100ms, 30s, 15min, 24h or 14d"},
                {"site: a\nscanner: {gap: -1s}\n",
                        "f:2:16: scanner.gap: must be a duration like 100ms, 30s, 15min, 24h or 14d"},
                {"site: a\nscanner: {gap: 0s}\n", "f:2:16: scanner.gap: is too short or too long"},
                {"site: a\nscanner: {gap: 25h}\n", "f:2:16: scanner.gap: is too short or too long"},
                {"site: a\nscanner: {gap: 9223372036854775807d}\n",
                        "f:2:16: scanner.gap: is too short or too long"},
                {"site: a\nscanner: {level: high}\n",
                        "f:2:18: scanner.level: must be one of: quiet, normal, loud"},
                {"site: a\nlamps: red\n", "f:2:8: lamps: must be a list"},
                {"site: a\nlamps: [a, b, c, d]\n", "f:2:8: lamps: has too few or too many elements"},
                {"site: a\nlamps: [a, ~, c]\n", "f:2:12: lamps[1]: has no value"},
                {"site: a\nlamps: [a, [b]]\n", "f:2:12: lamps[1]: must be a single value"},
                {"site: a\nbenches: []\n", "f:2:10: benches: may not be empty"},
                {"site: a\nbenches:\n- name: x\n- nme: y\n",
                        "f:4:3: benches[1].nme: unknown key; did you mean name?"},
                {"site: a\nbenches:\n- name: x\n- {}\n", "f:4:3: benches[1].name: is missing"},
        };
        char buf[600];

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(yaml_freep) struct yaml *root = NULL;
                struct config c = {0};
                struct diag d = {0};
                int r = yaml_load_text("f", cases[i].text, strlen(cases[i].text), &root, NULL);

                if (r == 0)
                        r = yaml_walk(root, "", config_rules, &c, &d);
                if (r != -EBADMSG || strcmp(diag_str(&d, buf, sizeof(buf)), cases[i].expect) != 0)
                        fail_msg("%s: %d %s", cases[i].text, r, diag_str(&d, buf, sizeof(buf)));
                assert_true(
                        !root || yaml_walk(root, "", config_rules, &(struct config){0}, NULL) == -EBADMSG);
        }
}

static void durations_are_read_in_their_units(void **state) {
        static const struct {
                const char *text;
                int64_t usec;
        } cases[] = {{"0s", 0}, {"100ms", 100000}, {"30s", 30000000}, {"15min", 900000000},
                {"24h", 86400000000}, {"14d", 1209600000000}, {"\"2s\"", 2000000}};
        static const struct yaml_rule rule = {.want = YAML_WANT_DURATION};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(yaml_freep) struct yaml *root = load(cases[i].text);
                int64_t usec = -1;

                assert_int_equal(yaml_read(root, "", &rule, &usec, NULL), 0);
                assert_int_equal(usec, cases[i].usec);
        }
}

static char folder[64];

static const char *in_folder(const char *name) {
        static char path[128];

        (void) snprintf(path, sizeof(path), "%s/%s", folder, name);
        return path;
}

static void write_file(const char *name, size_t n, mode_t mode) {
        _autofclose_ FILE *f = fopen(in_folder(name), "we");

        assert_non_null(f);
        assert_int_equal(fprintf(f, "site: a\n%*s", (int) n, ""), 8 + (int) n);
        assert_int_equal(fchmod(fileno(f), mode), 0);
}

static int make_folder(void **state) {
        (void) state;
        (void) snprintf(folder, sizeof(folder), "/tmp/okuru-yaml-test-XXXXXX");
        return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
        static const char *const names[] = {"good", "open", "link", "large", "fifo"};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                (void) unlink(in_folder(names[i]));
        return rmdir(folder);
}

static void files_are_read_unless_others_could_have_written_them(void **state) {
        struct yaml *root = NULL;
        struct diag d = {0};
        char target[128];

        (void) state;
        write_file("good", 0, 0640);
        write_file("open", 0, 0646);
        write_file("large", YAML_TEXT_MAX, 0640);
        (void) snprintf(target, sizeof(target), "%s", in_folder("open"));
        assert_int_equal(symlink(target, in_folder("link")), 0);
        assert_int_equal(mkfifo(in_folder("fifo"), 0600), 0);

        assert_int_equal(yaml_load_file(in_folder("good"), &root, &d), 0);
        assert_string_equal(yaml_file(root), in_folder("good"));
        root = yaml_unload(root);
        assert_int_equal(yaml_load_file(in_folder("open"), &root, &d), -EPERM);
        assert_string_equal(d.text, "may be written by everybody");
        assert_string_equal(d.file, in_folder("open"));
        assert_int_equal(yaml_load_file(in_folder("link"), &root, &d), -EPERM);
        assert_int_equal(yaml_load_file(in_folder("large"), &root, &d), -EBADMSG);
        assert_int_equal(yaml_load_file(in_folder("none"), &root, &d), -ENOENT);
        assert_string_equal(d.text, "No such file or directory");
        assert_int_equal(yaml_load_file(in_folder("fifo"), &root, &d), -EINVAL);
        assert_int_equal(yaml_load_file(folder, &root, &d), -EINVAL);
        assert_int_equal(yaml_load_file(in_folder("none"), &root, NULL), -ENOENT);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_node_knows_its_place),
                cmocka_unit_test(what_is_no_config_is_refused_with_its_place),
                cmocka_unit_test(raw_nul_and_control_bytes_are_refused),
                cmocka_unit_test(limits_of_size_and_keys_hold),
                cmocka_unit_test(a_whole_config_is_written_into_its_struct),
                cmocka_unit_test(what_is_left_out_stays_as_it_was),
                cmocka_unit_test(a_wrong_key_or_value_is_named_with_file_and_line),
                cmocka_unit_test(durations_are_read_in_their_units),
                cmocka_unit_test_setup_teardown(
                        files_are_read_unless_others_could_have_written_them, make_folder, remove_folder),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
