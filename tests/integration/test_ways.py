# SPDX-License-Identifier: Apache-2.0
"""okuru-notify with several channels: which one tells a customer, who said no to all of them, what each says and asks of the kernel."""
import hashlib
import json
import re

import pytest
from fake_http import Answer, FakeServer
from notify import M, Notify, mails_in, run, smtp_route
from ports import free_port
from test_modem import SMS, Manager, bus  # noqa: F401
from test_units import allowed, unit
from waiting import wait_for
from ways import BOX, E164, FRIEND, PHONE, TAKEN, accepted, by_hook, by_line, by_slip, by_sms, gateway, ready, sent, slips, told

ALL = ["line", "sms", "email"]


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
