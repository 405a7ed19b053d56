# SPDX-License-Identifier: Apache-2.0
"""`okuru devices` as an operator uses it: the board file, what hangs where, and what the running station says of each."""
import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from printer import Printer  # noqa: E402
from rig import Rig, wait_for  # noqa: E402


@pytest.fixture(scope="module")
def printer():
    with Printer("zpl") as p:
        yield p


@pytest.fixture
def rig(build, tmp_path, printer):
    printer.load_paper()
    rig = Rig(build, tmp_path, labels=f"{{printer: tcp, host: 127.0.0.1, port: {printer.port}, language: zpl}}")
    yield rig
    rig.stop_all()


def devices(rig: Rig, *words: str) -> tuple[int, str]:
    done = subprocess.run([rig.program("okuru"), "--config", rig.folder / "etc/station.yaml", "devices", *words],
                          capture_output=True, text=True, timeout=30)
    assert done.stderr == "", done.stderr
    return done.returncode, done.stdout


def rules(rig: Rig) -> dict:
    report = json.loads(devices(rig, "--json")[1])
    return {"station": report["station"], **{rule["name"]: rule for rule in report["rules"]}}


def test_a_running_station_says_how_each_is(rig, printer):
    rig.start("station")
    wait_for("all to be up", lambda: (status := rig.try_status()) and all(d["up"] for d in status["devices"]))
    found = rules(rig)
    assert found["station"] == "answers"
    assert [found[name]["state"] for name in ("hand-1", "printer")] == ["up", "up"]
    code, text = devices(rig)
    assert code == 0 and f"b1/printer, zpl: 127.0.0.1 port {printer.port}, up" in text and "station runs" in text
    printer.labels_left = 0
    wait_for("no paper", lambda: rules(rig)["printer"]["state"] == "down")
    code, text = devices(rig)
    assert code == 1 and "WRONG: the station says that it is down: the paper is out" in text


def test_a_rule_that_the_running_station_has_not_read_is_said(rig):
    rig.start("station")
    wait_for("the station", rig.try_status)
    board = rig.folder / "etc/board.yaml"
    board.write_text(board.read_text().replace("name: hand-1", "name: hand-9"))
    assert "systemctl restart okuru-station" in rules(rig)["hand-9"]["wrong"]


def test_without_a_station_what_is_on_the_network_is_tried(rig, printer):
    found = rules(rig)
    assert found["station"] == "away" and found["hand-1"]["state"] == "not-asked" and found["printer"]["state"] == "up"
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        board = rig.folder / "etc/board.yaml"
        board.write_text(board.read_text().replace(f"port: {printer.port}", f"port: {nobody.getsockname()[1]}"))
        code, text = devices(rig)
    assert code == 1 and "cannot be reached: Connection refused" in text and "station does not run" in text
