# SPDX-License-Identifier: Apache-2.0
"""okuru-notify with several channels: the customer's order of them, what each says, what follows when one of them ends or is down."""
import hashlib
import json
import re
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
sys.path.insert(0, str(TOP / "tests" / "integration"))
from bounces import Box, bounce  # noqa: E402
from bounces import config as bounces  # noqa: E402
from fake_http import Answer, FakeServer  # noqa: E402
from ledger import notice_id, stamp  # noqa: E402
from test_modem import MODEM, SMS, Manager, bus  # noqa: E402, F401
from mail_relay import RelayServer, ids  # noqa: E402
from notify import M, Notify, mails_in, run, smtp_route  # noqa: E402
from ports import free_port  # noqa: E402
from test_units import allowed, unit  # noqa: E402
from waiting import wait_for  # noqa: E402
from ways import BOX, E164, FRIEND, PHONE, TAKEN, after, by_hook, by_line, by_modem, by_slip, by_sms, gateway, secret, told  # noqa: E402

ALL = ["line", "sms", "email"]


def ready(ledger, shipment: str, channels=("email",), **more) -> str:
    """One that waits at the counter."""
    ledger.shipment(M, shipment, pickup={"store": "tokyo"}, notices={"pickup-ready": "station"})
    ledger.contact(M, shipment, channels=list(channels), kinds=("pickup-ready",), **{"box": BOX, **more})
    ledger.arrive(M, shipment)
    notice = notice_id(M, shipment, "pickup-ready")
    ledger.fact("notice.reserved", M, shipment, notice=notice, kind="pickup-ready", generation=0, not_before=stamp(), expires=stamp(86400 * 7),
                owner="station")
    return notice


def accepted(notify, notice: str) -> str:
    """The channel that took it, as the outcome says."""
    kind, data = notify.outcome_of(notice)
    assert kind == "notice.accepted", data
    return data["channel"]


def sent(server) -> list:
    return [json.loads(r.body) for r in server.requests]


def slips(tmp_path) -> list:
    return sorted((tmp_path / "slips" / "new").glob("*.txt"))


# ---- which channel ----

def test_each_customer_is_told_by_the_first_channel_of_their_order_that_can(build, tmp_path, ledger):
    with FakeServer(TAKEN) as sms, FakeServer(Answer(200)) as line:
        with Notify(build, tmp_path, ledger, f"maildir: {tmp_path / 'mail'}\n" + by_sms(tmp_path, sms) + by_line(tmp_path, line)) as notify:
            assert accepted(notify, told(ledger, "S-1", ALL)) == "line"
            assert accepted(notify, told(ledger, "S-2", ["sms", "email"])) == "sms"
            assert accepted(notify, told(ledger, "S-3", ["email", "sms"])) == "email"
            assert accepted(notify, told(ledger, "S-4", ALL, box={"phone": PHONE})) == "sms"  # no friend of ours on LINE
            assert accepted(notify, told(ledger, "S-5", ALL, box={"phone": "03-1234-5678"})) == "email"  # no SMS reaches it
            assert accepted(notify, told(ledger, "S-6", ["webhook", "fax", "email"])) == "email"  # not here, and none at all
            consent = {"shipped": True, "line": {"shipped": False}}
            assert accepted(notify, told(ledger, "S-7", ALL, consent=consent)) == "sms"
            notify.stop()
        assert [m["to"] for m in sent(sms)] == [E164] * 3 and [m["to"] for m in sent(line)] == [FRIEND]
    assert len(mails_in(tmp_path / "mail")) == 3


def test_the_merchants_order_counts_for_who_names_none(build, tmp_path, ledger):
    ledger.policy(M, version=2, channels=["sms", "email"])
    with FakeServer(TAKEN) as sms:
        with Notify(build, tmp_path, ledger, f"maildir: {tmp_path / 'mail'}\n" + by_sms(tmp_path, sms)) as notify:
            ledger.shipment(M, "S-1")
            ledger.fact("contact.received", M, "S-1", merchant=M, shipment="S-1", version=1, consent={"shipped": True},
                        contact={"email": "hanako@example.jp", "phone": PHONE})
            ledger.ship(M, "S-1")
            assert accepted(notify, ledger.reserve(M, "S-1")) == "sms"
            assert accepted(notify, told(ledger, "S-2", ["email"])) == "email"
            notify.stop()


def test_who_can_be_reached_by_none_waits_and_says_why(build, tmp_path, ledger):
    with FakeServer(TAKEN) as sms, Notify(build, tmp_path, ledger, by_sms(tmp_path, sms)) as notify:
        none, nobody = told(ledger, "S-1", ["email"]), told(ledger, "S-2", ["sms"], box={})
        wait_for("its state", lambda: notify.state(none) == ("reserved", "no-channel", 0))
        wait_for("its state", lambda: notify.state(nobody) == ("reserved", "no-contact", 0))
        kind, data = notify.outcome_of(told(ledger, "S-3", ["sms"], box={"phone": "12"}))
        assert (kind, data["reason"]) == ("notice.failed", "bad-address") and "channel" not in data
        ledger.contact(M, "S-2", version=2, channels=["sms"], box=BOX)
        assert accepted(notify, nobody) == "sms"
        notify.stop()


def test_a_preference_that_changes_while_it_waits_is_followed(build, tmp_path, ledger):
    port = free_port()
    with FakeServer(TAKEN) as sms, Notify(build, tmp_path, ledger, smtp_route(port) + by_sms(tmp_path, sms)) as notify:
        notice = told(ledger, "S-1", ["email"])
        wait_for("a try", lambda: notify.state(notice)[1] == "no-server")
        ledger.contact(M, "S-1", version=2, channels=["sms"], box=BOX)
        assert accepted(notify, notice) == "sms"
        notify.stop()


# ---- what each says ----

def test_each_channel_says_it_in_its_own_shape(build, tmp_path, ledger):
    with FakeServer(TAKEN) as sms, FakeServer(Answer(200)) as line, FakeServer(Answer(204, b"")) as hook:
        config = by_sms(tmp_path, sms) + by_line(tmp_path, line) + by_line(tmp_path, line, "line-notification") + by_hook(tmp_path, hook) + by_slip(tmp_path)
        with Notify(build, tmp_path, ledger, config) as notify:
            notices = {c: ready(ledger, f"P-{c}", [c]) for c in ("sms", "line", "line-notification", "webhook", "slip")}
            assert {c: accepted(notify, n) for c, n in notices.items()} == {c: c for c in notices}
            notify.stop()
    text, = sent(sms)
    assert text["to"] == E164 and "A-P-sms" in text["text"] and "ABCD2345" in text["text"] and text["text"].startswith("【アクメ商店】")
    assert text["id"] == notices["sms"]
    push, pnp = [r for r in line.requests if "bot/message" in r.path], [r for r in line.requests if "pnp" in r.path]
    assert [r.headers["x-line-retry-key"] for r in push] == [notices["line"]]
    assert [r.headers["x-line-delivery-tag"] for r in pnp] == [notices["line-notification"]]
    body = json.loads(push[0].body)
    assert body["to"] == FRIEND and [m["type"] for m in body["messages"]] == ["text"] and "ABCD2345" in body["messages"][0]["text"]
    assert json.loads(pnp[0].body)["to"] == hashlib.sha256(E164.encode()).hexdigest()
    request, = hook.requests
    event = json.loads(request.body)
    assert request.headers["webhook-id"] == notices["webhook"] and event["type"] == "notice.pickup-ready" and "timestamp" in event
    data = event["data"]
    assert {k: data[k] for k in ("notice", "merchant", "shipment", "kind", "language", "generation", "code")} == {
        "notice": notices["webhook"], "merchant": M, "shipment": "P-webhook", "kind": "pickup-ready", "language": "ja", "generation": 0, "code": "ABCD2345"}
    assert "A-P-webhook" in data["text"] and "A-P-webhook" in data["subject"] and data["fields"]["order"] == "A-P-webhook"
    assert E164 not in str(event) and "hanako" not in str(event)
    paper, = slips(tmp_path)
    assert paper.name == f"{notices['slip']}.txt" and "A-P-slip" in paper.read_text() and "ABCD2345" in paper.read_text()
    assert max(sum(1 + (ord(c) > 255) for c in row) for row in paper.read_text().splitlines()) <= 42


def test_a_test_goes_by_sms_and_by_line_too(build, tmp_path, ledger):
    with FakeServer(TAKEN) as sms, FakeServer(Answer(200), Answer(400)) as line:
        notify = Notify(build, tmp_path, ledger, by_sms(tmp_path, sms) + by_line(tmp_path, line))
        send = lambda kind, channel, to, *more: run(build, "test-send", kind, "--config", notify.config, "--channel", channel, "--to", to, *more)  # noqa: E731
        done = send("pickup-ready", "sms", "090-1234-5678")
        assert (done.returncode, done.stdout) == (0, "provider: accepted (the server said 200)\n"), done.stderr
        assert send("pickup-ready", "line", FRIEND, "--lang", "en").stdout == "line: accepted (the server said 200)\n"
        done = send("pickup-ready", "line", FRIEND)
        assert done.returncode == 1 and "the server said 400" in done.stdout
        for kind, channel, to, said in (("pickup-ready", "sms", "03-1234-5678", "--to: is no number that takes an SMS"), ("pickup-ready", "sms", "me@example.jp", "--to: "),
                                        ("pickup-ready", "line", "hanako", "--to: is no user id of LINE"), ("welcome", "sms", "09012345678", "sms: the template has no words for this"),
                                        ("pickup-ready", "email", "me@example.jp", "the config names no way for it")):
            done = send(kind, channel, to)
            assert done.returncode == 1 and said in done.stderr, done.stderr
        done = send("pickup-ready", "fax", "09012345678")
        assert done.returncode == 2 and "--channel fax: email, sms or line" in done.stderr
    text, = sent(sms)
    assert text["to"] == "+819012345678" and text["text"].startswith("【テスト】【")
    body = json.loads(line.requests[0].body)
    assert body["to"] == FRIEND and body["messages"][0]["text"].startswith("[TEST] Acme: your order") and len(line.requests) == 2
    assert not (notify.folder / "notices.db").exists()


@pytest.mark.parametrize("language, label", [("ja", "受取コード"), ("en", "Pickup code")])
def test_an_sms_holds_no_label_without_what_it_labels(build, tmp_path, ledger, language, label):
    """No code was given, and nobody knows until when it is kept."""
    with FakeServer(TAKEN) as sms, Notify(build, tmp_path, ledger, by_sms(tmp_path, sms)) as notify:
        with_code = accepted(notify, ready(ledger, "P-1", ["sms"], language=language))
        notice = ready(ledger, "P-2", ["sms"], language=language, box={"phone": PHONE})
        assert with_code == accepted(notify, notice) == "sms"
        notify.stop()
    first, second = (m["text"] for m in sent(sms))
    assert f"{label}" in first and label not in second and "、まで" not in second and "until" not in second


def test_nothing_personal_is_logged_or_kept_whatever_the_channel(build, tmp_path, ledger):
    with FakeServer(TAKEN, Answer(400, b'{"code":"21211"}')) as sms, FakeServer(Answer(200)) as line:
        with Notify(build, tmp_path, ledger, by_sms(tmp_path, sms) + by_line(tmp_path, line)) as notify:
            accepted(notify, told(ledger, "S-1", ["sms"]))
            accepted(notify, told(ledger, "S-2", ["line"]))
            assert notify.outcome_of(told(ledger, "S-3", ["sms"]))[1]["reason"] == "recipient-refused"
            notify.stop()
        kept = notify.errors.read_bytes() + b"".join(p.read_bytes() for p in notify.folder.iterdir() if p.is_file())
    for word in (PHONE, E164, FRIEND, "山田", "hanako", "t0ken"):
        assert word.encode() not in kept


# ---- from one to the next ----

def test_where_one_channel_has_its_end_the_next_one_takes_it(build, tmp_path, ledger, relay):
    with RelayServer(relay) as server:
        with FakeServer(TAKEN) as sms, Notify(build, tmp_path, ledger, smtp_route(server.port) + by_sms(tmp_path, sms)) as notify:
            for word in ("unknown", "spam", "a b"):
                notice = told(ledger, f"S-{word[0]}", ["email", "sms"], email=f"{word}@example.jp")
                assert accepted(notify, notice) == "sms"
            asked = relay.asked.copy()
            assert accepted(notify, told(ledger, "S-2", ["email", "sms"], email="unknown@example.jp")) == "sms"
            assert relay.asked == asked  # it was refused before, and is not tried again
            notify.stop()
    assert len(sms.requests) == 4


def test_only_when_no_channel_is_left_it_failed_and_the_last_one_says_why(build, tmp_path, ledger, relay):
    with RelayServer(relay) as server:
        with FakeServer(Answer(400, b'{"code":"21211"}')) as sms, Notify(build, tmp_path, ledger, smtp_route(server.port) + by_sms(tmp_path, sms)) as notify:
            kind, data = notify.outcome_of(told(ledger, "S-1", ["email", "sms"], email="spam@example.jp"))
            assert (kind, data["reason"], data["channel"], data["attempts"]) == ("notice.failed", "recipient-refused", "sms", 2)
            kind, data = notify.outcome_of(told(ledger, "S-2", ["sms", "email"], email="spam@example.jp"))
            assert (kind, data["reason"], data["channel"], data["attempts"]) == ("notice.failed", "message-refused", "email", 1)
            notify.stop()
    assert len(sms.requests) == 1  # the number was refused before


def test_mail_that_is_down_for_long_goes_by_sms_and_never_by_mail_after_that(build, tmp_path, ledger, relay):
    port = free_port()
    with FakeServer(TAKEN) as sms, Notify(build, tmp_path, ledger, smtp_route(port) + by_sms(tmp_path, sms) + after("10min")) as notify:
        notice, mail_only = told(ledger, "S-1", ["email", "sms"]), told(ledger, "S-2", ["email"])
        wait_for("a try", lambda: any(notify.state(n)[1] == "no-server" for n in (notice, mail_only)))
        notify.pass_time(500)
        time.sleep(1.5)
        assert not sms.requests and notify.outcomes() == []
        notify.pass_time(200)
        assert accepted(notify, notice) == "sms"
        assert notify.outcome_of(notice)[1]["attempts"] == 1  # none was spent on the line
        with RelayServer(relay, port):
            notify.pass_time(60)
            assert accepted(notify, mail_only) == "email"
            notify.stop()
    assert ids(relay.taken) == [mail_only] and len(sms.requests) == 1


def test_since_when_a_line_is_down_is_known_after_a_restart(build, tmp_path, ledger):
    """Else a program that is started each few minutes never tells anybody."""
    with FakeServer(TAKEN) as sms, Notify(build, tmp_path, ledger, smtp_route(free_port()) + by_sms(tmp_path, sms) + after("10min")) as notify:
        notice = told(ledger, "S-1", ["email", "sms"])
        for _ in range(3):
            wait_for("a try", lambda: notify.query("SELECT state, reason FROM route WHERE channel = 'email'") == [("down", "no-server")])
            wait_for("the notice", lambda: notify.state(notice)[:2] == ("reserved", "no-server"))
            assert not sms.requests
            notify.stop()
            notify.pass_time(220)
            notify.start()
        assert accepted(notify, notice) == "sms"
        seen = notify.query("SELECT unixepoch() + ? - since_usec / 1000000 FROM route WHERE channel = 'email'", 660)[0][0]
        assert 660 <= seen < 720  # for who looks, too
        notify.stop()


def test_after_a_restart_a_line_is_tried_before_it_counts_as_down(build, tmp_path, ledger, relay):
    port = free_port()
    with FakeServer(TAKEN) as sms, Notify(build, tmp_path, ledger, smtp_route(port) + by_sms(tmp_path, sms) + after("10min")) as notify:
        notice = told(ledger, "S-1", ["email", "sms"])
        wait_for("a try", lambda: notify.state(notice)[1] == "no-server")
        notify.stop()
        notify.pass_time(3600)
        with RelayServer(relay, port):
            notify.start()
            assert accepted(notify, notice) == "email" and not sms.requests
            assert notify.query("SELECT state, down_usec FROM route WHERE channel = 'email'") == [("up", 0)]
            notify.stop()
        notify.start()  # it has been up since: what comes waits its ten minutes
        notice = told(ledger, "S-2", ["email", "sms"])
        wait_for("a try", lambda: notify.state(notice)[1] == "no-server")
        notify.pass_time(300)
        time.sleep(1.5)
        assert not sms.requests
        notify.stop()


def test_a_line_that_comes_back_in_time_keeps_its_notices(build, tmp_path, ledger, relay):
    port = free_port()
    with FakeServer(TAKEN) as sms, Notify(build, tmp_path, ledger, smtp_route(port) + by_sms(tmp_path, sms)) as notify:
        notice = told(ledger, "S-1", ["email", "sms"])
        wait_for("a try", lambda: notify.state(notice)[1] == "no-server")
        with RelayServer(relay, port):
            notify.pass_time(60)
            assert accepted(notify, notice) == "email"
            notify.stop()
    assert not sms.requests


def test_the_next_line_is_tried_again_after_it_was_down_while_the_mail_still_is(build, tmp_path, ledger):
    port = free_port()
    config = smtp_route(free_port()) + by_sms(tmp_path, SimpleNamespace(url=f"http://127.0.0.1:{port}")) + after("10min")
    with Notify(build, tmp_path, ledger, config) as notify:
        notice = told(ledger, "S-1", ["email", "sms"])
        wait_for("a try by mail", lambda: notify.state(notice)[1] == "no-server")
        notify.pass_time(700)
        wait_for("a try by SMS", lambda: "provider: no sms goes" in notify.errors.read_text())
        with FakeServer(TAKEN, port=port) as sms:
            wait_for("the SMS", lambda: notify.pass_time(60) or sms.requests, 40, 1)
            assert accepted(notify, notice) == "sms" and len(sms.requests) == 1


def test_a_mail_server_that_says_nothing_delays_no_sms(build, tmp_path, ledger, relay):
    with RelayServer(relay) as server, FakeServer(TAKEN) as sms:
        with Notify(build, tmp_path, ledger, smtp_route(server.port, timeout="30s") + by_sms(tmp_path, sms)) as notify:
            stuck = told(ledger, "S-0", ["email"], email="mute@example.jp")
            wait_for("the mail", lambda: relay.seen)
            waited = []
            for i in range(5):
                begun = time.monotonic()
                assert accepted(notify, told(ledger, f"S-{i + 1}", ["sms"])) == "sms"
                waited.append(time.monotonic() - begun)
            assert sorted(waited)[2] < 3 and notify.state(stuck)[0] == "sending"
            relay.release.set()
            assert accepted(notify, stuck) == "email"
            notify.stop()


def test_what_may_have_gone_by_sms_goes_by_no_other_channel(build, tmp_path, ledger):
    with FakeServer(Answer(fault="drop")) as sms:
        with Notify(build, tmp_path, ledger, f"maildir: {tmp_path / 'mail'}\n" + by_sms(tmp_path, sms)) as notify:
            kind, data = notify.outcome_of(told(ledger, "S-1", ["sms", "email"]))
            assert (kind, data["reason"], data["channel"]) == ("notice.unknown", "no-answer", "sms")
            notify.pass_time(3600)
            accepted(notify, told(ledger, "S-2", ["email"]))
            notify.stop()
        assert len(sms.requests) == 1
    assert len(mails_in(tmp_path / "mail")) == 1


def test_what_the_provider_knows_again_goes_again_by_the_same_provider_alone(build, tmp_path, ledger):
    with FakeServer(Answer(fault="drop"), TAKEN) as first, FakeServer(TAKEN) as second:
        config = (f"sms:\n- {{name: a, gateway: {gateway(tmp_path, first, 'safe', 'a')}, timeout: 2s}}\n"
                  f"- {{name: b, gateway: {gateway(tmp_path, second, 'unsafe', 'b')}, timeout: 2s}}\n")
        with Notify(build, tmp_path, ledger, config) as notify:
            notice = told(ledger, "S-1", ["sms"])
            wait_for("its state", lambda: notify.state(notice)[1] == "no-answer")
            notify.pass_time(120)
            assert accepted(notify, notice) == "sms"
            notify.stop()
        assert [m["id"] for m in sent(first)] == [notice] * 2 and not second.requests


def test_routes_of_sms_are_taken_in_order(build, tmp_path, ledger):
    with FakeServer() as gone:
        pass
    with FakeServer(TAKEN) as second:
        config = (f"sms:\n- {{name: a, gateway: {gateway(tmp_path, gone, 'unsafe', 'a')}}}\n"
                  f"- {{name: b, gateway: {gateway(tmp_path, second, 'unsafe', 'b')}}}\n")
        with Notify(build, tmp_path, ledger, config) as notify:
            assert accepted(notify, told(ledger, "S-1", ["sms"])) == "sms"
            assert notify.query("SELECT route FROM notice") == [("b",)]
            notify.stop()


# ---- paper ----

def test_while_all_lines_are_down_one_slip_is_laid_and_the_notice_still_goes(build, tmp_path, ledger, relay):
    port = free_port()
    with Notify(build, tmp_path, ledger, smtp_route(port) + by_slip(tmp_path)) as notify:
        notice = ready(ledger, "P-1", ["email"])
        other = told(ledger, "S-1", ["email"])  # nobody comes to the shop for it
        wait_for("a try", lambda: any(notify.state(n)[1] == "no-server" for n in (notice, other)))
        assert slips(tmp_path) == []
        notify.pass_time(700)
        wait_for("the slip", lambda: notify.query("SELECT paper FROM notice WHERE id = ?", notice) == [(2,)])
        (slip,) = slips(tmp_path)
        assert slip.name == f"{notice}.txt"
        wait_for("the try that was due at the same time", lambda: notify.state(notice)[0] == "reserved")
        slip.unlink()  # printed, and swept since
        for _ in range(5):
            notify.pass_time(700)
            time.sleep(0.5)
        assert slips(tmp_path) == [] and notify.outcomes() == []
        with RelayServer(relay, port):
            wait_for("both mails", lambda: notify.pass_time(60) or len(notify.outcomes()) == 2, step=0.2)
            assert accepted(notify, notice) == "email"
            notify.stop()
    assert sorted(ids(relay.taken)) == sorted([notice, other]) and slips(tmp_path) == []


def test_what_failed_for_good_leaves_a_slip(build, tmp_path, ledger):
    with Notify(build, tmp_path, ledger, f"maildir: {tmp_path / 'mail'}\n" + by_slip(tmp_path)) as notify:
        notice = ready(ledger, "P-1", ["email"], email="a b@example.jp")
        assert notify.outcome_of(notice)[0] == "notice.failed"
        wait_for("the slip", lambda: [p.name for p in slips(tmp_path)] == [f"{notice}.txt"])
        wait_for("that it is known", lambda: notify.query("SELECT paper FROM notice WHERE id = ?", notice) == [(2,)])
        notify.stop()
    assert len(notify.outcomes()) == 1


@pytest.mark.parametrize("meanwhile, paper", [
    (lambda ledger: None, 2),
    (lambda ledger: ledger.fact("consent.changed", M, "P-1", given=False), 0),
    (lambda ledger: ledger.shipment(M, "P-1", version=2, pickup={"store": "tokyo"}, notices={"pickup-ready": "oms"}), 0)],
    ids=["nothing", "no word is wanted", "the office tells them"])
def test_paper_that_is_owed_is_laid_for_who_still_wants_it(build, tmp_path, ledger, meanwhile, paper):
    """The folder is gone when the notice fails, and there again at the next start."""
    with Notify(build, tmp_path, ledger, f"maildir: {tmp_path / 'mail'}\n" + by_slip(tmp_path)) as notify:
        wait_for("the folder", lambda: (tmp_path / "slips/printed").exists())
        (tmp_path / "slips/new").rmdir()
        notice = ready(ledger, "P-1", ["email"], email="a b@example.jp")
        assert notify.outcome_of(notice)[0] == "notice.failed"
        laid = lambda: notify.query("SELECT paper FROM notice WHERE id = ?", notice)  # noqa: E731
        wait_for("what is owed", lambda: laid() == [(1,)])
        notify.stop()
        meanwhile(ledger)
        notify.start()
        wait_for("its end", lambda: laid() == [(paper,)])
        notify.stop()
    assert len(slips(tmp_path)) == (1 if paper else 0)


def test_every_order_has_its_slip_when_all_lines_fail_at_once(build, tmp_path, ledger):
    """They fall due in one turn, each by a line of its own, and one at a time is laid: the others find room later."""
    nobody = SimpleNamespace(url=f"http://127.0.0.1:{free_port()}")
    lines = smtp_route(free_port()) + by_sms(tmp_path, nobody) + by_line(tmp_path, nobody)
    with Notify(build, tmp_path, ledger, lines + by_slip(tmp_path)) as notify:
        notices = sorted(ready(ledger, f"P-{c}-{i}", [c]) for c in ("email", "sms", "line") for i in range(3))
        wait_for("a try of each line", lambda: notify.query("SELECT count(DISTINCT channel) FROM notice WHERE reason = 'no-server'") == [(3,)])
        notify.pass_time(700)
        wait_for("every slip", lambda: notify.query("SELECT count(*) FROM notice WHERE paper = 2") == [(len(notices),)])
        notify.stop()
    assert [p.stem for p in slips(tmp_path)] == notices and notify.outcomes() == []


def test_who_has_paper_as_a_channel_of_theirs_gets_none_beside_it(build, tmp_path, ledger):
    """What ends there is their own word about paper; the next order shows that the turn of this one is over."""
    with Notify(build, tmp_path, ledger, f"maildir: {tmp_path / 'mail'}\n" + by_slip(tmp_path)) as notify:
        no_paper = {"pickup-ready": True, "slip": {"pickup-ready": False}}
        ends = [ready(ledger, f"P-{i}", ["email", *more], email="a b@example.jp", consent=no_paper) for i, more in enumerate((["slip"], []))]
        assert [notify.outcome_of(n)[0] for n in ends] == ["notice.failed"] * 2
        wait_for("the other one's slip", lambda: notify.query("SELECT paper FROM notice WHERE id = ?", ends[1]) == [(2,)])
        assert notify.query("SELECT paper FROM notice WHERE id = ?", ends[0]) == [(0,)]
        notify.stop()
    assert [p.stem for p in slips(tmp_path)] == ends[1:]


def test_a_mail_that_came_back_leaves_a_slip(build, tmp_path, ledger):
    box = Box(tmp_path / "bounces")
    with Notify(build, tmp_path, ledger, bounces(tmp_path, tmp_path / "mail", f"maildir: {box.path}") + by_slip(tmp_path)) as notify:
        notice = ready(ledger, "P-1", ["email"])
        assert accepted(notify, notice) == "email"
        box.put(bounce("postfix", notice))
        wait_for("its end", lambda: [t for t, _ in notify.outcomes()] == ["notice.accepted", "notice.failed"])
        wait_for("the slip", lambda: [p.name for p in slips(tmp_path)] == [f"{notice}.txt"])
        notify.stop()


def test_each_merchant_has_a_webhook_of_its_own(build, tmp_path, ledger):
    with FakeServer(Answer(204, b"")) as ours, FakeServer(Answer(204, b"")) as theirs:
        other = by_hook(tmp_path, theirs, "midori").split("\n", 1)[1]
        with Notify(build, tmp_path, ledger, by_hook(tmp_path, ours) + other) as notify:
            assert accepted(notify, told(ledger, "S-1", ["webhook"])) == "webhook"
            notify.stop()
        assert len(ours.requests) == 1 and not theirs.requests
        with Notify(build, tmp_path, ledger, by_hook(tmp_path, theirs, "midori")) as notify:
            notice = told(ledger, "S-2", ["webhook"])
            wait_for("its state", lambda: notify.state(notice) == ("reserved", "no-channel", 0))
            notify.stop()


# ---- consent ----

def test_who_says_no_at_the_counter_says_it_for_each_of_their_addresses(build, tmp_path, ledger):
    with FakeServer(TAKEN) as sms, FakeServer(Answer(200)) as line:
        with Notify(build, tmp_path, ledger, f"maildir: {tmp_path / 'mail'}\n" + by_sms(tmp_path, sms) + by_line(tmp_path, line)) as notify:
            ledger.shipment(M, "S-1")
            ledger.contact(M, "S-1", channels=["email"], box=BOX)
            ledger.fact("consent.changed", M, "S-1", given=False)
            wait_for("it is kept", lambda: notify.query("SELECT count(*) FROM withdrawn WHERE address <> ''") == [(3,)])
            same = [told(ledger, "S-2", ["sms"], box={"phone": "０９０（１２３４）５６７８"}, email=""),
                    told(ledger, "S-3", ["line"], box={"line": FRIEND}, email=""), told(ledger, "S-4", ["email"], box={})]
            other = told(ledger, "S-5", ["sms"], box={"phone": "080-0000-1234"}, email="taro@example.jp")
            assert accepted(notify, other) == "sms"
            for notice in same:
                wait_for("its state", lambda n=notice: notify.state(n)[:2] == ("reserved", "no-consent"))
            notify.stop()
        assert len(sms.requests) == 1 and not line.requests and mails_in(tmp_path / "mail") == []


# ---- killed while one is on its way ----

def test_killed_while_it_goes_a_line_push_goes_again_with_the_same_key(build, tmp_path, ledger):
    with FakeServer(Answer(fault="silence"), Answer(409)) as line, Notify(build, tmp_path, ledger, by_line(tmp_path, line)) as notify:
        notice = told(ledger, "S-1", ["line"])
        wait_for("the push", lambda: line.requests)
        notify.kill()
        notify.start()
        assert accepted(notify, notice) == "line"
        assert [r.headers["x-line-retry-key"] for r in line.requests] == [notice] * 2
        assert line.requests[0].body == line.requests[1].body
        notify.stop()


def test_killed_while_it_goes_a_webhook_goes_again_with_the_same_id_and_bytes(build, tmp_path, ledger):
    with FakeServer(Answer(fault="silence"), Answer(204, b"")) as hook, Notify(build, tmp_path, ledger, by_hook(tmp_path, hook)) as notify:
        notice = told(ledger, "S-1", ["webhook"])
        wait_for("the event", lambda: hook.requests)
        notify.kill()
        notify.start()
        assert accepted(notify, notice) == "webhook"
        assert [r.headers["webhook-id"] for r in hook.requests] == [notice] * 2 and hook.requests[0].body == hook.requests[1].body
        notify.stop()


@pytest.mark.parametrize("section", ["sms", "line-notification"])
def test_killed_while_it_goes_what_nobody_knows_again_stays_unknown(build, tmp_path, ledger, section):
    with FakeServer(Answer(fault="silence")) as server:
        config = by_sms(tmp_path, server) if section == "sms" else by_line(tmp_path, server, section)
        with Notify(build, tmp_path, ledger, f"maildir: {tmp_path / 'mail'}\n" + config) as notify:
            notice = told(ledger, "S-1", [section, "email"])
            wait_for("the request", lambda: server.requests)
            notify.kill()
            notify.start()
            kind, data = notify.outcome_of(notice)
            assert (kind, data["reason"], data["channel"]) == ("notice.unknown", "crash", section)
            notify.stop()
        assert len(server.requests) == 1
    assert mails_in(tmp_path / "mail") == []


@pytest.mark.parametrize(("state", "expected"), [(5, ("notice.accepted", None)), (4, ("notice.unknown", "crash"))])
def test_killed_while_it_goes_the_modem_is_asked(build, tmp_path, ledger, bus, state, expected):  # noqa: F811
    manager = Manager(bus).add_modem().add_sms("import time; time.sleep(2)")
    try:
        with Notify(build, tmp_path, ledger, by_modem()) as notify:
            notice = told(ledger, "S-1", ["sms"])
            wait_for("its note", lambda: (notify.folder / "modem" / f"{notice}.sms").exists())
            wait_for("its state", lambda: notify.state(notice)[0] == "sending")
            notify.kill()
            manager.set_state(state)
            notify.start()
            kind, data = notify.outcome_of(notice)
            assert (kind, data.get("reason")) == expected
            notify.stop()
        assert len(manager.calls(MODEM, "Create")) == 1
    finally:
        manager.stop()


def test_killed_while_it_goes_a_slip_is_laid_once(build, tmp_path, ledger):
    with Notify(build, tmp_path, ledger, by_slip(tmp_path)) as notify:
        notices = [told(ledger, f"S-{i}", ["slip"]) for i in range(40)]
        for _ in range(10):
            time.sleep(0.02)
            notify.kill()
            notify.start()
        wait_for("all outcomes", lambda: len(notify.outcomes()) >= len(notices), 30)
        notify.stop()
    assert sorted(p.stem for p in slips(tmp_path)) == sorted(notices) and len(notify.outcomes()) == len(notices)


def test_an_sms_by_the_modem_when_the_gateway_cannot_be_reached(build, tmp_path, ledger, bus):  # noqa: F811
    manager = Manager(bus).add_modem().add_sms()
    with FakeServer() as gone:
        pass
    try:
        config = f"sms:\n- {{name: provider, gateway: {gateway(tmp_path, gone)}}}\n- {{name: modem, modem: {{}}}}\n"
        with Notify(build, tmp_path, ledger, config) as notify:
            assert accepted(notify, told(ledger, "S-1", ["sms"])) == "sms"
            assert notify.query("SELECT route, attempts FROM notice") == [("modem", 1)]
            notify.stop()
        (arguments,), = manager.calls(MODEM, "Create")
        assert str(arguments["number"]) == E164 and len(manager.calls(SMS, "Send")) == 1
    finally:
        manager.stop()


# ---- its unit ----

def test_no_channel_asks_the_kernel_for_more_than_the_unit_allows(build, tmp_path, ledger, bus):  # noqa: F811
    manager, trace, wrapper = Manager(bus).add_modem().add_sms(), tmp_path / "trace", tmp_path / "traced"
    wrapper.write_text(f'#!/bin/sh\nexec strace -D -f -qq -o {trace} {build}/bin/okuru-notify "$@"\n')
    wrapper.chmod(0o755)
    try:
        with FakeServer() as gone:
            pass
        with FakeServer(Answer(200)) as line, FakeServer(Answer(204, b"")) as hook:
            config = (f"sms:\n- {{name: provider, gateway: {gateway(tmp_path, gone)}, device: lo, dns: 127.0.0.1}}\n- {{name: modem, modem: {{}}}}\n" +
                      by_line(tmp_path, line) + by_line(tmp_path, line, "line-notification") + by_hook(tmp_path, hook) + by_slip(tmp_path))
            notify = Notify(build, tmp_path, ledger, config)
            notify.program = wrapper
            with notify:
                for channel in ("sms", "line", "line-notification", "webhook", "slip"):
                    assert accepted(notify, told(ledger, f"S-{channel}", [channel])) == channel
                notify.stop()
        assert len(manager.calls(SMS, "Send")) == 1
    finally:
        manager.stop()
    wait_for("the whole trace", lambda: "exited with 0" in trace.read_text() or "exit_group" in trace.read_text())
    asked = set(re.findall(r"^\d+ +(\w+)\(", trace.read_text(), re.MULTILINE)) - {"fchown"}  # SQLite's, only as root
    assert "connect" in asked and asked - allowed(build, "notify") == set()
    (families,) = [value.split() for key, value in unit(build, "notify") if key == "RestrictAddressFamilies"]
    assert set(re.findall(r"\bsocket\((AF_\w+)", trace.read_text())) <= set(families)


# ---- the file ----

@pytest.mark.parametrize(("text", "place"), [
    ("sms:\n- {name: a}\n", "sms[0]"),
    ("sms:\n- {name: a, gateway: /a.yaml, modem: {}}\n", "wanted one of gateway and modem"),
    ("sms:\n- {name: a, modem: {}, device: wwan0}\n", "sms[0].device"),
    ("sms:\n- {name: a, gateway: /nowhere.yaml}\n", "/nowhere.yaml"),
    ("sms:\n- {name: a, modem: {}}\n- {name: a, modem: {}}\n", "two routes have this name"),
    ("sms:\n- {name: a, modem: {folder: here}}\n", "sms[0].modem.folder"),
    ("line: {}\n", "line.token_file"),
    ("line: {token_file: /t, api: 'http://example.jp'}\n", "line.api"),
    ("line: {token_file: /t, routes: [{name: a}, {name: a}]}\n", "two routes have this name"),
    ("webhook:\n- {merchant: acme, url: 'http://example.jp/', secret_file: /s}\n", "webhook[0].url"),
    ("webhook:\n- {merchant: a, url: 'https://example.jp/', secret_file: /s}\n- {merchant: a, url: 'https://example.jp/', secret_file: /s}\n", "webhook[1].merchant"),
    ("slip: {folder: /s, columns: 7}\n", "slip.columns"),
    ("fallback_after: 1ms\nslip: {folder: /s}\n", "fallback_after"),
    ("", "wanted a way out")])
def test_what_is_wrong_in_the_file_is_named(build, tmp_path, ledger, text, place):
    notify = Notify(build, tmp_path, ledger, text)
    done = run(build, "--config", notify.config, "--check-config")
    assert done.returncode == 1 and place in done.stderr, done.stderr


@pytest.mark.parametrize(("text", "place"), [
    ("smtp: {host: relay.example.jp, tls: starttls, user: u, password_file: /nowhere}\n", "smtp.password_file: "),
    ("smtp: {host: relay.example.jp, tls: starttls, ca: /nowhere}\n", "smtp.ca: /nowhere"),
    ("routes:\n- {name: lte, host: relay.example.jp, tls: starttls, ca: /nowhere}\n", "lte.ca: /nowhere"),
    ("sms:\n- {name: a, gateway: /nowhere.yaml}\n", "/nowhere.yaml: sms.gateway: "),
    ("maildir: MAIL\nwords: /nowhere\n", "/nowhere: words: "),
    ("sms:\n- {name: a, gateway: GATEWAY, secret_file: /nowhere}\n", "/nowhere: sms.secret_file: "),
    ("sms:\n- {name: a, gateway: GATEWAY, ca: /nowhere}\n", "sms.ca: /nowhere"),
    ("line: {token_file: /nowhere}\n", "/nowhere: line.token_file: "),
    ("line-notification: {token_file: /nowhere}\n", "/nowhere: line-notification.token_file: "),
    ("line-notification: {token_file: TOKEN, ca: /nowhere}\n", "line-notification.ca: /nowhere"),
    ("webhook:\n- {merchant: acme, url: 'https://example.jp/', secret_file: /nowhere}\n", "/nowhere: webhook.secret_file: "),
    ("maildir: MAIL\nunsubscribe: {key_file: /nowhere}\n", "/nowhere: unsubscribe.key_file: "),
    ("maildir: MAIL\nbounce: {domain: bounce.example.jp, key_file: /nowhere}\n", "/nowhere: bounce.key_file: "),
    ("maildir: MAIL\ndkim: {domain: example.jp, selector: s, rsa: /nowhere}\n", "/nowhere: dkim.rsa: ")])
def test_a_file_that_the_config_names_and_nobody_finds_is_named_with_its_key_at_the_start(build, tmp_path, ledger, text, place):
    text = text.replace("MAIL", str(tmp_path / "mail")).replace("TOKEN", str(secret(tmp_path, "line", "t0ken")))
    with FakeServer(TAKEN) as server:
        notify = Notify(build, tmp_path, ledger, text.replace("GATEWAY", str(gateway(tmp_path, server))))
        done = run(build, "--config", notify.config)
        checked = run(build, "--config", notify.config, "--check-config")
    assert done.returncode == 1 and place in done.stderr and "No such file" in done.stderr, done.stderr
    assert checked.returncode == 0 or checked.stderr == done.stderr  # credentials are there only while it runs: the check leaves them alone


def test_a_file_with_every_channel_is_taken(build, tmp_path, ledger):
    with FakeServer(TAKEN) as server:
        config = (f"maildir: {tmp_path / 'mail'}\n" + by_sms(tmp_path, server) + "- {name: modem, modem: {equipment: '490154203237518'}, timeout: 60s}\n" +
                  by_line(tmp_path, server).replace("}", ", routes: [{name: fixed}, {name: lte, device: wwan0}]}") +
                  by_line(tmp_path, server, "line-notification") + by_hook(tmp_path, server) + by_slip(tmp_path) + after("5min"))
        notify = Notify(build, tmp_path, ledger, config)
        assert run(build, "--config", notify.config, "--check-config").returncode == 0
        with notify:
            notify.stop()
    for line in ("notices go by email: maildir", "by sms: provider", "by sms: modem, when none before it is up", "by line: lte", "by webhook: acme", "by slip: slip"):
        assert line in notify.errors.read_text()
