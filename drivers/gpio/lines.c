/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/gpio/lines.h"

#include <stdlib.h>
#include <string.h>

int gpio_line_number(const char *name) {
        size_t n = strspn(name, "0123456789");

        return n > 0 && n <= 4 && name[n] == '\0' ? (int) strtol(name, NULL, 10) : -1;
}
