/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/cli/child.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

extern char **environ;

static int64_t now_ms(void) {
        return (int64_t) (monotonic_usec() / USEC_PER_MSEC);
}

static int spawn(const char *const argv[], int write_fd, pid_t *pidp) {
        posix_spawn_file_actions_t actions;
        int r = posix_spawn_file_actions_init(&actions);

        if (r != 0)
                return -r;
        r = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        if (r == 0)
                r = posix_spawn_file_actions_adddup2(&actions, write_fd, STDOUT_FILENO);
        if (r == 0)
                r = posix_spawn_file_actions_adddup2(&actions, write_fd, STDERR_FILENO);
        if (r == 0) /* the interface is older than const */
                r = posix_spawnp(pidp, argv[0], &actions, NULL, (char *const *) (uintptr_t) argv, environ);
        (void) posix_spawn_file_actions_destroy(&actions); /* only memory */
        return -r;
}

/* Until it closes its output. Return: 0, -ETIMEDOUT, -errno. */
static int listen_to(int fd, struct str *out) {
        int64_t until_ms = now_ms() + CHILD_TIMEOUT_MS;
        size_t begin = out->len;

        for (;;) {
                struct pollfd p = {.fd = fd, .events = POLLIN};
                int64_t left = until_ms - now_ms();
                char bytes[4096];
                ssize_t n;

                if (left <= 0 || poll(&p, 1, (int) left) == 0)
                        return -ETIMEDOUT;
                n = read(fd, bytes, sizeof(bytes));
                if (n == 0)
                        return 0;
                if (n < 0 && errno != EINTR)
                        return -errno;
                if (n > 0 && out->len - begin + (size_t) n <= CHILD_OUTPUT_MAX)
                        str_add_n(out, bytes, (size_t) n);
        }
}

int child_run(const char *const argv[], struct str *out, int *codep) {
        int fds[2], status = 0, r;
        pid_t pid = 0;

        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        r = spawn(argv, fds[1], &pid);
        closep(&fds[1]);
        if (r == 0 && pid > 0) {
                r = listen_to(fds[0], out);
                if (r < 0)
                        (void) kill(pid, SIGKILL); /* gone already is as good */
                while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
                        ;
        }
        closep(&fds[0]);
        if (r < 0)
                return r;
        while (out->len > 0 && out->data[out->len - 1] == '\n')
                out->data[--out->len] = '\0';
        *codep = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        return 0;
}

int child_sibling(const char *name, char *path, size_t size) {
        ssize_t n = readlink("/proc/self/exe", path, size - 1);
        char *slash;

        if (n < 0)
                return -errno;
        path[n] = '\0';
        slash = strrchr(path, '/');
        if (!slash || (size_t) (slash + 1 - path) + strlen(name) >= size)
                return -ENAMETOOLONG;
        memcpy(slash + 1, name, strlen(name) + 1);
        return 0;
}
