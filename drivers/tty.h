/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A serial line as every driver here wants it: raw, 8N1, no flow control, not blocking, empty of what was queued before us, and ours
 * alone: it is locked as agetty and its like lock theirs, until it is closed.
 *
 * Source: termios(3), tty_ioctl(4), pty(7), flock(2).
 */
#include <stdbool.h>
#include <termios.h>

/* 1200 to 921600, the usual rates. Return: 0, or -EINVAL for a rate that there is not. */
int tty_speed_from_baud(unsigned int baud, speed_t *speedp);

/**
 * tty_open() - open the line
 * @path: a link is followed anew at each call
 * @access: O_RDONLY or O_RDWR
 * @fdp: set on 0 only; owned by the caller
 *
 * Return: 0, or -errno: -ENOENT not there, -ENOTTY no terminal, -EBUSY somebody else has it ...
 */
int tty_open(const char *path, int access, speed_t speed, int *fdp);

enum tty_frame { TTY_8N1, TTY_7E1, TTY_7O1, TTY_8E1 };
/* Bits and parity of an open line that is not 8N1; a wrong parity reads as a NUL. A pseudo-terminal has none and takes any.
 * Return: 0, or -errno: -EINVAL the port cannot. */
int tty_set_frame(int fd, enum tty_frame frame);

/* True for a pseudo-terminal: what is written there comes in one piece. */
bool tty_is_pty(int fd);
