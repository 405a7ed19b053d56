# SPDX-License-Identifier: Apache-2.0
"""What a scanner reads from a picture."""
import ctypes
import struct
import zlib

CODE_128, QR = 128, 64


class Zbar:
    """The library itself: its programs bring a picture viewer along."""

    def __init__(self, kind: int):
        self.kind = kind
        lib = self.lib = ctypes.CDLL("libzbar.so.0")
        pointer = ctypes.c_void_p
        for name, result, *arguments in (
                ("zbar_image_scanner_create", pointer), ("zbar_image_create", pointer),
                ("zbar_image_set_format", None, pointer, ctypes.c_ulong),
                ("zbar_image_set_size", None, pointer, ctypes.c_uint, ctypes.c_uint),
                ("zbar_image_set_data", None, pointer, pointer, ctypes.c_ulong, pointer),
                ("zbar_scan_image", ctypes.c_int, pointer, pointer), ("zbar_image_first_symbol", pointer, pointer),
                ("zbar_symbol_next", pointer, pointer), ("zbar_symbol_get_data", ctypes.c_char_p, pointer),
                ("zbar_symbol_get_type", ctypes.c_int, pointer), ("zbar_image_destroy", None, pointer),
                ("zbar_image_scanner_destroy", None, pointer)):
            function = getattr(lib, name)
            function.restype, function.argtypes = result, arguments

    def read(self, width: int, height: int, pixels: bytes) -> list[str]:
        lib, scanner = self.lib, self.lib.zbar_image_scanner_create()
        image, found = lib.zbar_image_create(), []
        lib.zbar_image_set_format(image, int.from_bytes(b"Y800", "little"))
        lib.zbar_image_set_size(image, width, height)
        lib.zbar_image_set_data(image, pixels, len(pixels), None)
        lib.zbar_scan_image(scanner, image)
        symbol = lib.zbar_image_first_symbol(image)
        while symbol:
            assert lib.zbar_symbol_get_type(symbol) == self.kind
            found.append(lib.zbar_symbol_get_data(symbol).decode())
            symbol = lib.zbar_symbol_next(symbol)
        lib.zbar_image_destroy(image)
        lib.zbar_image_scanner_destroy(scanner)
        return found


def gray_png(png: bytes) -> tuple[int, int, bytes]:
    """Width, height and pixels in gray of a PNG with 8 bits of gray, or of red, green and blue (whose green is taken)."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, data, width, height = 8, b"", 0, 0
    while at < len(png):
        n, kind = struct.unpack(">I4s", png[at:at + 8])
        body = png[at + 8:at + 8 + n]
        assert zlib.crc32(kind + body) == struct.unpack(">I", png[at + 8 + n:at + 12 + n])[0]
        if kind == b"IHDR":
            width, height, *how = struct.unpack(">IIBBBBB", body)
            size = {0: 1, 2: 3, 6: 4}[how[1]]
            assert how == [8, how[1], 0, 0, 0]
        data += body if kind == b"IDAT" else b""
        at += 12 + n
    n = width * size
    raw, above, rows = zlib.decompress(data), bytes(n), []
    for i in range(height):
        row, how = bytearray(raw[i * (n + 1) + 1:(i + 1) * (n + 1)]), raw[i * (n + 1)]
        for x in range(n):
            a, b, c = row[x - size] if x >= size else 0, above[x], above[x - size] if x >= size else 0
            nearest = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]
            row[x] = (row[x] + (0, a, b, (a + b) // 2, nearest)[how]) & 255
        above = bytes(row)
        rows.append(above[size > 1::size])
    return width, height, b"".join(rows)
