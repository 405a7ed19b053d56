/* SPDX-License-Identifier: Apache-2.0 */
/* Which command documents the code takes: a line {"type", "data", "handed_in"} on stdin, an answer on stdout, "ok" or the member
 * that is wrong. */
#include "firmware/base/cleanup.h"
#include "firmware/domain/command-shape.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int answer(const char *line, size_t n) {
        _cleanup_(json_freep) struct json *root = NULL;
        struct diag d = {0};
        int r = json_parse(line, n, &root, &d);

        if (r < 0)
                return r;
        r = command_shape_check(json_get_string(root, "type", ""), json_get(root, "data"),
                json_get_bool(root, "handed_in", false) ? COMMAND_HANDED_IN : COMMAND_RECEIVED, &d);
        if (r < 0 && r != -EBADMSG)
                return r;
        (void) printf("%s\n", r == 0 ? "ok" : d.key);
        return 0;
}

int main(void) {
        _autofree_ char *line = NULL;
        size_t size = 0;
        ssize_t n;
        int r = 0;

        while (r == 0 && (n = getline(&line, &size, stdin)) > 0)
                r = answer(line, (size_t) n);
        if (r < 0)
                (void) fprintf(stderr, "shape-tool: %s\n", strerror(-r));
        return r < 0;
}
