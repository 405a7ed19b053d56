# SPDX-License-Identifier: Apache-2.0
"""The LLRP driver against a reader on loopback that behaves badly, and its bytes against other people's decoders."""
import os
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as xml
from datetime import datetime, timezone
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from llrp_reader import LlrpReader, message, status, tlv  # noqa: E402
from llrp_watch import Watch, watching  # noqa: E402
from rig import wait_for  # noqa: E402

SHIRT, MUG = "303435fc8803d056d15b963f", "30340789000c0e42dfdc1c35"
SETUP = ["GET_SUPPORTED_VERSION", "GET_READER_CAPABILITIES", "SET_READER_CONFIG", "GET_READER_CONFIG", "GET_ROSPECS"]
ANEW = ["DELETE_ACCESSSPEC", "DELETE_ROSPEC", "ADD_ROSPEC", "ENABLE_ROSPEC"]


def test_tags_come_through_a_stream_cut_at_every_byte(build):
    with LlrpReader(piece=1) as reader, watching(build, reader) as watch:
        at = watch.expect("up version 1 holds 1")
        watch.expect("inventory begins")
        assert reader.seen == SETUP + ["ENABLE_EVENTS_AND_REPORTS"] + ANEW
        for i in range(50):
            reader.see(f"{i:024x}", antenna=1 + i % 4, rssi=-40 - i)
        at = watch.expect(f"read {49:024x} antenna 2 rssi -89 times 1 age_ms [0-9]{{1,4}}", at)
        assert len([line for line in watch.lines if line.startswith("read ")]) == 50
        reader.see("e2" * 31, count=7)
        watch.expect("read (e2){31} antenna 1 rssi -50 times 7 age_ms .*", at)


def test_version_1_1_is_spoken_with_a_reader_that_offers_it(build):
    with LlrpReader(version=2) as reader, watching(build, reader) as watch:
        watch.expect("up version 2 holds 1")
        reader.see(SHIRT)
        watch.expect(f"read {SHIRT} .*")
        assert "SET_PROTOCOL_VERSION" in reader.seen
        assert {frame[0] >> 2 & 7 for frame in reader.sent_to_us} == {2}


def test_a_reader_that_ignores_the_question_for_versions_is_used_all_the_same(build):
    with LlrpReader(version=0) as reader, watching(build, reader) as watch:
        watch.expect("up version 1 holds 1")


def test_a_reader_that_chokes_on_versions_is_used_at_the_second_try(build):
    with LlrpReader(chokes=True) as reader, watching(build, reader) as watch:
        at = watch.expect("down ETIMEDOUT")
        watch.expect("up version 1 holds 1", at)
        assert reader.seen.count("GET_SUPPORTED_VERSION") == 1


def test_reads_of_a_dropped_network_come_later_and_are_as_old_as_they_are(build):
    with LlrpReader(clock_ahead=-86400) as reader, watching(build, reader, "retry_ms=1500") as watch:
        watch.expect("up .*")
        watch.expect("inventory begins")
        reader.drop()
        at = watch.expect("down ECONNRESET")
        for _ in range(5):
            reader.see(MUG)
        time.sleep(0.5)  # the reads are to be old
        at = watch.expect("up .*", at)
        watch.expect(f"read {MUG} .* age_ms (1[0-9]{{3}}|[5-9][0-9]{{2}})")
        wait_for("all five", lambda: sum(MUG in line for line in watch.lines) == 5)
        reader.see(SHIRT)
        watch.expect(f"read {SHIRT} .* age_ms [0-9]{{1,2}}", at)
        assert reader.seen[len(SETUP) + 1 + len(ANEW):] == SETUP + ["ENABLE_EVENTS_AND_REPORTS"]


def test_a_reader_that_lost_power_is_set_up_anew(build):
    with LlrpReader() as reader, watching(build, reader) as watch:
        at = watch.expect("up .*")
        watch.command("output 2 1")
        wait_for("the light", lambda: reader.outputs.get(2) is True)
        reader.outputs.clear()
        reader.restart()
        at = watch.expect("down ECONNRESET", at)
        watch.expect("up .*", at)
        wait_for("the light again", lambda: reader.outputs.get(2) is True)
        assert reader.seen.count("ADD_ROSPEC") == 2
        reader.see(SHIRT)
        watch.expect(f"read {SHIRT} .*", at)


def test_a_silent_reader_is_noticed_within_two_keepalive_periods(build):
    with LlrpReader() as reader, watching(build, reader, "keepalive_ms=400") as watch:
        watch.expect("up .*")
        wait_for("answers to keepalives", lambda: reader.seen.count("KEEPALIVE_ACK") >= 3)
        assert not any(line.startswith("down") for line in watch.lines)
        reader.silent = True
        began = time.monotonic()
        at = watch.expect(r"lost: the reader is silent for two keepalive periods \(800 ms\)")
        assert time.monotonic() - began < 2.5  # 0.8 and what a busy machine takes
        at = watch.expect("down ETIMEDOUT", at - 1)
        reader.silent = False
        watch.expect("up .*", at)


def test_half_a_message_is_not_waited_for_for_ever(build):
    with LlrpReader() as reader, watching(build, reader, "keepalive_ms=400") as watch:
        at = watch.expect("up .*")
        reader.say(message(61, 0, tlv(240, b"\x8d" + bytes.fromhex(SHIRT)))[:-5])
        reader.silent = True
        at = watch.expect("down ETIMEDOUT", at)
        reader.silent = False
        at = watch.expect("up .*", at)
        reader.see(MUG)
        watch.expect(f"read {MUG} .*", at)
        assert not any(SHIRT in line for line in watch.lines)


def test_a_second_client_is_told_who_has_the_reader_until_it_is_free(build):
    with LlrpReader() as reader, watching(build, reader) as first:
        first.expect("up .*")
        with watching(build, reader) as second:
            second.expect("refused: another program has the reader")
            second.expect("down EBUSY")
            first.expect("rival: another program tried to connect to the reader")
            wait_for("more tries", lambda: reader.refused >= 4)
            assert second.lines == ["refused: another program has the reader", "down EBUSY"]  # said once
            assert first.end() == 0
            second.expect("up .*")


def test_a_refusal_and_what_happens_at_the_reader_are_said_in_words(build):
    error = status(100, "too much", tlv(289, b"\x00\xe0\x00\xc9", tlv(288, b"\x00\x03\x01\x2d")))
    with LlrpReader(refuse={20: error}) as reader, watching(build, reader) as watch:
        at = watch.expect(r"refused: ADD_ROSPEC: M_ParameterError: RFTransmitter: P_FieldError: field 3 \(TransmitPower\): "
                          r"A_OutOfRange \(too much\)")
        watch.expect("down EINVAL", at)
        reader.refuse = {}
        at = watch.expect("up .*", at)
        reader.overflow()
        at = watch.expect("buffer-fills: the reader's memory is 90 % full", at)
        at = watch.expect("reads-lost: the reader's memory was full, reads are lost", at)
        reader.say(message(63, 0, tlv(246, tlv(129, bytes(8)), tlv(255, b"\x00\x00\x02"))))
        at = watch.expect("antenna-off: antenna 2 is not connected any more", at)
        reader.say(message(61, 0))
        reader.say(message(61, 0, tlv(240, b"\x8d\x01")))
        watch.expect("bad-message: RO_ACCESS_REPORT.TagReportData.EPC_96.EPC is cut off", at)
        reader.see(SHIRT)
        watch.expect(f"read {SHIRT} .*", at)


@pytest.mark.parametrize("rubbish", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x16\x03\x01\x00\xa5", bytes(64), b"\xff" * 4096])
def test_what_is_no_reader_is_hung_up_on(build, rubbish):
    with LlrpReader(rubbish=rubbish) as reader, watching(build, reader) as watch:
        at = watch.expect("lost: what the reader sends is not LLRP")
        at = watch.expect("down EBADMSG", at)
        reader.rubbish = b""
        watch.expect("up .*", at)


def test_nobody_there_and_somebody_comes(build):
    late = LlrpReader()
    with late:
        pass  # its port is known, and free again
    watch = Watch(build, late.port)
    try:
        watch.expect("down ECONNREFUSED")
        with late:
            watch.expect("up .*")
            assert watch.end() == 0
    finally:
        watch.process.kill()
        watch.process.wait()


def test_a_pedal_at_the_reader_starts_an_inventory_that_ends_by_itself(build):
    with LlrpReader() as reader, watching(build, reader, "start=gpi:1", "stop_ms=300") as watch:
        at = watch.expect("up .*")
        reader.see(SHIRT)  # nobody asked
        reader.press(1)
        watch.expect("input 1 high", at)
        at = watch.expect("inventory begins", at)
        reader.see(MUG)
        watch.expect(f"read {MUG} .*", at)
        watch.expect("inventory ends", at)
        assert not any(SHIRT in line for line in watch.lines)


def test_inventories_by_command_and_lights_go_out_at_the_end(build):
    with LlrpReader() as reader:
        with watching(build, reader, "start=command") as watch:
            at = watch.expect("up .*")
            watch.command("start")
            at = watch.expect("inventory begins", at)
            watch.command("stop")
            at = watch.expect("inventory ends", at)
            watch.command("stop")
            watch.command("output 1 1")
            watch.command("output 3 1")
            watch.command("output 9 1")
            watch.expect("output -22", at)
            wait_for("two lights", lambda: reader.outputs == {1: True, 3: True})
        wait_for("goodbye", lambda: reader.seen[-3:] == ["SET_READER_CONFIG", "DELETE_ROSPEC", "CLOSE_CONNECTION"])
        assert reader.outputs == {1: False, 3: False}
        assert not reader.rospecs


def test_a_flood_of_reads_is_all_there(build):
    with LlrpReader() as reader, watching(build, reader) as watch:
        watch.expect("up .*")
        for k in range(40):
            reader.do(reader.report, *(reader.tag(f"{k * 100 + i:024x}", 1, -50, 1) for i in range(100)))
        wait_for("4000 reads", lambda: sum(line.startswith("read ") for line in watch.lines) == 4000)
        assert len({line.split()[1] for line in watch.lines if line.startswith("read ")}) == 4000


# ---- other people's decoders

def tshark(path: Path, *arguments: str) -> str:
    if not shutil.which("tshark"):
        pytest.skip("tshark is not installed (scripts/deps)")
    return subprocess.run(["tshark", "-r", str(path), "-d", "tcp.port==5084,llrp", *arguments], check=True, capture_output=True, text=True,
                          env={**os.environ, "HOME": str(path.parent)}).stdout


def write_capture(folder: Path, frames: list[bytes]) -> Path:
    """One packet for each frame."""
    dump, capture = folder / "frames.hex", folder / "frames.pcap"
    dump.write_text("".join("000000 " + " ".join(f"{byte:02x}" for byte in frame) + "\n\n" for frame in frames))
    if not shutil.which("text2pcap"):
        pytest.skip("tshark is not installed (scripts/deps)")
    subprocess.run(["text2pcap", "-q", "-T", "40000,5084", str(dump), str(capture)], check=True, capture_output=True)
    return capture


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("settings", [
    [], ["power=2450", "session=2", "population=200", "every=5", "quiet_ms=500"], ["start=gpi:2", "stop_ms=3000"], ["start=command"]],
    ids=["plain", "radio", "gpi", "command"])
def test_wireshark_finds_nothing_wrong_in_what_we_send(build, tmp_path, version, settings):
    with LlrpReader(version=version) as reader:
        with watching(build, reader, "keepalive_ms=200", *settings) as watch:
            watch.expect("up .*")
            watch.command("output 1 1")
            watch.command("start")
            watch.command("stop")
            wait_for("keepalive, light and stop",
                     lambda: {"KEEPALIVE_ACK", "STOP_ROSPEC"} <= set(reader.seen) and reader.outputs.get(1))
        wait_for("goodbye", lambda: reader.seen[-1] == "CLOSE_CONNECTION")
        frames = list(reader.sent_to_us)
    assert complaints(tmp_path, frames) == []
    seen = tshark(write_capture(tmp_path, frames), "-T", "fields", "-e", "llrp.type").split()
    assert [int(number) for number in seen] == [number_of(frame) for frame in frames]


def number_of(frame: bytes) -> int:
    return (frame[0] << 8 | frame[1]) & 0x3FF


def complaints(folder: Path, frames: list[bytes]) -> list[int]:
    """Numbers of the messages that Wireshark has something against. It forgets to count the one byte of every SET_PROTOCOL_VERSION
    (4.0.17: "10 bytes decoded, but 11 bytes available"), so those are not asked about."""
    frames = [frame for frame in frames if number_of(frame) != 47]
    found = tshark(write_capture(folder, frames), "-Y", "_ws.malformed || _ws.expert.severity >= 4194304", "-T", "fields", "-e",
                   "frame.number").split()
    return [number_of(frames[int(number) - 1]) for number in found]


def test_wireshark_would_find_a_wrong_length(build, tmp_path):
    with LlrpReader() as reader, watching(build, reader) as watch:
        watch.expect("up .*")
        frame = next(frame for frame in reader.sent_to_us if number_of(frame) == 20)
    longer = frame[:13] + bytes([frame[13] + 1]) + frame[14:]
    assert complaints(tmp_path, [frame, longer]) == [20]


def words_of_xml(element, depth: int, lines: list[str]) -> None:
    """An element of the LLRP Toolkit's XML as llrp-dump would show it."""
    for child in element:
        name = child.tag.rpartition("}")[2]
        if len(child) or name in EMPTY_PARAMETERS:
            lines.append("  " * depth + name)
            words_of_xml(child, depth + 1, lines)
            continue
        text = (child.text or "").strip()
        if re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z?", text):
            whole = datetime.strptime(text.rstrip("Z").partition(".")[0], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
            text = str(int(whole.timestamp()) * 1000000 + int((text.rstrip("Z").partition(".")[2] + "000000")[:6]))
        if child.get("Count"):
            text = f"{text.lower()} ({child.get('Count')} bits)"
        lines.append("  " * depth + f"{name}: {text}")


EMPTY_PARAMETERS = {"ReportBufferOverflowErrorEvent", "ConnectionCloseEvent"}


def test_the_capture_of_2007_reads_as_the_llrp_toolkit_reads_it(build, shared_data):
    raw = (shared_data / "llrp" / "session.bin").read_bytes()
    ours = subprocess.run([str(build / "tests" / "llrp-dump")], input=raw, check=True, capture_output=True).stdout.decode().splitlines()
    theirs: list[str] = []
    for element in xml.parse(shared_data / "llrp" / "session.xml").getroot():
        theirs.append(f"{element.tag.rpartition('}')[2]} id {element.get('MessageID')} version 1")
        words_of_xml(element, 1, theirs)
    ours = [line.rstrip() for line in ours]
    theirs = [line.rstrip() for line in theirs]
    different = [(a, b) for a, b in zip(ours, theirs) if a.lower() != b.lower()]
    assert not different[:20]
    assert len(ours) == len(theirs)
    assert sum(not line.startswith(" ") for line in ours) == 934
