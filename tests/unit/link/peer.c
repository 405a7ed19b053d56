/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/link/peer.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

static int listen_on_loopback(uint16_t *portp) {
        struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t n = sizeof(a);
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        assert_true(fd >= 0);
        assert_int_equal(bind(fd, (struct sockaddr *) &a, sizeof(a)), 0);
        assert_int_equal(listen(fd, 64), 0);
        assert_int_equal(getsockname(fd, (struct sockaddr *) &a, &n), 0);
        *portp = ntohs(a.sin_port);
        return fd;
}

uint16_t peer_free_port(void) {
        uint16_t port;
        _autoclose_ int fd = listen_on_loopback(&port);

        return port;
}

static bool answers(uint16_t port) {
        struct sockaddr_in a = {
                .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
        _autoclose_ int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        assert_true(fd >= 0);
        return connect(fd, (struct sockaddr *) &a, sizeof(a)) == 0;
}

static void run_broker(struct broker *b) {
        char config[96], log[96], path[512];

        (void) snprintf(config, sizeof(config), "%s/mosquitto.conf", b->dir);
        (void) snprintf(log, sizeof(log), "%s/mosquitto.log", b->dir);
        b->pid = fork();
        assert_true(b->pid >= 0);
        if (b->pid == 0) {
                int fd = open(log, O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0600);

                (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
                (void) dup2(fd, STDOUT_FILENO);
                (void) dup2(fd, STDERR_FILENO);
                (void) snprintf(path, sizeof(path), "%s:/usr/sbin", getenv("PATH") ?: "/usr/bin");
                (void) setenv("PATH", path, 1); /* Debian's broker is in sbin */
                (void) execlp("mosquitto", "mosquitto", "-c", config, NULL);
                _exit(127);
        }
        for (int i = 0; i < 500; i++) {
                if (waitpid(b->pid, NULL, WNOHANG) == b->pid)
                        fail_msg("mosquitto did not start (scripts/deps installs it), or its config in %s is "
                                 "wrong",
                                b->dir);
                if (answers(b->port))
                        return;
                (void) poll(NULL, 0, 10);
        }
        fail_msg("mosquitto does not listen");
}

void broker_start(struct broker *b, const char *tls_dir) {
        char path[96];

        (void) copy_text(b->dir, sizeof(b->dir), "/tmp/okuru-broker-XXXXXX");
        assert_non_null(mkdtemp(b->dir));
        b->port = peer_free_port();
        (void) snprintf(path, sizeof(path), "%s/mosquitto.conf", b->dir);
        _autofclose_ FILE *f = fopen(path, "we");
        assert_non_null(f);
        /* As root it would become another user and not read the folder. */
        (void) fprintf(f,
                "user root\npersistence false\nlog_dest stderr\nlog_type all\nlistener %u 127.0.0.1\n"
                "allow_anonymous true\n",
                b->port);
        if (tls_dir)
                (void) fprintf(f,
                        "cafile %s/ca.pem\ncertfile %s/server.pem\nkeyfile "
                        "%s/server.key\nrequire_certificate true\n",
                        tls_dir, tls_dir, tls_dir);
        assert_int_equal(fflush(f), 0);
        run_broker(b);
}

void broker_restart(struct broker *b) {
        run_broker(b);
}

void broker_signal(struct broker *b, int signal) {
        assert_int_equal(kill(b->pid, signal), 0);
}

void broker_kill(struct broker *b) {
        assert_int_equal(kill(b->pid, SIGKILL), 0);
        assert_int_equal(waitpid(b->pid, NULL, 0), b->pid);
        b->pid = 0;
}

/* Not system(): that one would wait for any child. */
static bool shell(const char *command) {
        pid_t pid = fork();
        int status;

        assert_true(pid >= 0);
        if (pid == 0) {
                (void) execl("/bin/sh", "sh", "-c", command, NULL);
                _exit(127);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void peer_remove_folder(const char *dir) {
        char command[128];

        assert_memory_equal(dir, "/tmp/okuru-", 11);
        (void) snprintf(command, sizeof(command), "rm -r '%s'", dir);
        assert_true(shell(command));
}

void broker_stop(struct broker *b) {
        if (b->pid > 0)
                broker_kill(b);
        peer_remove_folder(b->dir);
}

static void run(const char *dir, const char *command) {
        char line[1024];

        (void) snprintf(line, sizeof(line), "cd '%s' && { %s ; } >>openssl.log 2>&1", dir, command);
        if (!shell(line))
                fail_msg("failed in %s: %s", dir, command);
}

void peer_make_certs(const char *dir) {
#define NEW "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
        run(dir, NEW "-x509 -days 2 -keyout ca.key -out ca.pem -subj /CN=okuru-test-ca");
        run(dir, NEW "-x509 -days 2 -keyout other-ca.key -out other-ca.pem -subj /CN=okuru-other-ca");
        run(dir, "printf 'subjectAltName=DNS:broker.test,IP:127.0.0.1' >server.ext");
        run(dir, NEW "-keyout server.key -out server.csr -subj /CN=broker.test");
        run(dir, "openssl x509 -req -days 2 -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile "
                 "server.ext "
                 "-out server.pem");
        run(dir, NEW "-keyout client.key -out client.csr -subj '/CN=tokyo\\/bench-1'");
        run(dir, "openssl x509 -req -days 2 -in client.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out "
                 "client.pem");
#undef NEW
}

void peer_start(struct peer *p, peer_serve_fn serve, const void *argument) {
        p->n_served =
                mmap(NULL, sizeof(*p->n_served), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        assert_ptr_not_equal(p->n_served, MAP_FAILED);
        p->listener = listen_on_loopback(&p->port);
        p->pid = fork();
        assert_true(p->pid >= 0);
        if (p->pid > 0)
                return;
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) {
                int fd = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC);

                if (fd < 0)
                        _exit(1);
                serve(fd, argument);
                (*p->n_served)++;
                (void) close(fd);
        }
}

void peer_stop(struct peer *p) {
        (void) close(p->listener);
        assert_int_equal(kill(p->pid, SIGKILL), 0);
        assert_int_equal(waitpid(p->pid, NULL, 0), p->pid);
        (void) munmap((void *) p->n_served, sizeof(*p->n_served));
}

static bool read_all(int fd, uint8_t *bytes, size_t n) {
        while (n > 0) {
                ssize_t got = read(fd, bytes, n);

                if (got <= 0)
                        return false;
                bytes += got;
                n -= (size_t) got;
        }
        return true;
}

bool peer_read_packet(int fd, uint8_t *packet, size_t size, size_t *np) {
        size_t length = 0, n = 1;

        if (!read_all(fd, packet, 1))
                return false;
        for (unsigned shift = 0; shift < 28; shift += 7) {
                if (!read_all(fd, packet + n, 1))
                        return false;
                length |= (size_t) (packet[n] & 0x7f) << shift;
                if (!(packet[n++] & 0x80))
                        break;
        }
        if (n + length > size || !read_all(fd, packet + n, length))
                return false;
        *np = n + length;
        return true;
}

void peer_write(int fd, const void *bytes, size_t n) {
        const uint8_t *at = bytes;

        while (n > 0) {
                ssize_t put = send(fd, at, n, MSG_NOSIGNAL);

                if (put <= 0)
                        return;
                at += put;
                n -= (size_t) put;
        }
}

void peer_publish(int fd, const char *topic, size_t topic_n, const void *payload, size_t n, uint16_t mid) {
        size_t length = 2 + topic_n + 2 + n;
        uint8_t head[] = {0x32, (uint8_t) (length & 0x7f) | 0x80, (uint8_t) ((length >> 7) & 0x7f) | 0x80,
                (uint8_t) (length >> 14), (uint8_t) (topic_n >> 8), (uint8_t) topic_n};
        uint8_t id[] = {(uint8_t) (mid >> 8), (uint8_t) mid};

        peer_write(fd, head, sizeof(head));
        peer_write(fd, topic, topic_n);
        peer_write(fd, id, sizeof(id));
        peer_write(fd, payload, n);
}

bool peer_greet(int fd, uint8_t granted) {
        static const uint8_t connack[] = {0x20, 2, 0, 0};
        uint8_t packet[1024], suback[] = {0x90, 3, 0, 0, granted};
        size_t n;

        if (!peer_read_packet(fd, packet, sizeof(packet), &n) || packet[0] != 0x10)
                return false; /* also the look whether anybody is there */
        peer_write(fd, connack, sizeof(connack));
        if (!peer_read_packet(fd, packet, sizeof(packet), &n) || packet[0] != 0x82)
                return false;
        memcpy(suback + 2, packet + 2, 2); /* its id */
        peer_write(fd, suback, sizeof(suback));
        return true;
}
