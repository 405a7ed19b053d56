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
        struct input_event events[74]; /* more would reach the reader in two pieces, cut within an event */
        size_t n_events;
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

/* What the kernel would hand over. The mocked device cannot stamp it, so the driver takes the time at which it reads. */
static void event(struct rig *g, uint16_t type, uint16_t code, int32_t value) {
        assert_true(g->n_events < ELEMENTSOF(g->events));
        g->events[g->n_events++] = (struct input_event){.type = type, .code = code, .value = value};
}

static void keys(struct rig *g, const struct typist *t) {
        event(g, EV_MSC, MSC_SCAN, 0); /* nobody's business; a real one comes before each key */
        for (size_t i = 0; i < t->n; i++) {
                event(g, EV_KEY, t->strokes[i].code, t->strokes[i].value);
                event(g, EV_SYN, SYN_REPORT, 0);
        }
}

/* In one piece, so that no busy machine puts a pause into a code. */
static void send(struct rig *g, unsigned int i) {
        char devnode[32];
        ssize_t size = (ssize_t) (g->n_events * sizeof(*g->events));
        int fd;

        (void) snprintf(devnode, sizeof(devnode), "/dev/input/event%u", i);
        fd = umockdev_testbed_get_dev_fd(g->bed, devnode);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, g->events, (size_t) size), size);
        g->n_events = 0;
}

static void keys_of(struct rig *g, const char *text, bool whole) {
        struct typist t = {0};

        typist_text(&t, text);
        if (whole)
                typist_tap(&t, KEY_ENTER);
        keys(g, &t);
}

static void type_part(struct rig *g, unsigned int i, const char *text) {
        keys_of(g, text, false);
        send(g, i);
}

static void type(struct rig *g, unsigned int i, const char *text) {
        keys_of(g, text, true);
        send(g, i);
}

static void start_settling(struct rig *g, struct plug_rule match, uint64_t settle_usec) {
        struct wedge_config config = {.match = match, .retry_usec = 20000, .settle_usec = settle_usec};

        assert_int_equal(
                wedge_scanner_new(&g->scanner, g->event, &config, recorder_get_sink(&g->recorder)), 0);
}

static void start(struct rig *g, struct plug_rule match) {
        start_settling(g, match, 1);
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
        g_object_unref(g->bed);
        (void) rmdir(g->folder);
        free(g);
        return 0;
}

static const struct plug_rule honeywell = {.vendor = 0x0c2e, .product = 0x0200};

static void scans_are_delivered_with_a_monotonic_time(void **state) {
        struct rig *g = *state;

        plug(g, 7, 1, "A1", KEYS_TYPING);
        start(g, honeywell);
        assert_int_equal(g->recorder.n, 0); /* nothing is told from within the constructor */
        expect(g, 0, "up");
        type(g, 7, "4901234567894");
        expect(g, 1, "scan 4901234567894");
        type(g, 7, "C-OK");
        expect(g, 2, "scan C-OK");
        assert_in_range(monotonic_usec() - g->recorder.last_usec, 0, 5000000);
}

static void silence_ends_an_unfinished_scan(void **state) {
        struct rig *g = *state;
        uint64_t begin_usec;

        plug(g, 7, 1, "A1", KEYS_TYPING);
        start(g, honeywell);
        expect(g, 0, "up");
        begin_usec = monotonic_usec();
        type_part(g, 7, "49012");
        expect(g, 1, "refused unfinished");
        assert_in_range(monotonic_usec() - begin_usec, SCAN_GAP_USEC - 1000, 5000000);
        type(g, 7, "34567894");
        expect(g, 2, "scan 34567894"); /* by the rule: silence has ended the one before */
}

static void a_tail_right_after_opening_is_refused(void **state) {
        struct rig *g = *state;

        plug(g, 7, 1, "A1", KEYS_TYPING);
        start_settling(g, honeywell, 60000000);
        expect(g, 0, "up");
        type(g, 7, "34567894");
        expect(g, 1, "refused unfinished");
}

static void without_a_word_a_line_settles_as_long_as_a_gap(void **state) {
        struct rig *g = *state;

        plug(g, 7, 1, "A1", KEYS_TYPING);
        start_settling(g, honeywell, 0);
        expect(g, 0, "up");
        (void) usleep(SCAN_GAP_USEC); /* this wait is the case itself */
        type(g, 7, "4901234567894");
        expect(g, 1, "scan 4901234567894");
}

static void forget(struct rig *g, size_t n) {
        while (g->recorder.n > n)
                free(g->recorder.lines[--g->recorder.n]);
}

static void a_scan_with_a_hole_is_dropped_whole_and_told(void **state) {
        struct rig *g = *state;
        uint64_t begin_usec = 0;

        plug(g, 7, 1, "A1", KEYS_TYPING);
        start(g, honeywell);
        expect(g, 0, "up");
        do { /* once without a silence, which would end it; only a very busy machine needs more */
                forget(g, 1);
                begin_usec = monotonic_usec();
                keys_of(g, "49012", false);
                event(g, EV_SYN, SYN_DROPPED, 0);
                event(g, EV_SYN, SYN_REPORT, 0);
                send(g, 7);
                expect(g, 1, "refused dropped");
                keys_of(g, "34567894", true);
                keys_of(g, "A1", true);
                send(g, 7);
                while (strcmp(recorder_line(&g->recorder, g->recorder.n - 1), "scan A1") != 0)
                        recorder_wait(&g->recorder, g->event, g->recorder.n + 1);
        } while (monotonic_usec() - begin_usec >= SCAN_GAP_USEC);
        assert_int_equal(g->recorder.n, 3);
}

/*
 * A code and half of one, and away. Return: false when the machine was so busy that silence ended the half before we were through:
 * then there was nothing to unplug from.
 */
static bool unplug_mid_code(struct rig *g, unsigned int i) {
        uint64_t begin_usec = monotonic_usec();

        keys_of(g, "11", true);
        keys_of(g, "490123456789", false);
        send(g, i);
        expect(g, 2, "scan 11"); /* so the other half is read, too */
        unplug(g, i, 1);
        expect(g, 4, "down ENODEV");
        if (strcmp(recorder_line(&g->recorder, 3), "refused unplugged") == 0)
                return true;
        assert_string_equal(recorder_line(&g->recorder, 3), "refused unfinished");
        assert_true(monotonic_usec() - begin_usec >= SCAN_GAP_USEC);
        return false;
}

static void unplugged_mid_code_and_back_5_times_no_ghost_and_no_fd_is_left(void **state) {
        struct rig *g = *state;
        unsigned int n = 0;
        size_t fds = 0;

        start(g, honeywell);
        expect(g, 0, "down ENODEV");
        for (unsigned int i = 0; n < 5; i++) {
                assert_true(i < 100);
                plug(g, 7 + i, 1, "A1", KEYS_TYPING); /* the kernel gives it another number each time */
                expect(g, 1, "up");
                n += unplug_mid_code(g, 7 + i);
                /* umockdev's devices are pty slaves; the masters and its other fds it keeps until its end. */
                if (i == 0)
                        fds = count_fds("/dev/pts/");
                assert_int_equal(count_fds("/dev/pts/"), fds);
                assert_int_equal(g->recorder.n, 5);
                forget(g, 1);
        }
}

static void two_scanners_that_fit_are_not_guessed_between(void **state) {
        struct rig *g = *state;
        struct plug_rule by_serial = honeywell, by_path = {.path = "/dev/input/by-id/usb-*_A1-event-kbd"};

        plug(g, 7, 1, "A1", KEYS_TYPING);
        plug(g, 8, 2, "B2", KEYS_TYPING);
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
        type(g, 7, "1");
        type(g, 8, "2");
        expect(g, 4, "scan 2");
}

static void other_devices_of_the_same_scanner_do_not_disturb(void **state) {
        struct rig *g = *state;

        plug(g, 5, 1, "A1", KEYS_VOLUME);
        plug(g, 6, 1, "A1", KEYS_TYPING);
        plug(g, 7, 1, "A1", KEYS_TYPING);
        start(g, honeywell);
        expect(g, 0, "up");
        type(g, 6, "A1");
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
                RIG(without_a_word_a_line_settles_as_long_as_a_gap),
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
