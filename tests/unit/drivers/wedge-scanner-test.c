/* SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <errno.h>
#include <linux/input.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

#include "drivers/wedge/scanner.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"
#include "firmware/base/time.h"
#include "tests/unit/drivers/recorder.h"
#include "tests/unit/drivers/typist.h"

#ifdef HAVE_UMOCKDEV
#include <umockdev.h>

/*
 * Scanners that are not there: umockdev preloads udev, sysfs and /dev/input for this process. What it cannot show: that a grab
 * keeps keys from others, and ENODEV on a real unplug.
 */
struct rig {
        UMockdevTestbed *bed;
        sd_event *event;
        struct recorder recorder;
        struct wedge_scanner *scanner;
        char folder[32];
        struct str events; /* of evemu: "E: SEC.USEC TYPE CODE VALUE" lines */
        uint64_t usec;
};

#define KEYS_TYPING "FEFFFFFFFFFFFFFFFFFF"           /* KEY_ESC to KEY_KP7: digits, letters, ENTER, TAB */
#define KEYS_VOLUME "000000000000000000000000000038" /* KEY_MUTE, VOLUMEDOWN, VOLUMEUP */

static int grab_error; /* what EVIOCGRAB fails with; umockdev always grants it */

/* Before the C library's and umockdev's, for libevdev too. */
int ioctl(int fd, unsigned long request, ...) {
        int (*next)(int, unsigned long, ...) = dlsym(RTLD_NEXT, "ioctl");
        va_list ap;
        void *argument;

        va_start(ap, request);
        argument = va_arg(ap, void *);
        va_end(ap);
        if (request == EVIOCGRAB && grab_error) {
                errno = grab_error;
                return -1;
        }
        return next(fd, request, argument);
}

/* One answer to an ioctl: @n bytes, the first of them @hex. */
static void answer(struct str *out, const char *ioctl_name, unsigned int ret, size_t n, const char *hex) {
        str_addf(out, "%s %u %s", ioctl_name, ret, hex);
        for (size_t i = strlen(hex) / 2; i < n; i++)
                str_add(out, "00");
        str_add(out, "\n");
}

/* All that libevdev 1.13 asks of a new device, with the lengths it asks for. */
static void plug_ioctls(struct rig *g, unsigned int i, const char *keys) {
        static const char *const no_bits[] = {"EVIOCGBIT(2)", "EVIOCGBIT(3)", "EVIOCGBIT(4)", "EVIOCGBIT(5)",
                "EVIOCGBIT(17)", "EVIOCGBIT(18)", "EVIOCGPROP", "EVIOCGLED(0)", "EVIOCGSW(0)"};
        _cleanup_str_ struct str out = STR_INIT;
        _autofclose_ FILE *file = NULL;
        char path[64];

        str_addf(&out, "@DEV /dev/input/event%u\n", i);
        answer(&out, "EVIOCGVERSION", 0, 4, "01000100");
        answer(&out, "EVIOCGID", 0, 8, "03000E2C00021001");
        answer(&out, "EVIOCGNAME(0)", 13, 255, "54657374205363616E6E6572");
        answer(&out, "EVIOCGBIT(0)", 8, 8, "13");
        answer(&out, "EVIOCGBIT(1)", 96, 96, keys);
        answer(&out, "EVIOCGBIT(21)", 16, 16, "");
        answer(&out, "EVIOCGKEY(0)", 96, 96, "");
        for (size_t k = 0; k < ELEMENTSOF(no_bits); k++)
                answer(&out, no_bits[k], 8, 8, "");
        (void) snprintf(path, sizeof(path), "%s/ioctls", g->folder);
        file = fopen(path, "we");
        assert_non_null(file);
        assert_true(fputs(out.data, file) >= 0);
        assert_int_equal(fflush(file), 0);
        assert_true(umockdev_testbed_load_ioctl(g->bed, NULL, path, NULL));
        assert_int_equal(unlink(path), 0);
}

/* Event device /dev/input/event<i> of the USB device 1-<unit>; @keys are the first bytes of what it can press. */
static void plug(struct rig *g, unsigned int i, unsigned int unit, const char *serial, const char *keys) {
        _cleanup_str_ struct str text = STR_INIT;
        char syspath[128];

        (void) snprintf(syspath, sizeof(syspath), "/sys/devices/usb1/1-%u", unit);
        if (access(syspath, F_OK) != 0)
                str_addf(&text,
                        "P: /devices/usb1/1-%u\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_device\n"
                        "A: idVendor=0c2e\\n\nA: idProduct=0200\\n\nA: serial=%s\\n\n\n",
                        unit, serial);
        str_addf(&text,
                "P: /devices/usb1/1-%u/input/input%u\nE: SUBSYSTEM=input\nE: NAME=\"Test Scanner\"\n"
                "A: id/bustype=0003\\n\nA: id/vendor=0c2e\\n\nA: id/product=0200\\n\n\n",
                unit, i);
        str_addf(&text,
                "P: /devices/usb1/1-%u/input/input%u/event%u\nN: input/event%u\n"
                "E: SUBSYSTEM=input\nE: DEVNAME=/dev/input/event%u\nA: dev=13:%u\\n\n"
                "E: DEVLINKS=/dev/input/by-path/pci-1 /dev/input/by-id/usb-Test_%s-event-kbd\n",
                unit, i, i, i, i, 64 + i, serial);
        assert_int_equal(text.error, 0);
        assert_true(umockdev_testbed_add_from_string(g->bed, text.data, NULL));
        plug_ioctls(g, i, keys);
        (void) snprintf(syspath, sizeof(syspath), "/sys/devices/usb1/1-%u/input/input%u/event%u", unit, i, i);
        umockdev_testbed_uevent(g->bed, syspath, "add");
}

static void unplug(struct rig *g, unsigned int i, unsigned int unit) {
        char syspath[128];

        (void) snprintf(syspath, sizeof(syspath), "/sys/devices/usb1/1-%u/input/input%u/event%u", unit, i, i);
        umockdev_testbed_uevent(g->bed, syspath, "remove");
        umockdev_testbed_remove_device(g->bed, syspath);
        *strrchr(syspath, '/') = '\0';
        umockdev_testbed_remove_device(g->bed, syspath);
        *strstr(syspath, "/input") = '\0';
        umockdev_testbed_remove_device(g->bed, syspath);
}

static void event(struct rig *g, unsigned int type, unsigned int code, int value, uint64_t after_usec) {
        g->usec += after_usec;
        str_addf(&g->events, "E: %llu.%06llu %04x %04x %04d\n", (unsigned long long) g->usec / 1000000,
                (unsigned long long) g->usec % 1000000, type, code, value);
}

/* Writes the events of @t behind what is there, @pace_usec apart, each with its SYN_REPORT, the first one @after_usec later. */
static void script(struct rig *g, const struct typist *t, uint64_t after_usec, uint64_t pace_usec) {
        for (size_t i = 0; i < t->n; i++) {
                event(g, EV_MSC, MSC_SCAN, 0, i == 0 ? after_usec : pace_usec);
                event(g, EV_KEY, t->strokes[i].code, t->strokes[i].value, 0);
                event(g, EV_SYN, SYN_REPORT, 0, 0);
        }
}

/* They begin when the device is opened. */
static void load(struct rig *g, unsigned int i) {
        _autofree_ char *path = NULL, *devnode = NULL;
        _autofclose_ FILE *file = NULL;
        GError *error = NULL;

        assert_true(asprintf(&path, "%s/events", g->folder) > 0);
        assert_true(asprintf(&devnode, "/dev/input/event%u", i) > 0);
        file = fopen(path, "we");
        assert_non_null(file);
        assert_int_equal(g->events.error, 0);
        /* umockdev plays the first event at once and counts from there. */
        assert_true(fprintf(file, "E: 0.000000 0000 0000 0000\n%s", g->events.data) >= 0);
        assert_int_equal(fflush(file), 0);
        assert_true(umockdev_testbed_load_evemu_events(g->bed, devnode, path, &error));
        assert_int_equal(unlink(path), 0);
        str_clear(&g->events);
        g->usec = 0;
}

static void type(struct rig *g, const char *text, uint64_t after_usec) {
        struct typist t = {0};

        typist_text(&t, text);
        typist_tap(&t, KEY_ENTER);
        script(g, &t, after_usec, 1000);
}

static void start(struct rig *g, struct plug_rule match) {
        struct wedge_config config = {.match = match, .retry_usec = 20000};

        assert_int_equal(
                wedge_scanner_new(&g->scanner, g->event, &config, recorder_get_sink(&g->recorder)), 0);
}

static void expect(struct rig *g, size_t i, const char *line) {
        recorder_wait(&g->recorder, g->event, i + 1);
        assert_string_equal(recorder_line(&g->recorder, i), line);
}

static int set_up(void **state) {
        struct rig *g = calloc(1, sizeof(*g));

        assert_non_null(g);
        g->bed = umockdev_testbed_new();
        assert_true(sd_event_new(&g->event) >= 0);
        strcpy(g->folder, "/tmp/okuru-wedge-XXXXXX");
        assert_non_null(mkdtemp(g->folder));
        *state = g;
        return 0;
}

static int tear_down(void **state) {
        struct rig *g = *state;

        g->scanner = wedge_scanner_free(g->scanner);
        recorder_deinit(&g->recorder);
        (void) sd_event_unref(g->event);
        str_deinit(&g->events);
        g_object_unref(g->bed);
        (void) rmdir(g->folder);
        free(g);
        return 0;
}

#define AFTER_SETTLING 200000 /* microseconds after opening: by then a first key is a head */
static const struct plug_rule honeywell = {.vendor = 0x0c2e, .product = 0x0200};

static void scans_are_delivered_with_a_monotonic_time(void **state) {
        struct rig *g = *state;

        plug(g, 7, 1, "A1", KEYS_TYPING);
        type(g, "4901234567894", AFTER_SETTLING);
        type(g, "OKURU-C-SHORT", 1000);
        load(g, 7);
        start(g, honeywell);
        assert_int_equal(g->recorder.n, 0); /* nothing is told from within the constructor */
        expect(g, 0, "up");
        expect(g, 1, "scan 4901234567894");
        expect(g, 2, "scan OKURU-C-SHORT");
        assert_in_range(monotonic_usec() - g->recorder.last_usec, 0, 5000000);
}

static void silence_ends_an_unfinished_scan(void **state) {
        struct rig *g = *state;
        struct typist t = {0};

        plug(g, 7, 1, "A1", KEYS_TYPING);
        typist_text(&t, "49012");
        script(g, &t, AFTER_SETTLING, 1000);
        type(g, "34567894", 400000);
        load(g, 7);
        start(g, honeywell);
        expect(g, 1, "refused unfinished");
        expect(g, 2, "scan 34567894"); /* by the rule: silence has ended the one before */
}

static void a_tail_right_after_opening_is_refused(void **state) {
        struct rig *g = *state;

        plug(g, 7, 1, "A1", KEYS_TYPING);
        type(g, "34567894", 1000);
        type(g, "4901234567894", AFTER_SETTLING);
        load(g, 7);
        start(g, honeywell);
        expect(g, 1, "refused unfinished");
        expect(g, 2, "scan 4901234567894");
}

static void a_scan_with_a_hole_is_dropped_whole_and_told(void **state) {
        struct rig *g = *state;
        struct typist t = {0};

        plug(g, 7, 1, "A1", KEYS_TYPING);
        typist_text(&t, "49012");
        script(g, &t, AFTER_SETTLING, 1000);
        event(g, EV_SYN, SYN_DROPPED, 0, 1000);
        event(g, EV_SYN, SYN_REPORT, 0, 0);
        type(g, "34567894", 20000);
        type(g, "A1", 20000);
        load(g, 7);
        start(g, honeywell);
        expect(g, 1, "refused dropped");
        expect(g, 2, "scan A1");
}

static void unplugged_mid_code_and_back_5_times_no_ghost_and_no_fd_is_left(void **state) {
        struct rig *g = *state;
        struct typist t = {0};
        size_t fds = 0;

        /* Slow enough to be in the middle of it, and less than a pty holds: umockdev waits for the last byte. */
        typist_text(&t, "490123456789012345678901");
        start(g, honeywell);
        expect(g, 0, "down ENODEV");
        for (unsigned int i = 0; i < 5; i++) {
                plug(g, 7 + i, 1, "A1", KEYS_TYPING); /* the kernel gives it another number each time */
                script(g, &t, AFTER_SETTLING, 20000);
                load(g, 7 + i);
                expect(g, 1, "up");
                for (uint64_t until = monotonic_usec() + AFTER_SETTLING + 50000; monotonic_usec() < until;)
                        assert_true(sd_event_run(g->event, 10000) >= 0);
                unplug(g, 7 + i, 1);
                expect(g, 2, "refused unplugged");
                expect(g, 3, "down ENODEV");
                /* umockdev's devices are pty slaves; the masters and its other fds it keeps until its end. */
                if (i == 0)
                        fds = count_fds("/dev/pts/");
                assert_int_equal(count_fds("/dev/pts/"), fds);
                assert_int_equal(g->recorder.n, 4);
                while (g->recorder.n > 1)
                        free(g->recorder.lines[--g->recorder.n]);
        }
}

static void two_scanners_that_fit_are_not_guessed_between(void **state) {
        struct rig *g = *state;
        struct plug_rule by_serial = honeywell, by_path = {.path = "/dev/input/by-id/usb-*_A1-event-kbd"};

        plug(g, 7, 1, "A1", KEYS_TYPING);
        plug(g, 8, 2, "B2", KEYS_TYPING);
        type(g, "FROM-B2", AFTER_SETTLING);
        load(g, 8);
        start(g, honeywell);
        expect(g, 0, "down ENOTUNIQ");
        g->scanner = wedge_scanner_free(g->scanner);

        by_serial.serial = "C3";
        start(g, by_serial);
        expect(g, 1, "down ENODEV");
        g->scanner = wedge_scanner_free(g->scanner);

        start(g, by_path);
        expect(g, 2, "up");
        g->scanner = wedge_scanner_free(g->scanner);

        by_serial.serial = "B2";
        start(g, by_serial);
        expect(g, 3, "up");
}

static void other_devices_of_the_same_scanner_do_not_disturb(void **state) {
        struct rig *g = *state;

        plug(g, 5, 1, "A1", KEYS_VOLUME);
        plug(g, 6, 1, "A1", KEYS_TYPING);
        plug(g, 7, 1, "A1", KEYS_TYPING);
        type(g, "A1", AFTER_SETTLING);
        load(g, 6);
        start(g, honeywell);
        expect(g, 0, "up");
        expect(g, 1, "scan A1");
}

static void a_device_that_cannot_type_is_no_scanner(void **state) {
        struct rig *g = *state;

        plug(g, 5, 1, "A1", KEYS_VOLUME);
        start(g, honeywell);
        expect(g, 0, "down ENODEV");
        plug(g, 6, 1, "A1", KEYS_TYPING);
        expect(g, 1, "up");
}

static void a_device_that_cannot_be_grabbed_is_refused_and_tried_again(void **state) {
        struct rig *g = *state;

        plug(g, 7, 1, "A1", KEYS_TYPING);
        grab_error = EBUSY;
        start(g, honeywell);
        expect(g, 0, "down EBUSY");
        grab_error = 0;
        expect(g, 1, "up");
}

static void an_empty_rule_is_refused(void **state) {
        struct rig *g = *state;
        struct wedge_config config = {.layout = WEDGE_LAYOUT_JIS};

        assert_int_equal(
                wedge_scanner_new(&g->scanner, g->event, &config, recorder_get_sink(&g->recorder)), -EINVAL);
        assert_null(g->scanner);
        assert_null(wedge_scanner_free(NULL));
}

#define RIG(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(int argc, char **argv) {
        const struct CMUnitTest tests[] = {
                RIG(scans_are_delivered_with_a_monotonic_time),
                RIG(silence_ends_an_unfinished_scan),
                RIG(a_tail_right_after_opening_is_refused),
                RIG(a_scan_with_a_hole_is_dropped_whole_and_told),
                RIG(unplugged_mid_code_and_back_5_times_no_ghost_and_no_fd_is_left),
                RIG(two_scanners_that_fit_are_not_guessed_between),
                RIG(other_devices_of_the_same_scanner_do_not_disturb),
                RIG(a_device_that_cannot_type_is_no_scanner),
                RIG(a_device_that_cannot_be_grabbed_is_refused_and_tried_again),
                RIG(an_empty_rule_is_refused),
        };
        const char *given = getenv("ASAN_OPTIONS");
        char options[256];
        (void) argc;

        (void) snprintf(options, sizeof(options), "%s:verify_asan_link_order=0", given ? given : "");
        if (!getenv("OKURU_TEST_PRELOADED")) {
                (void) setenv("OKURU_TEST_PRELOADED", "1", 1);
                (void) setenv("ASAN_OPTIONS", options, 1);
                (void) execlp("umockdev-wrapper", "umockdev-wrapper", argv[0], (char *) NULL);
                (void) fprintf(stderr, "cannot run umockdev-wrapper: %m\n");
                return 1;
        }
        return cmocka_run_group_tests_name("drivers-wedge-scanner", tests, NULL, NULL);
}
#else
static void the_scanner_on_a_mocked_device(void **state) {
        (void) state;
        print_message("skipped: libumockdev-dev is not installed\n");
        skip();
}

int main(void) {
        const struct CMUnitTest tests[] = {cmocka_unit_test(the_scanner_on_a_mocked_device)};
        return cmocka_run_group_tests_name("drivers-wedge-scanner", tests, NULL, NULL);
}
#endif
