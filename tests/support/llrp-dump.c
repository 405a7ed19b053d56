/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LLRP on stdin, in LLRP's words on stdout: for program tests and for a capture from the floor.
 *
 *   llrp-dump < STREAM
 *
 * Exit code: 0, 1 when something could not be read (it is said in its place).
 */
#include <stdio.h>

#include "drivers/llrp/frame.h"
#include "drivers/llrp/print.h"

int main(void) {
        struct llrp_framer f = {0};
        const uint8_t *message;
        uint8_t bytes[4096];
        size_t n;
        int r = 0, status = 0;

        while (r >= 0 && (n = fread(bytes, 1, sizeof(bytes), stdin)) > 0) {
                r = llrp_framer_feed(&f, bytes, n);
                while (r == 0 && (r = llrp_framer_next(&f, &message, &n)) == 0) {
                        _cleanup_str_ struct str text = STR_INIT;
                        struct diag diag = {0};
                        struct llrp_message m;

                        if (llrp_message_read(message, n, &m, &diag) < 0) {
                                printf("%s %s\n", diag.key, diag.text);
                                status = 1;
                                continue;
                        }
                        llrp_print(&m, &text);
                        fputs(text.error == 0 ? text.data : "out of memory\n", stdout);
                }
        }
        if (r < 0)
                printf("this is not LLRP\n");
        llrp_framer_deinit(&f);
        return r < 0 ? 1 : status;
}
