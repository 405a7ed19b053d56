/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/hidpos/descriptor.h"

#include <errno.h>
#include <stdio.h>

#include "firmware/base/cleanup.h"

int hidpos_layout_load(struct hidpos_layout *l, const char *syspath) {
        uint8_t bytes[HIDPOS_DESCRIPTOR_MAX];
        _autofclose_ FILE *file = NULL;
        _autofree_ char *path = NULL;

        if (asprintf(&path, "%s/report_descriptor", syspath) < 0)
                return -ENOMEM;
        file = fopen(path, "re");
        if (!file)
                return -errno;
        return hidpos_layout_parse(l, bytes, fread(bytes, 1, sizeof(bytes), file));
}
