# SPDX-License-Identifier: Apache-2.0
"""The screens speak the language of whoever is there, in real Chromium: by the badge, and by the screen's own switch after it."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import browser  # noqa: E402
from scene import Scene  # noqa: E402
from waiting import wait_for  # noqa: E402

ENGLISH, JAPANESE, SILENT = "P017", "P023", "P031"  # whose language nobody has said


@pytest.fixture(scope="module")
def scene(build, tmp_path_factory):
    s = Scene(build, tmp_path_factory.mktemp("floor"), benches=1).open()
    s.write_push("people", {"version": 2, "people": [
        {"person": "p-017", "badge": ENGLISH, "role": "packer", "lang": "en"}, {"person": "p-023", "badge": JAPANESE, "role": "packer", "lang": "ja"},
        {"person": "p-031", "badge": SILENT, "role": "packer"}, {"person": "p-002", "badge": "L002", "role": "leader", "lang": "en"}]})
    wait_for("the people at the bench", lambda: s.count("people.changed") == 2)
    s.packers[0].scan("OKURU-C-SIGN-OUT", "signed-out")
    s.address = s.rig.start_web()
    yield s
    s.close()


@pytest.fixture
def chromium(tmp_path):
    b = browser.Browser(tmp_path)  # one that was told nothing before
    yield b
    b.close()


def sign_in(scene, badge: str) -> None:
    scene.packers[0].scan(f"OKURU-P-{badge}")


def language(chromium) -> str:
    """As it says, and as its words are; both ways or '?'."""
    said = chromium.js("return document.documentElement.lang")
    button = chromium.text(".language")
    return said if button == {"ja": "English", "en": "日本語"}.get(said) else "?"


def wait_language(chromium, expected: str, person: str) -> None:
    wait_for(f"{expected} for {person} (it is {language(chromium)})", lambda: person in chromium.text(".who") and language(chromium) == expected)


def press_language(chromium) -> None:
    chromium.js("document.body.dataset.ready = ''; document.querySelector('.language').click()")
    chromium.wait_ready()


def test_the_bench_speaks_as_its_person_does(scene, chromium):
    chromium.open(f"{scene.address}/bench/b1")
    chromium.wait_ready()
    assert language(chromium) == "ja", "while nobody has said anything, whatever the browser is set to"
    sign_in(scene, ENGLISH)
    wait_language(chromium, "en", "p-017")
    scene.packers[0].scan("NOT-A-CODE", "unknown-code", "not-yet-known", "not-now")
    chromium.wait_text(".sub", "")
    assert not any(ord(c) > 0x2e7f for c in chromium.text(".stage")), "the verdict, too"
    sign_in(scene, JAPANESE)
    wait_language(chromium, "ja", "p-023")
    assert any(ord(c) > 0x2e7f for c in chromium.text(".head"))
    sign_in(scene, SILENT)
    wait_language(chromium, "ja", "p-031")
    chromium.assert_calm()


def test_the_switch_counts_more_while_the_same_person_is_there(scene, chromium):
    sign_in(scene, ENGLISH)
    chromium.open(f"{scene.address}/bench/b1")
    wait_language(chromium, "en", "p-017")
    press_language(chromium)
    wait_language(chromium, "ja", "p-017")
    chromium.js("location.reload()")
    wait_language(chromium, "ja", "p-017")
    sign_in(scene, JAPANESE)
    wait_language(chromium, "ja", "p-023")
    sign_in(scene, ENGLISH)
    wait_language(chromium, "en", "p-017")
    chromium.assert_calm()


def test_the_address_counts_as_the_switch_does(scene, chromium):
    sign_in(scene, JAPANESE)
    chromium.open(f"{scene.address}/bench/b1?lang=en")
    wait_language(chromium, "en", "p-023")
    sign_in(scene, SILENT)
    wait_language(chromium, "en", "p-031")
    sign_in(scene, JAPANESE)
    wait_language(chromium, "ja", "p-023")
    chromium.js("location.reload()")
    wait_language(chromium, "ja", "p-023")
    chromium.assert_calm()


def test_a_badge_at_the_floor_opens_it_in_its_language(scene, chromium):
    chromium.open(f"{scene.address}/floor")
    chromium.wait_text(".sign h1", "名札")
    chromium.js("const i = document.querySelector('.sign input'); i.value = 'L002'; i.form.requestSubmit()")
    chromium.wait_ready()
    chromium.wait_text(".floor", "Cut-offs")
    assert language(chromium) == "en"
    press_language(chromium)
    chromium.wait_text(".floor", "締め切り")
    chromium.assert_calm()
