# SPDX-License-Identifier: Apache-2.0
"""Pictures of the demo's goods, drawn here: plain shapes in the article's colour, as PNG. A picture's name is the SHA-256 of its bytes."""
from __future__ import annotations

import functools
import hashlib
import math
import struct
import sys
import zlib
from pathlib import Path

SIDE, FINE = 256, 3  # pixels; each is looked at in FINE x FINE places
PAPER, LINE, SHADE = (250, 250, 247), (38, 44, 52), (214, 214, 208)
Points = list[tuple[float, float]]


class Drawing:
    """Polygons in order, the last on top; coordinates in pixels."""

    def __init__(self) -> None:
        self.colours = [PAPER]
        self.rows = [bytearray(SIDE * FINE) for _ in range(SIDE * FINE)]

    def fill(self, colour: tuple[int, int, int], points: Points) -> "Drawing":
        if colour not in self.colours:
            self.colours.append(colour)
        index, edges = bytes([self.colours.index(colour)]), list(zip(points, points[1:] + points[:1]))
        for y, row in enumerate(self.rows):
            at = (y + 0.5) / FINE
            cuts = sorted(x0 + (at - y0) * (x1 - x0) / (y1 - y0) for (x0, y0), (x1, y1) in edges if (y0 <= at) != (y1 <= at))
            for left, right in zip(cuts[::2], cuts[1::2]):
                a, b = max(0, round(left * FINE)), min(SIDE * FINE, round(right * FINE))
                if b > a:
                    row[a:b] = index * (b - a)
        return self

    def outlined(self, colour: tuple[int, int, int], points: Points, width: float = 4) -> "Drawing":
        cx, cy = (sum(p[i] for p in points) / len(points) for i in (0, 1))
        grown = [(x + width * (x - cx) / (math.hypot(x - cx, y - cy) or 1), y + width * (y - cy) / (math.hypot(x - cx, y - cy) or 1)) for x, y in points]
        return self.fill(LINE, grown).fill(colour, points)

    def png(self) -> bytes:
        out = bytearray()
        for y in range(0, SIDE * FINE, FINE):
            a, b, c = self.rows[y:y + FINE]
            out.append(0)
            for x in range(0, SIDE * FINE, FINE):
                seen = bytes(a[x:x + FINE] + b[x:x + FINE] + c[x:x + FINE])
                if seen.count(seen[0]) == len(seen):
                    out += bytes(self.colours[seen[0]])
                else:
                    out += bytes(sum(self.colours[i][k] for i in seen) // len(seen) for k in range(3))
        return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0))
                + chunk(b"IDAT", zlib.compress(bytes(out), 9)) + chunk(b"IEND", b""))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def oval(cx: float, cy: float, rx: float, ry: float, begin: float = 0, end: float = 360) -> Points:
    return [(cx + rx * math.cos(math.radians(t)), cy + ry * math.sin(math.radians(t))) for t in [begin + (end - begin) * i / 48 for i in range(49)]]


def box(left: float, top: float, right: float, bottom: float, r: float = 0) -> Points:
    if not r:
        return [(left, top), (right, top), (right, bottom), (left, bottom)]
    return (oval(right - r, top + r, r, r, -90, 0) + oval(right - r, bottom - r, r, r, 0, 90)
            + oval(left + r, bottom - r, r, r, 90, 180) + oval(left + r, top + r, r, r, 180, 270))


def scaled(points: Points, k: float) -> Points:
    return [(128 + (x - 128) * k, 128 + (y - 128) * k) for x, y in points]


def darker(colour: tuple[int, int, int], k: float = 0.78) -> tuple[int, int, int]:
    return tuple(int(c * k) for c in colour)  # type: ignore[return-value]


# ---- the goods ----

def sock(colour, size: float) -> Drawing:
    leg = [(96, 28), (160, 28), (160, 130), *oval(176, 172, 42, 42, -70, 90), (112, 214), *oval(112, 180, 34, 34, 90, 180), (84, 130)]
    d = Drawing().outlined(colour, scaled(leg, size))
    d.fill(darker(colour, 0.6) if sum(colour) > 200 else (92, 96, 104), scaled(box(92, 28, 164, 52), size))
    return d.fill((92, 96, 104), scaled(oval(180, 174, 34, 38, -72, 82), size))


def shirt(colour, sleeve: float, buttons: bool, size: float) -> Drawing:
    body = [(92, 44), (164, 44), (232, 84), (212, 84 + sleeve), (184, 104), (184, 220), (72, 220), (72, 104), (44, 84 + sleeve), (24, 84)]
    d = Drawing().fill(LINE, scaled(body, size * 1.045)).fill(colour, scaled(body, size))
    if not buttons:
        return d.fill(LINE, scaled(oval(128, 44, 36, 26, 0, 180), size)).fill(PAPER, scaled(oval(128, 44, 30, 20, 0, 180), size))
    d.fill(darker(colour, 0.6), scaled([(96, 44), (128, 78), (112, 92)], size)).fill(darker(colour, 0.6), scaled([(160, 44), (128, 78), (144, 92)], size))
    d.fill(darker(colour, 0.6), scaled(box(126, 78, 130, 220), size))
    for y in (104, 134, 164, 194):
        d.fill(PAPER, scaled(oval(128, y, 5, 5), size))
    return d


def hat(colour) -> Drawing:
    d = Drawing().outlined(darker(colour), oval(128, 170, 104, 34))
    return d.outlined(colour, [*oval(128, 92, 60, 34, 180, 360), (196, 164), *oval(128, 164, 68, 20, 0, 180), (60, 164)], 3).fill(darker(colour, 0.6), [(62, 142), (194, 142), (197, 160), (59, 160)])


def tote(colour) -> Drawing:
    d = Drawing().fill(LINE, oval(128, 96, 50, 70)).fill(PAPER, oval(128, 96, 36, 56))
    return d.outlined(colour, [(50, 92), (206, 92), (216, 226), (40, 226)]).fill(darker(colour), box(98, 138, 158, 190, 6))


def handkerchief(one, two) -> Drawing:
    d = Drawing().outlined(one, box(36, 36, 220, 220))
    for i in range(6):
        for k in range(6):
            if (i + k) % 2:
                left, top = 36 + i * 184 / 6, 36 + k * 184 / 6
                d.fill(two, box(left, top, left + 184 / 6, top + 184 / 6))
    return d


def watch(metal) -> Drawing:
    d = Drawing()
    for y in range(16, 240, 16):
        d.fill(LINE, box(98, y, 158, y + 14, 3)).fill(metal, box(101, y + 2, 155, y + 12, 2))
    d.outlined(metal, oval(128, 128, 66, 66)).fill(LINE, oval(128, 128, 53, 53)).fill((255, 255, 255), oval(128, 128, 50, 50))
    return d.fill(LINE, box(125, 90, 131, 130)).fill(LINE, [(128, 125), (164, 146), (160, 152), (126, 132)]).fill(LINE, oval(128, 128, 6, 6))


def packet(colour, leaf) -> Drawing:
    d = Drawing().outlined(colour, [(64, 40), (192, 40), (200, 60), (200, 224), (56, 224), (56, 60)]).fill(darker(colour), [(64, 40), (192, 40), (200, 62), (56, 62)])
    d.fill(PAPER, box(80, 96, 176, 196, 8))
    return d.fill(leaf, [*oval(128, 146, 18, 40, -90, 90), *oval(128, 146, 18, 40, 90, 270)]).fill(darker(leaf), box(127, 112, 129, 190))


def tin(colour) -> Drawing:
    d = Drawing().outlined(colour, [*oval(128, 206, 66, 20, 0, 180), (62, 84), (194, 84)]).fill(PAPER, box(62, 120, 194, 176))
    return d.fill(colour, oval(128, 148, 20, 20)).outlined((196, 200, 204), [*oval(128, 92, 70, 18, 0, 180), *oval(128, 60, 70, 18, 180, 360)])


def jar(colour, lid) -> Drawing:
    d = Drawing().outlined(colour, box(56, 84, 200, 226, 26)).fill(PAPER, box(72, 126, 184, 188, 4)).fill(colour, oval(128, 157, 22, 22))
    return d.outlined(lid, box(66, 40, 190, 84, 8), 3)


def bottle(colour, label) -> Drawing:
    d = Drawing().outlined((244, 246, 248), box(108, 20, 148, 62, 6), 3)
    return d.outlined(colour, [(112, 62), (144, 62), (178, 96), *oval(158, 216, 20, 20, 0, 90), *oval(98, 216, 20, 20, 90, 180), (78, 96)]).fill(label, box(78, 124, 178, 196))


def soap(colour) -> Drawing:
    return Drawing().outlined(darker(colour), box(30, 84, 226, 204, 44)).fill(colour, box(30, 76, 226, 188, 44)).fill(darker(colour), box(84, 116, 172, 148, 14))


def whisk(colour) -> Drawing:
    d = Drawing().outlined(darker(colour, 0.9), box(104, 20, 152, 118, 8)).fill(LINE, box(102, 104, 154, 112))
    for i in range(-5, 6):
        foot = 128 + i * 15
        d.fill(darker(colour, 0.7 + 0.05 * (i % 3)), [(128 + i * 4 - 3, 112), (128 + i * 4 + 3, 112), (foot + 5, 206), (foot, 228), (foot - 5, 206)])
    return d


def leaflet(colour) -> Drawing:
    d = Drawing().outlined((255, 255, 255), box(62, 28, 194, 228)).fill(colour, box(62, 28, 194, 96))
    for y in (114, 136, 158, 180, 202):
        d.fill(SHADE, box(80, y, 176, y + 9))
    return d


def card(colour) -> Drawing:
    return Drawing().outlined(colour, box(30, 68, 226, 188, 14)).fill(darker(colour), box(30, 94, 226, 116)).fill(PAPER, box(52, 138, 150, 150)).fill(PAPER, box(52, 160, 120, 170))


BLACK, WHITE, NAVY, BEIGE = (34, 36, 40), (255, 255, 255), (36, 58, 110), (216, 190, 146)
GREEN, BROWN, GOLD, SILVER = (88, 140, 64), (150, 96, 54), (232, 178, 48), (190, 196, 204)
GOODS = {
    "Socks black 23 cm": lambda: sock(BLACK, 0.8), "Socks black 25 cm": lambda: sock(BLACK, 0.95), "Socks black 27 cm": lambda: sock(BLACK, 1.1),
    "T-shirt white M": lambda: shirt(WHITE, 40, False, 0.86), "T-shirt white L": lambda: shirt(WHITE, 40, False, 1.02),
    "Linen shirt navy M": lambda: shirt(NAVY, 104, True, 0.96), "Bucket hat beige": lambda: hat(BEIGE), "Canvas tote bag": lambda: tote((232, 222, 196)),
    "Handkerchief checks": lambda: handkerchief((244, 242, 236), (40, 92, 150)), "Wristwatch silver": lambda: watch(SILVER),
    "Sencha 100 g": lambda: packet(GREEN, GREEN), "Hojicha 80 g": lambda: packet(BROWN, BROWN), "Matcha 40 g tin": lambda: tin((64, 112, 62)),
    "Plum jam 150 g": lambda: jar((158, 34, 66), (240, 232, 220)), "Yuzu honey 200 g": lambda: jar(GOLD, (250, 244, 214)),
    "Lotion rich 200 mL": lambda: bottle((244, 206, 214), (214, 96, 124)), "Lotion light 200 mL": lambda: bottle((206, 230, 244), (64, 140, 196)),
    "Rice-bran soap": lambda: soap((246, 236, 212)), "Tea whisk": lambda: whisk((214, 184, 120)),
    "Autumn leaflet": lambda: leaflet((226, 112, 44)), "Sample": lambda: packet((238, 208, 232), (176, 84, 160)), "Free-shipping card": lambda: card((52, 136, 128)),
}


@functools.cache
def draw(name_en: str) -> bytes:
    return GOODS[name_en]().png()


def name_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def picture(name_en: str) -> str | None:
    """What stands in a shipment's line; None for goods that nobody drew."""
    return name_of(draw(name_en)) if name_en in GOODS else None


def write_all(folder: Path) -> None:
    """Where okuru-oms looks for them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name_en in GOODS:
        (folder / name_of(draw(name_en))).write_bytes(draw(name_en))


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
