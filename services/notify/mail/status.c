/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/mail/status.h"

#include "firmware/base/cleanup.h"

int status_read(const char *text, size_t n, int *subject, int *detail, size_t *lengthp) {
        int numbers[3] = {0};
        size_t at = 0;

        for (size_t i = 0; i < ELEMENTSOF(numbers); i++) {
                size_t digits = 0;

                for (; at < n && digits < 3 && text[at] >= '0' && text[at] <= '9'; at++, digits++)
                        numbers[i] = numbers[i] * 10 + (text[at] - '0');
                if (digits == 0 || (i == 0 && digits != 1) || (i < 2 && (at == n || text[at] != '.')))
                        return 0;
                at += i < 2;
        }
        *subject = numbers[1];
        *detail = numbers[2];
        if (lengthp)
                *lengthp = at;
        return numbers[0];
}

bool status_is_hard(int class, int subject, int detail) {
        if (class != 5 || subject == 3 || subject == 6 || subject == 7)
                return false;
        return !(subject == 2 && (detail == 2 || detail == 3));
}
