# SPDX-License-Identifier: Apache-2.0
"""Bounces: what mail servers say of mails that had gone, by a maildir and by POP3, and what follows from it."""
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
from bounces import CORPUS, Box, bounce, box, config, notify  # noqa: E402, F401
from broker import make_ca, make_cert  # noqa: E402
from fake_http import FakeServer  # noqa: E402
from fake_imap import Imap  # noqa: E402
from fake_pop3 import Pop3  # noqa: E402
from ledger import Ledger  # noqa: E402
from notify import M, Notify, mails_in, shipped  # noqa: E402
from waiting import wait_for  # noqa: E402
from ways import BOX, TAKEN, by_sms  # noqa: E402
from ways import told as told_by  # noqa: E402

DAY = 86400


def sent(ledger: Ledger, notify: Notify, shipment: str, **contact) -> str:
    notice = shipped(ledger, shipment, **contact)
    assert notify.outcome_of(notice)[0] == "notice.accepted"
    return notice


def told(notify: Notify, notice: str) -> list:
    return [t.removeprefix("notice.") for t, d in notify.outcomes() if d["notice"] == notice]


def counted(notify: Notify) -> dict:
    return dict(notify.query("SELECT what, n FROM bounce"))


# ---- what follows ----

@pytest.mark.parametrize("name", ["postfix", "exim", "exchange", "gmail", "docomo", "wrapped", "truncated", "no-blank-line", "qmail", "carrier-jis"])
def test_an_address_that_is_wrong_is_not_written_to_again(notify, ledger, maildir, box, name):
    notice = sent(ledger, notify, "S-1", email="Hanako@example.jp")
    box.put(bounce(name, notice))
    wait_for("the outcome", lambda: told(notify, notice) == ["accepted", "failed"])
    kind, data = notify.outcome_of(notice)
    assert (kind, data["reason"], data["channel"], data["attempts"]) == ("notice.failed", "bounced", "email", 1)
    assert data["words"].startswith("ja/") and data["contact"]  # what it was, still by reference
    box.wait_empty()
    kind, data = notify.outcome_of(shipped(ledger, "S-2", email="hanako@example.jp"))
    assert (kind, data["reason"], data["attempts"]) == ("notice.failed", "address-refused", 0)
    sent(ledger, notify, "S-3", email="other@example.jp")
    # Somebody asked the customer: the new contact counts, also of the shipment that it bounced for.
    ledger.contact(M, "S-1", email="hanako2@example.jp", version=2)
    assert notify.outcome_of(ledger.reserve(M, "S-1", generation=1))[0] == "notice.accepted"
    assert len(mails_in(maildir)) == 3
    notify.stop()
    kept = notify.errors.read_bytes() + b"".join(p.read_bytes() for p in notify.folder.iterdir())
    assert b"anako@example" not in kept


def test_the_same_bounce_read_twice_changes_nothing(notify, ledger, box):
    notice = sent(ledger, notify, "S-1")
    for name in ("postfix", "postfix", "delivered", "full", "exim"):
        box.put(bounce(name, notice))
        box.wait_empty()
    assert told(notify, notice) == ["accepted", "failed"]
    assert counted(notify) == {"hard": 3, "soft": 1, "delivered": 1}


def test_what_is_given_back_softly_bars_an_address_with_the_third_time_in_thirty_days(notify, ledger, box):
    for i, name in enumerate(("full", "unknown-words", "postfix-given-up")):
        notice = sent(ledger, notify, f"S-{i}", email="full@example.jp")
        box.put(bounce(name, notice))
        wait_for("the outcome", lambda: told(notify, notice) == ["accepted", "failed"])
        box.put(bounce(name, notice))  # the same one once more counts once
        box.wait_empty()
    kind, data = notify.outcome_of(shipped(ledger, "S-9", email="full@example.jp"))
    assert (kind, data["reason"]) == ("notice.failed", "address-refused")
    sent(ledger, notify, "S-10", email="other@example.jp")


def test_soft_ones_that_are_far_between_bar_nothing(notify, ledger, box):
    for i in range(4):
        notice = sent(ledger, notify, f"S-{i}", email="full@example.jp")
        box.put(bounce("full", notice))
        wait_for("the outcome", lambda: told(notify, notice) == ["accepted", "failed"])
        box.wait_empty()
        notify.pass_time(16 * DAY)
    assert notify.query("SELECT count(*) FROM barred") == [(0,)]


def test_a_delay_is_no_end_and_what_was_delivered_is(notify, ledger, box):
    notice = sent(ledger, notify, "S-1")
    for name in ("postfix-delayed", "sendmail-warning"):
        box.put(bounce(name, notice))
        box.wait_empty()
    assert notify.state(notice)[0] == "accepted"
    box.put(bounce("delivered", notice))
    wait_for("the outcome", lambda: told(notify, notice) == ["accepted", "delivered"])
    box.put(bounce("postfix", notice))  # who forwarded it found out afterwards
    wait_for("the outcome", lambda: told(notify, notice) == ["accepted", "delivered", "failed"])
    box.wait_empty()


@pytest.mark.asan_e2e
def test_what_is_none_of_ours_changes_nothing_and_is_not_deleted(notify, ledger, box):
    notice = sent(ledger, notify, "S-1")
    box.put(bounce("postfix", notice, key=b"a key that is not ours at all"))
    box.put((CORPUS / "foreign").read_bytes())
    box.put(b"\x00\xff" * 100000)
    box.put(b"")
    box.put(bounce("answer", notice))
    box.wait_empty()
    assert len(box.left()) == 5 and all(name.endswith(":2,") for name in box.left())
    assert told(notify, notice) == ["accepted"]
    assert counted(notify) == {"forged": 1, "foreign": 3, "answer": 1}


@pytest.mark.asan_e2e
def test_a_huge_mail_is_read_as_far_as_it_says_something(notify, ledger, box):
    notice, other = sent(ledger, notify, "S-1"), sent(ledger, notify, "S-2")
    box.put(bounce("gmail", notice) + b"x" * 40_000_000)
    box.put(b"X: y\r\n" * 5_000_000 + bounce("gmail", other))
    wait_for("the outcome", lambda: told(notify, notice) == ["accepted", "failed"], 20)
    box.wait_empty()
    assert told(notify, other) == ["accepted"] and len(box.left()) == 1
    status = Path(f"/proc/{notify.process.pid}/status").read_text()
    assert "asan" in str(notify.program) or int(next(x for x in status.splitlines() if x.startswith("RssAnon")).split()[1]) < 16 * 1024


def test_a_bounce_of_a_notice_that_a_new_disk_knows_from_the_ledger_fails_it_too(build, tmp_path, ledger, maildir, box, notify):
    notice = sent(ledger, notify, "S-1")
    ledger.fact("notice.accepted", M, "S-1", **notify.outcome_of(notice)[1])
    notify.stop()
    for p in notify.folder.iterdir():
        p.unlink()
    box.put(bounce("postfix", notice))
    notify.start()
    wait_for("the outcome", lambda: told(notify, notice) == ["failed"])
    # The station took it down, and another disk learns it from there: nobody is told twice.
    ledger.fact("notice.failed", M, "S-1", **notify.outcome_of(notice)[1])
    wait_for("it was told", lambda: notify.query("SELECT told FROM notice WHERE id = ?", notice) == [(1,)])
    notify.stop()
    for p in notify.folder.iterdir():
        p.unlink()
    notify.start()
    wait_for("its state", lambda: notify.state(notice)[0] == "failed")
    assert told(notify, notice) == []


# ---- another channel of the customer's ----

@pytest.fixture
def two_ways(build, tmp_path, ledger, maildir, box):
    """okuru-notify with mail and an SMS provider, and what the station tells of it: (notify, the provider, keep)."""
    with FakeServer(TAKEN) as sms:
        with Notify(build, tmp_path, ledger, config(tmp_path, maildir, f"maildir: {box.path}") + by_sms(tmp_path, sms)) as notify:
            def keep(notice: str, shipment: str) -> None:
                kind, data = notify.outcome_of(notice)
                ledger.fact(kind, M, shipment, **data)
                wait_for("it was told", lambda: notify.query("SELECT told OR channel <> ? FROM notice WHERE id = ?", data.get("channel"), notice) == [(1,)])  # or is with the next one already
            yield notify, sms, keep
            notify.stop()


@pytest.mark.parametrize("name", ["gmail", "full"])
def test_what_bounced_goes_by_the_next_channel_once(two_ways, ledger, box, name):
    notify, sms, keep = two_ways
    notice = told_by(ledger, "S-1", ["email", "sms"])
    assert notify.outcome_of(notice)[1]["channel"] == "email"
    box.put(bounce(name, notice))  # before the station took down that it had gone: later, then
    box.wait_looks()
    assert list((box.path / "new").iterdir())
    assert told(notify, notice) == ["accepted"] and not sms.requests
    keep(notice, "S-1")
    wait_for("both", lambda: [(t, d["channel"], d["attempts"]) for t, d in notify.outcomes() if d["notice"] == notice] ==
             [("notice.accepted", "email", 1), ("notice.accepted", "sms", 2)])
    box.put(bounce("postfix", notice))  # the same word by another server
    box.wait_empty()
    assert len(sms.requests) == 1 and told(notify, notice) == ["accepted", "accepted"]
    other = told_by(ledger, "S-2", ["email", "sms"])
    assert notify.outcome_of(other)[1]["channel"] == ("sms" if name == "gmail" else "email")  # one that is only full is tried again


def test_what_nobody_else_may_carry_or_is_not_true_any_more_failed_and_was_not_cancelled(two_ways, ledger, box):
    notify, sms, keep = two_ways
    notices = {}
    for shipment in ("S-1", "S-2"):
        notices[shipment] = told_by(ledger, shipment, ["email", "sms"], box={**BOX, "email": f"{shipment.lower()}@example.jp"})
        keep(notices[shipment], shipment)
    ledger.contact(M, "S-1", channels=["email", "sms"], box=BOX, consent={"shipped": True, "sms": {"shipped": False}}, version=2)
    ledger.void(M, "S-2", notify.outcome_of(notices["S-2"])[1]["parcels"][0])
    wait_for("the correction", lambda: notify.outcome_of(notices["S-2"])[1].get("correction"))
    keep(notices["S-2"], "S-2")
    for shipment, notice in notices.items():
        box.put(bounce("gmail", notice))
    for shipment, notice in notices.items():
        wait_for("the outcome", lambda: told(notify, notice)[-1] == "failed")
        assert notify.outcome_of(notice)[1]["reason"] == "bounced" and "cancelled" not in told(notify, notice)
    assert not sms.requests


# ---- at a provider ----

BOTH = pytest.mark.parametrize("kind", [Pop3, Imap])

def by_session(tmp_path: Path, maildir: Path, server: Pop3, tls: str = "none-on-loopback", **more) -> str:
    password = tmp_path / "mailbox.password"
    password.write_text(more.pop("password", "sesame") + "\n")
    password.chmod(0o600)
    keys = {"protocol": server.SCHEME, "host": "localhost" if tls != "none-on-loopback" else "127.0.0.1", "port": server.port, "tls": tls, "user": "bounces",
            "password_file": password, **more}
    return config(tmp_path, maildir, ", ".join(f"{k}: {v}" for k, v in keys.items()))


@BOTH
@pytest.mark.parametrize("tls", ["none-on-loopback", "implicit", "starttls"])
def test_a_mailbox_at_a_provider_is_read_and_emptied_of_what_was_ours(build, tmp_path, ledger, maildir, tls, kind):
    ca = make_ca(tmp_path / "ca")
    pair = make_cert(tmp_path / "ca", "localhost") if tls != "none-on-loopback" else ()
    with kind(pair, tls == "starttls") as server, Notify(build, tmp_path, ledger, by_session(tmp_path, maildir, server, tls, **({"ca": ca} if pair else {}))) as notify:
        notices = [sent(ledger, notify, f"S-{i}", email=f"c{i}@example.jp") for i in range(3)]
        server.put("spam", (CORPUS / "foreign").read_bytes())
        for notice in notices:
            server.put(notice, bounce("exchange", notice))
        wait_for("the outcomes", lambda: all(told(notify, n) == ["accepted", "failed"] for n in notices), 15)
        wait_for("the box", lambda: list(server.mails) == ["spam"])
        sessions, read = server.sessions, server.said.count(kind.READ)
        wait_for("two rounds more", lambda: server.sessions >= sessions + 2)
        assert server.said.count(kind.READ) == read  # what is none of ours is not read again each time
        assert server.said.count(kind.DELETE) == 3
        notify.stop()
        assert counted(notify) == {"foreign": 1, "hard": 3}
        assert "sesame" not in notify.errors.read_text()


@BOTH
@pytest.mark.parametrize("flaw, why", [("password", "login"), ("no-tls", "tls"), ("unknown-ca", "tls"), ("nobody", "no-server")])
def test_a_mailbox_that_cannot_be_read_delays_nothing_and_is_said_once(build, tmp_path, ledger, maildir, flaw, why, kind):
    ca, other = make_ca(tmp_path / "ca"), make_ca(tmp_path / "other")
    pair = make_cert(tmp_path / "ca", "localhost") if flaw == "unknown-ca" else ()
    more = {"password": "wrong"} if flaw == "password" else {}
    tls = {"no-tls": "starttls", "unknown-ca": "implicit"}.get(flaw, "none-on-loopback")
    server = kind(pair)
    text = by_session(tmp_path, maildir, server, tls, **({"ca": other if flaw == "unknown-ca" else ca} if tls != "none-on-loopback" else {}), **more)
    if flaw == "nobody":
        server.server.server_close()
    with server if flaw != "nobody" else nullcontext(), Notify(build, tmp_path, ledger, text) as notify:
        wait_for("it is said", lambda: f"cannot be read ({why})" in notify.errors.read_text(), 15)
        sent(ledger, notify, "S-1")
        wait_for("more rounds", lambda: notify.errors.read_text().count("libcurl") >= 3, 15)
        notify.stop()
        assert notify.errors.read_text().count("cannot be read") == 1
        assert kind.LOGIN not in server.said or flaw == "password"


@BOTH
def test_a_server_that_says_nothing_delays_no_notice_and_no_stop(build, tmp_path, ledger, maildir, kind):
    with kind() as server, Notify(build, tmp_path, ledger, by_session(tmp_path, maildir, server)) as notify:
        server.stall_at = kind.READ
        first = sent(ledger, notify, "S-1")
        server.put("1", bounce("gmail", first))
        wait_for("it stalls", lambda: kind.READ in server.said)
        begun = time.monotonic()
        sent(ledger, notify, "S-2", email="other@example.jp")
        assert time.monotonic() - begun < 5
        notify.stop()
        assert time.monotonic() - begun < 10


@BOTH
@pytest.mark.parametrize("at", ["DELETE", "GONE"])
def test_killed_between_what_was_written_down_and_what_was_deleted_nothing_comes_twice(build, tmp_path, ledger, maildir, at, kind):
    with kind() as server, Notify(build, tmp_path, ledger, by_session(tmp_path, maildir, server)) as notify:
        notice = sent(ledger, notify, "S-1")
        server.stall_at = getattr(kind, at)
        server.put("1", bounce("full", notice))
        wait_for("the outcome", lambda: told(notify, notice) == ["accepted", "failed"], 15)
        wait_for("the deletion", lambda: getattr(kind, at) in server.said)
        notify.kill()
        assert list(server.mails) == ["1"]
        server.stall_at = None
        server.released.set()
        notify.start()
        wait_for("the box", lambda: not server.mails, 15)
        assert told(notify, notice) == ["accepted", "failed"]
        assert notify.query("SELECT count(*) FROM mailed WHERE soft_usec > 0") == [(1,)]
        notify.stop()


@BOTH
def test_the_line_dies_again_and_again_at_one_mail_and_the_others_are_read(build, tmp_path, ledger, maildir, kind):
    with kind() as server, Notify(build, tmp_path, ledger, by_session(tmp_path, maildir, server)) as notify:
        notice = sent(ledger, notify, "S-1")
        server.die_of = "poison"
        server.put("poison", b"X: y\r\n\r\nx")
        server.put("2", bounce("gmail", notice))
        wait_for("the outcome", lambda: told(notify, notice) == ["accepted", "failed"], 20)
        wait_for("the box", lambda: list(server.mails) == ["poison"])
        notify.stop()


def test_a_mail_that_another_took_away_is_passed_over(build, tmp_path, ledger, maildir):
    with Imap() as server, Notify(build, tmp_path, ledger, by_session(tmp_path, maildir, server)) as notify:
        notice = sent(ledger, notify, "S-1")
        server.ghosts = [1]
        server.put("mine", bounce("gmail", notice))
        server.put("spam", (CORPUS / "foreign").read_bytes())
        wait_for("the box", lambda: list(server.mails) == ["spam"], 15)
        wait_for("its mark", lambda: server.flags["spam"] == {"\\Flagged"})  # for people to see
        assert told(notify, notice) == ["accepted", "failed"]
        notify.stop()
        assert "cannot be read" not in notify.errors.read_text()
