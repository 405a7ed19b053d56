/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packers without hands: at each bench one scan is on its way, and the next follows the answer. What is measured lies between
 * the write of a code to the scanner's pty and the read of its verdict from the light's FIFO.
 *
 *   scan-client [--gap-us N] [--seconds N] MASTER,LIGHT,LABELS,FILE...
 *
 * With a gap the benches begin one after the other, spread over it: people do not scan in step.
 * Three open file descriptors and a file with a code a line, for each bench. Ends when all codes are used or, with --seconds,
 * when the time is over; a light that stays silent for 30 s is an error. A code behind a ~ is scanned and not measured. Prints
 * {"greens":n,"others":n,"p50_us":…,"p99_us":…,"max_us":…,"seconds":…,"rest":n,"first_other":line|null}; rest: codes not used.
 */
#include "tests/bench/samples.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"

#define BENCHES_MAX 64
#define LINE_MAX_   4096
#define SILENCE_MS  30000

struct packer {
        int master, light, labels;
        char *codes, *next;  /* owned; the code that comes next, "" at the end */
        uint64_t begun_usec; /* of the scan under way; 0 none */
        bool counts;         /* it is measured */
        uint64_t due_usec;   /* of the next scan */
        size_t n;
        char line[LINE_MAX_];
};
struct client {
        struct packer packers[BENCHES_MAX];
        size_t n_packers;
        uint64_t gap_usec, end_usec;
        struct samples greens;
        size_t others;
        char first_other[LINE_MAX_];
};

static int read_codes(const char *path, char **codesp) {
        _autofclose_ FILE *f = fopen(path, "re");
        _autofree_ char *text = NULL;
        struct stat st;
        size_t n;

        if (!f || fstat(fileno(f), &st) < 0)
                return -errno;
        text = malloc((size_t) st.st_size + 1);
        if (!text)
                return -ENOMEM;
        n = fread(text, 1, (size_t) st.st_size, f);
        text[n] = 0;
        *codesp = take_ptr(text);
        return 0;
}

static int add_packer(struct client *c, const char *text) {
        struct packer *p = &c->packers[c->n_packers];
        int at = 0;

        if (c->n_packers == BENCHES_MAX ||
                sscanf(text, "%d,%d,%d,%n", &p->master, &p->light, &p->labels, &at) != 3 || at == 0)
                return -EINVAL;
        c->n_packers++;
        p->next = NULL;
        if (read_codes(text + at, &p->codes) < 0)
                return -ENOENT;
        p->next = p->codes;
        while (read(p->light, p->line, sizeof(p->line)) > 0)
                ; /* what the bench showed before */
        return 0;
}

static int send_next(struct packer *p, uint64_t now_usec) {
        char code[300];
        size_t n;

        p->counts = *p->next != '~';
        p->next += !p->counts;
        n = strcspn(p->next, "\n");
        if (n + 1 >= sizeof(code))
                return -EMSGSIZE;
        memcpy(code, p->next, n);
        code[n] = '\r';
        p->next += n + (p->next[n] == '\n');
        p->begun_usec = now_usec;
        return write(p->master, code, n + 1) == (ssize_t) n + 1 ? 0 : -EIO;
}

static int take_line(struct client *c, struct packer *p, const char *line, uint64_t now_usec) {
        if (p->begun_usec == 0 || strstr(line, "\"kind\":\"saving\"") || strstr(line, "\"prompt\":true"))
                return 0; /* nobody asked, or an answer will come */
        if (!strstr(line, "\"light\":\"green\"")) {
                if (c->others++ == 0)
                        (void) snprintf(c->first_other, sizeof(c->first_other), "%s", line);
        } else if (p->counts && samples_add(&c->greens, now_usec - p->begun_usec) < 0) {
                return -ENOMEM;
        }
        p->begun_usec = 0;
        p->due_usec = now_usec + c->gap_usec;
        return 0;
}

static int read_light(struct client *c, struct packer *p) {
        ssize_t n = read(p->light, p->line + p->n, sizeof(p->line) - 1 - p->n);
        uint64_t now_usec = monotonic_usec();
        char *line = p->line, *end;
        int r = 0;

        if (n <= 0)
                return n < 0 && errno == EAGAIN ? 0 : -EIO;
        p->n += (size_t) n;
        p->line[p->n] = 0;
        for (; r == 0 && (end = strchr(line, '\n')); line = end + 1) {
                *end = 0;
                r = take_line(c, p, line, now_usec);
        }
        p->n -= (size_t) (line - p->line);
        memmove(p->line, line, p->n + 1);
        return p->n + 1 < sizeof(p->line) ? r : -EMSGSIZE;
}

/* Paper is taken and thrown away. */
static void take_labels(const struct packer *p) {
        char paper[4096];

        while (read(p->labels, paper, sizeof(paper)) > 0)
                ;
}

/* Return: 1 when somebody still packs. @wait_msp: until the next scan is due. */
static int send_due(struct client *c, int *wait_msp) {
        uint64_t now_usec = monotonic_usec();
        bool over = c->end_usec > 0 && now_usec >= c->end_usec;
        int busy = 0;

        *wait_msp = SILENCE_MS;
        for (size_t i = 0; i < c->n_packers; i++) {
                struct packer *p = &c->packers[i];
                int r = 0;

                if (p->begun_usec == 0 && !over && *p->next) {
                        if (p->due_usec <= now_usec) {
                                r = send_next(p, monotonic_usec());
                        } else {
                                int ms = (int) ((p->due_usec - now_usec) / 1000);

                                *wait_msp = ms < *wait_msp ? ms : *wait_msp;
                                busy = 1;
                        }
                }
                if (r < 0)
                        return r;
                busy |= p->begun_usec > 0;
        }
        return busy;
}

static int run(struct client *c) {
        struct pollfd fds[2 * BENCHES_MAX];
        int wait_ms, r;

        for (size_t i = 0; i < c->n_packers; i++) {
                c->packers[i].due_usec = monotonic_usec() + c->gap_usec * i / c->n_packers;
                fds[2 * i] = (struct pollfd){.fd = c->packers[i].light, .events = POLLIN};
                fds[2 * i + 1] = (struct pollfd){.fd = c->packers[i].labels, .events = POLLIN};
        }
        while ((r = send_due(c, &wait_ms)) > 0) {
                int n = poll(fds, 2 * c->n_packers, wait_ms);

                if (n < 0)
                        return -errno;
                if (n == 0 && wait_ms == SILENCE_MS)
                        return -ETIMEDOUT;
                for (size_t i = 0; i < c->n_packers && n > 0; i++) {
                        r = fds[2 * i].revents ? read_light(c, &c->packers[i]) : 0;
                        if (r < 0)
                                return r;
                        if (fds[2 * i + 1].revents)
                                take_labels(&c->packers[i]);
                }
        }
        return r;
}

static size_t rest(const struct client *c) {
        size_t n = 0;

        for (size_t i = 0; i < c->n_packers; i++)
                for (const char *at = c->packers[i].next; *at; at++)
                        n += *at == '\n';
        return n;
}

static void report(struct client *c, uint64_t took_usec) {
        (void) printf(
                "{\"greens\":%zu,\"others\":%zu,\"p50_us\":%u,\"p99_us\":%u,\"max_us\":%u,\"seconds\":%.6f,"
                "\"rest\":%zu,\"first_other\":%s}\n",
                c->greens.n, c->others, samples_at(&c->greens, 50), samples_at(&c->greens, 99),
                samples_at(&c->greens, 100), (double) took_usec / 1e6, rest(c),
                c->others ? c->first_other : "null");
}

int main(int argc, char **argv) {
        static const struct option options[] = {
                {"gap-us", required_argument, NULL, 'g'}, {"seconds", required_argument, NULL, 's'}, {0}};
        struct client *c = calloc(1, sizeof(*c));
        uint64_t begun_usec = monotonic_usec();
        int option, r = c ? 0 : -ENOMEM;

        while (r == 0 && (option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
                if (option == 'g')
                        c->gap_usec = strtoul(optarg, NULL, 10);
                else if (option == 's')
                        c->end_usec = begun_usec + (uint64_t) (strtod(optarg, NULL) * 1e6);
                else
                        r = -EINVAL;
        }
        for (int i = optind; i < argc && r == 0; i++)
                r = add_packer(c, argv[i]);
        if (r == 0)
                r = run(c);
        if (r == 0)
                report(c, monotonic_usec() - begun_usec);
        else
                (void) fprintf(stderr, "scan-client: %s\n", strerror(-r));
        for (size_t i = 0; c && i < c->n_packers; i++)
                free(c->packers[i].codes);
        if (c)
                samples_deinit(&c->greens);
        free(c);
        return r < 0 ? 1 : 0;
}
