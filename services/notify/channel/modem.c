/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/modem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/log.h"
#include "firmware/base/time.h"
#include "services/notify/channel/modem-bus.h"
#include "services/notify/channel/modem-end.h"
#include "services/notify/channel/modem-report.h"
#include "services/notify/channel/phone.h"

#define SEND_SEC       40
#define ASK_USEC       (10 * USEC_PER_SEC) /* for everything but Send */
#define KEEP_DAYS      40
#define NAME_SIZE_MAX  64
#define SENT           "sent"
#define NOTE_SENT_SIZE 24

struct modem {
        int folder; /* owned */
        char equipment[32];
        uint64_t timeout_usec;
        bool reports;
};

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
static ssize_t note_read(struct modem *m, const char *notice, char text[MODEM_PATH_SIZE]) {
        char name[NAME_SIZE_MAX];
        _autoclose_ int fd = -1;
        ssize_t n;

        name_of(notice, name);
        fd = openat(m->folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0)
                return errno == ENOENT ? 0 : -errno;
        n = read(fd, text, MODEM_PATH_SIZE - 1);
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
        int r = modem_bus_ask(bus, path, "State", &state);

        return r < 0 || state > MODEM_SMS_SENT ? MODEM_SMS_UNREAD : (int) state;
}

/* Return: 0 with @sms filled; -errno with @error set. */
static int create(const struct modem *m, sd_bus *bus, const char *modem, const struct courier_job *job,
        char sms[MODEM_PATH_SIZE], sd_bus_error *error) {
        _cleanup_message_ sd_bus_message *reply = NULL;
        const char *path, *text = job->content.data ? job->content.data : "";
        int r = m->reports ? sd_bus_call_method(bus, MODEM_SERVICE, modem, MODEM_MESSAGING, "Create", error,
                                     &reply, "a{sv}", 3, "number", "s", job->to, "text", "s", text,
                                     "delivery-report-request", "b", true)
                           : sd_bus_call_method(bus, MODEM_SERVICE, modem, MODEM_MESSAGING, "Create", error,
                                     &reply, "a{sv}", 2, "number", "s", job->to, "text", "s", text);

        if (r >= 0)
                r = sd_bus_message_read(reply, "o", &path);
        if (r < 0)
                return r;
        return copy_text(sms, MODEM_PATH_SIZE, path) ? 0 : -ENAMETOOLONG;
}

static int send_sms(struct modem *m, sd_bus *bus, const char *sms, sd_bus_error *error) {
        _cleanup_message_ sd_bus_message *call = NULL;
        int r = sd_bus_message_new_method_call(bus, &call, MODEM_SERVICE, sms, MODEM_SMS, "Send");

        return r < 0 ? r : sd_bus_call(bus, call, m->timeout_usec, error, NULL);
}

/* ---- one notice ---- */

static struct courier_answer down(const char *reason) {
        return (struct courier_answer){.result = COURIER_ROUTE_DOWN, .reason = reason};
}

/* Nothing was sent yet, so nothing is in doubt. */
static struct courier_answer refused_early(const sd_bus_error *error) {
        struct courier_answer a = modem_answer(
                error->name ? error->name : MODEM_SERVICE ".Error.Core.Failed", MODEM_SMS_STORED, true);

        return a.result == COURIER_PERMANENT ? a : down(a.result == COURIER_ROUTE_DOWN ? a.reason : "modem");
}

/* The note says from now on what the message says, which nobody asks for any more: ModemManager would keep it for as long as it runs. */
static void note_sent(struct modem *m, sd_bus *bus, const char *modem, const char *sms, const char *notice) {
        char text[NOTE_SENT_SIZE] = SENT;
        uint32_t reference;

        if (m->reports && modem_bus_ask(bus, sms, "MessageReference", &reference) == 0)
                (void) snprintf(text, sizeof(text), SENT " %u", (unsigned) reference);
        if (note_write(m, notice, text) < 0)
                log_debug(
                        "modem: the note stays at the path"); /* which says the same while the modem knows it */
        else
                modem_bus_delete(bus, modem, sms);
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
                note_sent(m, bus, modem, sms, job->notice);
        } else if (answer.result != COURIER_UNKNOWN) {
                modem_bus_delete(bus, modem, sms);
                note_remove(m, job->notice);
        }
        return answer;
}

static struct courier_answer send_job(struct modem *m, const struct courier_job *job) {
        _cleanup_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_bus_ sd_bus *bus = NULL;
        char modem[MODEM_PATH_SIZE], sms[MODEM_PATH_SIZE];
        int r = sd_bus_open_system(&bus);

        if (r < 0)
                return down("no-bus");
        (void) sd_bus_set_method_call_timeout(bus, ASK_USEC); /* cannot fail for a bus of ours */
        r = modem_bus_find(bus, m->equipment, modem);
        if (r < 0)
                return down("no-modem");
        if (create(m, bus, modem, job, sms, &error) < 0)
                return refused_early(&error);
        if (note_write(m, job->notice, sms) < 0) {
                modem_bus_delete(bus, modem, sms);
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

static bool says_sent(const char *note) {
        return strncmp(note, SENT, strlen(SENT)) == 0; /* a path begins otherwise */
}

/* Of a message that a process which died sent, and did not note any more. */
static int ask_reference(const char *path) {
        _cleanup_bus_ sd_bus *bus = NULL;
        uint32_t reference = 0;

        if (sd_bus_open_system(&bus) < 0)
                return -1;
        (void) sd_bus_set_method_call_timeout(bus, ASK_USEC);
        return modem_bus_ask(bus, path, "MessageReference", &reference) == 0 &&
                               reference <= MODEM_REFERENCE_MAX
                       ? (int) reference
                       : -1;
}

static int modem_reference(void *userdata, const char *notice) {
        struct modem *m = userdata;
        char text[MODEM_PATH_SIZE];
        unsigned long reference;
        char *end;

        if (note_read(m, notice, text) <= 0)
                return -1;
        if (!says_sent(text))
                return ask_reference(text);
        reference = strtoul(text + strlen(SENT), &end, 10);
        return end != text + strlen(SENT) && *end == '\0' && reference <= MODEM_REFERENCE_MAX
                       ? (int) reference
                       : -1;
}

static int modem_was_taken(void *userdata, const char *notice) {
        struct modem *m = userdata;
        _cleanup_bus_ sd_bus *bus = NULL;
        char text[MODEM_PATH_SIZE];
        ssize_t n = note_read(m, notice, text);

        if (n == 0)
                return 0; /* the note is there before anything is sent */
        if (n < 0)
                return -1;
        if (says_sent(text))
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
        m->reports = config->reports;
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
                .was_taken = modem_was_taken,
                .reference = m->reports ? modem_reference : NULL};
}
