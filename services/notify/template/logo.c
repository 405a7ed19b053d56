/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/template/logo.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define PNG_SIGNATURE "\x89PNG\r\n\x1a\n"
#define PNG_AROUND    12 /* bytes of a chunk beside its data: length, type, checksum */
#define PNG_HEADER    13 /* bytes of IHDR's data */

static uint32_t be(const uint8_t *at, size_t n) {
        uint32_t value = 0;

        for (size_t i = 0; i < n; i++)
                value = value << 8 | at[i];
        return value;
}

/* CRC-32 of PNG's annex D, bit by bit: a logo is small and looked at once. */
static uint32_t checksum(const uint8_t *at, size_t n) {
        uint32_t crc = UINT32_MAX;

        for (size_t i = 0; i < n; i++) {
                crc ^= at[i];
                for (int k = 0; k < 8; k++)
                        crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0);
        }
        return ~crc;
}

static bool set_size(struct logo *logo, uint32_t width, uint32_t height, const char **whyp) {
        *whyp = "is smaller than 8 or larger than 2000 pixels";
        logo->width = (int) width;
        logo->height = (int) height;
        return width >= LOGO_PIXELS_MIN && width <= LOGO_PIXELS_MAX && height >= LOGO_PIXELS_MIN &&
               height <= LOGO_PIXELS_MAX;
}

/* Chunks with right checksums from IHDR to IEND, pixels among them, and nothing behind. */
static bool read_png(struct logo *logo, const char **whyp) {
        const uint8_t *at = logo->bytes + 8, *end = logo->bytes + logo->n;
        bool has_pixels = false;

        for (bool is_first = true;; is_first = false) {
                size_t left = (size_t) (end - at), n;

                *whyp = "is a PNG that is damaged or cut";
                if (left < PNG_AROUND)
                        return false;
                n = be(at, 4);
                if (n > left - PNG_AROUND || checksum(at + 4, n + 4) != be(at + 8 + n, 4) ||
                        is_first != (memcmp(at + 4, "IHDR", 4) == 0))
                        return false;
                if (is_first && (n != PNG_HEADER || !set_size(logo, be(at + 8, 4), be(at + 12, 4), whyp)))
                        return false;
                has_pixels |= memcmp(at + 4, "IDAT", 4) == 0 && n > 0;
                if (memcmp(at + 4, "IEND", 4) == 0) {
                        *whyp = has_pixels ? "has bytes behind its end" : "is a PNG without pixels";
                        return has_pixels && at + PNG_AROUND + n == end;
                }
                at += PNG_AROUND + n;
        }
}

/* SOF0 to SOF15, which hold the size, without the tables among them. */
static bool is_frame(uint8_t marker) {
        return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

/* Segments up to the pixels, a size among them, and an end. */
static bool read_jpeg(struct logo *logo, const char **whyp) {
        const uint8_t *at = logo->bytes + 2, *end = logo->bytes + logo->n;
        bool has_size = false;

        for (;;) {
                size_t n;

                *whyp = "is a JPEG that is damaged or cut";
                if (end - at < 4 || at[0] != 0xff)
                        return false;
                n = be(at + 2, 2);
                if (n < 2 || n > (size_t) (end - at) - 2)
                        return false;
                if (is_frame(at[1])) {
                        if (n < 8 || has_size || !set_size(logo, be(at + 7, 2), be(at + 5, 2), whyp))
                                return false;
                        has_size = true;
                }
                at += 2 + n;
                if (at[-(ptrdiff_t) n - 1] == 0xda)
                        break;
        }
        *whyp = "is a JPEG that is damaged or cut";
        return has_size && end - at > 2 && end[-2] == 0xff && end[-1] == 0xd9;
}

int logo_read(const uint8_t *bytes, size_t n, struct logo *logo, const char **whyp) {
        struct logo made = {.bytes = bytes, .n = n};
        bool is_good = false;

        if (n > LOGO_BYTES_MAX) {
                *whyp = "is larger than 64 KiB, and goes with every mail";
        } else if (n > 8 && memcmp(bytes, PNG_SIGNATURE, 8) == 0) {
                made.type = "image/png";
                is_good = read_png(&made, whyp);
        } else if (n > 4 && memcmp(bytes, "\xff\xd8\xff", 3) == 0) {
                made.type = "image/jpeg";
                is_good = read_jpeg(&made, whyp);
        } else {
                *whyp = "is neither PNG nor JPEG";
        }
        if (!is_good)
                return -EBADMSG;
        *logo = made;
        return 0;
}

void logo_fit(const struct logo *logo, int *widthp, int *heightp) {
        int width = logo->width, height = logo->height;

        if (height > LOGO_SHOWN_H) {
                width = width * LOGO_SHOWN_H / height;
                height = LOGO_SHOWN_H;
        }
        if (width > LOGO_SHOWN_W) {
                height = height * LOGO_SHOWN_W / width;
                width = LOGO_SHOWN_W;
        }
        *widthp = width > 0 ? width : 1;
        *heightp = height > 0 ? height : 1;
}
