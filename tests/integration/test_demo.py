# SPDX-License-Identifier: Apache-2.0
"""The demo is the main job: it must come out right from a packer's and from a person's hands."""
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/support"))

import compare  # noqa: E402
from packer import Green  # noqa: E402


def demo(build: Path, *arguments: str, codes: str = "", timeout: int = 240) -> subprocess.CompletedProcess:
    command = [sys.executable, str(TOP / "tests/support/demo.py"), "--build", str(build), *arguments]
    return subprocess.run(command, input=codes, text=True, capture_output=True, timeout=timeout, env={**os.environ})


@pytest.mark.asan_e2e
def test_twelve_shipments_go_out_with_every_mistake_while_the_broker_is_away(build, tmp_path):
    done = demo(build, "--auto", "12", "--offline", "--folder", str(tmp_path / "floor"))
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    result = json.loads(done.stdout.splitlines()[-1])
    assert (result["shipments_shipped"], result["pickups_collected"], result["lost"], result["duplicated"]) == (12, 6, 0, 0)
    assert result["pickups_ready"] == 6 and result["notices_accepted"] == 10 + 6, "two of the twelve went to the store, whose customers were told there"
    assert (result["told_by_sms"], result["of_these_instead_of_mail"]) == (2, 1)
    for seen in ("荷物ちがい", "未会計", "お渡し済み", "入荷OK", "商品ちがい", "送り状ちがい", "数が多い", "出荷中止", "保留棚へ", "締め不可", "the uplink goes down", "sms: +819000004001: 【あおぞら洋品店】", "the line of the mails is cut", "it is mended"):
        assert seen in done.stdout, f"{seen} was not shown"


def test_a_person_packs_one_shipment_through_a_pipe(build, tmp_path):
    codes = "OKURU-P-P017\nS-00002\nソックス\n4512345000028\n444531000045\n\nOKURU-C-UNDO\n"
    done = demo(build, "--folder", str(tmp_path / "floor"), codes=codes)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert done.stdout.lstrip().startswith("okuru demo:"), "a welcome before anything else"
    for seen in ("/bench/b1#", "/counter/c1#", "/floor", "/phone", "/ready-board", "検品開始", "検品完了", "準備完了", "OMS: parcel.ready"):
        assert seen in done.stdout, f"{seen} was not shown"
    told = [line for line in done.stdout.splitlines() if line.startswith("   OMS: ")]
    assert len(told) == len(set(told)), "the same fact was told twice"
    for seen in ("parcel.opened", "parcel.packed", "parcel.ready", "person.in"):
        assert any(seen in line for line in told), f"{seen} was not told"


def test_a_wrong_call_is_told_before_anything_is_started(build, tmp_path):
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "mail").touch()
    for words, told in ((("--offline",), "--auto"), (("--auto", "0"), "at least 1"), (("--from", str(tmp_path), "--folder", "old"), "is not empty")):
        done = demo(build, *words)
        assert done.returncode == 2 and told in done.stderr and done.stdout == "", (words, done.stderr)


def test_ctrl_c_ends_the_demo_in_a_word_and_leaves_nothing_running(build, tmp_path):
    command = [sys.executable, str(TOP / "tests/support/demo.py"), "--build", str(build), "--folder", str(tmp_path / "floor")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)) as process:  # a shell's `&` ignores it
        while "ctrl-D" not in (line := process.stdout.readline()):
            assert line, process.stderr.read()
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)  # before its input is closed, which ends it, too
        rest, errors = process.communicate(timeout=30)
    assert (process.returncode, rest, errors) == (130, "demo: interrupted\n", "")
    left = [p for p in Path("/proc").glob("[0-9]*/cmdline") if str(tmp_path).encode() in read_or_nothing(p)]
    assert left == []


def read_or_nothing(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


class Disks:
    """A rig that is only its disks: for showing that the comparison can fail."""

    def __init__(self, events, mails):
        self.events, self.paths = events, mails

    def query(self, database, sql):
        return [(s, n, i, t, u, r, json.dumps({"data": d})) for s, n, i, t, u, r, d in self.events]

    def mails(self):
        return self.paths


def world(tmp_path):
    """One shipment packed, ready, shipped and told, as it should be."""
    data = {"shipment": "S-1", "contents": [{"line": "1", "quantity": 2}]}
    rows = [("f", k + 1, f"id{k}", t, "p-1", 0, data) for k, t in enumerate(("parcel.packed", "parcel.ready", "parcel.shipped"))]
    rows.append(("f", 4, "id3", "notice.accepted", "S-1", 0, {"notice": "n"}))
    mail = tmp_path / "m1"
    mail.write_bytes(b"To: a@example.jp\r\nSubject: x\r\nContent-Type: text/plain\r\n\r\nA-1 123456789013\r\n")
    shipments = {"S-1": {"orders": ["A-1"], "labels": [{"number": "123456789013"}], "contact": {"contact": {"email": "a@example.jp"}}}}
    green = Green(units={("S-1", "1"): 2}, packed={"p-1"}, ready={"p-1": "S-1"}, shipped={"p-1": "S-1"})
    return rows, [mail], shipments, green


def outcome(rows, mails, shipments, green):
    o = compare.compare(Disks(rows, mails), green, shipments)
    return len(o.lost), len(o.duplicated)


def test_the_comparison_is_content_with_a_world_that_agrees(tmp_path):
    assert outcome(*world(tmp_path)) == (0, 0)


@pytest.mark.parametrize("harm, lost, doubled", [
    (lambda r, m: (r[:2] + r[3:], m), True, False),                       # the shipped fact never came
    (lambda r, m: (r[1:], m), True, False),                               # a hole in the lane, and the packed fact
    (lambda r, m: (r + [("f", 5, "id9", "parcel.shipped", "p-1", 0, r[2][6])], m), False, True),  # shipped twice
    (lambda r, m: (r + [("f", 5, "id2", "x", "p-1", 0, {})], m), False, True),                    # one id, two places
    (lambda r, m: (r + [("f", 5, "id9", "parcel.shipped", "p-2", 0, r[2][6])], m), False, True),  # shipped without a green
    (lambda r, m: (r, []), True, False),                                  # no mail
    (lambda r, m: (r, m + m), False, True),                               # two mails
])
def test_the_comparison_names_what_is_lost_and_what_is_doubled(tmp_path, harm, lost, doubled):
    rows, mails, shipments, green = world(tmp_path)
    found = outcome(*harm(rows, mails), shipments, green)
    assert (found[0] > 0, found[1] > 0) == (lost, doubled)


def test_a_unit_that_went_green_and_is_not_in_the_parcel_is_lost(tmp_path):
    rows, mails, shipments, green = world(tmp_path)
    green.units[("S-1", "1")] = 3
    assert outcome(rows, mails, shipments, green) == (1, 0)


# ---- the counter's side of it ----

ORDER = {"orders": ["A-9"], "contact": {"contact": {"email": "b@example.jp"}}}


def handed_over(tmp_path):
    """An order of two parcels, ready, told and handed over; one of them was taken back in between."""
    kinds = (("pickup.ready", "P-9"), ("pickup.collected", "q-1"), ("pickup.undone", "q-1"), ("pickup.collected", "q-1"), ("pickup.collected", "q-2"), ("notice.accepted", "P-9"))
    rows = [("f", k + 1, f"id{k}", kind, subject, 0, {"shipment": "P-9"}) for k, (kind, subject) in enumerate(kinds)]
    mail = tmp_path / "m2"
    mail.write_bytes(b"To: b@example.jp\r\nSubject: x\r\nContent-Type: text/plain\r\n\r\nA-9\r\n")
    return rows, [mail], compare.Counter({"P-9"}, {"P-9": 2}, {"P-9": ORDER})


@pytest.mark.parametrize("texts, lost, doubled", [
    ([("P-9", "A-9 is ready")], 0, 0),
    ([("P-9", "something is ready")], 1, 0),                          # it does not say which order
    ([("P-9", "A-9 is ready"), ("P-9", "A-9 is ready")], 0, 1),
    ([("P-8", "A-8 is ready")], 1, 1),                                # somebody else was told
])
def test_the_comparison_counts_an_sms_as_it_counts_a_mail(tmp_path, texts, lost, doubled):
    rows, _, counter = handed_over(tmp_path)
    counter.texts, counter.orders["P-8"] = texts, {"orders": ["A-8"]}
    o = compare.compare(Disks(rows, []), Green(), {}, counter)
    assert (len(o.lost), len(o.duplicated)) == (lost, doubled), (o.lost, o.duplicated)


def renumbered(rows):
    return [(row[0], k + 1, *row[2:]) for k, row in enumerate(rows)]


def test_the_comparison_is_content_with_what_was_handed_over(tmp_path):
    rows, mails, counter = handed_over(tmp_path)
    o = compare.compare(Disks(rows, mails), Green(), {}, counter)
    assert (o.lost, o.duplicated, o.pickups_ready, o.pickups_collected) == ([], [], 1, 1)


@pytest.mark.parametrize("harm, lost, doubled", [
    (lambda r, m: (r[:4] + r[5:], m), True, False),                                   # the second parcel was never told
    (lambda r, m: (r[1:], m), True, False),                                           # that it was ready
    (lambda r, m: (r[:2] + r[3:], m), False, True),                                   # handed over twice: the undo is missing
    (lambda r, m: (r + [("f", 0, "id9", "pickup.ready", "P-9", 0, {"shipment": "P-9"})], m), False, True),
    (lambda r, m: (r + [("f", 0, "id9", "pickup.collected", "q-7", 0, {"shipment": "P-7"})], m), False, True),  # without a green
    (lambda r, m: (r, []), True, False),                                              # its customer was not told
    (lambda r, m: (r, m + m), False, True),                                           # or twice
])
def test_the_comparison_names_what_the_counter_lost_or_doubled(tmp_path, harm, lost, doubled):
    rows, mails, counter = handed_over(tmp_path)
    rows, mails = harm(rows, mails)
    o = compare.compare(Disks(renumbered(rows), mails), Green(), {}, counter)
    assert (o.lost != [], o.duplicated != []) == (lost, doubled), (o.lost, o.duplicated)
