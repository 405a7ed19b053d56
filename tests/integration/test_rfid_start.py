# SPDX-License-Identifier: Apache-2.0
"""Readers that do not read all the time: begun by an open box, or by a pedal at the reader's own input."""
import ssl
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from broker import make_ca, make_cert  # noqa: E402
from field import Field, device, sgtin, verified  # noqa: E402
from llrp_reader import LlrpReader  # noqa: E402
from rig import wait_for  # noqa: E402
from scene import SHIRT, SOCKS, Scene, item  # noqa: E402

BOX, PEDAL = "start: {by: box}", "start: {input: 1, level: high}\n    stop: {after_ms: 700}"


def scene_with(build, folder, reader: LlrpReader, start: str, gone: str, host: str = "127.0.0.1", tower: str = "") -> Scene:
    s = Scene(build, folder, benches=1)
    board = s.folder / "etc" / "board.yaml"
    board.write_text(board.read_text() +
                     tower + f"    zone: {{reader: r1, settle: 150ms, gone: {gone}, give_up: 2s}}\n"
                     f"readers:\n  - name: r1\n    driver: llrp\n    host: {host}\n    port: {reader.port}\n    keepalive_ms: 1000\n    {start}\n")
    board.chmod(0o640)
    return s.open()


@contextmanager
def packing(build, folder, start: str, gone: str):
    """A bench of that reader: the scene, the reader, the packer."""
    with LlrpReader() as reader:
        scene = scene_with(build, folder, reader, start, gone)
        try:
            wait_for("the reader", lambda: device(scene, "r1")["up"])
            yield scene, reader, scene.packers[0]
        finally:
            scene.close()


@pytest.fixture
def by_box(build, tmp_path):
    with packing(build, tmp_path, BOX, "800ms") as bench:
        yield bench


@pytest.fixture
def by_pedal(build, tmp_path):
    with packing(build, tmp_path, PEDAL, "0s") as bench:
        yield bench


def reads(reader: LlrpReader) -> bool:
    return any(spec.state == 2 for spec in reader.rospecs.values())


def test_a_reader_reads_while_a_box_is_in_hand_and_only_then(by_box):
    scene, reader, packer = by_box
    s = scene.make("S-BOX", item("1", SHIRT, 2))
    assert not reads(reader)
    packer.scan(s["shipment"], "opened")
    wait_for("the inventory", lambda: reads(reader))
    field = Field(reader)
    field.tags = [sgtin(SHIRT, 1), sgtin(SHIRT, 2)]
    verdict = field.read_until(packer)
    assert verdict["kind"] == "packed"
    assert reads(reader), "what is put into a packed box is still seen"
    packer.match(verdict)
    wait_for("the end of the inventory", lambda: not reads(reader))
    assert sorted(f["serial"] for f in verified(scene, s)) == ["1", "2"]
    assert reader.seen.count("START_ROSPEC") == reader.seen.count("STOP_ROSPEC") == 1


def test_a_reader_that_loses_power_under_an_open_box_reads_again(by_box):
    scene, reader, packer = by_box
    s = scene.make("S-POWER", item("1", SHIRT, 1))
    packer.scan(s["shipment"], "opened")
    wait_for("the inventory", lambda: reads(reader))
    reader.restart()
    wait_for("the inventory again", lambda: reads(reader))
    field = Field(reader)
    field.tags = [sgtin(SHIRT, 11)]
    assert field.read_until(packer)["kind"] == "packed"
    packer.scan("OKURU-C-PARK", "parked")
    wait_for("the end of the inventory", lambda: not reads(reader))


def test_a_station_that_restarts_under_an_open_box_has_it_read_again(by_box):
    scene, reader, packer = by_box
    s = scene.make("S-AGAIN", item("1", SHIRT, 1))
    packer.scan(s["shipment"], "opened")
    wait_for("the inventory", lambda: reads(reader))
    scene.rig.kill("station")
    wait_for("the reader to have nobody", lambda: reader.writer is None)
    scene.rig.start("station")
    scene.rig.wait_up()
    wait_for("the reader's return", lambda: device(scene, "r1")["up"])
    wait_for("the inventory", lambda: reads(reader))
    packer.light.drain()
    packer.scan("OKURU-C-PARK", "parked")
    wait_for("the end of the inventory", lambda: not reads(reader))


def test_an_inventory_that_nobody_wants_any_more_is_ended_when_the_reader_is_back(by_box):
    scene, reader, packer = by_box
    s = scene.make("S-AWAY", item("1", SHIRT, 1))
    packer.scan(s["shipment"], "opened")
    wait_for("the inventory", lambda: reads(reader))
    reader.silent = True
    wait_for("the loss to be seen", lambda: not device(scene, "r1")["up"])
    packer.scan("OKURU-C-PARK", "parked")
    assert reads(reader)
    reader.silent = False
    wait_for("the end of the inventory", lambda: device(scene, "r1")["up"] and not reads(reader))


def test_a_pedal_at_the_reader_has_the_box_read_once(by_pedal):
    scene, reader, packer = by_pedal
    s, field = scene.make("S-PEDAL", item("1", SHIRT, 2)), Field(reader)
    field.tags = [sgtin(SHIRT, 21), sgtin(SHIRT, 22)]
    packer.scan(s["shipment"], "opened")
    assert field.read_for(packer, 0.5) == [], "nobody asked"
    reader.press(1)
    verdict = field.read_until(packer)
    assert verdict["kind"] == "packed"
    wait_for("the end of the inventory", lambda: not reads(reader))
    reader.press(1, False)
    packer.match(verdict)


def test_what_was_read_before_its_box_was_opened_is_held_against_that_box_and_no_other(by_pedal):
    scene, reader, packer = by_pedal
    first, second = (scene.make(name, item("1", SHIRT, 1), item("2", SOCKS, 1)) for name in ("S-FIRST", "S-SECOND"))
    field = Field(reader)
    field.tags = [sgtin(SHIRT, 31), sgtin(SOCKS, 32)]
    reader.press(1)
    assert field.read_for(packer, 1.0) == [], "no box is open yet"
    reader.press(1, False)
    packer.light.drain()
    packer.scan(first["shipment"], "opened")
    verdict = packer.look(10)
    assert verdict and verdict["kind"] == "packed", verdict
    packer.match(verdict)
    packer.scan(second["shipment"], "opened")
    assert field.read_for(packer, 0.5) == [], "the set of the first box says nothing of the second"
    field.tags = [sgtin(SHIRT, 33), sgtin(SOCKS, 34)]
    reader.press(1)
    verdict = field.read_until(packer)
    assert verdict["kind"] == "packed"
    packer.match(verdict)


def test_a_secured_reader_by_its_name_and_why_it_is_not_believed(build, tmp_path):
    make_ca(tmp_path)
    reader = LlrpReader(tls=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    reader.tls.load_cert_chain(*make_cert(tmp_path, "other", ("reader-8",)))
    with reader:
        (tmp_path / "station").mkdir()
        scene = scene_with(build, tmp_path / "station", reader, f"{BOX}\n    tls: {{ca: {tmp_path}/ca.pem}}", "800ms", host="localhost")
        try:
            wait_for("the refusal", lambda: device(scene, "r1").get("reason") == "its certificate is not accepted: hostname mismatch", timeout=30)
            assert any(f["reason"] == "its certificate is not accepted: hostname mismatch" for f in scene.facts("device.down"))
            reader.tls.load_cert_chain(*make_cert(tmp_path, "right", ("localhost",)))
            wait_for("the reader", lambda: device(scene, "r1")["up"], timeout=60)
            s, field, packer = scene.make("S-TLS", item("1", SHIRT, 1)), Field(reader), scene.packers[0]
            field.tags = [sgtin(SHIRT, 41)]
            packer.scan(s["shipment"], "opened")
            verdict = field.read_until(packer)
            assert verdict["kind"] == "packed"
            packer.match(verdict)
        finally:
            scene.close()
