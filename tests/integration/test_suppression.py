# SPDX-License-Identifier: Apache-2.0
"""Who is not written to any more, when a clock was wrong, when facts are read late, and when the disk is another one."""
import sqlite3
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
from bounces import bounce, box, config, notify  # noqa: E402, F401
from ledger import stamp  # noqa: E402
from notify import M, Notify, mails_in, shipped  # noqa: E402
from waiting import wait_for  # noqa: E402

DAY = 86400


def ended(notify: Notify, notice: str) -> tuple:
    kind, data = notify.outcome_of(notice)
    return kind, data.get("reason", "")


def bounced(notify: Notify, ledger, box, shipment: str) -> str:
    notice = shipped(ledger, shipment)
    assert notify.outcome_of(notice)[0] == "notice.accepted"
    box.put(bounce("postfix", notice))
    wait_for("the bounce", lambda: ended(notify, notice) == ("notice.failed", "bounced"))
    return notice


def set_clock(notify: Notify, seconds: int):
    """The wall clock alone."""
    new = notify.clock.with_suffix(".new")
    new.write_text(f"0 {seconds}")
    new.replace(notify.clock)


def withdraw(ledger, shipment: str):
    ledger.fact("consent.changed", M, shipment, given=False)


# ---- an address that was refused ----

@pytest.mark.parametrize("ahead", [0, 400 * DAY, -400 * DAY])
def test_a_newer_contact_counts_whatever_the_clock_said_when_the_old_one_bounced(notify, ledger, box, ahead):
    set_clock(notify, ahead)
    bounced(notify, ledger, box, "S-1")
    set_clock(notify, 0)
    assert ended(notify, shipped(ledger, "S-2")) == ("notice.failed", "address-refused")
    ledger.contact(M, "S-1", version=2)  # somebody asked the customer, who says that it is right
    assert ended(notify, ledger.reserve(M, "S-1", generation=1)) == ("notice.accepted", "")


def test_a_ledger_that_is_read_again_lifts_nothing(notify, ledger, box):
    bounced(notify, ledger, box, "S-1")
    notify.stop()
    with sqlite3.connect(notify.folder / "notices.db") as db:
        db.execute("DELETE FROM cursor WHERE name LIKE 'ledger-%'")
    notify.start()
    assert ended(notify, shipped(ledger, "S-2")) == ("notice.failed", "address-refused")


# ---- a new disk ----

def lose_notices(notify: Notify):
    notify.stop()
    for p in notify.folder.iterdir():
        p.unlink()


def tell(notify: Notify, ledger, notice: str) -> dict:
    """As the station makes facts of what notify says."""
    kind, data = notify.outcome_of(notice)
    ledger.fact(kind, M, "S-1", **{k: v for k, v in data.items() if k != "merchant"})
    return data


@pytest.mark.parametrize("looked_at", [False, True])
def test_without_its_memory_notify_knows_from_the_facts_what_bounced(notify, ledger, box, looked_at):
    data = tell(notify, ledger, bounced(notify, ledger, box, "S-1"))
    assert [(len(x["address"]), x["version"]) for x in data["refused"]] == [(64, 1)] and "hanako" not in str(data)
    if looked_at:
        ledger.contact(M, "S-1", version=2)
    lose_notices(notify)
    notify.start()
    assert ended(notify, shipped(ledger, "S-2")) == (("notice.accepted", "") if looked_at else ("notice.failed", "address-refused"))
    assert ended(notify, shipped(ledger, "S-3", email="taro@example.jp")) == ("notice.accepted", "")


@pytest.mark.parametrize("looked_at", [False, True])
def test_on_a_new_disk_notify_knows_from_the_snapshot_what_bounced(build, tmp_path, ledger, maildir, box, looked_at):
    with Notify(build, tmp_path, ledger, config(tmp_path, maildir, f"maildir: {box.path}")) as notify:
        notice = bounced(notify, ledger, box, "S-1")
        refused = notify.outcome_of(notice)[1]["refused"]
        lose_notices(notify)
        ledger.close()
        for p in ledger.folder.iterdir():
            p.unlink()
        ledger.open()
        ledger.policy(M)
        ledger.trust_clock()
        ledger.shipment(M, "S-1")
        ledger.contact(M, "S-1", version=2 if looked_at else 1)
        ledger.fact("known.received", M, M, merchant=M, notices=[
            {"notice": notice, "shipment": "S-1", "kind": "shipped", "generation": 0, "state": "failed", "at": stamp(), "refused": refused}])
        notify.start()
        assert ended(notify, shipped(ledger, "S-2")) == (("notice.accepted", "") if looked_at else ("notice.failed", "address-refused"))
        notify.stop()


# ---- who wants to hear no more ----

def test_a_withdrawal_beats_an_older_yes_though_the_stations_clock_was_behind(notify, ledger, maildir):
    """A box without a line and without a battery: its clock stands where it was switched off."""
    ledger.contact(M, "S-1", consent_at=stamp(-3600))
    with ledger.at(-30 * DAY):
        withdraw(ledger, "S-1")
    notice = shipped(ledger, "S-2", consent_at=stamp(-1800))  # the office's old yes once more
    wait_for("its state", lambda: notify.state(notice)[:2] == ("reserved", "no-consent"))
    ledger.contact(M, "S-2", version=2, consent_at=stamp(60))
    assert ended(notify, notice) == ("notice.accepted", "")


def test_who_withdraws_while_a_clock_is_ahead_can_agree_again_when_it_is_mended(notify, ledger, maildir):
    with ledger.at(400 * DAY, "synced"):
        withdraw(ledger, "S-1")
    notice = shipped(ledger, "S-1", consent_at=stamp(-60))
    wait_for("its state", lambda: notify.state(notice)[:2] == ("reserved", "no-consent"))
    notify.pass_time(3700)  # when it looks
    wait_for("it is not in the future", lambda: notify.query("SELECT at_usec / 1000000 < unixepoch() + 7300 FROM withdrawn") == [(1,)])
    ledger.contact(M, "S-1", version=2, consent_at=stamp(7400))
    assert ended(notify, notice) == ("notice.accepted", "")


def test_a_withdrawal_holds_for_the_address_that_the_contact_had_when_it_was_said(notify, ledger, maildir):
    notify.stop()
    ledger.shipment(M, "S-1")
    ledger.contact(M, "S-1", email="hanako@example.jp")
    withdraw(ledger, "S-1")
    ledger.contact(M, "S-1", email="hanako2@example.jp", version=2)  # before notify has read either
    notify.start()
    same = shipped(ledger, "S-2", email="hanako@example.jp")
    other = shipped(ledger, "S-3", email="taro@example.jp")
    assert ended(notify, other) == ("notice.accepted", "")
    wait_for("its state", lambda: notify.state(same)[:2] == ("reserved", "no-consent"))
    assert [m["To"].addresses[0].addr_spec for m in mails_in(maildir)] == ["taro@example.jp"]


@pytest.mark.parametrize("agreed", [False, True])
def test_on_a_new_disk_notify_knows_from_the_snapshot_who_wants_to_hear_no_more(notify, ledger, maildir, agreed):
    ledger.contact(M, "S-1", consent_at=stamp(-3600))  # the office's yes from before
    ledger.fact("known.received", M, M, merchant=M, withdrawn=[{"shipment": "S-1", "at": stamp(-1800)}, {"shipment": "S-9", "at": stamp(-1800)}])
    others = [shipped(ledger, "S-2", consent_at=stamp(-60 if agreed else -2400)), shipped(ledger, "S-9", email="jiro@example.jp", consent_at=stamp(-2400))]
    taro = shipped(ledger, "S-3", email="taro@example.jp")
    assert ended(notify, taro) == ("notice.accepted", "")
    if agreed:
        assert ended(notify, others.pop(0)) == ("notice.accepted", "")
    for notice in others:
        wait_for("its state", lambda n=notice: notify.state(n)[:2] == ("reserved", "no-consent"))
