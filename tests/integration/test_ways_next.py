# SPDX-License-Identifier: Apache-2.0
"""From one channel, or route, to the next: where one ends or is down, what takes its place, and what may not."""
import time
from types import SimpleNamespace

from fake_http import Answer, FakeServer
from mail_relay import RelayServer, ids
from notify import Notify, mails_in, smtp_route
from ports import free_port
from test_modem import MODEM, SMS, Manager, bus  # noqa: F401
from waiting import wait_for
from ways import E164, TAKEN, accepted, after, by_sms, gateway, sent, told


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
            wait_for("the line", lambda: notify.query("SELECT state, down_usec FROM route WHERE channel = 'email'") == [("up", 0)])
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
