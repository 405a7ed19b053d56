# SPDX-License-Identifier: Apache-2.0
"""Notices as mail in a real browser: on a telephone and on a desk, by day and by night, with colours that merchants like."""
from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
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


def mail(build: Path, tmp: Path, lang: str, kind: str, **other) -> Path:
    data = {**json.loads((TEMPLATES / "samples" / f"{lang}.json").read_text()), "consent": True, "partial": True, "has_missing": True, **other}
    (tmp / "data.json").write_text(json.dumps(data))
    tool = build / "tests/template-tool"
    html = subprocess.run([tool, "html", lang, TEMPLATES / lang / f"{kind}.md", tmp / "data.json"], capture_output=True, check=True, timeout=20).stdout.decode()
    png = subprocess.run([tool, "qr", data["code"]], capture_output=True, check=True, timeout=20).stdout
    page = tmp / "mail.html"
    page.write_text(html.replace("cid:qr", "data:image/png;base64," + base64.b64encode(png).decode()))
    return page


def look(chromium, page: Path, width: int, scheme: str) -> None:
    chromium.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
    chromium.size(width, 800)
    chromium.open(page.as_uri())


@pytest.mark.parametrize("lang", ("ja", "en"))
def test_every_mail_fits_a_narrow_telephone(chromium, build, tmp_path, lang):
    long = "https://acme.example.jp/" + "a" * 120
    for kind in KINDS:
        look(chromium, mail(build, tmp_path, lang, kind, order="A-" + "7" * 60, customer="W" * 80, contact=long), 320, "light")
        assert chromium.js("return document.documentElement.scrollWidth") <= 320, kind
    look(chromium, mail(build, tmp_path, lang, "pickup-ready"), 600, "light")
    assert chromium.js("return document.documentElement.scrollWidth") <= 600


@pytest.mark.parametrize("scheme", ("light", "dark"))
@pytest.mark.parametrize("colour", COLOURS)
def test_every_word_can_be_read(chromium, build, tmp_path, colour, scheme):
    """Contrast of 4.5 at least, and no letter smaller than 14 px."""
    brand = {**json.loads((TEMPLATES / "samples/ja.json").read_text())["brand"], "colour": colour}
    for kind in ("pickup-ready", "order-confirmation", "shipped", "welcome", "inquiry-received"):
        look(chromium, mail(build, tmp_path, "ja", kind, brand=brand), 600, scheme)
        words = chromium.js(CONTRAST)
        assert len(words) > 15
        assert not [w for w in words if w[0] < 4.5 or w[2] < 14], (kind, colour, scheme)


def test_a_code_stays_on_white_in_the_dark(chromium, build, tmp_path):
    look(chromium, mail(build, tmp_path, "ja", "pickup-ready"), 320, "dark")
    box = chromium.js("return getComputedStyle(document.querySelector('img[src^=data]').closest('td')).backgroundColor")
    page = chromium.js("return getComputedStyle(document.querySelector('.card')).backgroundColor")
    assert box == "rgb(255, 255, 255)" and page == "rgb(28, 28, 30)"
