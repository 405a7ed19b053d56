# SPDX-License-Identifier: Apache-2.0
"""Notices as mail in a real browser: on a telephone and on a desk, by day and by night, with colours that merchants like."""
from __future__ import annotations

import base64
import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/support"))
from zbar import QR, Zbar, gray_png  # noqa: E402

TEMPLATES = TOP / "services/notify/templates"
KINDS = sorted(p.stem for p in (TEMPLATES / "ja").glob("*.md"))
COLOURS = ("#0a7d5a", "#ffd400", "#111111", "#ffffff", "#e60033", "#7f7f7f")

# Of each text that is shown: how it stands out from what is painted behind it (WCAG 2.2). No picture lies behind any.
CONTRAST = """
const lum = c => { const f = c.slice(0, 3).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                   return 0.2126 * f[0] + 0.7152 * f[1] + 0.0722 * f[2]; };
const rgba = s => s.match(/[\\d.]+/g).map(Number);
const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
        const e = walk.currentNode.parentElement, range = document.createRange();
        range.selectNode(walk.currentNode);
        if (!walk.currentNode.data.trim() || !range.getClientRects().length)
                continue;
        let ground = e;
        while (ground && (rgba(getComputedStyle(ground).backgroundColor)[3] ?? 1) === 0)
                ground = ground.parentElement;
        const a = lum(rgba(getComputedStyle(e).color)), b = lum(rgba(getComputedStyle(ground).backgroundColor));
        found.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), walk.currentNode.data.trim(), parseFloat(getComputedStyle(e).fontSize)]);
}
return found;
"""


@cache
def code_picture(tool: Path, code: str) -> bytes:
    return subprocess.run([tool, "qr", code], capture_output=True, check=True, timeout=20).stdout


def mail(build: Path, tmp: Path, lang: str, kind: str, **other) -> Path:
    data = {**json.loads((TEMPLATES / "samples" / f"{lang}.json").read_text()), "consent": True, "partial": True, "has_missing": True, **other}
    (tmp / "data.json").write_text(json.dumps(data))
    tool = build / "tests/template-tool"
    html = subprocess.run([tool, "html", lang, TEMPLATES / lang / f"{kind}.md", tmp / "data.json"], capture_output=True, check=True, timeout=20).stdout.decode()
    png = code_picture(tool, data["code"])
    page = tmp / "mail.html"
    pictures = {"cid:qr": png, **({"cid:logo": Path(other["logo"]).read_bytes()} if "logo" in other else {})}
    for cid, data in pictures.items():
        html = html.replace(cid, "data:image/png;base64," + base64.b64encode(data).decode())
    page.write_text(html)
    return page


def paint(chromium, scheme: str) -> None:
    chromium.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})


def look(chromium, page: Path, width: int, scheme: str) -> None:
    paint(chromium, scheme)
    chromium.size(width, 800)
    chromium.open(page.as_uri())


@pytest.mark.parametrize("lang", ("ja", "en"))
def test_every_mail_fits_a_narrow_telephone(chromium, build, tmp_path, lang):
    long, logo = "https://acme.example.jp/" + "a" * 120, str(TOP / "tests/fuzz/corpus/logo/png-wide")
    for kind in KINDS:
        look(chromium, mail(build, tmp_path, lang, kind, order="A-" + "7" * 60, customer="W" * 80, contact=long, logo=logo), 320, "light")
        assert chromium.js("return document.documentElement.scrollWidth") <= 320, kind
    look(chromium, mail(build, tmp_path, lang, "pickup-ready"), 600, "light")
    assert chromium.js("return document.documentElement.scrollWidth") <= 600


@pytest.mark.parametrize("i, colour", enumerate(COLOURS), ids=COLOURS)
def test_every_word_can_be_read(chromium, build, tmp_path, i, colour):
    """Contrast of 4.5 at least by day and by night, and no letter smaller than 14 px: each kind, the languages in turn."""
    lang = ("ja", "en")[i % 2]
    brand = {**json.loads((TEMPLATES / f"samples/{lang}.json").read_text())["brand"], "colour": colour}
    for kind in KINDS:
        look(chromium, mail(build, tmp_path, lang, kind, brand=brand), 600, "light")
        for scheme in ("light", "dark"):
            paint(chromium, scheme)
            words = chromium.js(CONTRAST)
            assert len(words) > 10
            assert not [w for w in words if w[0] < 4.5 or w[2] < 14], (kind, colour, scheme)


def test_a_code_stays_on_white_in_the_dark(chromium, build, tmp_path):
    look(chromium, mail(build, tmp_path, "ja", "pickup-ready"), 320, "dark")
    box = chromium.js("return getComputedStyle(document.querySelector('img[src^=data]').closest('td')).backgroundColor")
    page = chromium.js("return getComputedStyle(document.querySelector('.card')).backgroundColor")
    assert box == "rgb(255, 255, 255)" and page == "rgb(28, 28, 30)"


def shown(chromium, selector: str) -> bytes:
    """What is painted there, as a PNG."""
    box = chromium.js(f"const b = document.querySelector({selector!r}).getBoundingClientRect(); return [b.x, b.y + scrollY, b.width, b.height]")
    clip = dict(zip(("x", "y", "width", "height"), box), scale=1)
    return base64.b64decode(chromium.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "clip": clip, "captureBeyondViewport": True})["data"])


@pytest.mark.parametrize("lang, scheme", (("ja", "light"), ("en", "dark")))
def test_a_code_is_read_from_the_screen_of_a_telephone(chromium, build, tmp_path, lang, scheme):
    zbar, found = Zbar(QR), 0
    for kind in KINDS:
        look(chromium, mail(build, tmp_path, lang, kind), 320, scheme)
        if chromium.js("return document.querySelectorAll('img[alt=QR]').length"):
            assert zbar.read(*gray_png(shown(chromium, ".card td:has(img[alt=QR])"))) == ["7KQ4-M2XP"], kind
            found += 1
    assert found >= 3


@pytest.mark.parametrize("scheme", ("light", "dark"))
def test_a_logo_stands_on_white_and_its_name_is_read_without_it(chromium, build, tmp_path, scheme):
    page = mail(build, tmp_path, "ja", "shipped", logo=str(TOP / "tests/fuzz/corpus/logo/png-wide"))
    look(chromium, page, 320, scheme)
    at = "const i = document.querySelector('img'), s = getComputedStyle(i); "
    assert chromium.js(at + "return getComputedStyle(i.closest('td')).backgroundColor") == "rgb(255, 255, 255)"
    assert chromium.js(at + "return [i.naturalWidth, i.getBoundingClientRect().width]") == [900, 200]
    fonts = "return [...document.querySelectorAll('td.pad')].map(e => getComputedStyle(e).fontFamily)"
    assert len(set(chromium.js(fonts))) == 1
    assert chromium.js(at + "return [i.alt, s.color]") == ["アクメ・オンライン", "rgb(31, 41, 55)"]
