# SPDX-License-Identifier: Apache-2.0
"""The engineer's settings in real Chromium, in both languages: signing in by badge and PIN and every act, once with keys alone, once by touch alone, once
with nothing but a scanner."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import shipments as goods  # noqa: E402
from scene import Scene  # noqa: E402
from waiting import wait_for  # noqa: E402

PEOPLE = [{"person": "p-017", "badge": "P017", "role": "packer", "call": "<b>はな</b>"}, {"person": "p-023", "badge": "P023", "role": "packer"},
          {"person": "p-002", "badge": "L002", "role": "leader"}, {"person": "p-090", "badge": "E090", "role": "engineer", "pin": goods.PIN_4071},
          {"person": "p-091", "badge": "E091", "role": "engineer", "lang": "en", "pin": goods.PIN_4071}]


@pytest.fixture(scope="module")
def scene(build, tmp_path_factory):
    s = Scene(build, tmp_path_factory.mktemp("floor"), benches=2).open()
    s.write_push("people", {"version": 2, "people": PEOPLE})
    wait_for("the people", lambda: s.count("people.changed") == 2)
    s.address = s.rig.start_web()
    yield s
    s.close()


def type_keys(chromium, text: str) -> None:
    """As a keyboard, or a scanner that types; the last key is Enter."""
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    ActionChains(chromium.driver, duration=0).send_keys(text + Keys.ENTER).perform()


def touch(chromium, selector: str, text: str = "") -> None:
    from selenium.webdriver.common.by import By

    found = [e for e in chromium.driver.find_elements(By.CSS_SELECTOR, selector) if e.is_displayed() and (not text or e.text == text)]
    assert found, (selector, text)
    found[0].click()


def open_settings(scene, chromium, language: str) -> None:
    chromium.driver.delete_all_cookies()
    chromium.open(f"{scene.address}/settings?lang={language}")
    wait_for("the form", lambda: chromium.js("return document.querySelector('form.sign') !== null"))


def wait_pin(chromium) -> None:
    wait_for("the PIN is asked for", lambda: chromium.js("const p = document.querySelector('input[name=pin]'); return p && !p.hidden && document.activeElement === p"))


def enter_by_keys(chromium) -> None:
    type_keys(chromium, "E090")
    wait_pin(chromium)
    type_keys(chromium, "4071")


def enter_by_touch(chromium) -> None:
    touch(chromium, ".more")
    for c in "E090":
        touch(chromium, ".keys button", c)
    touch(chromium, ".sign button[type=submit]")
    wait_pin(chromium)
    for c in "4071":
        touch(chromium, ".keys button", c)
    touch(chromium, ".sign button[type=submit]")


def enter_by_scanner(chromium) -> None:
    type_keys(chromium, "OKURU-P-E090")
    wait_pin(chromium)
    for c in "4071":
        type_keys(chromium, f"OKURU-C-D-{c}")
    type_keys(chromium, "OKURU-C-OK")


def by_key(chromium, digit: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(chromium.driver).send_keys(digit).perform()


WAYS = {"keys": (enter_by_keys, by_key), "touch": (enter_by_touch, lambda chromium, digit: touch(chromium, f"button[data-key='{digit}']")),
        "scanner": (enter_by_scanner, lambda chromium, digit: type_keys(chromium, f"OKURU-C-D-{digit}"))}


@pytest.mark.parametrize("way, language, size, disk, title", [
    ("keys", "ja", (800, 480), "回 p50", "設定"), ("touch", "en", (390, 844), "p50", "Settings"), ("scanner", "en", (1920, 1080), "p50", "Settings")])
def test_every_act_by_each_way_alone(scene, chromium, way, language, size, disk, title):
    enter, press = WAYS[way]
    chromium.size(*size)
    open_settings(scene, chromium, language)
    enter(chromium)
    chromium.wait_ready()
    chromium.wait_text(".top", title)
    chromium.wait_text(".devices", "b1 hand-1")
    chromium.wait_text(".people", "p-017")
    assert "<b>はな</b>" in chromium.text(".people") and "P017" not in chromium.text(".people"), "text is text; a badge is not shown whole"
    assert chromium.js("return document.documentElement.scrollWidth <= innerWidth"), "nothing to the right of the page"

    def result(act: str) -> str:
        return chromium.text(f".result[data-of={act}]")

    press(chromium, "1")
    wait_for("the other bench", lambda: chromium.text("button[data-key='1'] b") == "b2")
    scene.packers[1].light.drain()
    scene.packers[1].light.prompts.clear()  # what a trial before this one was followed by
    press(chromium, "2")
    wait_for("the lights go on", lambda: "7" in result("s_light"))
    wait_for("on the tower", lambda: [v for v in scene.packers[1].light.drain() if v["head"]["en"] == "TEST"])
    wait_for("and the truth again", lambda: [v for v in scene.packers[1].light.drain() + scene.packers[1].light.prompts if v["head"]["en"] != "TEST"], timeout=12)
    press(chromium, "5")
    wait_for("the sounds", lambda: chromium.js("return sound.played.length") >= 6, timeout=15)
    press(chromium, "6")
    wait_for("the disk", lambda: disk in result("s_disk") or "p50" in result("s_disk"), timeout=20)
    press(chromium, "7")
    wait_for("the sheet", lambda: chromium.js("return document.querySelectorAll('svg.page').length") >= 1)
    assert chromium.js("return getComputedStyle(document.body).marginTop") == "0px", "its style is ours, and let in"
    chromium.open(f"{scene.address}/settings")
    chromium.wait_ready()
    press(chromium, "0")
    wait_for("signed out", lambda: chromium.js("return document.querySelector('form.sign') !== null"))
    chromium.assert_calm("401 (Unauthorized)")


def test_others_are_told_whose_badge_is_wanted_and_a_wrong_pin_is_said(scene, chromium):
    chromium.size(800, 480)
    open_settings(scene, chromium, "ja")
    type_keys(chromium, "OKURU-P-P017")
    chromium.wait_text(".said", "保守の名札が要る")
    type_keys(chromium, "E090")
    wait_pin(chromium)
    type_keys(chromium, "0000")
    chromium.wait_text(".said", "暗証番号がちがう")
    assert chromium.js("return document.querySelector('input[name=pin]').value") == ""
    type_keys(chromium, "4071")
    chromium.wait_ready()
    chromium.assert_calm("401 (Unauthorized)")


def test_the_page_speaks_the_language_of_the_badge(scene, chromium):
    open_settings(scene, chromium, "ja")
    type_keys(chromium, "E091")
    wait_pin(chromium)
    type_keys(chromium, "4071")
    chromium.wait_ready()
    chromium.wait_text(".top", "Settings")
    chromium.assert_calm("401 (Unauthorized)")


def test_goods_that_are_scanned_do_nothing(scene, chromium):
    open_settings(scene, chromium, "ja")
    enter_by_keys(chromium)
    chromium.wait_ready()
    type_keys(chromium, "4901234567894")
    type_keys(chromium, "OKURU-C-PARK")
    assert chromium.js("return new Promise(done => setTimeout(() => done(document.querySelectorAll('.result svg').length), 500))") == 0
    chromium.assert_calm("401 (Unauthorized)")
