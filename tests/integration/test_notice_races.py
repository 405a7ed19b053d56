# SPDX-License-Identifier: Apache-2.0
"""What comes at the worst moment for a notice: while it is in a relay's hands, after a bounce, or over a restart with another config."""
import contextlib
import sqlite3
import sys
import time
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
from bounces import Box, bounce  # noqa: E402
from bounces import config as bounces  # noqa: E402
from fake_http import FakeServer  # noqa: E402
from ledger import notice_id, stamp  # noqa: E402
from mail_relay import RelayServer  # noqa: E402
from notify import M, Notify, mails_in, shipped, smtp_route, storage, to  # noqa: E402
from waiting import wait_for  # noqa: E402
from ways import BOX, TAKEN, by_slip, by_sms, told  # noqa: E402


def change(notify, sql: str, *arguments):
    """What another life of the program left behind; while none runs."""
    with contextlib.closing(sqlite3.connect(notify.folder / "notices.db")) as db, db:
        assert db.execute(sql, arguments).rowcount > 0


def in_hand(notify, relay, notice: str, address: str):
    """The relay has its text, and says nothing yet."""
    wait_for("the relay", lambda: address in [t for t, _ in relay.seen])
    assert notify.state(notice)[0] == "sending"


# ---- while it is in a relay's hands ----

@pytest.mark.parametrize("state", ["accepted", "cancelled"])
def test_what_ended_elsewhere_while_a_relay_had_it_does_not_go_again(by_smtp, ledger, relay, state):
    """The relay says no for now, after a snapshot said how it ended."""
    notice = to(ledger, "S-1", "pending")
    in_hand(by_smtp, relay, notice, "pending@example.jp")
    ledger.fact("known.received", M, M, merchant=M, parcels=[], units=[], notices=[
        {"notice": notice, "shipment": "S-1", "kind": "shipped", "generation": 0, "state": state}])
    wait_for("that it is read", lambda: by_smtp.state(notice)[0] == state)
    relay.release.set()
    by_smtp.pass_time(3600)
    other = shipped(ledger, "S-2")
    assert by_smtp.outcome_of(other)[0] == "notice.accepted"
    by_smtp.pass_time(3600)
    time.sleep(1.5)
    assert by_smtp.state(notice)[0] == state and [t for t, _ in relay.taken] == ["hanako@example.jp"]


def test_an_address_that_was_put_right_while_the_wrong_one_was_tried_is_written_to(by_smtp, ledger, relay):
    notice = to(ledger, "S-1", "late-unknown")
    in_hand(by_smtp, relay, notice, "late-unknown@example.jp")
    ledger.contact(M, "S-1", version=2, email="right@example.jp")
    time.sleep(1.5)  # a tick, within which it is read
    relay.release.set()
    assert by_smtp.outcome_of(notice)[0] == "notice.accepted"
    assert [t for t, _ in relay.taken] == ["right@example.jp"]


def test_when_there_is_room_again_what_nobody_has_in_hand_does_not_wait_for_what_somebody_has(build, tmp_path, ledger, relay):
    """Marked as `sending` when the disk was full, and never given to the thread; that one waits for its relay."""
    disk = tmp_path / "disk"
    with RelayServer(relay) as server, Notify(build, tmp_path, ledger, smtp_route(server.port, timeout="30s"), storage(disk)) as notify:
        silent = to(ledger, "S-1", "silent")
        in_hand(notify, relay, silent, "silent@example.jp")
        left = told(ledger, "S-2", delay=3600)
        wait_for("its row", lambda: notify.state(left)[0])
        disk.write_text("full")
        change(notify, "UPDATE notice SET state = 'sending', attempts = 1, channel = 'email' WHERE id = ?", left)
        told(ledger, "S-3", delay=3600)
        wait_for("its complaint", lambda: b"the disk is full" in notify.errors.read_bytes())
        disk.write_text("")
        wait_for("that it is judged", lambda: notify.state(left)[:2] == ("reserved", "crash"), 10)
        assert notify.state(silent)[0] == "sending"
        relay.release.set()
        assert notify.outcome_of(silent)[0] == "notice.accepted"
        notify.stop()
    assert [t for t, _ in relay.seen].count("silent@example.jp") == 1


def test_what_found_no_room_between_the_commit_and_the_sending_has_not_gone(build, tmp_path, ledger):
    """By a gateway that knows no copy again, so that a doubt would be the end of it."""
    disk = tmp_path / "disk"
    with FakeServer(TAKEN) as sms:
        with Notify(build, tmp_path, ledger, by_sms(tmp_path, sms), storage(disk)) as notify:
            wait_for("its start", lambda: b"notices go by" in notify.errors.read_bytes())
            other = told(ledger, "S-2", ["sms"], delay=3600)
            wait_for("its row", lambda: notify.state(other)[0])
            disk.write_text("3000")  # milliseconds that a sync takes
            notice = told(ledger, "S-1", ["sms"])
            wait_for("its row", lambda: notify.state(notice)[0])
            time.sleep(1)  # it is being marked as `sending`
            ledger.contact(M, "S-2", version=2, channels=["sms"], box=BOX)
            disk.write_text("full")
            wait_for("its complaint", lambda: b"the disk is full" in notify.errors.read_bytes())
            assert notify.state(notice)[0] == "sending" and sms.requests == []
            disk.write_text("")
            assert notify.outcome_of(notice)[0] == "notice.accepted"
            notify.stop()
        assert len(sms.requests) == 1


# ---- over a restart ----

def test_what_waited_for_a_channel_that_the_config_has_no_more_goes_by_another(build, tmp_path, ledger):
    with FakeServer(TAKEN) as sms:
        dead = by_sms(tmp_path, sms)
    with Notify(build, tmp_path, ledger, dead) as notify:
        notice = told(ledger, "S-1", ["sms", "email"])
        wait_for("a try", lambda: notify.state(notice)[1] == "no-server")
        notify.stop()
    with Notify(build, tmp_path, ledger, f"maildir: {tmp_path / 'mail'}\n") as notify:
        kind, data = notify.outcome_of(notice)
        assert (kind, data["channel"]) == ("notice.accepted", "email")
        notify.stop()


def test_what_may_have_gone_by_a_channel_that_the_config_has_no_more_is_said_to_be_unknown(build, tmp_path, ledger):
    with FakeServer(TAKEN) as sms:
        dead = by_sms(tmp_path, sms, "same-id")
    with Notify(build, tmp_path, ledger, dead) as notify:
        notice = told(ledger, "S-1", ["sms", "email"])
        wait_for("a try", lambda: notify.state(notice)[1] == "no-server")
        notify.stop()
    change(notify, "UPDATE notice SET unknowns = 1 WHERE id = ?", notice)
    with Notify(build, tmp_path, ledger, f"maildir: {tmp_path / 'mail'}\n") as notify:
        wait_for("its state", lambda: notify.state(notice)[1] == "no-channel")
        notify.pass_time(2 * 86400)
        assert notify.outcome_of(notice)[0] == "notice.unknown"
        notify.stop()
    assert mails_in(tmp_path / "mail") == []


# ---- from another disk ----

def promised_again(ledger, shipment: str, channels: list) -> str:
    ledger.shipment(M, shipment)
    ledger.contact(M, shipment, channels=channels, box=BOX)
    ledger.ship(M, shipment)
    notice = notice_id(M, shipment, "shipped")
    ledger.fact("known.received", M, M, merchant=M, parcels=[], units=[], notices=[
        {"notice": notice, "shipment": shipment, "kind": "shipped", "generation": 0, "state": "reserved"}])
    ledger.fact("notice.reserved", M, shipment, notice=notice, kind="shipped", generation=0, not_before=stamp(), expires=stamp(86400),
                owner="station", again=True)
    return notice


def test_what_another_disk_may_have_sent_goes_by_no_channel_that_it_may_not_have_gone_by(build, tmp_path, ledger):
    with FakeServer(TAKEN) as sms, Notify(build, tmp_path, ledger, f"maildir: {tmp_path / 'mail'}\n" + by_sms(tmp_path, sms)) as notify:
        notice = promised_again(ledger, "S-1", ["sms", "email"])
        kind, data = notify.outcome_of(notice)
        assert (kind, data["reason"]) == ("notice.unknown", "another-disk")
        assert notify.outcome_of(promised_again(ledger, "S-2", ["email", "sms"]))[0] == "notice.accepted"
        notify.stop()
        assert len(mails_in(tmp_path / "mail")) == 1 and sms.requests == []


# ---- after a bounce ----

def test_what_bounced_and_waits_for_another_channel_is_owed_whoever_reads_the_ledger_anew(build, tmp_path, ledger):
    """The fact that it had gone by mail is older than the bounce."""
    box = Box(tmp_path / "bounces")
    with FakeServer(TAKEN) as sms:
        dead = by_sms(tmp_path, sms)
    config = bounces(tmp_path, tmp_path / "mail", f"maildir: {box.path}")
    with Notify(build, tmp_path, ledger, config + dead) as notify:
        notice = told(ledger, "S-1", ["email", "sms"])
        kind, data = notify.outcome_of(notice)
        ledger.fact(kind, M, "S-1", **data)  # as the station does
        box.put(bounce("postfix", notice))
        wait_for("a try", lambda: notify.state(notice)[:2] == ("reserved", "no-server"))
        assert notify.query("SELECT told FROM notice WHERE id = ?", notice) == [(0,)]  # else it is purged with what is over
        notify.stop()
    change(notify, "DELETE FROM cursor WHERE name LIKE 'ledger-%'")
    with FakeServer(TAKEN) as sms, Notify(build, tmp_path, ledger, config + by_sms(tmp_path, sms)) as notify:
        wait_for("the SMS", lambda: notify.pass_time(60) or sms.requests, step=0.2)
        wait_for("its outcome", lambda: notify.outcome_of(notice)[1].get("channel") == "sms")
        notify.stop()


# ---- what the ledger cannot say ----

def test_what_cannot_be_judged_for_good_waits_until_it_is_too_old_and_stops_no_other(build, tmp_path, ledger):
    with Notify(build, tmp_path, ledger, f"maildir: {tmp_path / 'mail'}\n") as notify:
        notice = told(ledger, "S-1", delay=60)
        wait_for("its row", lambda: notify.state(notice)[0])
        ledger.close()
        with contextlib.closing(sqlite3.connect(ledger.path)) as db, db:
            assert db.execute("UPDATE fact SET data = '{' WHERE type = 'shipment.received' AND subject = 'S-1'").rowcount == 1
        ledger.open()
        notify.pass_time(61)
        wait_for("its state", lambda: notify.state(notice) == ("reserved", "ledger", 0))
        assert notify.outcome_of(told(ledger, "S-2"))[0] == "notice.accepted"
        notify.pass_time(2 * 86400)
        kind, data = notify.outcome_of(notice)
        assert (kind, data["reason"]) == ("notice.expired", "ledger")
        notify.stop()


# ---- paper ----

def test_paper_that_cannot_be_judged_stops_no_other(build, tmp_path, ledger):
    """One whose words nobody can read, in front of one that is well."""
    with Notify(build, tmp_path, ledger, f"maildir: {tmp_path / 'mail'}\n" + by_slip(tmp_path)) as notify:
        notices = [waiting_with_a_bad_address(ledger, f"P-{i}") for i in range(2)]
        for n in notices:
            assert notify.outcome_of(n)[0] == "notice.failed"
        wait_for("the slips", lambda: notify.query("SELECT count(*) FROM notice WHERE paper = 2") == [(2,)])
        order = [n for n, in notify.query("SELECT id FROM notice WHERE paper = 2")]
        notify.stop()
    for p in (tmp_path / "slips" / "new").iterdir():
        p.unlink()
    first, second = sorted(notices, key=order.index)
    change(notify, "UPDATE notice SET paper = 1")
    change(notify, "UPDATE notice SET data = '{' WHERE id = ?", first)
    with notify:
        wait_for("the slip", lambda: [p.name for p in (tmp_path / "slips" / "new").iterdir()] == [f"{second}.txt"])
        notify.stop()


def waiting_with_a_bad_address(ledger, shipment: str) -> str:
    ledger.shipment(M, shipment, pickup={"store": "tokyo"}, notices={"pickup-ready": "station"})
    ledger.contact(M, shipment, email="a b@example.jp", kinds=("pickup-ready",))
    ledger.arrive(M, shipment)
    notice = notice_id(M, shipment, "pickup-ready")
    ledger.fact("notice.reserved", M, shipment, notice=notice, kind="pickup-ready", generation=0, not_before=stamp(), expires=stamp(86400 * 7),
                owner="station")
    return notice


@pytest.mark.parametrize("change, reason", [({"owner": "oms"}, "owner-changed"), ({"promised": "2026-11-30"}, None)])
def test_what_changes_while_sending_is_written_down_is_judged_anew(build, tmp_path, ledger, maildir, change, reason):
    """The disk takes its time over `sending`, and the office's word comes meanwhile."""
    disk = tmp_path / "disk"
    with Notify(build, tmp_path, ledger, f"maildir: {maildir}\n") as notify:
        notify.stop()
        notify.environment = {"OKURU_TEST_STORAGE": str(disk)}
        notify.start()
        ledger.shipment(M, "S-1")
        ledger.contact(M, "S-1")
        ledger.ship(M, "S-1")
        notice = ledger.reserve(M, "S-1", delay=60)
        wait_for("its row", lambda: notify.state(notice)[0] == "reserved")
        wal = notify.folder / "notices.db-wal"
        before = wal.stat().st_mtime_ns
        disk.write_text("3000")  # milliseconds of a sync
        notify.pass_time(61)
        wait_for("a write", lambda: wal.stat().st_mtime_ns != before, step=0.005)
        ledger.shipment(M, "S-1", version=2, **change)
        disk.write_text("")
        kind, data = notify.outcome_of(notice)
        mails = mails_in(maildir)
        if reason:
            assert (kind, data["reason"], mails) == ("notice.cancelled", reason, [])
        else:
            assert kind == "notice.accepted" and "11月30日" in mails[0].get_body(("plain",)).get_content()
        notify.stop()
