/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Lines to a terminal, a FIFO, a file or a socket, each with one system call and without ever waiting. A reader that is gone or
 * too slow costs lines, which are counted; it is looked for again at each line. What was cut is ended by a newline before the
 * next line, so that a reader loses one line and not two.
 *
 * Source: pipe(7): a write of at most PIPE_BUF (4096) bytes is whole or not at all; fifo(7): O_WRONLY|O_NONBLOCK needs a reader.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct console_target {
        const char *path; /* copied; NULL: @fd is meant */
        bool create; /* make a regular file where nothing is; without it nobody is there until somebody makes it */
        int fd; /* with @path NULL only; borrowed in console_writer_init(), stays the caller's, keeps its flags */
};

enum {
        CONSOLE_E_DROPPED = 1, /* equals SIGNAL_E_DROPPED */
};

struct console_writer {
        char *path; /* owned; NULL when an fd was given */
        int fd;     /* owned; -1 while nobody is there */
        int flags;
        bool is_fifo, is_socket, is_tty;
        bool torn; /* the last line was cut */
        uint64_t n_dropped;
};

/**
 * console_writer_init() - take the target; with a path nothing is opened before the first line
 *
 * Return: 0, -ENOMEM, or what opening the fd anew (for a non-blocking description of our own) says, e.g. -EACCES. On failure
 * @w is as after console_writer_deinit().
 */
int console_writer_init(struct console_writer *w, const struct console_target *target);
void console_writer_deinit(struct console_writer *w);

/**
 * console_writer_put() - write one line now or never
 * @line: @n bytes, the last one a newline
 *
 * Return: 0, CONSOLE_E_DROPPED when nobody reads or they are too slow, -errno for what a person must mend (-EACCES, -ENOSPC...);
 * all but 0 are counted in n_dropped.
 */
int console_writer_put(struct console_writer *w, const char *line, size_t n);

/* Opens the target if it is not, so that is_tty is known. Return: as console_writer_put(), nothing is counted. */
int console_writer_open(struct console_writer *w);
