/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/major.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "firmware/base/cleanup.h"

int tty_speed_from_baud(unsigned int baud, speed_t *speedp) {
        static const struct {
                unsigned int baud;
                speed_t speed;
        } rates[] = {
                {1200, B1200},
                {2400, B2400},
                {4800, B4800},
                {9600, B9600},
                {19200, B19200},
                {38400, B38400},
                {57600, B57600},
                {115200, B115200},
                {230400, B230400},
                {460800, B460800},
                {921600, B921600},
        };

        for (size_t i = 0; i < ELEMENTSOF(rates); i++) {
                if (rates[i].baud == baud) {
                        *speedp = rates[i].speed;
                        return 0;
                }
        }
        return -EINVAL;
}

bool tty_is_pty(int fd) {
        struct stat st;
        unsigned int major_number;

        if (fstat(fd, &st) < 0)
                return false;
        major_number = major(st.st_rdev);
        return major_number >= UNIX98_PTY_SLAVE_MAJOR && major_number < UNIX98_PTY_SLAVE_MAJOR + 8;
}

int tty_open(const char *path, int access, speed_t speed, int *fdp) {
        _autoclose_ int fd = open(path, access | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
        struct termios t;

        if (fd < 0 || !isatty(fd))
                return -errno;
        /* Before anything is changed or thrown away: of two readers each would swallow what the other waits for. */
        if (flock(fd, LOCK_EX | LOCK_NB) < 0)
                return errno == EWOULDBLOCK ? -EBUSY : -errno;
        if (tcgetattr(fd, &t) < 0)
                return -errno;
        cfmakeraw(&t);
        t.c_cflag &= ~(tcflag_t) (CSTOPB | CRTSCTS);
        t.c_cflag |= CLOCAL | CREAD;
        t.c_iflag &= ~(tcflag_t) (IXOFF | IXANY);
        t.c_cc[VMIN] = 1;
        t.c_cc[VTIME] = 0;
        if (cfsetispeed(&t, speed) < 0 || cfsetospeed(&t, speed) < 0 || tcsetattr(fd, TCSANOW, &t) < 0)
                return -errno;
        /* What is queued from before us may begin in the middle of a code. */
        if (tcflush(fd, TCIFLUSH) < 0)
                return -errno;
        *fdp = take_fd(fd);
        return 0;
}

int tty_set_frame(int fd, enum tty_frame frame) {
        static const struct {
                tcflag_t cflag, iflag;
        } flags[] = {
                [TTY_8N1] = {CS8, 0},
                [TTY_7E1] = {CS7 | PARENB, INPCK},
                [TTY_7O1] = {CS7 | PARENB | PARODD, INPCK},
                [TTY_8E1] = {CS8 | PARENB, INPCK},
        };
        struct termios t, got;

        if (frame == TTY_8N1 || tty_is_pty(fd))
                return 0; /* so it was opened; and a pty says EINVAL or nothing, as it likes */
        if (tcgetattr(fd, &t) < 0)
                return -errno;
        t.c_cflag = (t.c_cflag & ~(tcflag_t) (CSIZE | PARENB | PARODD)) | flags[frame].cflag;
        t.c_iflag = (t.c_iflag & ~(tcflag_t) (INPCK | PARMRK | ISTRIP)) | flags[frame].iflag;
        if (tcsetattr(fd, TCSANOW, &t) < 0 || tcgetattr(fd, &got) < 0)
                return -errno;
        /* tcsetattr() is content when any of it could be done. */
        if ((got.c_cflag & (CSIZE | PARENB | PARODD)) != flags[frame].cflag)
                return -EINVAL;
        return 0;
}
