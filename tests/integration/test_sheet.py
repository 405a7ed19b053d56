# SPDX-License-Identifier: Apache-2.0
"""The printed cards: drawn here as a printer would at 300 dpi, and read by zbar as a scanner would."""
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/support"))
from zbar import CODE_128, Zbar  # noqa: E402

MM = 300 / 25.4  # dots
PAGE = re.compile(r'<svg class="page".*?</svg>', re.DOTALL)
CARD = re.compile(r'<g class="card" transform="translate\(([\d.]+) ([\d.]+)\)">(.*?)</g>', re.DOTALL)
BAR = re.compile(r"M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)h-[\d.]+z")
TITLE = re.compile(r'<text x="[\d.]+" y="6"[^>]*>(.*?)</text>')
CODE = re.compile(r'<text class="code"[^>]*>(.*?)</text>')


def okuru(build: Path, *words: str, code: int = 0) -> subprocess.CompletedProcess:
    done = subprocess.run([build / "bin" / "okuru", "sheet", *map(str, words)], capture_output=True, text=True, timeout=60)
    assert done.returncode == code, (done.returncode, done.stderr)
    return done


def draw(page: str) -> tuple[int, int, bytes]:
    width, height = round(210 * MM), round(297 * MM)
    rows = [bytearray(b"\xff" * width) for _ in range(height)]
    for x, y, inside in CARD.findall(page):
        bars = [tuple(map(float, bar)) for bar in BAR.findall(inside)]
        line = bytearray(b"\xff" * width)
        for left, _, wide, _ in bars:
            line[round((float(x) + left) * MM):round((float(x) + left + wide) * MM)] = b"\0" * (
                round((float(x) + left + wide) * MM) - round((float(x) + left) * MM))
        first, last = round((float(x) + bars[0][0] - 4) * MM), round((float(x) + bars[-1][0] + bars[-1][2] + 4) * MM)
        for row in range(round((float(y) + bars[0][1]) * MM), round((float(y) + bars[0][1] + bars[0][3]) * MM)):
            rows[row][first:last] = line[first:last]
    return width, height, b"".join(rows)


def cards(text: str) -> list[tuple[str, str]]:
    return [(CODE.search(inside).group(1), TITLE.search(inside).group(1)) for _, _, inside in CARD.findall(text)]


@pytest.mark.parametrize("lang, word", [("ja", "やめる"), ("en", "UNDO: never mind")])
def test_every_code_can_be_read_from_paper_and_stands_below_its_bars(build, tmp_path, lang, word):
    people = tmp_path / "people.json"
    people.write_text(json.dumps({"people": [{"person": "p-1", "badge": "A-1001", "role": "leader", "call": "山田 <b>&"},
                                             {"person": "p-2", "badge": "QWERTY-0123456789-ABCDEFGH-XYZ01", "role": "packer"}]}))
    okuru(build, "--lang", lang, "--bays", "y1,dock-7-north-of-the-old-building", "--people", people, "-o", tmp_path / "a.html")
    text = (tmp_path / "a.html").read_text()
    told = dict(cards(text))
    assert told["OKURU-C-UNDO"] == word and told["OKURU-P-A-1001"].startswith("山田 &lt;b&gt;&amp; (")
    for code in ("OKURU-C-X-100", "OKURU-C-D-0", "OKURU-C-SHIP-Y1", "OKURU-C-BAY-CLOSE-Y1", "OKURU-C-SIGN-OUT",
                 "OKURU-C-BAY-CLOSE-DOCK-7-NORTH-OF-THE-OLD-BUILDING", "OKURU-P-QWERTY-0123456789-ABCDEFGH-XYZ01"):
        assert code in told
    zbar, read = Zbar(CODE_128), []
    for page in PAGE.findall(text):
        read += zbar.read(*draw(page))
    assert sorted(read) == sorted(code for code, _ in cards(text))


def said_by_the_bench() -> tuple[set[str], set[str]]:
    """The cards that verdicts name, in Japanese and in English."""
    texts = re.findall(r'"((?:[^"\\]|\\.)*)"', "".join(p.read_text() for p in (TOP / "firmware/domain").glob("packout*.c")))
    ja = {word for text in texts for word in re.findall(r"「(\w+)」|(\w+?)カードを?[読使]|(OK)を読", text) for word in word if word}
    en = {word for text in texts for word in re.findall(r"(?:read|then|or|none:) ([A-Z][A-Z-]+)\b", text)}
    return {re.split("[、。にを]|なら|付いた", word)[-1] for word in ja}, en


def test_every_card_that_the_bench_names_is_on_the_sheet_under_that_name(build, tmp_path):
    ja, en = said_by_the_bench()
    assert {"欠品", "戻し", "保留", "OK", "やめる"} <= ja and {"OK", "SHORT", "PARK", "RETURN"} <= en
    for lang, names in (("ja", ja - {"数字", "締め"}), ("en", en)):  # cards of ten digits, and of each bay
        okuru(build, "--lang", lang, "-o", tmp_path / f"{lang}.html")
        firsts = {re.split("[ :]", title)[0] for _, title in cards((tmp_path / f"{lang}.html").read_text())}
        assert names <= firsts, names - firsts


def test_a_smudged_bar_is_not_read_as_another_code(build, tmp_path):
    """The control: what the test above reads, it reads from the bars."""
    okuru(build, "--lang", "en", "-o", tmp_path / "a.html")
    page = PAGE.search((tmp_path / "a.html").read_text()).group(0)
    smudged = page.replace(BAR.search(page).group(0), "", 1)
    codes = {code for code, _ in cards(page)}
    assert codes - set(Zbar(CODE_128).read(*draw(smudged))) == {cards(page)[0][0]}


def test_bars_are_wide_enough_for_cheap_scanners(build, tmp_path):
    okuru(build, "--lang", "ja", "--bays", "a-name-of-thirty-two-characters-", "-o", tmp_path / "a.svg")
    for _, _, inside in CARD.findall((tmp_path / "a.svg").read_text()):
        assert min(float(bar[2]) for bar in BAR.findall(inside)) >= 0.25


def test_cards_stay_on_their_page(build, tmp_path):
    okuru(build, "--lang", "ja", "--bays", ",".join(f"bay-{i}" for i in range(40)), "-o", tmp_path / "a.html")
    pages = PAGE.findall((tmp_path / "a.html").read_text())
    assert len(pages) > 3
    for page in pages:
        places = [(float(x), float(y)) for x, y, _ in CARD.findall(page)]
        assert len(set(places)) == len(places)
        assert all(x >= 10 and x + 90 <= 200 and y + 29 <= 290 for x, y in places)


@pytest.mark.parametrize("words", [("--lang", "fr", "-o", "a.svg"), ("--lang", "ja", "-o", "a.pdf"), ("--lang", "ja"), ("-o", "a.svg")])
def test_a_wrong_call_is_told(build, tmp_path, words):
    okuru(build, *words, code=2)


@pytest.mark.parametrize("bays", ["Y1", "a b", "a" * 33, "y1,,y2", "../x"])
def test_a_bay_of_no_name_is_refused(build, tmp_path, bays):
    assert "--bays" in okuru(build, "--lang", "ja", "--bays", bays, "-o", tmp_path / "a.svg", code=1).stderr
    assert not (tmp_path / "a.svg").exists()


@pytest.mark.parametrize("text", ["{", "[]", '{"people":[{"badge":"abc"}]}', '{"people":[{"badge":"ABC"}]}',
                                  '{"people":[{"badge":"ABCD","call":"a\\u001b[2J"}]}', '{"people":[1]}'])
def test_a_people_list_that_is_none_is_refused(build, tmp_path, text):
    (tmp_path / "p.json").write_text(text)
    done = okuru(build, "--lang", "ja", "--people", tmp_path / "p.json", "-o", tmp_path / "a.svg", code=1)
    assert done.stderr and "\x1b" not in done.stderr
