# SPDX-License-Identifier: Apache-2.0
"""Pictures of every screen for firmware/docs/screens: a floor with the demo's goods, packed by a virtual packer, seen in real Chromium."""
from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from browser import Browser  # noqa: E402
from counter_album import CounterAlbum  # noqa: E402
from demo_auto import Script  # noqa: E402
from demo_floor import Floor  # noqa: E402
from packer import Packer  # noqa: E402
from waiting import wait_for  # noqa: E402

SIZES = {"800x480": (800, 480), "1920x1080": (1920, 1080)}
PHONE = (390, 844)


class Album:
    def __init__(self, floor: Floor, browser: Browser, folder: Path):
        self.floor, self.browser, self.folder = floor, browser, folder
        self.packer = Packer(floor.rig.benches[0])
        self.script = Script(floor, self.packer, 8)
        self.names = [n for n, s in floor.shipments.items() if s["pieces"] == 1]

    def open(self, path: str, language: str) -> None:
        self.browser.open(f"{self.floor.address}{path}?lang={language}")

    def shoot(self, name: str, *sizes: str) -> None:
        for size in sizes or SIZES:
            self.browser.size(*SIZES[size])
            self.browser.js("return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            self.browser.shoot(self.folder / f"{name}-{size}.png")
        self.browser.size(*SIZES["800x480"])

    def see(self, kind: str) -> None:
        wait_for(f"{kind} on the screen", lambda: self.browser.js("return doc && doc.shown && doc.shown.kind") == kind, timeout=5)

    def scan(self, code: str, *kinds: str) -> dict:
        verdict = self.packer.scan(code, *kinds)
        self.see(verdict["kind"])
        return verdict

    # ---- the bench, step by step ----

    def bench(self) -> None:
        self.packer.sign_in("P017")
        self.open("/bench/b1", "ja")
        self.browser.wait_ready()
        self.see("idle")
        self.shoot("bench-idle")
        name = next(n for n in self.names if sum(line["quantity"] for line in self.floor.shipments[n]["lines"]) >= 4 and self.floor.shipments[n]["lines"][0]["serial"] == "none")
        self.names.remove(name)
        shipment = self.script.current = self.floor.shipments[name]
        self.scan(shipment["open_codes"][0], "opened")
        wait_for("the goods' pictures", lambda: self.browser.js(
            "const p = [...document.querySelectorAll('.line .pic')]; return p.length > 0 && p.every(i => i.complete && i.naturalWidth > 0)"), timeout=20)
        self.shoot("bench-start", "800x480")
        self.see("next")
        self.shoot("bench-next")
        self.scan(shipment["lines"][0]["codes"][0]["code"], "ok")
        self.shoot("bench-ok", "800x480")
        self.scan(self.script.wrong_item(shipment["lines"][0]), "wrong-item")
        self.shoot("bench-wrong")
        self.open("/bench/b1", "en")
        self.browser.wait_ready()
        self.shoot("bench-wrong-en", "800x480")
        self.browser.size(*PHONE)
        self.browser.shoot(self.folder / "bench-wrong-en-phone.png")
        self.browser.size(*SIZES["800x480"])
        self.open("/bench/b1", "ja")
        self.browser.wait_ready()
        first = {**shipment["lines"][0], "quantity": shipment["lines"][0]["quantity"] - 1}
        verdict = self.packer.fill({**shipment, "lines": [first, *shipment["lines"][1:]]})
        self.see("packed")
        self.shoot("bench-packed", "800x480")
        other = self.floor.shipments[self.names[-1]]["labels"][0]["number"]
        self.scan(other, "foreign-waybill")
        self.shoot("bench-foreign-waybill")
        self.scan("OKURU-P-L002", "resumed")
        self.script.matched(self.packer.match(verdict))
        self.see("ready")
        self.shoot("bench-ready")

    def offline(self) -> None:
        self.floor.rig.broker.stop()
        self.pack(2)
        wait_for("the office is away", lambda: self.browser.js("return doc.office.known && !doc.office.up && doc.office.waiting > 0"), timeout=30)
        self.see("idle")
        self.browser.js("showBar(doc)")
        self.shoot("bench-offline")

    def pack(self, n: int) -> None:
        for _ in range(n):
            self.script.match_quietly(self.script.pack(self.names.pop(0), mistakes=True))

    # ---- the leader's floor ----

    def floor_screen(self) -> None:
        self.open("/floor", "ja")
        wait_for("the form", lambda: self.browser.js("return document.querySelector('form.sign') !== null"))
        self.shoot("sign-in", "800x480")
        self.browser.js("const i = document.querySelector('.sign input'); i.value = 'L002'; i.form.requestSubmit()")
        self.browser.wait_ready()
        wait_for("what was packed is pictured", lambda: self.browser.js("return doc.tally.reduce((n, s) => n + s.ready, 0)") >= 5)
        self.browser.js("show(doc)")
        self.shoot("floor")
        self.open("/floor", "en")
        self.browser.wait_ready()
        self.browser.js("document.querySelector('input[name=q]').value = arguments[0]; document.querySelector('form[role=search]').requestSubmit()", self.script.current["shipment"])
        wait_for("what was looked for", lambda: self.browser.text(".found"))
        self.shoot("floor-search-en", "1920x1080")

    def make_trouble(self) -> None:
        """A cancel after ready, a shortage: what a leader has to do."""
        at_y1 = next(n for n in self.names if self.floor.shipments[n]["bay"] == "y1")
        self.names.remove(at_y1)
        self.script.cancel_after_ready(at_y1)
        self.script.short(self.names.pop(0))

    def scanner(self) -> None:
        self.browser.open(f"{self.floor.address}/bench/b1?lang=en#OKURU-P-P017,{self.names[0]}")
        self.browser.wait_ready()
        wait_for("the scanner", lambda: self.browser.js("return document.querySelector('.scanner') !== null"))
        self.shoot("demo-scanner-en", "800x480")

    # ---- the engineer's settings ----

    def settings(self) -> None:
        send = "const i = document.querySelector(`.sign input[name=${arguments[0]}]`); i.value = arguments[1]; i.form.requestSubmit()"
        self.browser.driver.delete_all_cookies()
        self.open("/settings", "ja")
        wait_for("the form", lambda: self.browser.js("return document.querySelector('form.sign') !== null"))
        self.browser.js(send, "badge", "E090")
        wait_for("the PIN", lambda: self.browser.js("return !document.querySelector('input[name=pin]').hidden"))
        self.shoot("sign-in-pin", "800x480")
        self.browser.js(send, "pin", "4071")
        self.browser.wait_ready()
        time.sleep(6)  # without a scan: the station's own rule
        self.browser.js("document.querySelector('button[data-key=\"6\"]').click()")
        wait_for("the disk was tried", lambda: "p50" in self.browser.text(".result[data-of=s_disk]"), timeout=30)
        self.shoot("settings")
        self.open("/settings", "en")
        self.browser.wait_ready()
        self.browser.size(*PHONE)
        self.browser.shoot(self.folder / "settings-en-phone.png")
        self.browser.size(*SIZES["800x480"])

    def all(self) -> None:
        self.open("/", "ja")
        wait_for("the links", lambda: self.browser.js("return document.querySelectorAll('nav a').length") > 1)
        self.shoot("home", "800x480")
        self.bench()
        self.make_trouble()
        self.pack(4)
        self.floor_screen()
        self.scanner()
        self.settings()
        self.open("/bench/b1", "ja")
        self.browser.wait_ready()
        self.offline()


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/screens", description=__doc__)
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--to", default="firmware/docs/screens", help="folder of the pictures")
    args = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="okuru-screens-"))
    floor = Floor(argparse.Namespace(build=Path(args.build).resolve(), folder=work / "floor", auto=None))
    floor.rig.environment |= {"OKURU_TEST_CLOCK": str(work / "clock"), "OKURU_TEST_CLOCK_QUALITY": "synced"}
    (work / "clock").write_text("0\n")
    browser = None
    try:
        floor.open()
        browser = Browser(work)
        Album(floor, browser, Path(args.to)).all()
        CounterAlbum(Path(args.build).resolve(), work, browser, Path(args.to)).all()
        browser.assert_calm("401 (Unauthorized)")
    finally:
        if browser:
            browser.close()
        for process in floor.rig.processes.values():
            process.kill()
        floor.rig.broker.stop()
        shutil.rmtree(work, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
