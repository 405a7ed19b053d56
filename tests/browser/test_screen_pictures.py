# SPDX-License-Identifier: Apache-2.0
"""Pictures of goods, from the OMS's folder to the pixels: they come by themselves, stay when the line is cut, and what is none is a shape."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import goods_pictures  # noqa: E402
import shipments as goods  # noqa: E402
from waiting import wait_for  # noqa: E402

SOCKS_23, SOCKS_25, SOCKS_27 = goods.AOZORA[:3]
SEEN = "return [...document.querySelectorAll('.line .pic')].map(p => [p.tagName.toLowerCase(), p.naturalWidth || 0, p.alt || '', p.complete !== false])"


def line(number: str, it: goods.Item, picture: str | None, **more) -> dict:
    return {"line": number, "order": "", "name": {"ja": it.ja, "en": it.en}, "label": {"ja": it.label_ja, "en": it.label_en}, "quantity": 1,
            "codes": [{"code": it.jan, "units": 1}], "picture": picture, **more}


def put(scene, data: bytes, name: str | None = None) -> str:
    """Into the OMS's folder, whole at once."""
    name = name or goods_pictures.name_of(data)
    (scene.folder / "new").write_bytes(data)
    (scene.folder / "new").rename(scene.folder / "oms-pictures" / name)
    return name


def test_pictures_come_to_the_screen_and_stay_when_the_line_is_cut(scene, chromium):
    socks, large = goods_pictures.draw(SOCKS_25.en), goods_pictures.Drawing().png()
    large = large[:-12] + goods_pictures.chunk(b"teXt", bytes(40000)) + large[-12:]  # three pages
    names = [put(scene, socks), put(scene, large)]
    chromium.open(f"{scene.address}/bench/b1?lang=ja")
    chromium.wait_ready()
    insert = {"line": "i1", "name": {"ja": "ちらし"}, "check": "scan", "codes": [{"code": "LEAFLET"}], "picture": names[1]}
    scene.make("S-1", line("1", SOCKS_25, names[0]), line("2", SOCKS_23, None), inserts=[insert])
    scene.packers[0].scan("S-1", "opened")
    wait_for("both pictures", lambda: [p[:2] for p in chromium.js(SEEN)] == [["img", 256], ["svg", 0], ["img", 256]], timeout=20)
    assert [p[2] for p in chromium.js(SEEN)] == ["黒 25cm", "", "ちらし"], "the words that tell it apart are its alternative text"
    assert sorted(p.name for p in (scene.folder / "pictures").iterdir()) == sorted(names)
    scene.rig.broker.stop()
    try:
        chromium.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
        chromium.open(f"{scene.address}/bench/b1?lang=en")
        chromium.wait_ready()
        wait_for("still there", lambda: [p[:2] for p in chromium.js(SEEN)] == [["img", 256], ["svg", 0], ["img", 256]])
        assert chromium.js(SEEN)[0][2] == "black 25"
        scene.packers[0].scan(SOCKS_25.jan, "ok")
    finally:
        scene.rig.broker.start()
    scene.packers[0].scan("OKURU-C-PARK", "parked")
    chromium.assert_calm()


def test_a_picture_that_comes_late_takes_the_shapes_place_and_nothing_jumps(scene, chromium):
    data = goods_pictures.draw(SOCKS_27.en)
    name = goods_pictures.name_of(data)
    chromium.open(f"{scene.address}/bench/b1?lang=ja")
    chromium.wait_ready()
    scene.make("S-late", line("1", SOCKS_27, name))
    scene.packers[0].scan("S-late", "opened")
    wait_for("the shape", lambda: [p[0] for p in chromium.js(SEEN)] == ["svg"])
    place = "const r = document.querySelector('.line .pic').getBoundingClientRect(); return [r.x, r.y, r.width, r.height]"
    before = chromium.js(place)
    (scene.folder / "pictures" / ".put").write_bytes(data)  # as okuru-sync would, without its minute's patience
    (scene.folder / "pictures" / ".put").rename(scene.folder / "pictures" / name)
    wait_for("the picture", lambda: [p[:2] for p in chromium.js(SEEN)] == [["img", 256]], timeout=5)
    assert chromium.js(place) == before
    scene.packers[0].scan("OKURU-C-PARK", "parked")
    chromium.assert_calm()


def test_what_is_no_picture_is_a_shape_on_the_screen(scene, chromium):
    """Its first bytes are right and its name is, so that it comes as far as the browser; nothing behind them is."""
    name = put(scene, b"\x89PNG\r\n\x1a\n" + b"x" * 100)
    chromium.open(f"{scene.address}/bench/b2?lang=ja")
    chromium.wait_ready()
    scene.make("S-broken", line("1", SOCKS_23, name))
    wait_for("it is here", lambda: (scene.folder / "pictures" / name).exists(), timeout=20)
    scene.packers[1].scan("S-broken", "opened")
    wait_for("the shape", lambda: [p[0] for p in chromium.js(SEEN)] == ["svg"])
    scene.packers[1].scan(SOCKS_23.jan, "packed")


@pytest.mark.parametrize("colour, words", [("#ffd400", "rgb(0, 0, 0)"), ("#123456", "rgb(255, 255, 255)"), ("#777777", "rgb(0, 0, 0)")])
def test_a_merchants_colour_is_behind_its_name_and_the_name_can_be_read(scene, chromium, colour, words):
    chromium.open(f"{scene.address}/bench/b1?lang=ja")
    chromium.wait_ready()
    shown = chromium.js("paint(document.querySelector('.merchant'), {hue: 7, colour: arguments[0]}); const s = getComputedStyle(document.querySelector('.merchant')); return [s.backgroundColor, s.color]", colour)
    assert shown == [f"rgb({int(colour[1:3], 16)}, {int(colour[3:5], 16)}, {int(colour[5:], 16)})", words]
    chromium.js("paint(document.querySelector('.merchant'), {hue: 7, colour: null})")
    assert chromium.js("return getComputedStyle(document.querySelector('.merchant')).backgroundColor") != shown[0]
