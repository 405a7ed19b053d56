# SPDX-License-Identifier: Apache-2.0
"""Labels at a bench with a printer on the network, from the OMS's print data to the paper: nothing counts that is not out."""
import base64
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from printer import Printer  # noqa: E402
from rig import wait_for  # noqa: E402
from scene import SHIRT, Scene, item  # noqa: E402


@pytest.fixture(scope="module")
def printer():
    with Printer("zpl") as p:
        yield p


@pytest.fixture(scope="module")
def scene(build, tmp_path_factory, printer):
    labels = f"{{printer: tcp, host: 127.0.0.1, port: {printer.port}, language: zpl}}"
    s = Scene(build, tmp_path_factory.mktemp("floor"), benches=1, labels=labels).open()
    yield s
    s.close()


@pytest.fixture
def bench(scene, printer):
    packer = scene.packers[0]
    printer.load_paper()
    printer.print_s = 0.02
    printer.paper.clear()
    wait_for("the printer to be well", lambda: device(scene)["up"])
    if scene.shown(0)["parcel"]:
        packer.send("OKURU-C-PARK")
        wait_for("the shelf", lambda: (packer.look(0.1) or {}).get("kind") == "parked")
    packer.light.drain()
    if not scene.shown(0)["person"]:
        packer.sign_in("P017")
    return packer


def device(scene: Scene) -> dict:
    return next(d for d in scene.rig.ask_station({"verb": "status"})["devices"] if d["name"] == "printer")


def one_shirt(scene: Scene, name: str, **more) -> dict:
    """A shipment of one shirt whose label, when it is printed, is its own name."""
    s = scene.shipment(name, item("1", SHIRT), **more)
    for label in s["labels"]:
        label["print"] = {"media": "application/vnd.zebra.zpl", "data": base64.b64encode(f"^XA^FD{name}-{label['piece']}^FS^XZ".encode()).decode()}
    scene.push(s)
    return s


def printed(scene: Scene, parcel: str) -> list[dict]:
    return [fact for fact in scene.facts("waybill.printed") if fact["subject"] == parcel]


def test_a_label_is_out_within_two_seconds_of_the_last_unit_and_counts_then(scene, printer, bench):
    s = one_shirt(scene, "P-MAIN")
    printer.print_s = 0.3
    bench.scan("P-MAIN", "opened")
    verdict = bench.scan(SHIRT, "packed")
    packed = time.monotonic()
    assert "印刷中" in verdict["sub"]["ja"]
    assert printed(scene, verdict["parcel"]) == [], "it is not out yet"
    wait_for("the label", lambda: printer.whole == ["P-MAIN-1"])
    assert time.monotonic() - packed < 2
    wait_for("it is counted", lambda: printed(scene, verdict["parcel"]))
    assert {k: printed(scene, verdict["parcel"])[0].get(k) for k in ("print", "reason", "source")} == {"print": 1, "reason": None, "source": "given"}
    bench.scan(s["labels"][0]["number"], "ready")
    assert len(printed(scene, verdict["parcel"])) == 1


def test_paper_out_in_the_middle_is_said_and_nothing_counts_until_it_is_back(scene, printer, bench):
    s = one_shirt(scene, "P-OUT")
    printer.print_s = 0.5
    bench.scan("P-OUT", "opened")
    parcel = bench.scan(SHIRT, "packed")["parcel"]
    wait_for("the label to begin", lambda: printer._printing_since is not None)
    printer.labels_left = 0
    verdict = bench.look(10)
    assert (verdict["kind"], verdict["head"]["ja"]) == ("printer", "紙切れ")
    assert device(scene)["reason"] == "the paper is out"
    assert printed(scene, parcel) == []
    printer.load_paper()
    assert bench.look(10)["kind"] == "packed"
    assert [fact["reason"] for fact in printed(scene, parcel)] == ["maybe"]
    assert printer.paper == [("P-OUT-1", False), ("P-OUT-1", True)]
    bench.scan(s["labels"][0]["number"], "ready")


def test_a_jam_stops_the_labels_and_not_the_checks_and_their_order_is_kept(scene, printer, bench):
    printer.labels_left = 0
    wait_for("the printer to stand still", lambda: not device(scene)["up"])
    for name in ("P-J1", "P-J2"):
        one_shirt(scene, name)
        bench.scan(name, "opened")
        bench.scan(SHIRT, "packed")
        assert bench.look(10)["kind"] == "printer"
        bench.scan("OKURU-C-PARK", "parked")
    printer.load_paper()
    wait_for("both labels", lambda: printer.whole == ["P-J1-1", "P-J2-1"])
    wait_for("both are counted", lambda: [f["shipment"] for f in scene.facts("waybill.printed")][-2:] == ["P-J1", "P-J2"])
    assert all("reason" not in f for f in scene.facts("waybill.printed")[-2:]), "none of them was begun before"


def plain(scene: Scene, what: bytes) -> int:
    """How often @what lies in the station's memory."""
    pid, n = scene.rig.processes["station"].pid, 0
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            begin, end = (int(x, 16) for x in line.split()[0].split("-"))
            if line.split()[1].startswith("rw"):
                memory.seek(begin)
                with suppress(OSError):  # a page that is there for the kernel alone
                    n += memory.read(end - begin).count(what)
    return n


def test_print_data_is_open_while_it_is_written_and_no_longer(scene, printer, bench):
    s = one_shirt(scene, "P-SEALED")
    data = base64.b64decode(s["labels"][0]["print"]["data"])
    printer.labels_left = 0
    wait_for("the printer to stand still", lambda: not device(scene)["up"])
    bench.scan("P-SEALED", "opened")
    parcel = bench.scan(SHIRT, "packed")["parcel"]
    assert bench.look(10)["kind"] == "printer"
    assert plain(scene, parcel.encode()) > 0, "a control: what is not sealed is seen"
    assert [plain(scene, what) for what in (data, base64.b64encode(data))] == [0, 0], "it waits"
    printer.print_s = 1
    printer.load_paper()
    wait_for("the label to begin", lambda: printer._printing_since is not None)
    assert [plain(scene, what) for what in (data, base64.b64encode(data))] == [0, 0], "the printer has it"
    assert bench.look(10)["kind"] == "packed"
    bench.scan(s["labels"][0]["number"], "ready")


@pytest.mark.parametrize("how", ["voided", "cancelled", "label-changed"])
def test_a_label_that_waits_is_dropped_with_what_it_was_for(scene, printer, bench, how):
    """And the one behind it comes; the number that took its place, too."""
    printer.labels_left = 0
    wait_for("the printer to stand still", lambda: not device(scene)["up"])
    s = one_shirt(scene, f"P-DEAD-{how}")
    bench.scan(s["shipment"], "opened")
    parcel = bench.scan(SHIRT, "packed")["parcel"]
    assert bench.look(10)["kind"] == "printer"
    if how == "voided":
        bench.scan("OKURU-C-VOID", "return")
        bench.scan("OKURU-C-RETURN", "voided")
    elif how == "cancelled":
        scene.rig.oms("cancel", s["shipment"], "--merchant", s["merchant"])
        assert bench.look(10)["kind"] == "cancelled"
        bench.scan("OKURU-C-RETURN", "voided")
    else:
        new = scene.shipment(f"P-NEW-{how}", item("1", SHIRT))["labels"]
        new[0]["print"] = {"media": "application/vnd.zebra.zpl", "data": base64.b64encode(b"^XA^FDP-NEW^FS^XZ").decode()}
        scene.write_push("label", {"merchant": "aozora", "shipment": s["shipment"], "labels": new})
        assert bench.look(10)["kind"] == "label-changed"
        assert bench.look(10)["kind"] == "printer"
        bench.scan("OKURU-C-PARK", "parked")
    one_shirt(scene, f"P-NEXT-{how}")
    bench.scan(f"P-NEXT-{how}", "opened")
    bench.scan(SHIRT, "packed")
    printer.load_paper()
    wait_for("the next label", lambda: f"P-NEXT-{how}-1" in printer.whole)
    assert printer.whole == (["P-NEW"] if how == "label-changed" else []) + [f"P-NEXT-{how}-1"]
    assert (how == "label-changed") == bool(printed(scene, parcel))
    assert "not printed: its box is voided, cancelled, or has another number" in scene.log_texts()["station"]


def test_a_label_that_is_printed_again_is_counted_with_its_reason_and_who_allowed_it(scene, printer, bench):
    s = one_shirt(scene, "P-TWICE")
    bench.scan("P-TWICE", "opened")
    parcel = bench.scan(SHIRT, "packed")["parcel"]
    wait_for("it is counted", lambda: printed(scene, parcel))
    bench.scan("OKURU-C-REPRINT", "leader-needed")
    bench.scan("OKURU-P-L002", "reprinted")
    wait_for("both", lambda: printer.whole == ["P-TWICE-1"] * 2)
    wait_for("both are counted", lambda: len(printed(scene, parcel)) == 2)
    assert [(f["print"], f.get("reason"), f.get("leader")) for f in printed(scene, parcel)] == [(1, None, None), (2, "by-hand", "p-002")]
    bench.scan(s["labels"][0]["number"], "ready")


def test_the_pieces_of_a_shipment_come_out_in_their_order(scene, printer, bench):
    printer.print_s = 1  # the packer is faster, and reads the number from a slip that came with the goods
    s = scene.shipment("P-PIECES", item("1", SHIRT, 3), pieces=3)
    for label in s["labels"]:
        label["print"] = {"media": "application/vnd.zebra.zpl", "data": base64.b64encode(f"^XA^FDpiece {label['piece']}^FS^XZ".encode()).decode()}
    scene.push(s)
    bench.scan("P-PIECES", "opened")
    for piece in (1, 2, 3):
        if piece < 3:
            bench.scan(SHIRT, "ok")
        bench.scan("OKURU-C-NEXT-PIECE" if piece < 3 else SHIRT, "packed")
        bench.scan(s["labels"][piece - 1]["number"], "ready")
    wait_for("all of them", lambda: len(printer.whole) == 3)
    assert printer.whole == ["piece 1", "piece 2", "piece 3"]
    wait_for("all are counted", lambda: [f["piece"] for f in scene.facts("waybill.printed") if f["shipment"] == "P-PIECES"] == [1, 2, 3])


def test_a_label_that_is_read_before_the_printer_tells_is_counted_first(scene, printer, bench):
    s = one_shirt(scene, "P-EARLY")
    printer.print_s = 1
    bench.scan("P-EARLY", "opened")
    parcel = bench.scan(SHIRT, "packed")["parcel"]
    bench.scan(s["labels"][0]["number"], "ready")
    wait_for("the label", lambda: printer.whole == ["P-EARLY-1"])
    time.sleep(0.5)  # whatever the printer says now must change nothing
    kinds = [row[0] for row in scene.rig.query("station/ledger.db", "SELECT type FROM fact WHERE subject = ? ORDER BY pos", parcel)]
    assert kinds[-2:] == ["waybill.printed", "parcel.ready"]


def test_a_label_asked_for_before_a_kill_is_printed_by_ok_and_says_maybe(scene, printer, bench):
    s = one_shirt(scene, "P-KILL")
    printer.print_s = 1
    bench.scan("P-KILL", "opened")
    parcel = bench.scan(SHIRT, "packed")["parcel"]
    wait_for("the label to begin", lambda: printer._printing_since is not None)
    scene.rig.kill("station")
    printer.hang_up()
    wait_for("the first label", lambda: printer.whole == ["P-KILL-1"])
    scene.rig.start("station")
    scene.rig.wait_up()
    bench.light.drain()
    wait_for("the printer to be well", lambda: device(scene)["up"])
    assert printed(scene, parcel) == [] and "未印刷" in scene.shown(0)["shown"]["sub"]["ja"]
    bench.scan("OKURU-C-OK", "packed")
    wait_for("it is counted", lambda: printed(scene, parcel))
    assert [fact["reason"] for fact in printed(scene, parcel)] == ["maybe"]
    bench.scan(s["labels"][0]["number"], "ready")


def test_no_log_holds_what_a_label_says(scene):
    for log in (scene.folder / "log").iterdir():
        assert "P-MAIN-1" not in log.read_text(), log
