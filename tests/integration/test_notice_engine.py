# SPDX-License-Identifier: Apache-2.0
"""What okuru-notify decides about a notice that could go: whether the customer may be written to at this hour, and who goes first."""
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
from ledger import Ledger, notice_id, stamp  # noqa: E402
from mail_relay import Relay, RelayServer, ids  # noqa: E402
from notify import M, Notify, mails_in, shipped, smtp_route  # noqa: E402
from ports import free_port  # noqa: E402
from waiting import wait_for  # noqa: E402

TOKYO = timezone(timedelta(hours=9))
HOUR = 3600


@pytest.fixture
def notify(build, tmp_path, ledger, maildir):
    with Notify(build, tmp_path, ledger, f"maildir: {maildir}\n", {"TZ": "Asia/Tokyo"}) as notify:
        yield notify
        notify.stop()


def hours_from_now(begin: float, end: float) -> dict:
    now = datetime.now(TOKYO)
    return {"from": f"{now + timedelta(hours=begin):%H:%M}", "to": f"{now + timedelta(hours=end):%H:%M}"}


# ---- quiet hours ----

def test_in_quiet_hours_a_notice_waits_and_goes_when_they_are_over(notify, ledger, maildir):
    ledger.policy(M, version=2, quiet_hours=hours_from_now(-1, 2))
    notice = shipped(ledger, "S-1")
    wait_for("its state", lambda: notify.state(notice) == ("reserved", "quiet-hours", 0))
    notify.pass_time(HOUR)
    other = shipped(ledger, "S-2")  # by when it is looked at, the first one was, too
    wait_for("its state", lambda: notify.state(other)[1] == "quiet-hours")
    assert mails_in(maildir) == []
    notify.pass_time(HOUR + 60)
    assert notify.outcome_of(notice)[0] == notify.outcome_of(other)[0] == "notice.accepted"
    assert len(mails_in(maildir)) == 2


def test_outside_of_quiet_hours_it_goes_at_once(notify, ledger, maildir):
    ledger.policy(M, version=2, quiet_hours=hours_from_now(2, 4))
    assert notify.outcome_of(shipped(ledger, "S-1"))[0] == "notice.accepted"


def test_what_is_undone_in_the_night_is_not_told_in_the_morning(notify, ledger, maildir):
    ledger.policy(M, version=2, quiet_hours=hours_from_now(-1, 2))
    ledger.shipment(M, "S-1")
    ledger.contact(M, "S-1")
    parcel = ledger.ship(M, "S-1")
    notice = ledger.reserve(M, "S-1")
    wait_for("its state", lambda: notify.state(notice)[1] == "quiet-hours")
    ledger.void(M, "S-1", parcel)
    notify.pass_time(2 * HOUR + 60)
    kind, data = notify.outcome_of(notice)
    assert (kind, data["reason"]) == ("notice.cancelled", "nothing-shipped")
    assert mails_in(maildir) == []


def test_what_is_too_old_in_the_night_says_that_the_night_was_why(notify, ledger, maildir):
    ledger.policy(M, version=2, quiet_hours=hours_from_now(-1, 4))
    ledger.shipment(M, "S-1")
    ledger.contact(M, "S-1")
    ledger.ship(M, "S-1")
    notice = ledger.reserve(M, "S-1", age=HOUR)
    wait_for("its state", lambda: notify.state(notice)[1] == "quiet-hours")
    notify.pass_time(2 * HOUR)
    kind, data = notify.outcome_of(notice)
    assert (kind, data["reason"]) == ("notice.expired", "quiet-hours")


# ---- who goes first ----

def waiting(ledger: Ledger, shipment: str, kind: str) -> str:
    """A shipment that waits for its customer at the counter, and a notice about it."""
    ledger.shipment(M, shipment, pickup={"store": "tokyo"}, notices={kind: "station"})
    ledger.contact(M, shipment, kinds=[kind])
    parcel = ledger.arrive(M, shipment)
    notice = notice_id(M, shipment, kind)
    assert parcel
    ledger.fact("notice.reserved", M, shipment, notice=notice, kind=kind, generation=0, not_before=stamp(), expires=stamp(86400),
                owner="station")
    return notice


def test_when_the_line_comes_back_who_waits_at_the_counter_goes_first(build, tmp_path, ledger):
    port = free_port()
    last = waiting(ledger, "P-1", "last-day")
    gone = shipped(ledger, "S-1")
    ready = waiting(ledger, "P-2", "pickup-ready")
    more = shipped(ledger, "S-2")
    relay = Relay()
    with Notify(build, tmp_path, ledger, smtp_route(port)) as notify:
        wait_for("a try", lambda: any(notify.state(n)[1] == "no-server" for n in (last, gone, ready, more)))
        with RelayServer(relay, port):
            wait_for("all mails", lambda: notify.pass_time(60) or len(notify.outcomes()) == 4, step=0.2)
        notify.stop()
    assert ids(relay.taken) == [ready, gone, more, last]


# ---- addresses that were refused for good ----

def test_an_address_that_was_refused_is_not_tried_again_until_somebody_looks_at_it(by_smtp, ledger, relay):
    kind, data = by_smtp.outcome_of(shipped(ledger, "S-1", email="unknown@example.jp"))
    assert (kind, data["reason"], data["attempts"]) == ("notice.failed", "recipient-refused", 1)
    asked = relay.asked.copy()
    kind, data = by_smtp.outcome_of(shipped(ledger, "S-2", email="Unknown@example.jp"))
    assert (kind, data["reason"], data["attempts"]) == ("notice.failed", "address-refused", 0)
    assert relay.asked == asked
    assert by_smtp.outcome_of(shipped(ledger, "S-3", email="other@example.jp"))[0] == "notice.accepted"  # one address, not the relay
    # Somebody asked the customer, who says that it is right: tried once more.
    ledger.contact(M, "S-2", email="unknown@example.jp", version=2)
    notice = ledger.reserve(M, "S-2", generation=1)
    kind, data = by_smtp.outcome_of(notice)
    assert (kind, data["reason"], data["attempts"]) == ("notice.failed", "recipient-refused", 1)
    assert by_smtp.query("SELECT count(*) FROM barred") == [(1,)]
    by_smtp.stop()
    kept = by_smtp.errors.read_bytes() + b"".join(p.read_bytes() for p in by_smtp.folder.iterdir())
    assert b"nknown@example.jp" not in kept


# ---- customers who want to hear no more ----

def withdraw(ledger, shipment: str):
    ledger.fact("consent.changed", M, shipment, given=False)


def test_from_the_moment_a_customer_says_so_nothing_goes_to_them(notify, ledger, maildir):
    ledger.shipment(M, "S-1")
    ledger.contact(M, "S-1")
    ledger.ship(M, "S-1")
    notice = ledger.reserve(M, "S-1", delay=60)
    withdraw(ledger, "S-1")
    same = shipped(ledger, "S-2")  # another order to the same address
    other = shipped(ledger, "S-3", email="taro@example.jp")
    notify.pass_time(61)
    assert notify.outcome_of(other)[0] == "notice.accepted"
    for n in (notice, same):
        wait_for("its state", lambda n=n: notify.state(n) == ("reserved", "no-consent", 0))
    assert [m["To"].addresses[0].addr_spec for m in mails_in(maildir)] == ["taro@example.jp"]
    notify.pass_time(2 * 86400)
    assert [(k, d["reason"]) for k, d in map(notify.outcome_of, (notice, same))] == [("notice.expired", "no-consent")] * 2


def test_an_older_yes_that_comes_later_changes_nothing_and_a_newer_one_does(notify, ledger, maildir):
    notice = shipped(ledger, "S-1", consent=False)
    withdraw(ledger, "S-1")
    ledger.contact(M, "S-1", version=2)  # says yes, and not since when
    ledger.contact(M, "S-1", version=3, consent_at=stamp(-60))
    other = shipped(ledger, "S-2", email="taro@example.jp")
    assert notify.outcome_of(other)[0] == "notice.accepted"
    assert notify.state(notice)[:2] == ("reserved", "no-consent")
    ledger.contact(M, "S-1", version=4, consent_at=stamp(60))
    assert notify.outcome_of(notice)[0] == "notice.accepted"


def test_a_new_disk_reads_from_the_facts_who_wants_to_hear_no_more(notify, ledger, maildir):
    ledger.shipment(M, "S-1")
    ledger.contact(M, "S-1")
    withdraw(ledger, "S-1")
    wait_for("it is kept", lambda: notify.query("SELECT count(*) FROM withdrawn WHERE address <> ''") == [(1,)])
    notify.stop()
    for p in notify.folder.iterdir():
        p.unlink()
    notify.start()
    notice = shipped(ledger, "S-2")
    wait_for("its state", lambda: notify.state(notice)[:2] == ("reserved", "no-consent"))
    assert mails_in(maildir) == []


# ---- what can be shown later ----

def test_the_facts_say_who_was_told_what_by_which_words_and_name_nobody(notify, ledger, maildir):
    ledger.shipment(M, "S-1")
    ledger.contact(M, "S-1")
    parcel = ledger.ship(M, "S-1")
    kind, data = notify.outcome_of(ledger.reserve(M, "S-1"))
    assert kind == "notice.accepted" and data["words"].startswith("ja/") and data["parcels"] == [parcel]
    assert data["contact"] == ledger.facts("contact.received")[-1]["contact"]["ref"]
    assert "hanako" not in str(data) and "山田" not in str(data)


def test_what_was_never_written_says_nothing_of_words(notify, ledger, maildir):
    ledger.shipment(M, "S-1")
    ledger.contact(M, "S-1")
    parcel = ledger.ship(M, "S-1")
    notice = ledger.reserve(M, "S-1", delay=60)
    ledger.void(M, "S-1", parcel)
    notify.pass_time(61)
    kind, data = notify.outcome_of(notice)
    assert kind == "notice.cancelled" and "words" not in data and "contact" not in data and "parcels" not in data


# ---- marketing ----

def thanks(ledger: Ledger, shipment: str, email: str, days: int = 7) -> str:
    ledger.shipment(M, shipment, notices={"shipped": "none", "thank-you": "station"})
    ledger.contact(M, shipment, email=email, consent={"transactional": True, "marketing": True})
    notice = notice_id(M, shipment, "thank-you")
    ledger.fact("notice.reserved", M, shipment, notice=notice, kind="thank-you", generation=0, not_before=stamp(), expires=stamp(days * 24 * HOUR), owner="station")
    return notice


@pytest.fixture
def newsletter(build, tmp_path, ledger, relay):
    """One piece of marketing a week for each address."""
    key = tmp_path / "stop.key"
    key.write_text("a key of at least sixteen characters\n")
    key.chmod(0o600)
    ledger.policy(M, version=2, unsubscribe_url="https://acme.example.jp/stop?t={{token}}", brand={"address": "東京都千代田区1-1"}, marketing_cap={"count": 1, "days": 7})
    with RelayServer(relay) as server, Notify(build, tmp_path, ledger, smtp_route(server.port) + f"unsubscribe:\n  key_file: {key}\n") as notify:
        yield notify
        notify.stop()


def put_off(notify, notice: str) -> bool:
    state, reason, attempts = notify.state(notice)
    return state == "reserved" and attempts == 1 and reason not in ("", "capped")


@pytest.mark.parametrize("email", ["full@example.jp", "busy@example.jp"])
def test_marketing_that_waits_for_the_relay_keeps_nothing_else_from_going(newsletter, ledger, relay, email):
    first = thanks(ledger, "S-1", email)
    wait_for("come back later", lambda: put_off(newsletter, first))
    assert newsletter.query("SELECT count(*) FROM news") == [(0,)]
    assert newsletter.outcome_of(thanks(ledger, "S-2", email))[0] == "notice.accepted"
    # and now it is enough, for the one that waits as well
    wait_for("the cap", lambda: newsletter.pass_time(3600) or newsletter.state(first)[:2] == ("reserved", "capped"), step=0.3)
    assert [to for to, _ in relay.taken] == [email]


def test_marketing_that_may_have_gone_counts(newsletter, ledger, relay):
    first = thanks(ledger, "S-1", "silent@example.jp")
    wait_for("that nobody answered", lambda: put_off(newsletter, first))
    assert newsletter.query("SELECT notice FROM news") == [(first,)]
    second = thanks(ledger, "S-2", "silent@example.jp")
    wait_for("the cap", lambda: newsletter.state(second)[:2] == ("reserved", "capped"))


def test_what_counts_is_what_went_in_the_last_days(newsletter, ledger, relay):
    assert newsletter.outcome_of(thanks(ledger, "S-1", "hanako@example.jp"))[0] == "notice.accepted"
    newsletter.pass_time(6 * 24 * HOUR)
    second = thanks(ledger, "S-2", "hanako@example.jp", days=30)
    wait_for("the cap", lambda: newsletter.state(second)[:2] == ("reserved", "capped"))
    newsletter.pass_time(24 * HOUR)
    wait_for("the next week", lambda: newsletter.pass_time(HOUR) or newsletter.state(second)[0] == "accepted", step=0.3)
    assert len(relay.taken) == 2


def test_marketing_that_nobody_took_does_not_count(newsletter, ledger, relay):
    for shipment in ("S-1", "S-2"):
        kind, data = newsletter.outcome_of(thanks(ledger, shipment, "spam@example.jp"))
        assert (kind, data["reason"]) == ("notice.failed", "message-refused")
    assert newsletter.query("SELECT count(*) FROM news") == [(0,)] and not relay.taken


def test_marketing_waits_where_the_box_has_no_key_to_stop_it_by(notify, ledger, maildir):
    ledger.policy(M, version=2, unsubscribe_url="https://acme.example.jp/stop?t={{token}}", brand={"address": "東京都千代田区1-1"})
    notice = thanks(ledger, "S-1", "hanako@example.jp")
    wait_for("why it waits", lambda: notify.state(notice) == ("reserved", "no-unsubscribe", 0))
    assert mails_in(maildir) == []
