# SPDX-License-Identifier: Apache-2.0
"""okuru-notify against a real SMTP server: what is said, what is refused, what is never answered, and TLS."""
import email
import email.policy
import signal
import ssl
from pathlib import Path

import pytest
from broker import make_ca, make_cert
from mail_relay import RelayServer, ids
from notify import Notify, shipped, smtp_route, to
from waiting import wait_for


@pytest.fixture
def answer_timeout():
    return "2s"  # some answers never come


def test_smtp_carries_the_mail_as_written(by_smtp, ledger, relay):
    notice = to(ledger, "S-1", "hanako")
    assert by_smtp.outcome_of(notice)[0] == "notice.accepted"
    (rcpt, text), = relay.taken
    mail = email.message_from_bytes(text, policy=email.policy.default)
    assert rcpt == "hanako@example.jp" and not mail.defects and "山田 花子 様" in mail.get_body(("plain",)).get_content()
    assert b"\n" not in text.replace(b"\r\n", b"") and max(map(len, text.split(b"\r\n"))) <= 998
    by_smtp.stop()


def test_an_old_carrier_address_is_quoted(by_smtp, ledger, relay):
    notice = shipped(ledger, "S-1", email="abc..d.@docomo.example.jp")
    assert by_smtp.outcome_of(notice)[0] == "notice.accepted"
    assert relay.taken[0][0] in ("abc..d.@docomo.example.jp", '"abc..d."@docomo.example.jp')


def test_many_mails_go_one_after_another(by_smtp, ledger, relay):
    notices = [to(ledger, f"S-{i}", f"c{i}") for i in range(40)]
    wait_for("the outcomes", lambda: len(by_smtp.outcomes()) == 40)
    assert sorted(ids(relay.taken)) == sorted(notices)


@pytest.mark.parametrize("word, reason", [("unknown", "recipient-refused"), ("spam", "message-refused")])
def test_a_refusal_for_good_is_an_outcome(by_smtp, ledger, relay, word, reason):
    kind, data = by_smtp.outcome_of(to(ledger, "S-1", word))
    assert (kind, data["reason"], data["attempts"]) == ("notice.failed", reason, 1)
    assert by_smtp.outcome_of(to(ledger, "S-2", "hanako"))[0] == "notice.accepted"


@pytest.mark.parametrize("word", ["busy", "full"])
def test_a_refusal_for_now_is_tried_again_later(by_smtp, ledger, relay, word):
    notice = to(ledger, "S-1", word)
    wait_for("its state", lambda: by_smtp.state(notice)[2] == 1 and by_smtp.state(notice)[0] == "reserved")
    assert by_smtp.outcome_of(to(ledger, "S-2", "hanako"))[0] == "notice.accepted"  # nobody waits for it
    assert by_smtp.outcomes()[-1][1]["notice"] != notice
    by_smtp.pass_time(120)
    kind, data = by_smtp.outcome_of(notice)
    assert (kind, data["attempts"]) == ("notice.accepted", 2)


@pytest.mark.parametrize("word", ["silent", "gone"])
def test_an_answer_never_heard_is_one_more_copy_with_the_same_id(by_smtp, ledger, relay, word):
    notice = to(ledger, "S-1", word)
    wait_for("its state", lambda: by_smtp.state(notice) == ("reserved", "no-answer", 1))
    relay.release.set()
    assert by_smtp.outcomes() == []
    by_smtp.pass_time(61)
    kind, data = by_smtp.outcome_of(notice)
    assert (kind, data["attempts"]) == ("notice.accepted", 2)
    assert len(relay.seen) == 2 and relay.seen[0] == relay.seen[1]  # byte for byte
    assert ids(relay.seen) == [notice, notice]


def test_an_answer_never_heard_twice_is_for_a_person(by_smtp, ledger, relay):
    notice = to(ledger, "S-1", "mute")
    wait_for("its state", lambda: by_smtp.state(notice) == ("reserved", "no-answer", 1))
    by_smtp.pass_time(61)
    kind, data = by_smtp.outcome_of(notice)
    assert (kind, data["reason"], data["attempts"]) == ("notice.unknown", "no-answer", 2)
    by_smtp.pass_time(7200)
    assert by_smtp.outcome_of(to(ledger, "S-2", "hanako"))[0] == "notice.accepted"
    assert len(relay.seen) == 3


def test_a_stop_waits_for_the_answer(by_smtp, ledger, relay):
    notice = to(ledger, "S-1", "silent")
    wait_for("a mail", lambda: relay.seen)
    by_smtp.process.send_signal(signal.SIGTERM)
    relay.release.set()
    assert by_smtp.process.wait(timeout=20) == 0
    by_smtp.process = None
    assert by_smtp.outcome_of(notice)[0] == "notice.accepted" and len(relay.seen) == 1


def tls_context(folder: Path, name: str) -> ssl.SSLContext:
    cert, key = make_cert(folder, name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


def test_starttls_with_a_login(build, tmp_path, ledger, relay):
    ca = make_ca(tmp_path / "ca")
    password = tmp_path / "password"
    password.write_text("secret word\n")
    with RelayServer(relay, tls_context=tls_context(tmp_path / "ca", "localhost"), require_starttls=True,
                     authenticator=relay.authenticate, auth_required=True) as server:
        route = smtp_route(server.port, "starttls", "localhost", ca=ca, user="station", password_file=password)
        with Notify(build, tmp_path, ledger, route) as notify:
            notice = to(ledger, "S-1", "hanako")
            assert notify.outcome_of(notice)[0] == "notice.accepted"
            notify.stop()
            assert "secret word" not in notify.errors.read_text()
    assert relay.logins == [(b"station", b"secret word")]


@pytest.mark.parametrize("flaw, reason", [("no-tls", "tls"), ("wrong-name", "tls"), ("unknown-ca", "tls")])
def test_without_good_tls_no_mail_goes(build, tmp_path, ledger, relay, flaw, reason):
    ca = make_ca(tmp_path / "ca")
    make_ca(tmp_path / "other")
    issuer = tmp_path / ("other" if flaw == "unknown-ca" else "ca")
    context = tls_context(issuer, "elsewhere" if flaw == "wrong-name" else "localhost")
    with RelayServer(relay, **({} if flaw == "no-tls" else {"tls_context": context})) as server:
        with Notify(build, tmp_path, ledger, smtp_route(server.port, "starttls", "localhost", ca=ca)) as notify:
            notice = to(ledger, "S-1", "hanako")
            wait_for("its state", lambda: notify.state(notice) == ("reserved", reason, 0))
            notify.stop()
    assert relay.seen == []
