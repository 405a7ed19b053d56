# SPDX-License-Identifier: Apache-2.0
"""A sub-line is read at two metres on 154 mm: at most 20 full-width characters of words that we chose. What is put in (names, numbers) is cut elsewhere."""
import re
import unicodedata
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
COLUMNS = 40
NUMBER_COLUMNS = 2  # what a count usually takes
SOURCES = sorted([*TOP.glob("firmware/domain/*.c"), *TOP.glob("firmware/station/*.c")])


def columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def japanese(source: str) -> list[str]:
    """The string literals, adjacent ones joined, that hold Japanese."""
    source = re.sub(r"/\*.*?\*/", "", source, flags=re.S)
    runs = re.finditer(r'"(?:[^"\\]|\\.)*"(?:\s*"(?:[^"\\]|\\.)*")*', source)
    texts = ["".join(re.findall(r'"((?:[^"\\]|\\.)*)"', run.group(0))) for run in runs]
    return [t for t in texts if re.search(r"[\u3000-\u9fff]", t)]


def too_long(source: str) -> list[str]:
    def bare(text: str) -> str:
        return re.sub(r"%[.*0-9]*s", "", re.sub(r"%[0-9]*l*[du]", "0" * NUMBER_COLUMNS, text))
    return [t for t in japanese(source) if columns(bare(t)) > COLUMNS]


@pytest.mark.parametrize("source", SOURCES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_sub_lines_are_short_enough_to_be_read(source):
    assert too_long(source.read_text()) == []


def test_a_long_one_is_found():
    long = '        verdict_sub_ja(v, "送り状番号がない。%s"\n                "リーダーを呼ぶか、保留する%d");'
    assert too_long(long) == ["送り状番号がない。%sリーダーを呼ぶか、保留する%d"]
    assert too_long(long.replace("を呼ぶか", "か")) == []
    assert sum(len(japanese(p.read_text())) for p in SOURCES) > 150
