# SPDX-License-Identifier: Apache-2.0
"""Boxes whose goods bear tags, as a packer meets them: okuru-station with an LLRP reader that the tests hold in their hand."""
import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from field import Field, device, sgtin, verified  # noqa: E402
from llrp_reader import LlrpReader  # noqa: E402
from rig import RigError, wait_for  # noqa: E402
from scene import SHIRT, SOCKS, WATCH, Scene, item  # noqa: E402

FOREIGN = "e28011700000020c5a5b5c5d"


@pytest.fixture(scope="module")
def reader():
    with LlrpReader() as r:
        yield r


@pytest.fixture(scope="module")
def scene(build, tmp_path_factory, reader):
    s = Scene(build, tmp_path_factory.mktemp("rfid"))
    board = s.folder / "etc" / "board.yaml"
    text = board.read_text()
    first, second = text.split("  - name: b2\n")
    zone = "    zone:\n      reader: r1\n      antennas: [{}]\n      neighbours:\n        - {{reader: r1, antenna: {}}}\n      settle: 150ms\n      gone: 800ms\n      give_up: 2s\n"
    board.write_text(first + zone.format(1, 2) + "  - name: b2\n" + second + zone.format(2, 1) +
                     f"readers:\n  - name: r1\n    driver: llrp\n    host: 127.0.0.1\n    port: {reader.port}\n    antennas: [1, 2]\n    keepalive_ms: 1000\n")
    board.chmod(0o640)
    s.open()
    yield s
    s.close()


@pytest.fixture
def bench(scene, reader):
    """Bench b1, signed in, with nothing open, nothing in the field, and a reader that reads."""
    packer = scene.packers[0]
    if scene.shown(0)["parcel"]:
        packer.scan("OKURU-C-PARK")
    wait_for("the reader", lambda: device(scene, "r1")["up"])
    packer.light.drain()
    packer.labels.drain()
    return packer


def test_a_set_is_given_by_the_control_socket(scene, bench):
    s = scene.make("S-SOCKET", item("1", SHIRT, 2), item("2", SOCKS, 1))
    bench.scan(s["shipment"], "opened")
    answer = scene.rig.ask_station({"verb": "tags", "bench": "b1", "epcs": [sgtin(SHIRT, 1), FOREIGN, "00" * 12, ""]})
    assert [v["kind"] for v in answer["verdicts"]] == ["ok"], answer
    assert "品1×1、品2×1" in answer["verdicts"][0]["sub"]["ja"]
    answer = scene.rig.ask_station({"verb": "tags", "bench": "b1", "epcs": [sgtin(SHIRT, 1)]})
    assert answer == {"ok": True, "verdicts": []}
    answer = scene.rig.ask_station({"verb": "tags", "bench": "b1", "epcs": [sgtin(SHIRT, 1), sgtin(SHIRT, 2), sgtin(SOCKS, 3)]})
    assert [v["kind"] for v in answer["verdicts"]] == ["packed"]
    assert sorted((f["how"], f["serial"]) for f in verified(scene, s)) == [("rfid", "1"), ("rfid", "2"), ("rfid", "3")]
    assert {f["actor"] for f in verified(scene, s)} != {"p-017"}
    bench.light.drain()
    bench.match(answer["verdicts"][0])
    for wrong in ({"bench": "b9", "epcs": []}, {"bench": "b1"}, {"bench": "b1", "epcs": ["3"]}, {"bench": "b1", "epcs": ["zz"]}, {"bench": "b1", "epcs": [1]}):
        assert not scene.rig.ask_station({"verb": "tags", **wrong})["ok"], wrong


def test_a_box_of_tagged_goods_is_packed_by_light(scene, bench, reader):
    s = scene.make("S-TAGS", item("1", SHIRT, 2), item("2", SOCKS, 1))
    field = Field(reader)
    field.tags = [sgtin(SHIRT, 11), sgtin(SHIRT, 12), sgtin(SOCKS, 13), FOREIGN]
    bench.scan(s["shipment"], "opened")
    verdict = field.read_until(bench)
    assert verdict["kind"] == "packed", verdict
    assert field.read_for(bench, 1.0) == [], "the same tags say nothing more"
    assert sorted((f["how"], f["serial"], f["line"]) for f in verified(scene, s)) == [("rfid", "11", "1"), ("rfid", "12", "1"), ("rfid", "13", "2")]
    packed = [f for f in scene.facts("parcel.packed") if f["subject"] == verdict["parcel"]]
    assert sorted((c["line"], c["quantity"], c["serials"]) for c in packed[0]["contents"]) == [("1", 2, ["11", "12"]), ("2", 1, ["13"])]
    bench.match(verdict)
    wait_for("what was not believed", lambda: scene.count("tag.ignored", verdict["parcel"]) == 1)
    ignored = next(f for f in scene.facts("tag.ignored") if f["subject"] == verdict["parcel"])
    assert (ignored["bench"], ignored["foreign"], ignored["believed"] + ignored.get("gone", 0)) == ("b1", 1, 3)


def test_what_does_not_belong_is_named_until_it_is_out(scene, bench, reader):
    s = scene.make("S-STRAY", item("1", SHIRT, 2))
    right, field = [sgtin(SHIRT, 21), sgtin(SHIRT, 22)], Field(reader)
    field.tags = [*right, sgtin(WATCH, 23), sgtin(SHIRT, 24)]
    bench.scan(s["shipment"], "opened")
    verdict = field.read_until(bench)
    assert (verdict["kind"], verdict["light"]) == ("tags-wrong", "red")
    assert "品1×1" in verdict["sub"]["ja"] and f"0{WATCH}×1" in verdict["sub"]["ja"]
    assert verified(scene, s) == []
    field.tags.pop(2)
    verdict = field.read_until(bench)
    assert verdict["kind"] == "tags-extra" and "品1×1" in verdict["sub"]["ja"]
    field.tags.pop()
    verdict = field.read_until(bench)
    assert verdict["kind"] == "packed"
    bench.match(verdict)
    assert sorted(f["serial"] for f in verified(scene, s)) == ["21", "22"]

    other = scene.make("S-STRAY-2", item("1", SHIRT, 2))  # units that are on their way are in no second box
    bench.scan(other["shipment"], "opened")
    field.tags = [right[0], sgtin(SHIRT, 25)]
    verdict = field.read_until(bench)
    assert verdict["kind"] == "tags-used" and "注文" in verdict["sub"]["ja"]
    field.tags = [sgtin(SHIRT, 25)]
    assert field.read_until(bench)["kind"] == "ok"
    field.tags.append(sgtin(SHIRT, 26))
    verdict = field.read_until(bench)
    assert verdict["kind"] == "packed"
    bench.match(verdict)


def test_tags_and_barcodes_share_a_box_and_each_bench_has_its_own_antenna(scene, bench, reader):
    s = scene.make("S-MIXED", item("1", SHIRT, 2), item("2", SOCKS, 1))
    mine, theirs = Field(reader), Field(reader, antenna=2)
    theirs.tags = [sgtin(WATCH, 31)]
    bench.scan(s["shipment"], "opened")
    bench.scan(SOCKS, "ok")
    mine.tags = [sgtin(SHIRT, 32), sgtin(SOCKS, 33)]  # the socks bear a tag, too: counted already
    assert theirs.read_for(bench, 0.5) == []
    verdict = mine.read_until(bench)
    assert verdict["kind"] == "ok" and "品1×1" in verdict["sub"]["ja"]
    verdict = bench.scan(SHIRT, "packed")
    assert sorted((f["how"], f["line"]) for f in verified(scene, s)) == [("rfid", "1"), ("scanned", "1"), ("scanned", "2")]
    packed = next(f for f in scene.facts("parcel.packed") if f["subject"] == verdict["parcel"])
    assert {c["line"]: c.get("rfid") for c in packed["contents"]} == {"1": 1, "2": None}, "the OMS is told how each unit was confirmed"
    bench.match(verdict)
    scene.assert_rebuilt_equal()


def test_reads_that_are_older_than_the_box_are_not_of_this_box(scene, bench, reader):
    s = scene.make("S-OLD", item("1", SHIRT, 2))
    field = Field(reader)
    field.tags = [sgtin(SHIRT, 81)]
    bench.scan(s["shipment"], "opened")
    reader.clock_ahead = -3.0  # as if held back while the network was away
    try:
        assert field.read_for(bench, 0.6) == []
    finally:
        reader.clock_ahead = 0.0
    assert field.read_until(bench)["kind"] == "ok"
    field.tags.append(sgtin(SHIRT, 82))
    verdict = field.read_until(bench)
    assert verdict["kind"] == "packed"
    bench.match(verdict)


def test_a_tag_that_comes_and_goes_is_named(scene, bench, reader):
    s = scene.make("S-RESTLESS", item("1", SHIRT, 2))
    field, at_the_edge = Field(reader), sgtin(SHIRT, 42)
    bench.scan(s["shipment"], "opened")
    field.tags = [sgtin(SHIRT, 41)]
    assert field.read_until(bench)["kind"] == "ok"
    field.tags.append(sgtin(SOCKS, 43))
    kinds = []
    for _ in range(3):
        kinds += [v["kind"] for v in field.read_for(bench, 0.5)]
        gone = field.tags.pop()
        kinds += [v["kind"] for v in field.read_for(bench, 1.2)]
        field.tags.append(gone)
    assert "tags-restless" in kinds, kinds
    field.tags = [sgtin(SHIRT, 41), at_the_edge]
    verdict = field.read_until(bench)
    assert verdict["kind"] == "packed"
    bench.match(verdict)


def test_a_reader_that_restarts_in_the_middle_of_a_box_loses_nothing(scene, bench, reader):
    s = scene.make("S-POWER", item("1", SHIRT, 3))
    field = Field(reader)
    field.tags = [sgtin(SHIRT, 51), sgtin(SHIRT, 52)]
    bench.scan(s["shipment"], "opened")
    assert field.read_until(bench)["kind"] == "ok"
    downs = scene.count("device.down", "r1")
    reader.restart()
    wait_for("the loss to be seen", lambda: scene.count("device.down", "r1") > downs)
    wait_for("the reader's return", lambda: device(scene, "r1")["up"])
    assert field.read_for(bench, 1.0) == [], "what was counted is not counted again"
    field.tags.append(sgtin(SHIRT, 53))
    verdict = field.read_until(bench)
    assert verdict["kind"] == "packed"
    assert sorted(f["serial"] for f in verified(scene, s)) == ["51", "52", "53"]
    bench.match(verdict)


def test_a_station_that_restarts_in_the_middle_of_a_box_counts_no_tag_twice(scene, bench, reader):
    s = scene.make("S-AGAIN", item("1", SHIRT, 2))
    field = Field(reader)
    field.tags = [sgtin(SHIRT, 61)]
    bench.scan(s["shipment"], "opened")
    assert field.read_until(bench)["kind"] == "ok"
    scene.rig.kill("station")
    scene.rig.start("station")
    scene.rig.wait_up()
    wait_for("the reader's return", lambda: device(scene, "r1")["up"])
    bench.light.drain()
    assert field.read_for(bench, 1.0) == []
    field.tags.append(sgtin(SHIRT, 62))
    verdict = field.read_until(bench)
    assert verdict["kind"] == "packed"
    assert sorted(f["serial"] for f in verified(scene, s)) == ["61", "62"]
    bench.match(verdict)


def okuru_rfid(scene: Scene, *arguments: str) -> subprocess.Popen:
    command = [scene.rig.program("okuru"), "rfid", *arguments, "--config", str(scene.folder / "etc/station.yaml")]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_reads_are_watched_recorded_and_judged_again_with_another_figure(scene, bench, reader):
    field, recording = Field(reader), scene.folder / "reads"
    with okuru_rfid(scene, "record", "--output", str(recording)) as recorder, okuru_rfid(scene, "watch", "--bench", "b1") as watcher:
        try:
            wait_for("the recording's head", lambda: recording.exists() and recording.read_text().count("# zone ") == 2)
            field.read_for(bench, 1.0)  # what an earlier box left in the zones is gone
            field.tags = [sgtin(SHIRT, 71), FOREIGN]
            for _ in range(12):
                reader.see(sgtin(SHIRT, 72), rssi=-68)
                reader.see(sgtin(SHIRT, 73), rssi=-75)
                field.read_for(bench, 0.05)
            wait_for("the reads in the recording", lambda: recording.read_text().count(sgtin(SHIRT, 73).upper()) == 12)
        finally:
            recorder.terminate()
            watcher.terminate()
        seen = watcher.communicate(timeout=10)[0]
    for word in ("believed   sgtin", "foreign    unprogrammed", "too-weak   sgtin", "settled: 2 believed, 1 foreign, 1 weak"):
        assert word in seen, seen
    judged = scene.rig.okuru("rfid", "replay", str(recording), "--bench", "b1")
    assert "settled: 2 believed, 1 foreign, 1 weak" in judged, judged
    recording.write_text(recording.read_text().replace('"floor":-70', '"floor":-60'))
    judged = scene.rig.okuru("rfid", "replay", str(recording), "--bench", "b1")
    assert "settled: 1 believed, 1 foreign, 2 weak" in judged, judged
    tags = [json.loads(line) for line in scene.rig.okuru("rfid", "replay", str(recording), "--bench", "b1", "--json").splitlines()]
    assert {"believed", "too-weak", "foreign"} <= {t.get("standing") for t in tags}
    recording.write_text(recording.read_text().replace('"usec":', '"usecs":'))
    with pytest.raises(RigError, match=f"{recording}:3: usecs"):
        scene.rig.okuru("rfid", "replay", str(recording))


def test_two_hundred_tags_are_two_hundred_facts_however_often_they_are_read(scene, bench, reader):
    s = scene.make("S-200", item("1", SHIRT, 200))
    tags = [sgtin(SHIRT, 1000 + i) for i in range(200)]
    bench.scan(s["shipment"], "opened")
    before, n_reads, verdict = len(scene.facts("item.verified")), 0, None
    while verdict is None or verdict["kind"] != "packed":
        for i in range(0, 200, 4):
            reader.do(reader.report, *(reader.tag(tag, 1, -50, 1) for tag in tags[i:i + 4]))
        n_reads += 200
        verdict = bench.look(0) or verdict
        assert n_reads < 200_000, verdict
        assert verdict is None or verdict["light"] == "green", verdict
    assert len(verified(scene, s)) == 200 and len({f["serial"] for f in verified(scene, s)}) == 200
    head = scene.head()
    for _ in range(5):
        for i in range(0, 200, 4):
            reader.do(reader.report, *(reader.tag(tag, 1, -50, 1) for tag in tags[i:i + 4]))
    assert bench.look(0.6) is None
    assert scene.head() == head, "reading on writes nothing"
    assert len(scene.facts("item.verified")) == before + 200
    bench.match(verdict)
    assert scene.count("tag.ignored", verdict["parcel"]) == 0, "there is nothing to tell"
