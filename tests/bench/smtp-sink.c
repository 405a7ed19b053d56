/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A relay that takes everything, keeps nothing and is never what one waits for: on the loopback, without TLS, in one thread.
 *
 *   smtp-sink [--keep FILE] [--answer-usec N] [--mails-a-connection N] [--hang-up] COUNT
 *
 * Prints its port, and after COUNT mails {"mails":n,"distinct":n,"signed":n,"connections":n,"bytes":n,"seconds":…}. distinct: by
 * Message-ID, and one without any counts once; signed: DKIM-Signature fields; seconds: from the end of the EDGEth mail to that of
 * the EDGEth last. --keep: the mails, each behind a line with its length. --answer-usec: that long after the last dot comes the
 * 250, as a relay that has to write needs it. --mails-a-connection: then a 421 instead of the next mail; with
 * --hang-up none: it is gone behind the last 250.
 */
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"
#include "firmware/base/time.h"

#define PEERS_MAX  16
#define EDGE       250
#define BUFFER_MAX (1024 * 1024)

struct peer {
        int fd; /* owned; -1 none */
        bool in_text;
        struct str in;
        size_t looked;      /* of the text: no end up to here */
        size_t mails;       /* of this connection */
        uint64_t owed_usec; /* when the 250 is due; 0 none */
};
struct sink {
        struct peer peers[PEERS_MAX];
        size_t wanted, mails, distinct, signatures, connections, bytes;
        bool hangs_up;
        size_t mails_a_connection;   /* 0: any number */
        uint64_t answer_usec, *ends; /* when each mail had come; owned */
        uint64_t *ids;               /* a hash of each Message-ID; owned, open addressing */
        size_t n_ids;
        FILE *keep; /* owned; NULL none */
};

/* ---- one mail ---- */

static uint64_t hash(const char *bytes, size_t n) {
        uint64_t h = 14695981039346656037U; /* FNV-1a */

        for (size_t i = 0; i < n; i++)
                h = (h ^ (uint8_t) bytes[i]) * 1099511628211U;
        return h ? h : 1;
}

static void count_id(struct sink *s, const char *id, size_t n) {
        uint64_t h = hash(id, n);
        size_t at = h % s->n_ids;

        while (s->ids[at] && s->ids[at] != h)
                at = (at + 1) % s->n_ids;
        s->distinct += s->ids[at] == 0;
        s->ids[at] = h;
}

static void read_head(struct sink *s, const char *mail, size_t n) {
        static const char signature[] = "DKIM-Signature:", id[] = "Message-ID:";
        const char *end = mail + n, *next, *found = "";
        size_t n_found = 0;

        for (const char *line = mail; line < end && *line != '\r'; line = next) {
                next = memchr(line, '\n', (size_t) (end - line));
                next = next ? next + 1 : end;
                if ((size_t) (next - line) >= sizeof(signature) &&
                        strncasecmp(line, signature, sizeof(signature) - 1) == 0)
                        s->signatures++;
                if ((size_t) (next - line) >= sizeof(id) && strncasecmp(line, id, sizeof(id) - 1) == 0) {
                        found = line;
                        n_found = (size_t) (next - line);
                }
        }
        count_id(s, found, n_found);
}

/* Without the dots that were put before dots. */
static int keep_mail(FILE *f, const char *mail, size_t n) {
        _cleanup_str_ struct str plain = STR_INIT;
        const char *end = mail + n, *next;

        for (const char *line = mail; line < end; line = next) {
                next = memchr(line, '\n', (size_t) (end - line));
                next = next ? next + 1 : end;
                line += *line == '.';
                str_add_n(&plain, line, (size_t) (next - line));
        }
        if (plain.error)
                return plain.error;
        return fprintf(f, "%zu\n", plain.len) < 0 || fwrite(plain.data, 1, plain.len, f) != plain.len ? -EIO
                                                                                                      : 0;
}

static int take_mail(struct sink *s, const char *mail, size_t n) {
        if (s->mails == s->wanted)
                return -EOVERFLOW;
        s->ends[s->mails++] = monotonic_usec();
        s->bytes += n;
        read_head(s, mail, n);
        return s->keep ? keep_mail(s->keep, mail, n) : 0;
}

/* ---- a connection ---- */

static int say(const struct peer *p, const char *text) {
        size_t n = strlen(text);

        return write(p->fd, text, n) == (ssize_t) n ? 0
                                                    : -errno; /* short, and one at a time: there is room */
}

static void drop(struct peer *p) {
        closep(&p->fd);
        str_deinit(&p->in);
        *p = (struct peer){.fd = -1};
}

static void forget(struct str *in, size_t n) {
        memmove(in->data, in->data + n, in->len - n);
        in->len -= n;
        in->data[in->len] = '\0';
}

static bool is_enough(const struct sink *s, const struct peer *p) {
        return s->mails_a_connection > 0 && p->mails >= s->mails_a_connection;
}

/* Return: 1 something was taken, 0 more is wanted, -errno. */
static int take_text(struct sink *s, struct peer *p) {
        static const char mark[] = "\r\n.\r\n";
        size_t from = p->looked > sizeof(mark) ? p->looked - sizeof(mark) : 0;
        const char *end = memmem(p->in.data + from, p->in.len - from, mark, sizeof(mark) - 1);
        int r;

        if (!end) {
                p->looked = p->in.len;
                return 0;
        }
        r = take_mail(s, p->in.data, (size_t) (end - p->in.data) + 2);
        forget(&p->in, (size_t) (end - p->in.data) + sizeof(mark) - 1);
        p->in_text = false;
        p->looked = 0;
        p->mails++;
        if (r == 0 && s->answer_usec > 0)
                p->owed_usec = monotonic_usec() + s->answer_usec;
        else if (r == 0)
                r = say(p, "250 OK\r\n");
        if (r == 0 && s->hangs_up && is_enough(s, p))
                r = -EPIPE;
        return r < 0 ? r : 1;
}

static bool begins(const struct str *in, const char *word) {
        return in->len >= strlen(word) && strncasecmp(in->data, word, strlen(word)) == 0;
}

static int take_command(struct sink *s, struct peer *p) {
        const char *end = p->in.len > 0 ? memchr(p->in.data, '\n', p->in.len) : NULL, *answer = "250 OK\r\n";
        bool quits = false;

        if (!end)
                return 0;
        if (begins(&p->in, "EHLO"))
                answer = "250-sink\r\n250 8BITMIME\r\n";
        else if (begins(&p->in, "DATA"))
                answer = "354 go on\r\n";
        else if (begins(&p->in, "QUIT"))
                answer = "221 bye\r\n";
        else if (begins(&p->in, "MAIL") && is_enough(s, p))
                answer = "421 too many for one connection\r\n";
        quits = strncmp(answer, "221", 3) == 0 || strncmp(answer, "421", 3) == 0;
        p->in_text = strncmp(answer, "354", 3) == 0;
        forget(&p->in, (size_t) (end - p->in.data) + 1);
        if (say(p, answer) < 0)
                return -EPIPE;
        return quits ? -EPIPE : 1;
}

/* A peer that goes is dropped; only what would spoil the count ends the run. */
static int serve(struct sink *s, struct peer *p) {
        static char buffer[64 * 1024];
        ssize_t n = read(p->fd, buffer, sizeof(buffer));
        int r = 1;

        if (n <= 0) {
                drop(p);
                return 0;
        }
        str_add_n(&p->in, buffer, (size_t) n);
        if (p->in.error || p->in.len > BUFFER_MAX)
                return -ENOMEM;
        while (r == 1)
                r = p->in_text ? take_text(s, p) : take_command(s, p);
        if (r == -EPIPE || r == -ECONNRESET)
                drop(p);
        return r == -EPIPE || r == -ECONNRESET ? 0 : r;
}

static void pay(struct peer *p) {
        if (p->owed_usec == 0 || p->owed_usec > monotonic_usec())
                return;
        p->owed_usec = 0;
        if (say(p, "250 OK\r\n") < 0)
                drop(p);
}

static int greet(struct sink *s, int listener) {
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

        if (fd < 0)
                return -errno;
        s->connections++;
        for (size_t i = 0; i < PEERS_MAX; i++)
                if (s->peers[i].fd < 0) {
                        s->peers[i].fd = fd;
                        if (say(&s->peers[i], "220 sink\r\n") < 0)
                                drop(&s->peers[i]);
                        return 0;
                }
        closep(&fd); /* more than anybody should want */
        return 0;
}

/* ---- all of them ---- */

static const struct timespec *next_payment(const struct sink *s, struct timespec *t) {
        uint64_t first = 0, now = monotonic_usec(), rest;

        for (size_t i = 0; i < PEERS_MAX; i++)
                if (s->peers[i].owed_usec > 0 && (first == 0 || s->peers[i].owed_usec < first))
                        first = s->peers[i].owed_usec;
        if (first == 0)
                return NULL;
        rest = first > now ? first - now : 0;
        *t = (struct timespec){(time_t) (rest / USEC_PER_SEC), (long) (rest % USEC_PER_SEC) * 1000};
        return t;
}

static int turn(struct sink *s, int listener) {
        struct pollfd fds[PEERS_MAX + 1] = {{.fd = listener, .events = POLLIN}};
        struct timespec t;
        int r = 0;

        for (size_t i = 0; i < PEERS_MAX; i++)
                fds[i + 1] = (struct pollfd){.fd = s->peers[i].fd, .events = POLLIN};
        if (ppoll(fds, ELEMENTSOF(fds), next_payment(s, &t), NULL) < 0)
                return errno == EINTR ? 0 : -errno;
        for (size_t i = 0; i < PEERS_MAX && r == 0; i++) {
                if (fds[i + 1].revents)
                        r = serve(s, &s->peers[i]);
                if (r == 0 && s->peers[i].fd >= 0)
                        pay(&s->peers[i]);
        }
        return r == 0 && fds[0].revents ? greet(s, listener) : r;
}

static bool owes(const struct sink *s) {
        for (size_t i = 0; i < PEERS_MAX; i++)
                if (s->peers[i].owed_usec > 0)
                        return true;
        return false;
}

static int listen_somewhere(int *fdp) {
        struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t n = sizeof(a);

        *fdp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (*fdp < 0 || bind(*fdp, (struct sockaddr *) &a, sizeof(a)) < 0 || listen(*fdp, 16) < 0 ||
                getsockname(*fdp, (struct sockaddr *) &a, &n) < 0)
                return -errno;
        (void) printf("%d\n", ntohs(a.sin_port));
        return fflush(stdout) == 0 ? 0 : -errno;
}

static int run(struct sink *s) {
        _autoclose_ int listener = -1;
        int r = listen_somewhere(&listener);

        while (r == 0 && (s->mails < s->wanted || owes(s)))
                r = turn(s, listener);
        return r;
}

static void print(const struct sink *s) {
        size_t edge = s->mails > 2 * EDGE ? EDGE : 1;

        (void) printf("{\"mails\":%zu,\"distinct\":%zu,\"signed\":%zu,\"connections\":%zu,\"bytes\":%zu,"
                      "\"measured\":%zu,\"seconds\":%.6f}\n",
                s->mails, s->distinct, s->signatures, s->connections, s->bytes, s->mails - 2 * edge + 1,
                (double) (s->ends[s->mails - edge] - s->ends[edge - 1]) / USEC_PER_SEC);
}

static int read_options(struct sink *s, int argc, char **argv) {
        static const struct option options[] = {{"keep", required_argument, NULL, 'k'},
                {"answer-usec", required_argument, NULL, 'a'},
                {"mails-a-connection", required_argument, NULL, 'm'}, {"hang-up", no_argument, NULL, 'h'},
                {0}};
        int c;

        while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0)
                switch (c) {
                case 'k':
                        s->keep = fopen(optarg, "we");
                        if (!s->keep)
                                return -errno;
                        break;
                case 'a':
                        s->answer_usec = strtoull(optarg, NULL, 10);
                        break;
                case 'h':
                        s->hangs_up = true;
                        break;
                case 'm':
                        s->mails_a_connection = strtoul(optarg, NULL, 10);
                        break;
                default:
                        return -EINVAL;
                }
        s->wanted = optind == argc - 1 ? strtoul(argv[optind], NULL, 10) : 0;
        return s->wanted > 0 ? 0 : -EINVAL;
}

int main(int argc, char **argv) {
        struct sink s = {0};
        int r = read_options(&s, argc, argv);

        for (size_t i = 0; i < PEERS_MAX; i++)
                s.peers[i].fd = -1;
        if (r == 0) {
                s.n_ids = 4 * s.wanted;
                s.ids = calloc(s.n_ids, sizeof(*s.ids));
                s.ends = calloc(s.wanted, sizeof(*s.ends));
                r = s.ids && s.ends ? run(&s) : -ENOMEM;
        }
        if (r == 0)
                print(&s);
        else
                (void) fprintf(stderr,
                        "smtp-sink [--keep FILE] [--answer-usec N] [--mails-a-connection N] [--hang-up] "
                        "COUNT: %s\n",
                        strerror(-r));
        for (size_t i = 0; i < PEERS_MAX; i++)
                drop(&s.peers[i]);
        if (s.keep && fclose(s.keep) != 0)
                r = -EIO;
        free(s.ids);
        free(s.ends);
        return r == 0 ? 0 : 1;
}
