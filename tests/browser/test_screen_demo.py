# SPDX-License-Identifier: Apache-2.0
"""The demonstration without any hardware: a person packs a box with the scanner on the screen, once by its buttons, once by keys alone."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import browser  # noqa: E402
from demo_floor import Floor  # noqa: E402
from waiting import wait_for  # noqa: E402


@pytest.fixture(scope="module")
def floor(build, tmp_path_factory):
    class Wanted:
        folder, auto = tmp_path_factory.mktemp("demo") / "floor", None
    Wanted.build = build
    f = Floor(Wanted)
    f.open()
    yield f
    f.close()


@pytest.fixture
def chromium(tmp_path):
    b = browser.Browser(tmp_path)
    yield b
    b.close()


def test_a_person_without_hardware_packs_a_box(floor, chromium):
    shipment = next(s for s in floor.shipments.values() if s["pieces"] == 1 and all(line["serial"] == "none" for line in s["lines"]))
    chromium.open(f"{floor.address}/bench/b1?lang=en#OKURU-P-P017,{shipment['open_codes'][0]}")
    chromium.wait_ready()

    def press(part: str) -> None:
        press_it = "const b = [...document.querySelectorAll('.scanner .cards button')].find(b => b.innerText.includes(arguments[0])); if (b) b.click(); return !!b"
        wait_for(f"a button {part}", lambda: chromium.js(press_it, part))

    def shown() -> str:
        return chromium.js("return doc.shown.kind + doc.n_shown")

    def scan(part: str, *kinds: str) -> str:
        before = shown()
        press(part)
        wait_for(f"an answer to {part}", lambda: shown() != before and any(chromium.js("return doc.scans[0].kind") == kind for kind in kinds))
        return chromium.js("return doc.scans[0].kind")

    scan("OKURU-P-P017", "signed-in")
    scan(shipment["open_codes"][0], "opened")
    for line in shipment["lines"]:
        for _ in range(line["quantity"]):
            scan(line["codes"][0]["code"], "ok", "packed", "confirm-inserts")
    if chromium.js("return doc.scans[0].kind") == "confirm-inserts":
        scan("OK", "packed", "ok")
    for insert in shipment["inserts"]:
        if insert["check"] == "scan":
            scan(insert["codes"][0]["code"], "packed", "ok")
    scan("label …", "ready")
    assert chromium.light() == "green"
    chromium.assert_calm()


def test_keys_alone_suffice(floor, chromium):
    from selenium.webdriver.common.keys import Keys

    chromium.open(f"{floor.address}/bench/b1?lang=ja#")
    chromium.wait_ready()
    for _ in range(8):  # through the bar to the scanner's button
        if chromium.js("return document.activeElement.classList.contains('open-scanner')"):
            break
        chromium.driver.switch_to.active_element.send_keys(Keys.TAB)
    chromium.driver.switch_to.active_element.send_keys(Keys.ENTER)
    wait_for("the scanner", lambda: chromium.js("return document.activeElement.tagName") == "INPUT")
    chromium.driver.switch_to.active_element.send_keys("NO-SUCH-CODE", Keys.ENTER)
    wait_for("its answer", lambda: chromium.js("return doc.scans.length && doc.scans[0].scanned") == "NO-SUCH-CODE")
    chromium.assert_calm()
