/* SPDX-License-Identifier: Apache-2.0 */
/* "epc-tool N": N random EPCs of each scheme that has a URN, one a line: hex, a tab, its URI. For a comparison with other readers. */
#include <stdio.h>
#include <stdlib.h>

#include "firmware/base/bytes.h"
#include "tests/support/random-epc.h"

static int print(const struct epc *written) {
        uint8_t bytes[EPC_BYTES_MAX];
        char hex[EPC_HEX_SIZE], uri[EPC_URI_SIZE];
        struct epc e;
        size_t n;

        if (epc_write(written, bytes, &n) != 0)
                return EXIT_FAILURE;
        epc_read(bytes, n, (int) (n / 2) << 11, &e);
        if (epc_uri(&e, uri) != 0)
                return EXIT_FAILURE;
        hex_encode(bytes, n, hex);
        return printf("%s\t%s\n", hex, uri) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv) {
        long n = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
        uint64_t seed = 42;

        if (n <= 0)
                return EXIT_FAILURE;
        for (unsigned int header = 0; header < 256; header++) {
                struct epc e;

                for (long i = 0; i < n && random_epc(&seed, (uint8_t) header, &e); i++)
                        if (e.n_prefix > 0 && print(&e) != EXIT_SUCCESS)
                                return EXIT_FAILURE;
        }
        return EXIT_SUCCESS;
}
