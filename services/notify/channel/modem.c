/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/modem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <systemd/sd-bus.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/log.h"
#include "firmware/base/time.h"
#include "services/notify/channel/modem-end.h"
#include "services/notify/channel/phone.h"

#define SERVICE       "org.freedesktop.ModemManager1"
#define ROOT          "/org/freedesktop/ModemManager1"
#define MESSAGING     SERVICE ".Modem.Messaging"
#define MODEM         SERVICE ".Modem"
#define SMS           SERVICE ".Sms"
#define SEND_SEC      40
#define ASK_USEC      (10 * USEC_PER_SEC) /* for everything but Send */
#define KEEP_DAYS     40
#define PATH_SIZE     256
#define NAME_SIZE_MAX 64
#define SENT          "sent"

struct modem {
        int folder; /* owned */
        char equipment[32];
        uint64_t timeout_usec;
};

static void bus_close(sd_bus **busp) {
        (void) sd_bus_flush_close_unref(*busp);
}
#define _cleanup_bus_     _cleanup_(bus_close)
#define _cleanup_message_ _cleanup_(sd_bus_message_unrefp)
#define _cleanup_error_   _cleanup_(sd_bus_error_free)

/* ---- notes ---- */

static void name_of(const char *notice, char name[NAME_SIZE_MAX]) {
        (void) snprintf(name, NAME_SIZE_MAX, "%s.sms", notice);
}

/* Whole or not at all, and on the disk: it tells one SMS from two. */
static int note_write(struct modem *m, const char *notice, const char *text) {
        char name[NAME_SIZE_MAX];
        _autoclose_ int fd = -1;
        size_t n = strlen(text);

        name_of(notice, name);
        fd = openat(m->folder, ".new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
                return -errno;
        if (write(fd, text, n) != (ssize_t) n)
                return -ENOSPC;
        if (fsync(fd) < 0 || renameat(m->folder, ".new", m->folder, name) < 0 || fsync(m->folder) < 0)
                return -errno;
        return 0;
}

/* Return: bytes, 0 when there is none, -errno. */
static ssize_t note_read(struct modem *m, const char *notice, char text[PATH_SIZE]) {
        char name[NAME_SIZE_MAX];
        _autoclose_ int fd = -1;
        ssize_t n;

        name_of(notice, name);
        fd = openat(m->folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0)
                return errno == ENOENT ? 0 : -errno;
        n = read(fd, text, PATH_SIZE - 1);
        if (n <= 0)
                return -EBADMSG;
        text[n] = '\0';
        return n;
}

static void note_remove(struct modem *m, const char *notice) {
        char name[NAME_SIZE_MAX];

        name_of(notice, name);
        if (unlinkat(m->folder, name, 0) < 0 && errno != ENOENT)
                log_debug("modem: %s",
                        strerror(errno)); /* it is taken for what it says, which errs towards a person */
}

/* A note is read after a death of ours alone; what is old was judged long ago. */
static void purge_notes(struct modem *m, int keep_days) {
        _autoclose_ int fd = openat(m->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        _cleanup_(closedirp) DIR *d = fd < 0 ? NULL : fdopendir(fd);
        time_t oldest = time(NULL) - (time_t) keep_days * 86400;
        const struct dirent *e;
        struct stat st;

        if (!d)
                return;
        fd = -1; /* the stream has it */
        while ((e = readdir(d)))
                if (strstr(e->d_name, ".sms") &&
                        fstatat(m->folder, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_mtime < oldest)
                        (void) unlinkat(m->folder, e->d_name, 0); /* the next start tries again */
}

/* ---- ModemManager ---- */

static int ask_state(sd_bus *bus, const char *path) {
        uint32_t state = 0;
        int r = sd_bus_get_property_trivial(bus, SERVICE, path, SMS, "State", NULL, 'u', &state);

        return r < 0 || state > MODEM_SMS_SENT ? MODEM_SMS_UNREAD : (int) state;
}

static bool is_ours(struct modem *m, sd_bus *bus, const char *path) {
        _autofree_ char *equipment = NULL;

        if (m->equipment[0] == '\0')
                return true;
        return sd_bus_get_property_string(
                       bus, SERVICE, path, MODEM, "EquipmentIdentifier", NULL, &equipment) >= 0 &&
               strcmp(equipment, m->equipment) == 0;
}

/* One object of GetManagedObjects, from its path on. Return: 1 when it takes messages, 0, -errno. */
static int read_object(sd_bus_message *reply, const char **pathp) {
        const char *interface;
        int takes = 0, r = sd_bus_message_read(reply, "o", pathp);

        if (r >= 0)
                r = sd_bus_message_enter_container(reply, 'a', "{sa{sv}}");
        while (r >= 0 && (r = sd_bus_message_enter_container(reply, 'e', "sa{sv}")) > 0) {
                r = sd_bus_message_read(reply, "s", &interface);
                if (r >= 0) {
                        takes |= strcmp(interface, MESSAGING) == 0;
                        r = sd_bus_message_skip(reply, "a{sv}");
                }
                if (r >= 0)
                        r = sd_bus_message_exit_container(reply);
        }
        if (r >= 0)
                r = sd_bus_message_exit_container(reply);
        return r < 0 ? r : takes;
}

/* Return: 0 with @path filled, -ENODEV, another -errno. */
static int find_modem(struct modem *m, sd_bus *bus, char path[PATH_SIZE]) {
        _cleanup_message_ sd_bus_message *reply = NULL;
        const char *at = NULL;
        int r = sd_bus_call_method(bus, SERVICE, ROOT, "org.freedesktop.DBus.ObjectManager",
                "GetManagedObjects", NULL, &reply, "");

        if (r >= 0)
                r = sd_bus_message_enter_container(reply, 'a', "{oa{sa{sv}}}");
        while (r >= 0 && (r = sd_bus_message_enter_container(reply, 'e', "oa{sa{sv}}")) > 0) {
                r = read_object(reply, &at);
                if (r > 0 && is_ours(m, bus, at))
                        return copy_text(path, PATH_SIZE, at) ? 0 : -ENAMETOOLONG;
                if (r >= 0)
                        r = sd_bus_message_exit_container(reply);
        }
        return r < 0 ? r : -ENODEV;
}

/* Return: 0 with @sms filled; -errno with @error set. */
static int create(sd_bus *bus, const char *modem, const struct courier_job *job, char sms[PATH_SIZE],
        sd_bus_error *error) {
        _cleanup_message_ sd_bus_message *reply = NULL;
        const char *path;
        int r = sd_bus_call_method(bus, SERVICE, modem, MESSAGING, "Create", error, &reply, "a{sv}", 2,
                "number", "s", job->to, "text", "s", job->content.data ? job->content.data : "");

        if (r >= 0)
                r = sd_bus_message_read(reply, "o", &path);
        if (r < 0)
                return r;
        return copy_text(sms, PATH_SIZE, path) ? 0 : -ENAMETOOLONG;
}

static void delete (sd_bus *bus, const char *modem, const char *sms) {
        int r = sd_bus_call_method(bus, SERVICE, modem, MESSAGING, "Delete", NULL, NULL, "o", sms);

        if (r < 0)
                log_debug("modem: delete: %s", strerror(-r)); /* its storage holds one more */
}

static int send_sms(struct modem *m, sd_bus *bus, const char *sms, sd_bus_error *error) {
        _cleanup_message_ sd_bus_message *call = NULL;
        int r = sd_bus_message_new_method_call(bus, &call, SERVICE, sms, SMS, "Send");

        return r < 0 ? r : sd_bus_call(bus, call, m->timeout_usec, error, NULL);
}

/* ---- one notice ---- */

static struct courier_answer down(const char *reason) {
        return (struct courier_answer){.result = COURIER_ROUTE_DOWN, .reason = reason};
}

/* Nothing was sent yet, so nothing is in doubt. */
static struct courier_answer refused_early(const sd_bus_error *error) {
        struct courier_answer a = modem_answer(
                error->name ? error->name : SERVICE ".Error.Core.Failed", MODEM_SMS_STORED, true);

        return a.result == COURIER_PERMANENT ? a : down(a.result == COURIER_ROUTE_DOWN ? a.reason : "modem");
}

static struct courier_answer send_noted(
        struct modem *m, sd_bus *bus, const char *modem, const char *sms, const struct courier_job *job) {
        _cleanup_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        struct courier_answer answer;
        int r = send_sms(m, bus, sms, &error);
        int state = r < 0 ? ask_state(bus, sms) : MODEM_SMS_SENT;
        const char *name = r >= 0 ? "" : error.name ? error.name : "System.Error.ETIMEDOUT";

        answer = modem_answer(name, (enum modem_sms_state) state,
                modem_is_one_part(job->content.data ? job->content.data : ""));
        if (r < 0)
                log_debug("modem: %s, state %d", name, state);
        if (answer.result == COURIER_ACCEPTED) {
                if (note_write(m, job->notice, SENT) < 0)
                        log_debug(
                                "modem: the note stays at the path"); /* which says the same while the modem knows it */
        } else if (answer.result != COURIER_UNKNOWN) {
                delete (bus, modem, sms);
                note_remove(m, job->notice);
        }
        return answer;
}

static struct courier_answer send_job(struct modem *m, const struct courier_job *job) {
        _cleanup_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_bus_ sd_bus *bus = NULL;
        char modem[PATH_SIZE], sms[PATH_SIZE];
        int r = sd_bus_open_system(&bus);

        if (r < 0)
                return down("no-bus");
        (void) sd_bus_set_method_call_timeout(bus, ASK_USEC); /* cannot fail for a bus of ours */
        r = find_modem(m, bus, modem);
        if (r < 0)
                return down("no-modem");
        if (create(bus, modem, job, sms, &error) < 0)
                return refused_early(&error);
        if (note_write(m, job->notice, sms) < 0) {
                delete (bus, modem, sms);
                return down("spool");
        }
        return send_noted(m, bus, modem, sms, job);
}

static void modem_send(void *userdata, const struct courier_job *job, struct courier_answer *answer) {
        if (!phone_is_valid(job->to) || !phone_takes_sms(job->to))
                *answer = (struct courier_answer){.result = COURIER_PERMANENT, .reason = "bad-address"};
        else if (job->content.len == 0 || !utf8_is_valid(job->content.data, job->content.len))
                *answer = (struct courier_answer){.result = COURIER_PERMANENT, .reason = "message-refused"};
        else
                *answer = send_job(userdata, job);
}

static int modem_was_taken(void *userdata, const char *notice) {
        struct modem *m = userdata;
        _cleanup_bus_ sd_bus *bus = NULL;
        char text[PATH_SIZE];
        ssize_t n = note_read(m, notice, text);

        if (n == 0)
                return 0; /* the note is there before anything is sent */
        if (n < 0)
                return -1;
        if (strcmp(text, SENT) == 0)
                return 1;
        if (sd_bus_open_system(&bus) < 0)
                return -1;
        (void) sd_bus_set_method_call_timeout(bus, ASK_USEC);
        return ask_state(bus, text) == MODEM_SMS_SENT ? 1 : -1;
}

struct modem *modem_free(struct modem *m) {
        if (!m)
                return NULL;
        closep(&m->folder);
        free(m);
        return NULL;
}

int modem_new(struct modem **mp, const struct modem_config *config) {
        struct modem *m;
        int fd;

        if (mkdir(config->folder, 0700) < 0 && errno != EEXIST)
                return -errno;
        fd = open(config->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        m = calloc(1, sizeof(*m));
        if (!m) {
                (void) close(fd);
                return -ENOMEM;
        }
        m->folder = fd;
        m->timeout_usec =
                (uint64_t) (config->timeout_sec > 0 ? config->timeout_sec : SEND_SEC) * USEC_PER_SEC;
        if (!copy_text(m->equipment, sizeof(m->equipment), config->equipment)) {
                (void) modem_free(m);
                return -EINVAL;
        }
        purge_notes(m, config->keep_days > 0 ? config->keep_days : KEEP_DAYS);
        *mp = m;
        return 0;
}

struct courier modem_courier(struct modem *m) {
        return (struct courier){.userdata = m,
                .name = "modem",
                .repeat = COURIER_REPEAT_UNSAFE,
                .send = modem_send,
                .was_taken = modem_was_taken};
}
