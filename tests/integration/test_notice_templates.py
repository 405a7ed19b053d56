# SPDX-License-Identifier: Apache-2.0
"""The words of notices, as a merchant and a customer meet them: every default template, in each language, for each output."""
from __future__ import annotations

import copy
import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/support"))
from zbar import QR, Zbar, gray_png  # noqa: E402

TEMPLATES, GOLDEN = TOP / "services/notify/templates", TOP / "tests/unit/notify-template/golden"
LANGUAGES = ("ja", "en")
KINDS = ("order-confirmation order-sheet shipped partial-shipment delay incident arrived pickup-ready pickup-reminder last-day handed-over "
         "returned refund-issued return-accepted contact-verified inquiry-received welcome thank-you review-request").split()
MARKETING = ("welcome", "thank-you", "review-request")
IN_HTML = ("pickup-ready", "shipped", "order-sheet", "welcome")
NO_SMS = ("order-sheet", *MARKETING)
CASES = [(lang, kind) for lang in LANGUAGES for kind in KINDS]
TAGS = set("html head meta title style body div table tbody tr td p h1 h2 h3 ul ol li strong em a br hr img span blockquote".split())


def sample(lang: str, **other) -> dict:
    return {**json.loads((TEMPLATES / "samples" / f"{lang}.json").read_text()), "consent": True, **other}


class Tool:
    def __init__(self, build: Path, tmp: Path):
        self.program, self.tmp = build / "tests/template-tool", tmp

    def run(self, output: str, lang: str, template: Path, data: dict) -> subprocess.CompletedProcess:
        (self.tmp / "data.json").write_text(json.dumps(data))
        return subprocess.run([self.program, output, lang, template, self.tmp / "data.json"], capture_output=True, timeout=20)

    def render(self, output: str, lang: str, kind: str, data: dict) -> str:
        done = self.run(output, lang, TEMPLATES / lang / f"{kind}.md", data)
        assert done.returncode == 0, (output, lang, kind, done.stderr.decode())
        return done.stdout.decode()

    def words(self, line: str, data: dict) -> str:
        template = self.tmp / "words.md"
        template.write_text(f"---\nkind: x\nversion: 1\nsubject: {line}\n---\n")
        done = self.run("words", "en", template, data)
        assert done.returncode == 0, (line, done.stderr.decode())
        return done.stdout.decode()


@pytest.fixture
def tool(build, tmp_path):
    return Tool(build, tmp_path)


def parse(html: str):
    html5lib = pytest.importorskip("html5lib", reason="python3-html5lib is not installed (scripts/deps)")
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)


def variants(kind: str):
    """What else a kind says when not all is there, or there is more than one."""
    if kind in ("pickup-ready", "shipped", "handed-over"):
        yield "-partial", {"partial": True, "has_missing": True}
    if kind == "shipped":
        two = [{"piece": i, "carrier": "Yamato", "number": f"444{i}", "items": [{"name": f"Article {i}", "quantity": i}]} for i in (1, 2)]
        yield "-two", {"several": True, "pieces": 2, "parcels": two, "correction": True}
    if kind == "incident":
        yield "-several", {"several": True, "orders": [{"order": f"A-77{i}", "items": [{"name": f"Article {i}", "quantity": i}]} for i in (8, 9)]}
    if kind in ("shipped", "partial-shipment"):
        yield "-follow-up", {"follow_up": True}
    if kind == "partial-shipment":
        yield "-correction", {"correction": True}


@pytest.mark.parametrize("lang, kind", CASES)
def test_every_kind_reads_as_it_was_looked_at(tool, lang, kind):
    """OKURU_GOLDEN=write makes them anew; look at the difference before you commit it."""
    for suffix, other in [("", {}), *variants(kind)]:
        data = sample(lang, **other)
        found = "".join(f"===== {output}\n{tool.render(output, lang, kind, data)}\n" for output in ("subject", "sms", "text", "slip")
                        if output != "sms" or kind not in NO_SMS)
        files = [(GOLDEN / lang / f"{kind}{suffix}.txt", found)]
        if kind in IN_HTML:  # together they have each block; of all kinds it holds what test_all_outputs_say_the_same asks
            files.append((GOLDEN / lang / f"{kind}{suffix}.html", tool.render("html", lang, kind, data)))
        for path, text in files:
            if os.environ.get("OKURU_GOLDEN"):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            assert text == path.read_text(), path.name


def test_there_is_a_template_for_each_kind_and_no_other():
    for lang in LANGUAGES:
        assert sorted(p.stem for p in (TEMPLATES / lang).glob("*.md")) == sorted(KINDS)


@pytest.mark.parametrize("lang, kind", CASES)
def test_every_mail_is_plain_sound_html(tool, lang, kind):
    html = tool.render("html", lang, kind, sample(lang))
    root = parse(html)
    assert {e.tag for e in root.iter() if isinstance(e.tag, str)} <= TAGS
    assert root.get("lang") == lang and root.findtext("head/title") == tool.render("subject", lang, kind, sample(lang))
    assert len(html.encode()) < 30_000
    for e in root.iter("table"):
        assert e.get("role") == "presentation"
    for e in root.iter("img"):
        assert e.get("alt") and e.get("src").startswith("cid:")
    for e in root.iter("a"):
        assert re.match("(https?|mailto|tel):", e.get("href")) and "".join(e.itertext()).strip()
    assert {e.get("name") for e in root.iter("meta")} >= {"viewport", "color-scheme", "supported-color-schemes"}


@pytest.mark.parametrize("lang, kind", CASES)
def test_all_outputs_say_the_same(tool, lang, kind):
    """Each fact of the plain text stands in the HTML, and LINE carries that text below its subject, as paper does: neither has a line for it."""
    data = sample(lang)
    text, html = tool.render("text", lang, kind, data), parse(tool.render("html", lang, kind, data))
    shown, links = " ".join(html.itertext()), {e.get("href") for e in html.iter("a")}
    facts = set(re.findall(r"[A-Z0-9][A-Z0-9-]{4,}|\d+月\d+日|\d{1,2} [A-Z][a-z]+ \d{4}|[\d,]+円|¥[\d,]+|\d\d:\d\d", text))
    missing = {fact for fact in facts if fact not in shown and not any(fact in link for link in links)}
    assert not missing
    assert set(re.findall(r"https://[^\s）)]+", text)) == {link for link in links if link.startswith("https:")}
    (message,) = json.loads(tool.render("line", lang, kind, data))
    subject = tool.render("subject", lang, kind, data)
    assert message == {"type": "text", "text": f"{subject}\n\n" + text.rstrip("\n")}
    slip = tool.render("slip", lang, kind, data)
    assert slip.replace("\n", "").replace(" ", "").startswith(subject.replace(" ", "")) and slip.split("\n\n")[1].startswith(text.split("\n")[0])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_message_of_a_pickup_says_the_six_things(tool, lang):
    data = sample(lang)
    words = {"ja": ["10時20分", "すべてそろって", "アクメ 日本橋店", "ウールソックス", "help@acme.example.jp", "A-778", "11月29日", "7KQ4-M2XP"],
             "en": ["10:20", "is complete", "Acme Nihonbashi", "Wool socks", "help@acme.example.jp", "A-778", "29 November", "7KQ4-M2XP"]}[lang]
    for output in ("text", "html", "line", "slip"):
        for word in words:
            assert word in tool.render(output, lang, "pickup-ready", data), (output, word)
    partial = tool.render("text", lang, "pickup-ready", sample(lang, partial=True, has_missing=True))
    assert words[1] not in partial and {"ja": "ニット帽", "en": "Knitted cap"}[lang] in partial


def test_tax_is_shown_for_each_rate(tool):
    text = tool.render("text", "ja", "order-sheet", sample("ja"))
    assert "10％対象　4,010円のうち消費税：364円" in text and "8％対象（軽減税率）　1,080円のうち消費税：80円" in text and "合計（税込）：5,090円" in text


@pytest.mark.parametrize("kind", MARKETING)
def test_a_coupon_needs_consent_and_news_can_be_stopped(tool, kind):
    for lang in LANGUAGES:
        assert "THANKS500" in tool.render("text", lang, kind, sample(lang))
        for output in ("text", "html", "line", "slip"):
            assert "THANKS500" not in tool.render(output, lang, kind, sample(lang, consent=False))
            assert "https://acme.example.jp/u/3f9a" in re.sub(r"\n", "", tool.render(output, lang, kind, sample(lang)))


@pytest.mark.parametrize("lang, kind", CASES)
def test_the_least_data_makes_whole_sentences(tool, lang, kind):
    """Nothing but what the station knows: no label stands without its value, no line is empty but between paragraphs."""
    data = {k: v for k, v in sample(lang).items() if k in ("order", "brand", "items", "parcels")}
    text = tool.render("text", lang, kind, data)
    assert not re.search(r"[：:] *$", text, re.M) and "\n\n\n" not in text and "{{" not in text
    parse(tool.render("html", lang, kind, data))


@pytest.mark.parametrize("lang, kind", CASES)
def test_an_order_of_200_lines_is_not_clipped(tool, lang, kind):
    """Mail readers cut a page above 102 KB; what the page leaves out, the text says."""
    goods = [{"name": f"{'とても長い名前の商品' if lang == 'ja' else 'An article of a rather long name'} {i:03}", "variant": "黒 / 25cm", "quantity": 2, "price": 1980,
              "note": "ギフト包装"} for i in range(200)]
    one = sample(lang)["parcels"][0]
    data = sample(lang, items=goods, missing=goods, has_missing=True, partial=True, parcels=[{**one, "items": goods}])
    page, text = tool.render("html", lang, kind, data), tool.render("text", lang, kind, data)
    assert len(page.encode()) < 102_000 and parse(page).findtext("head/title")
    assert "help@acme.example.jp" in page  # its end is there
    if " 000" in text:
        assert all(f" {i:03}" in text for i in range(200))


GUIDE = TOP / "firmware/docs/guides/notices.md"


def test_the_guide_shows_each_kind_and_field(build):
    said = subprocess.run([build / "tests/template-tool", "kinds"], capture_output=True, check=True, timeout=20).stdout.decode().splitlines()
    guide, row = GUIDE.read_text(), ""
    names = set(re.findall(r"`([a-z_.]+)`", guide))
    assert [w.split()[1] for w in said if w.startswith("kind ")] == KINDS
    for what, name in (line.split() for line in said):
        if what == "kind":
            (row,) = [line for line in guide.splitlines() if line.startswith(f"| `{name}`")]
        elif what == "must":
            guard, _, paths = name.rpartition(">")
            assert " or ".join(f"`{p}`" for p in paths.split("|")) + (f" (when `{guard}`)" if guard else "") in row, (row, name)
        else:
            assert name in names or name.split(".")[-1] in names, name


def test_the_example_of_the_guide_is_a_template(tool):
    example = re.search(r"```\n(---\n.*?)```", GUIDE.read_text(), re.DOTALL).group(1)
    template = tool.tmp / "delay.md"
    template.write_text(example)
    done = tool.run("text", "ja", template, sample("ja"))
    assert done.returncode == 0 and "2026年11月24日（火）" in done.stdout.decode(), done.stderr.decode()


HOSTILE = {
    "cr-lf": "a\r\nBcc: evil@example.jp\r\n\r\nb", "tags": "<script>alert(1)</script><img src=x onerror=y>\"'>", "entities": "&lt;b&gt;&#x202e;",
    "mustache": "{{order}}{{#items}}x{{/items}}{{{brand}}}{{> footer}}", "markdown": "**a** [x](https://evil.jp) # h\n- l\n> q ![i](x) `c` <https://evil.jp>",
    "blocks": "@coupon\n@button [x](https://evil.jp)", "right-to-left": "abc\u202egpj.exe\u2066\u200f\u061c", "long": "名" * 10_000,
    "separators": "a\u2028b\u2029c\x0b\x1b[2J\x85d\x7f", "private": "\ue000\ue001\U0010ffff\ufffe", "json": "\"}],\\u0000\\", "comment": "--><!-- ]]> <![endif]-->",
}
LEAVE = {"colour", "url", "link", "map", "order_link", "preferences", "verify", "review", "unsubscribe"}  # addresses: a test of their own

CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def filled(value, with_text: str, key: str = ""):
    if isinstance(value, dict):
        return {k: filled(v, with_text, k) for k, v in value.items()}
    if isinstance(value, list):
        return [filled(v, with_text, key) for v in value]
    return with_text if isinstance(value, str) and key not in LEAVE else value


def shape(html: str) -> list:
    """Everything of a page but its words and where its links lead."""
    return [(e.tag, sorted((k, v) for k, v in e.attrib.items() if k not in ("href", "alt"))) for e in parse(html).iter() if isinstance(e.tag, str)]


@pytest.fixture(scope="module")
def harmless(build, tmp_path_factory):
    """What all say when each text is an x: their shape in HTML, and how many lines the others have."""
    tool, found = Tool(build, tmp_path_factory.mktemp("harmless")), {}
    for lang, kind in CASES:
        for output in ("html", "subject", "text", "line", *(["sms"] if kind not in NO_SMS else [])):
            text = tool.render(output, lang, kind, filled(sample(lang), "x"))
            found[lang, kind, output] = shape(text) if output == "html" else text.count("\n")
    return found


@pytest.mark.parametrize("name", HOSTILE)
def test_data_is_never_more_than_text(tool, harmless, name):
    for (lang, kind, output), expect in harmless.items():
        done = tool.run(output, lang, TEMPLATES / lang / f"{kind}.md", filled(sample(lang), HOSTILE[name]))
        if name == "long" and output in ("sms", "line"):
            assert done.returncode in (0, 3)  # longer than these can be: the caller takes another way
            continue
        found = done.stdout.decode()
        assert done.returncode == 0 and not CONTROLS.search(found), (lang, kind, output)
        if name == "long" and output == "html":
            assert shape(found) and len(found.encode()) < 102_000  # addresses of 10 kB lead nowhere: fewer links
        else:
            assert (shape(found) if output == "html" else found.count("\n")) == expect, (lang, kind, output)
        if output == "line":
            assert [sorted(m) for m in json.loads(found)] == [["text", "type"]]


def leading(value, url: str, key: str = ""):
    """The sample, all whose addresses but the brand's are @url."""
    if isinstance(value, dict):
        return {k: leading(v, url, k) for k, v in value.items() if k != "brand"} | ({"brand": value["brand"]} if "brand" in value else {})
    if isinstance(value, list):
        return [leading(v, url, key) for v in value]
    return url if key in LEAVE - {"colour"} else value


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.jp/", "https://", "https://user@evil.jp/", " https://a.jp/", "https://a.jp/\"onclick=x",
                                 "https://a.jp/<script>", "https://a.jp/\r\nx", "HTTPS://a.jp/", "https://a.jp/\u202e", "mailto:a@b.jp"])
def test_an_address_from_data_leads_to_the_web_or_nowhere(tool, url):
    for lang, kind in CASES:
        root = parse(tool.render("html", lang, kind, leading(sample(lang), url)))
        for e in root.iter("a"):
            assert re.match(r"(https?://(acme|track|maps|a)\.|mailto:|tel:)", e.get("href")) and sorted(e.attrib) in (["class", "href", "style"], ["href", "style"])
            assert not re.search(r"[\s<>\"]", e.get("href"))


def test_an_address_from_data_leads_where_it_says(tool):
    """Also where a reader would take a part of it for a sign: &copy is ©."""
    url, n = "https://a.jp/?a=1&copy=2&lt=3'#x", {"button": 0, "link": 0}
    for lang, kind in CASES:
        for e in parse(tool.render("html", lang, kind, leading(sample(lang), url))).iter("a"):
            if e.get("href").startswith("https://a.jp"):
                assert e.get("href") == url
                n["link" if e.get("class") else "button"] += 1
    assert min(n.values()) > 0


def test_every_qr_can_be_read(build):
    zbar = Zbar(QR)
    for text in ("7KQ4-M2XP", "A", "0", "https://acme.example.jp/o/A-778?code=7KQ4-M2XP&x=%E3%81%82", "OKURU-P-" + "X" * 200, "0123456789" * 40):
        png = subprocess.run([build / "tests/template-tool", "qr", text], capture_output=True, check=True, timeout=20).stdout
        assert zbar.read(*gray_png(png)) == [text]
        lines = subprocess.run([build / "tests/template-tool", "qr-lines", text], capture_output=True, check=True, timeout=20).stdout.decode().splitlines()
        assert zbar.read(*drawn(lines)) == [text]


def drawn(lines: list[str]) -> tuple[int, int, bytes]:
    """Half blocks as a printer prints them: a column is as wide as half a line is high."""
    dots, margin, width = 4, 16, max(map(len, lines))
    half = {" ": (255, 255), "▀": (0, 255), "▄": (255, 0), "█": (0, 0)}
    rows = []
    for line in lines:
        for part in (0, 1):
            row = b"".join(bytes([half[c][part]]) * dots for c in line.ljust(width))
            rows += [b"\xff" * margin + row + b"\xff" * margin] * dots
    blank = [b"\xff" * (width * dots + 2 * margin)] * margin
    rows = blank + rows + blank
    return len(rows[0]), len(rows), b"".join(rows)


NAMES = ("a", "b", "c", "d")


def some_value(dice: random.Random, depth: int):
    kind = dice.randrange(7 if depth else 4)
    if kind < 2:
        return dice.choice(["", "x", "y & z", "<b>", "{{a}}", "日本"])
    if kind == 2:
        return dice.choice([0, 1, -3, 12345])
    if kind == 3:
        return None
    if kind < 6:
        return {name: some_value(dice, depth - 1) for name in NAMES if dice.random() < 0.6}
    return [{name: some_value(dice, depth - 1) for name in NAMES if dice.random() < 0.6} for _ in range(dice.randrange(4))]


def some_line(dice: random.Random, depth: int) -> str:
    parts = []
    for _ in range(dice.randrange(1, 4)):
        name = dice.choice(NAMES) if dice.random() < 0.8 else ".".join(dice.choices(NAMES, k=2))
        kind = dice.randrange(6 if depth else 3)
        if kind == 0:
            parts.append(dice.choice(["words", "&", " ", "< >", "日本"]))
        elif kind < 3:
            parts.append(dice.choice(["{{%s}}", "{{ %s }}", "{{! %s }}"]) % name)
        else:
            parts.append("{{%s%s}}%s{{/%s}}" % (dice.choice("##^"), name, some_line(dice, depth - 1), name))
    return "".join(parts)


def test_fields_and_sections_are_those_of_mustache(tool):
    pystache = pytest.importorskip("pystache", reason="python3-pystache is not installed (scripts/deps)")
    oracle, dice = pystache.Renderer(escape=lambda text: text, missing_tags="ignore"), random.Random(7)
    for _ in range(600):
        line, data = "|" + some_line(dice, 3) + "|", {name: some_value(dice, 3) for name in NAMES if dice.random() < 0.8}
        if prints_no_text(line, data, oracle):
            continue
        assert tool.words(line, copy.deepcopy(data)) == oracle.render(line, data), (line, data)


def prints_no_text(line: str, data: dict, oracle) -> bool:
    """Python prints an object, a list and None as themselves; no customer would want that, and we print nothing."""
    return bool(re.search(r"[\[{]'|\[\]|\{\}|\[\{|None", oracle.render(line, data)))
