/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/drivers/recorder.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"

static void recorder_add(struct recorder *r, const char *what, const char *detail) {
        assert_true(r->n < RECORDER_MAX);
        assert_true(asprintf(&r->lines[r->n], "%s%s%s", what, *detail ? " " : "", detail) >= 0);
        r->n++;
}

static void recorder_on_scan(void *userdata, const char *bytes, size_t n, uint64_t mono_usec) {
        struct recorder *r = userdata;

        assert_int_equal(strlen(bytes), n);
        recorder_add(r, "scan", bytes);
        r->last_usec = mono_usec;
}

static void recorder_on_refused(void *userdata, enum scan_refusal why) {
        recorder_add(userdata, "refused", scan_refusal_to_str(why));
}

static void recorder_on_state(void *userdata, enum device_state state, int error) {
        recorder_add(userdata, device_state_to_str(state), error < 0 ? strerrorname_np(-error) : "");
}

struct scan_sink recorder_get_sink(struct recorder *r) {
        return (struct scan_sink){recorder_on_scan, recorder_on_refused, recorder_on_state, r};
}

void recorder_deinit(struct recorder *r) {
        for (size_t i = 0; i < r->n; i++)
                free(r->lines[i]);
        *r = (struct recorder){0};
}

void recorder_wait(struct recorder *r, sd_event *event, size_t n) {
        uint64_t until_usec = monotonic_usec() + 10 * USEC_PER_SEC;

        while (r->n < n) {
                assert_true(sd_event_run(event, 100000) >= 0);
                if (monotonic_usec() > until_usec)
                        fail_msg("%zu lines of %zu, the last is \"%s\"", r->n, n, recorder_line(r, r->n - 1));
        }
}

const char *recorder_line(const struct recorder *r, size_t i) {
        return i < r->n ? r->lines[i] : "";
}

size_t count_fds(const char *prefix) {
        _cleanup_(closedirp) DIR *d = opendir("/proc/self/fd");
        struct dirent *entry;
        size_t n = 0;

        assert_non_null(d);
        while ((entry = readdir(d))) {
                char target[256] = "";

                if (readlinkat(dirfd(d), entry->d_name, target, sizeof(target) - 1) > 0 &&
                        strncmp(target, prefix, strlen(prefix)) == 0)
                        n++;
        }
        return n;
}
