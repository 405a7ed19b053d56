# SPDX-License-Identifier: Apache-2.0
"""A reader that we did not write: the npm package llrpjs 1.0.1 (MIT) reads what we send, and serves as one.

Where the package is: OKURU_TEST_NPM names a folder in which `npm i llrpjs@1.0.1` was run. Without it, and without node, the tests are
skipped and counted as such."""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

SUPPORT = Path(__file__).resolve().parents[1] / "support"
sys.path.insert(0, str(SUPPORT))

from llrp_reader import LlrpReader  # noqa: E402
from llrp_watch import Watch, watching  # noqa: E402
from rig import die_with_parent, wait_for  # noqa: E402

SHIRT, LONG = "303435fc8803d056d15b963f", "e2" * 31


@pytest.fixture(scope="module")
def npm() -> Path:
    folder = os.environ.get("OKURU_TEST_NPM")
    if not folder or not (Path(folder) / "node_modules" / "llrpjs").is_dir():
        pytest.skip("OKURU_TEST_NPM names no folder with llrpjs")
    if not shutil.which("node"):
        pytest.skip("no node")
    return Path(folder)


def peer(npm: Path, mode: str) -> subprocess.Popen:
    return subprocess.Popen(["node", str(SUPPORT / "llrp-peer.js"), mode], env={**os.environ, "NODE_PATH": str(npm / "node_modules")},
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)


class Served:
    def __init__(self, npm: Path):
        self.process, self.said = peer(npm, "serve"), []
        self.port = json.loads(self.process.stdout.readline())["port"]
        self.thread = Thread(target=lambda: self.said.extend(map(json.loads, self.process.stdout)), daemon=True)
        self.thread.start()

    def names(self) -> list[str]:
        return [message["type"] for message in self.said]

    def see(self, epc: str, antenna: int, rssi: int) -> None:
        self.process.stdin.write(f"see {epc} {antenna} {rssi}\n")
        self.process.stdin.flush()

    def data(self, name: str) -> dict:
        return next(message["data"] for message in self.said if message["type"] == name)


@pytest.fixture
def served(npm):
    s = Served(npm)
    try:
        yield s
    finally:
        s.process.kill()
        s.process.wait()


def test_tags_come_from_a_reader_that_others_wrote(build, served):
    watch = Watch(build, served.port, "only_1_0_1=1", "start=command", "keepalive_ms=1000", "session=1", "stop_ms=30000")
    try:
        at = watch.expect("up version 1 holds 0")
        assert served.names() == ["GET_READER_CAPABILITIES", "SET_READER_CONFIG", "GET_ROSPECS", "DELETE_ACCESSSPEC", "DELETE_ROSPEC",
                                  "ADD_ROSPEC", "ENABLE_ROSPEC"]
        wait_for("an answer to a keepalive", lambda: "KEEPALIVE_ACK" in served.names())
        watch.command("start")
        wait_for("the start", lambda: "START_ROSPEC" in served.names())
        served.see(SHIRT, 2, -47)
        at = watch.expect(f"read {SHIRT} antenna 2 rssi -47 times 3 age_ms [0-9]{{1,3}}", at)
        served.see(LONG, 1, -61)
        watch.expect(f"read {LONG} antenna 1 rssi -61 times 3 age_ms [0-9]{{1,3}}", at)
        assert watch.end() == 0
        wait_for("the goodbye", lambda: "DELETE_ROSPEC" in served.names()[7:])
        assert [m for m in served.said if m["type"] == "error" and m.get("code") not in ("ECONNRESET", "EPIPE")] == []
        boundary = served.data("ADD_ROSPEC")["ROSpec"]["ROBoundarySpec"]
        assert boundary["ROSpecStartTrigger"]["ROSpecStartTriggerType"] == "Null"
        assert boundary["ROSpecStopTrigger"] == {"ROSpecStopTriggerType": "Duration", "DurationTriggerValue": 30000}
        assert served.data("SET_READER_CONFIG")["KeepaliveSpec"] == {"KeepaliveTriggerType": "Periodic", "PeriodicTriggerValue": 1000}
    finally:
        watch.process.kill()
        watch.process.wait()


@pytest.mark.parametrize("settings", [
    [], ["power=2450", "session=2", "population=200", "every=5", "quiet_ms=500"], ["start=gpi:2", "stop_ms=3000"], ["start=command"]],
    ids=["plain", "radio", "gpi", "command"])
def test_what_we_send_is_read_by_others_as_it_is_meant_and_written_the_same(build, npm, settings):
    with LlrpReader() as reader:
        with watching(build, reader, "keepalive_ms=200", "only_1_0_1=1", *settings) as watch:
            watch.expect("up .*")
            watch.command("output 1 1")
            watch.command("start")
            watch.command("stop")
            wait_for("keepalive, light and stop", lambda: {"KEEPALIVE_ACK", "STOP_ROSPEC"} <= set(reader.seen) and reader.outputs.get(1))
        wait_for("goodbye", lambda: reader.seen[-1] == "CLOSE_CONNECTION")
        ours = list(reader.sent_to_us)
        names = list(reader.seen)
    done = peer(npm, "read").communicate("".join(frame.hex() + "\n" for frame in ours), timeout=60)[0]
    theirs = [json.loads(line) for line in done.splitlines()]
    assert [read["data"]["type"] for read in theirs] == names
    assert [(read["data"]["type"], read["again"]) for read, frame in zip(theirs, ours) if read["again"] != frame.hex()] == []
    rospec = next(read["data"]["data"]["ROSpec"] for read in theirs if read["data"]["type"] == "ADD_ROSPEC")
    trigger = rospec["ROBoundarySpec"]["ROSpecStartTrigger"]
    if settings[:1] == ["start=gpi:2"]:
        assert trigger == {"ROSpecStartTriggerType": "GPI", "GPITriggerValue": {"GPIPortNum": 2, "GPIEvent": True, "Timeout": 0}}
    if "quiet_ms=500" in settings:
        assert rospec["AISpec"]["AISpecStopTrigger"]["TagObservationTrigger"]["T"] == 500
