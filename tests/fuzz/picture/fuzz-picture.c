/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an OMS answers for a picture, a line each: whatever comes, no more is kept than a picture may have, what is called whole bears
 * its name and begins as a picture does, and after one answer nothing more is heard until it is asked again. The picture that is asked
 * for is that of the corpus, and of nobody else, so that a whole one is found, too.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/seal/seal.h"
#include "services/sync/picture-pages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define QUESTION "019aa4e0-0001-7000-8000-000000000001"
#define NAME                                                                                                 \
        "4760d7ebc4578c6568a5a28c652383ee22b90df1df6ff8e62b783080bf6a5ea0" /* of the PNG's first eight bytes and "okuru" */

static bool ask(struct picture_pages *p) {
        _cleanup_str_ struct str out = STR_INIT;

        return picture_pages_ask(p, QUESTION, 0, &out) == 0;
}

static void check_whole(const struct picture_pages *p) {
        char hash[SEAL_HASH_MAX];

        seal_sha256(p->bytes.data, p->bytes.len, hash);
        assert(strcmp(hash, p->name) == 0);
        assert(picture_media_type((const uint8_t *) p->bytes.data, p->bytes.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_picture_pages_ struct picture_pages p = {.bytes = STR_INIT};
        int heard = PICTURE_MORE;

        picture_pages_begin(&p, NAME);
        while (heard == PICTURE_MORE || heard == PICTURE_NOT_OURS) {
                const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
                size_t n = end ? (size_t) (end - data) : size;
                _autofree_ char *line = malloc(n ? n : 1);

                if (!line || (heard == PICTURE_MORE && !ask(&p)))
                        return 0;
                if (n > 0)
                        memcpy(line, data, n); /* its very size, so that a byte behind it is seen */
                heard = picture_pages_hear(&p, line, n);
                assert(p.bytes.len <= PICTURE_BYTES_MAX && p.page <= PICTURE_PAGES_MAX + 1);
                assert(heard == PICTURE_NOT_OURS || picture_pages_hear(&p, line, n) == PICTURE_NOT_OURS);
                if (!end)
                        break;
                size -= n + 1;
                data = end + 1;
        }
        if (heard == PICTURE_WHOLE)
                check_whole(&p);
        return 0;
}
