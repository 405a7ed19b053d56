# SPDX-License-Identifier: Apache-2.0
"""okuru-sync and okuru-oms with each other: what each is tested for alone holds between the two, over a broker with TLS and ACL."""
import json
import shutil
import signal
import sqlite3
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from test_oms import CONTACT, Office, push, shipment  # noqa: E402
from test_sync import REALM, SITE, STATION, Box, Broker, until  # noqa: E402

NAME = f"{SITE}/{STATION}"


@pytest.fixture
def broker(tmp_path):
    with Broker(tmp_path / "broker", tls=True, realm=REALM, stations=[NAME]) as started:
        yield started


@pytest.fixture
def office(tmp_path, build, broker):
    made = Office(tmp_path / "oms", build, broker).start()
    yield made
    if made.process:
        made.stop(signal.SIGKILL)


@pytest.fixture
def box(tmp_path, build, broker):
    (tmp_path / "box").mkdir()
    made = Box(tmp_path / "box", build, broker)
    yield made
    made.stop()


def all_there(office, box):
    until(lambda: box.uplink() and box.uplink()[1] == len(box.ids()), "all applied")
    kept = [f["id"] for f in office.facts() if f["source"].endswith(":fact")]
    assert kept == box.ids()


def wait_inbox(box, *types):
    """Until these are among the commands of the inbox, in this order behind each other."""
    def have():
        left = list(types)
        for _pos, kind, _subject, _data in box.inbox():
            if left and kind == left[0]:
                left.pop(0)
        return not left
    until(have, f"{types} in {[c[1] for c in box.inbox()]}")


def test_facts_go_up_and_commands_come_down(office, box):
    box.facts(500)
    box.facts(50, lane="trace")
    box.start()
    all_there(office, box)
    assert push(office, shipment(1, labels=[{"piece": 1, "carrier": "yamato", "number": "444413758703"}], contact=CONTACT), station=NAME).returncode == 0
    wait_inbox(box, "snapshot.begin", "snapshot.end", "shipment", "label", "contact")
    office.ok("hold", "S-1", "--merchant", "acme", "--reason", "住所確認")
    until(lambda: [c for c in box.inbox() if c[1] == "shipment" and '"held": true' in json.dumps(c[3])], "the hold")
    assert "hanako" not in json.dumps(box.inbox(), ensure_ascii=False)  # sealed on arrival
    until(lambda: len([f for f in office.facts() if f["source"].endswith(":trace")]) >= 50, "the trace")


def test_both_are_killed_again_and_again(office, box):
    box.start()
    for i in range(4):
        box.facts(400)
        push(office, *[shipment(100 * i + k) for k in range(50)], station=NAME)
        (box.kill if i % 2 else lambda: office.stop(signal.SIGKILL))()
        box.facts(100)
        (box.start if i % 2 else office.start)()
    all_there(office, box)
    until(lambda: len({c[2] for c in box.inbox() if c[1] == "shipment"}) == 200, "200 shipments")
    assert not [c for c in office.conflicts() if c != "contents-differ"]  # which is what the facts say


def test_the_office_is_restored_from_yesterday(office, box, tmp_path):
    box.start()
    box.facts(100)
    all_there(office, box)
    office.stop()
    yesterday = [p for p in office.folder.iterdir() if p.name.startswith("oms.db")]
    for path in yesterday:
        shutil.copy2(path, tmp_path / path.name)
    office.start()
    box.facts(100)
    push(office, shipment(1), station=NAME)
    all_there(office, box)
    wait_inbox(box, "shipment")
    receiver = box.uplink()[2]
    office.stop()
    for path in yesterday:
        shutil.copy2(tmp_path / path.name, path)
    office.start()
    office.ok("restored")
    until(lambda: box.uplink()[2] != receiver, "the new receiver")
    all_there(office, box)
    wait_inbox(box, "snapshot.begin", "snapshot.end", "shipment", "snapshot.begin", "snapshot.end")
    assert push(office, shipment(2), station=NAME).returncode == 0
    until(lambda: [c for c in box.inbox() if c[2] == "S-2"], "a command of the new stream")


def test_a_new_inbox_begins_with_a_snapshot(office, box):
    box.start()
    all_there(office, box)
    push(office, shipment(1), station=NAME)
    wait_inbox(box, "shipment")
    box.stop()
    shutil.rmtree(box.folder / "sync")
    (box.folder / "sync").mkdir(mode=0o750)
    box.start()
    wait_inbox(box, "snapshot.begin", "shipment", "snapshot.end")


# ---- what the ledger no longer has ----

def drop(box, lane, *stretches):
    """Rows that went as ledger_trace_skip() and ledger_purge() let them go: nobody else has the ledger open."""
    ledger = sqlite3.connect(box.folder / "ledger/ledger.db")
    for first, last in stretches:
        ledger.execute("DELETE FROM fact WHERE lane = ? AND seq BETWEEN ? AND ?", (lane, first, last))
    ledger.commit()
    ledger.close()


def name_gaps(box, ledger, lane, *stretches):
    box.tool(*[{"type": "ledger.gap", "subject": ledger, "data": {"v": 1, "lane": lane, "from": str(a), "to": str(b)}} for a, b in stretches])


def test_trace_given_up_before_it_was_applied_is_passed_over(office, box):
    """Slice by slice, as the station gives it up, around subjects that are open still."""
    stretches = [(n + 1, n + 20) for n in range(0, 1000, 20)] + [(1002, 1030), (1032, 1040)]
    box.facts(1042, lane="trace")
    ledger = box.ledger()
    drop(box, 1, *stretches)
    name_gaps(box, ledger, "trace", *stretches)
    began = time.monotonic()
    box.start()
    all_there(office, box)
    until(lambda: box.uplink("trace")[1] == 1042, f"all trace applied, it is {box.uplink('trace')}")
    assert time.monotonic() - began < 8, "not a second for each stretch"
    kept = [f["id"] for f in office.facts() if f["source"].endswith(":trace")]
    assert kept == box.ids(1)
