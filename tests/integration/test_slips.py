# SPDX-License-Identifier: Apache-2.0
"""Notices on paper: from the folder of okuru-notify to the receipt printer, each once, whatever the printer, the power and the disk do."""
import os
import random
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
from packer import Packer  # noqa: E402
from printer import Printer, read_page  # noqa: E402
from rig import Rig  # noqa: E402
from store import HAT, Store  # noqa: E402
from waiting import wait_for  # noqa: E402
from zbar import QR, Zbar  # noqa: E402

TEXT = "山田 花子 様\n\nご注文番号：A-778\n受取コード：7KQ4-M2XP\n¥5,090\n"
AGAIN = "再発行 REPRINT"


def place(printer: Printer, bench: str) -> str:
    return f"  printer: tcp\n  host: 127.0.0.1\n  port: {printer.port}\n  language: escpos\n  bench: {bench}\n"


class Slips:
    def __init__(self, build: Path, folder: Path, printer: Printer):
        self.printer = printer
        self.rig = Rig(build, folder, environment={"OKURU_TEST_CLOCK_QUALITY": "synced"}, slips=place(printer, "b1"))
        self.new, self.printed = (self.rig.folder / "slips" / part for part in ("new", "printed"))
        self.start()

    def start(self) -> None:
        self.rig.start("station")
        wait_for("the station", lambda: self.rig.alive("station") and self.rig.try_status())

    def lay(self, text: str = TEXT, days_ago: float = 0) -> str:
        """As the channel does it."""
        name = str(uuid.uuid4())
        part = self.new / f"{name}.part"
        part.write_text(text)
        if days_ago:
            os.utime(part, (time.time() - days_ago * 86400,) * 2)
        part.rename(self.new / f"{name}.txt")
        return name

    def status(self) -> dict:
        return self.rig.ask_station({"verb": "status"})

    def device(self) -> dict:
        return next(d for d in self.status()["devices"] if d["name"] == "slips")

    def is_out(self, name: str) -> bool:
        return (self.printed / f"{name}.txt").exists()

    def pages(self, name: str) -> list[str]:
        return [text for text in (read_page(p)[0] for p in self.printer.whole) if text.rstrip().endswith(name[-12:])]


@pytest.fixture
def slips(build, tmp_path):
    with Printer("escpos") as printer:
        s = Slips(build, tmp_path, printer)
        try:
            wait_for("the printer", lambda: s.device()["up"])
            yield s
        finally:
            s.rig.stop_all()


def test_a_slip_is_printed_in_japanese_once_and_moved(slips):
    name = slips.lay()
    wait_for("it is out", lambda: slips.is_out(name))
    assert slips.pages(name) == [f"{TEXT}\n{name[-12:]}\n"]
    wait_for("nothing is left of it", lambda: os.listdir(slips.new) == [])
    wait_for("nothing waits", lambda: slips.status()["slips"] == {"up": True, "waiting": 0, "stuck": 0, "oldest": None})
    time.sleep(4.5)  # two more looks
    assert len(slips.printer.paper) == 1


def test_only_what_the_printer_said_to_be_out_is_moved(slips):
    slips.printer.print_s = 1.5
    name = slips.lay()
    wait_for("it prints", lambda: slips.printer._printing_since is not None)
    assert not slips.is_out(name) and (slips.new / f"{name}.begun").exists()
    slips.printer.labels_left = 0
    wait_for("it is told", lambda: slips.device().get("reason") == "the paper is out")
    time.sleep(2)
    assert not slips.is_out(name)
    slips.printer.load_paper()
    wait_for("it is out", lambda: slips.is_out(name), timeout=30)
    assert len(slips.pages(name)) == 1 and AGAIN not in slips.pages(name)[0], "the printer kept it"


def test_a_printer_that_is_away_delays_no_scan_and_is_told(slips):
    bench = Packer(slips.rig.benches[0])
    bench.scan("OKURU-C-UNDO")
    slips.printer._stop.set()
    slips.printer._thread.join()
    slips.printer.hang_up()
    slips.printer.listener.close()
    wait_for("it is told", lambda: not slips.device()["up"], timeout=30)
    names = [slips.lay() for _ in range(50)]
    wait_for("they are counted", lambda: slips.status()["slips"]["waiting"] == 50)
    oldest = slips.status()["slips"]["oldest"]
    assert oldest and oldest.endswith("+09:00") and slips.device()["reason"]
    took = []
    for _ in range(30):
        begun = time.monotonic()
        bench.scan("NO-SUCH-CODE")
        took.append(time.monotonic() - begun)
    assert sorted(took)[len(took) // 2] < 0.1 and max(took) < 1, took
    assert not any(slips.is_out(n) for n in names)


def test_what_may_have_come_out_comes_again_with_a_word(slips):
    slips.printer.print_s = 1.0
    name, later = slips.lay(), None
    wait_for("it prints", lambda: slips.printer._printing_since is not None)
    slips.rig.kill("station")
    later = slips.lay("次の方\n")
    wait_for("the first copy is out", lambda: len(slips.pages(name)) == 1)
    slips.printer.print_s = 0.02
    slips.printer.hang_up()
    slips.start()
    wait_for("both are out", lambda: slips.is_out(name) and slips.is_out(later), timeout=30)
    first, second = slips.pages(name)
    assert AGAIN not in first and second.startswith(AGAIN), "the second says what it is"
    assert slips.pages(later) == [f"次の方\n\n{later[-12:]}\n"], "which never began is no copy"


def test_power_gone_at_the_printer_makes_a_marked_copy(slips):
    slips.printer.print_s = 0.8
    name = slips.lay()
    wait_for("it prints", lambda: slips.printer._printing_since is not None)
    slips.printer.power_off()
    slips.printer.print_s = 0.02
    wait_for("it is out", lambda: slips.is_out(name), timeout=30)
    assert [p.startswith(AGAIN) for p in slips.pages(name)] == [True]


def test_killed_again_and_again_each_comes_out_and_no_copy_is_without_its_word(slips):
    chance = random.Random(4711)
    names = [slips.lay(f"注文 {i}\n") for i in range(12)]
    for _ in range(6):
        time.sleep(chance.uniform(0.2, 1.2))
        slips.rig.kill("station")
        slips.printer.hang_up()
        slips.start()
    wait_for("all are out", lambda: all(slips.is_out(n) for n in names), timeout=90)
    for name in names:
        pages = slips.pages(name)
        assert len(pages) >= 1 and sum(AGAIN not in p for p in pages) <= 1, pages
        assert pages[0].startswith(AGAIN) or len([p for p in pages if AGAIN not in p]) == 1
    wait_for("nothing is left of them", lambda: os.listdir(slips.new) == [])


def test_what_the_printer_never_finishes_is_left_to_people(slips):
    (slips.new / "00000000-0000-4000-8000-000000000001.txt").write_text("x" * 70000)
    name = slips.lay()
    wait_for("the other one is out", lambda: slips.is_out(name))
    wait_for("it is said", lambda: [i for i in slips.status()["ill"] if i["part"] == "slips"])
    assert slips.status()["slips"]["stuck"] == 1 and "1 slips were given up" in slips.status()["ill"][0]["text"]
    assert slips.rig.logs["station"].read_text().count("slips: 1 slips were given up") == 1 and slips.status()["ill"][0]["since"] > "2020"
    (slips.new / "00000000-0000-4000-8000-000000000001.txt").write_text("短い\n")
    (slips.new / "00000000-0000-4000-8000-000000000001.stuck").unlink()
    wait_for("it is out after all", lambda: slips.is_out("00000000-0000-4000-8000-000000000001"))
    wait_for("all is well", lambda: not slips.status()["ill"])


@pytest.mark.long
def test_what_fails_three_times_is_left_to_people_and_stands_in_nobodys_way(slips):
    """The power goes whenever it prints; half a minute lies between two tries."""
    def cut() -> None:
        if slips.printer._printing_since is not None:
            slips.printer.power_off()

    slips.printer.print_s = 0.8
    name = slips.lay()
    wait_for("it is given up", lambda: cut() or (slips.new / f"{name}.stuck").exists(), timeout=180, step=0.05)
    slips.printer.print_s = 0.02
    assert not slips.is_out(name) and slips.pages(name) == []
    wait_for("it is said", lambda: any(i["part"] == "slips" for i in slips.status()["ill"]))
    other = slips.lay("次の方\n")
    wait_for("the next one is out", lambda: slips.is_out(other), timeout=60)
    assert not slips.is_out(name) and slips.pages(name) == []


def test_old_ones_are_removed_printed_or_not(slips):
    slips.rig.stop("station")
    slips.printer.hang_up()
    old, waiting = slips.lay(days_ago=31), slips.lay(days_ago=31)
    (slips.new / f"{old}.txt").rename(slips.printed / f"{old}.txt")
    kept = slips.lay(days_ago=29)
    (slips.new / f"{kept}.txt").rename(slips.printed / f"{kept}.txt")
    other = slips.printed / "notes.txt"
    other.write_text("a person's own")
    os.utime(other, (0, 0))
    slips.start()
    wait_for("gone", lambda: not (slips.printed / f"{old}.txt").exists() and not (slips.new / f"{waiting}.txt").exists())
    assert slips.is_out(kept) and other.exists() and slips.printer.paper == []


def test_no_folder_is_said_and_heals(slips):
    slips.new.rename(slips.new.with_name("away"))
    wait_for("it is said", lambda: [i for i in slips.status()["ill"] if "cannot be used" in i["text"]], timeout=10)
    slips.new.with_name("away").rename(slips.new)
    name = slips.lay()
    wait_for("it is out", lambda: slips.is_out(name))
    wait_for("all is well", lambda: not slips.status()["ill"])


def test_the_code_on_a_slip_can_be_scanned(slips, build):
    text = subprocess.run([build / "bin/okuru-notify", "preview", "pickup-ready", "--channel", "slip"], check=True, capture_output=True, text=True).stdout
    name = slips.lay(text)
    wait_for("it is out", lambda: slips.is_out(name))
    letters, [(width, height, dots)] = read_page(slips.printer.whole[-1])
    assert Zbar(QR).read(width, height, dots) == ["7KQ4-M2XP"]
    assert "山田 花子 様" in letters and "受取コード：7KQ4-M2XP" in letters and "█" not in letters and "〓" not in letters


def test_whom_no_mail_reaches_has_a_slip_at_the_counter(build, tmp_path):
    """From the shelf to the paper: mail fails, okuru-notify lays a slip, the station prints it."""
    with Printer("escpos") as printer:
        store = Store(build, tmp_path, slips=place(printer, "c1")).open()
        try:
            order = store.order("S-77", (HAT, 1), number="250-0077", mail="nobody at all", name="高橋 髙子")
            store.shelve(order, "B-3")
            wait_for("the slip", lambda: printer.whole, timeout=40)
            letters, pictures = read_page(printer.whole[0])
            assert "高橋 髙子 様" in letters and "250-0077" in letters and "青葉通り店" in letters and "〓" not in letters
            assert [line for line in letters.splitlines() if sum(2 if ord(c) > 0x2e7f and not 0xff61 <= ord(c) <= 0xff9f else 1 for c in line) > 48] == []
            wait_for("it is out", lambda: [p.suffix for p in (store.rig.folder / "slips/printed").iterdir()] == [".txt"])
            wait_for("nothing is left of it", lambda: list((store.rig.folder / "slips/new").iterdir()) == [])
            time.sleep(5)
            assert len(printer.paper) == 1 and len(pictures) <= 1
        finally:
            store.close()
