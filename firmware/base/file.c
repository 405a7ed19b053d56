/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/file.h"

#include <errno.h>
#include <unistd.h>

int file_write_all(int fd, const char *bytes, size_t n) {
        while (n > 0) {
                ssize_t done = write(fd, bytes, n);

                if (done < 0 && errno == EINTR)
                        continue;
                if (done < 0)
                        return -errno;
                bytes += done;
                n -= (size_t) done;
        }
        return 0;
}
