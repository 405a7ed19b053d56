/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/uuid.h"

#include "firmware/base/bytes.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/sha1.h"
#include "firmware/base/time.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define UUID_SIZE        16
#define UUID_RANDOM      10     /* bytes of a v7 that are not the time; some give way to the counter */
#define UUID_COUNTER_MAX 0x0FFF /* rand_a, 12 bits */
#define UUID_MSEC_MAX    0xFFFFFFFFFFFFLL

_Static_assert(
        sizeof(((struct uuid_source *) 0)->pool) % UUID_RANDOM == 0, "the pool is used up without a rest");

static int random_fill(uint8_t *bytes, size_t n) {
        for (size_t done = 0; done < n;) {
                ssize_t r = getrandom(bytes + done, n - done, 0);

                if (r < 0 && errno == EINTR)
                        continue;
                if (r < 0)
                        return -errno;
                done += (size_t) r;
        }
        return 0;
}

static void uuid_print(uint8_t bytes[UUID_SIZE], unsigned version, char text[UUID_TEXT_MAX]) {
        char hex[2 * UUID_SIZE + 1];

        bytes[6] = (uint8_t) (version << 4 | (bytes[6] & 0x0F));
        bytes[8] = 0x80 | (bytes[8] & 0x3F);
        hex_encode(bytes, UUID_SIZE, hex);
        for (size_t i = 0, k = 0; i < 2 * UUID_SIZE; i++) {
                if (i == 8 || i == 12 || i == 16 || i == 20)
                        text[k++] = '-';
                text[k++] = hex[i];
        }
        text[UUID_TEXT_MAX - 1] = '\0';
}

/*
 * In a new millisecond the counter begins at a random value below its half, so that 2048 ids fit before it
 * runs over. Within one, or while the clock stands before what was given out, it counts; when it runs
 * over, the millisecond is taken from the future.
 */
static void uuid_source_step(struct uuid_source *source, int64_t msec, uint16_t random) {
        if (msec > source->last_msec) {
                source->last_msec = msec;
                source->counter = random & (UUID_COUNTER_MAX >> 1);
        } else if (source->counter < UUID_COUNTER_MAX) {
                source->counter++;
        } else {
                source->last_msec++;
                source->counter = random & (UUID_COUNTER_MAX >> 1);
        }
}

static int uuid_source_draw(struct uuid_source *source, uint8_t random[UUID_RANDOM]) {
        if (source->n_pool == 0) {
                int r = random_fill(source->pool, sizeof(source->pool));

                if (r < 0)
                        return r;
                source->n_pool = sizeof(source->pool);
        }
        source->n_pool -= UUID_RANDOM;
        memcpy(random, source->pool + source->n_pool, UUID_RANDOM);
        return 0;
}

int uuid7_make(struct uuid_source *source, int64_t wall_usec, char text[UUID_TEXT_MAX]) {
        int64_t msec = wall_usec / (int64_t) USEC_PER_MSEC;
        uint8_t bytes[UUID_SIZE];
        int r;

        r = uuid_source_draw(source, bytes + 6);
        if (r < 0)
                return r;
        if (msec > UUID_MSEC_MAX)
                msec = UUID_MSEC_MAX;
        uuid_source_step(source, msec, (uint16_t) (bytes[6] << 8 | bytes[7]));
        for (size_t i = 0; i < 6; i++)
                bytes[i] = (uint8_t) (source->last_msec >> (40 - 8 * i));
        bytes[6] = (uint8_t) (source->counter >> 8);
        bytes[7] = (uint8_t) source->counter;
        uuid_print(bytes, 7, text);
        return 0;
}

void uuid5_url(const char *name, size_t n, char text[UUID_TEXT_MAX]) {
        static const uint8_t namespace_url[UUID_SIZE] = {0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80,
                0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8};
        uint8_t digest[SHA1_SIZE];
        struct sha1 s;

        sha1_init(&s);
        sha1_add(&s, namespace_url, sizeof(namespace_url));
        sha1_add(&s, name, n);
        sha1_end(&s, digest);
        uuid_print(digest, 5, text);
}

static bool is_lower_hex(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool uuid_is_valid(const char *text) {
        for (size_t i = 0; i < UUID_TEXT_MAX - 1; i++) {
                bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;

                if (is_dash ? text[i] != '-' : !is_lower_hex(text[i]))
                        return false;
        }
        return text[UUID_TEXT_MAX - 1] == '\0';
}

int uuid_read_boot(char text[UUID_TEXT_MAX]) {
        _autoclose_ int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
        char read_text[UUID_TEXT_MAX] = "";
        ssize_t n = fd < 0 ? -1 : read(fd, read_text, UUID_TEXT_MAX - 1);

        if (n < 0)
                return -errno;
        if (!uuid_is_valid(read_text))
                return -EBADMSG;
        memcpy(text, read_text, UUID_TEXT_MAX);
        return 0;
}

int hex_id_make(char text[HEX_ID_MAX]) {
        uint8_t bytes[(HEX_ID_MAX - 1) / 2];
        int r;

        r = random_fill(bytes, sizeof(bytes));
        if (r < 0)
                return r;
        hex_encode(bytes, sizeof(bytes), text);
        return 0;
}

bool hex_id_is_valid(const char *text) {
        for (size_t i = 0; i < HEX_ID_MAX - 1; i++)
                if (!is_lower_hex(text[i]))
                        return false;
        return text[HEX_ID_MAX - 1] == '\0';
}
