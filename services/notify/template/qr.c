/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/template/qr.h"

#include <errno.h>
#include <png.h>
#include <qrencode.h>
#include <string.h>

#define QUIET 4

static void freep_code(QRcode **code) {
        if (*code)
                QRcode_free(*code);
}

static int encode(const char *text, QRcode **codep) {
        size_t n = strlen(text);

        if (n == 0 || n > QR_TEXT_MAX || !utf8_is_valid(text, n))
                return -EINVAL;
        *codep = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
        return *codep ? 0 : errno == ENOMEM ? -ENOMEM : -EINVAL;
}

/* One byte a module, 1 black; white outside. */
static bool is_black(const QRcode *code, int x, int y) {
        return x >= 0 && y >= 0 && x < code->width && y < code->width &&
               (code->data[y * code->width + x] & 1);
}

static int write_png(const unsigned char *pixels, unsigned side, struct str *png) {
        png_image image = {
                .version = PNG_IMAGE_VERSION, .width = side, .height = side, .format = PNG_FORMAT_GRAY};
        png_alloc_size_t n = PNG_IMAGE_PNG_SIZE_MAX(image);
        _autofree_ char *bytes = malloc(n);

        if (!bytes)
                return -ENOMEM;
        if (!png_image_write_to_memory(&image, bytes, &n, 0, pixels, 0, NULL))
                return -ENOMEM; /* the room is what it asked for: only memory is left */
        str_add_n(png, bytes, n);
        return png->error;
}

int qr_png(const char *text, unsigned module, struct str *png) {
        _cleanup_(freep_code) QRcode *code = NULL;
        _autofree_ unsigned char *pixels = NULL;
        unsigned side;
        int r;

        if (module < 1 || module > 16)
                return -EINVAL;
        r = encode(text, &code);
        if (r != 0)
                return r;
        side = ((unsigned) code->width + 2 * QUIET) * module;
        pixels = malloc((size_t) side * side);
        if (!pixels)
                return -ENOMEM;
        for (unsigned y = 0; y < side; y++)
                for (unsigned x = 0; x < side; x++)
                        pixels[(size_t) y * side + x] =
                                is_black(code, (int) (x / module) - QUIET, (int) (y / module) - QUIET) ? 0
                                                                                                       : 0xff;
        return write_png(pixels, side, png);
}

int qr_lines(const char *text, struct str *out) {
        static const char *const blocks[2][2] = {{" ", "▄"}, {"▀", "█"}};
        _cleanup_(freep_code) QRcode *code = NULL;
        int r = encode(text, &code);

        if (r != 0)
                return r;
        for (int y = 0; y < code->width; y += 2) {
                str_add(out, " ");
                for (int x = 0; x < code->width; x++)
                        str_add(out, blocks[is_black(code, x, y)][is_black(code, x, y + 1)]);
                str_add(out, "\n");
        }
        return out->error;
}
