# SPDX-License-Identifier: Apache-2.0
"""The ways that a mail can take out of the box: the next one while the first is down, none at all, and who sees it."""
import json
import re
import time

from fake_http import FakeServer
from mail_relay import Relay, RelayServer, ids
from notify import Notify, ask_of, routes, smtp_route, to
from ports import free_port
from waiting import wait_for
from ways import TAKEN, by_sms


def test_mail_takes_the_next_route_and_returns_to_the_first(build, tmp_path, ledger, relay):
    """The fixed line is cut and comes back: no attempt is spent on the way, and the second route is left again by itself."""
    fixed = free_port()
    with RelayServer(relay) as lte:
        config = routes({"name": "fixed", "port": fixed}, {"name": "lte", "port": lte.port, "device": "lo"})
        with Notify(build, tmp_path, ledger, config) as notify:
            kind, data = notify.outcome_of(to(ledger, "S-1", "hanako"))
            assert (kind, data["attempts"]) == ("notice.accepted", 1) and len(relay.taken) == 1
            other = Relay()
            with RelayServer(other, port=fixed):
                notify.pass_time(60)
                assert notify.outcome_of(to(ledger, "S-2", "jiro"))[0] == "notice.accepted"
                assert len(other.taken) == 1 and len(relay.taken) == 1
                log = notify.errors.read_text()
                assert "fixed: no mail goes (no-server)" in log and "fixed: mail goes again" in log and "lte: no mail" not in log
                notify.stop()


def test_who_looks_at_the_box_sees_how_each_way_out_is(build, tmp_path, ledger, relay):
    fixed = free_port()
    with RelayServer(relay) as lte, FakeServer(TAKEN) as sms:
        config = routes({"name": "fixed", "port": fixed}, {"name": "lte", "port": lte.port}, {"name": "spare", "port": fixed}) + by_sms(tmp_path, sms)
        with Notify(build, tmp_path, ledger, config) as notify:
            how = lambda: [(x["channel"], x["name"], x["state"], x.get("reason")) for x in json.loads(ask_of(build, notify, ledger, "status", "--json"))["routes"]]  # noqa: E731
            untried_sms = ("sms", "provider", "untried", None)
            wait_for("the first word", lambda: (notify.folder / "notices.db").exists() and len(how()) == 4)
            assert how() == [("email", "fixed", "untried", None), ("email", "lte", "untried", None), ("email", "spare", "untried", None), untried_sms]
            notify.outcome_of(to(ledger, "S-1", "hanako"))
            tried = [("email", "fixed", "down", "no-server"), ("email", "lte", "up", None), ("email", "spare", "untried", None), untried_sms]
            wait_for("what is known now", lambda: how() == tried)
            said = ask_of(build, notify, ledger, "status")
            assert re.search(r"email +fixed +DOWN: no-server +20", said) and re.search(r"email +lte +up +20", said) and "DOES NOT RUN" not in said
            said = ask_of(build, notify, ledger, "doctor")
            assert re.search(r"note +route +email by fixed: down, no-server since 20", said) and re.search(r"ok +route +email by lte: up since 20", said)
            assert "is down:" not in said
            lte.stop()
            to(ledger, "S-2", "jiro")
            notify.pass_time(60)
            wait_for("all down", lambda: re.search(r"BAD +route +every route of email is down", ask_of(build, notify, ledger, "doctor")))
            assert "every route of sms" not in ask_of(build, notify, ledger, "doctor")
            notify.stop()
            assert "okuru-notify DOES NOT RUN" in ask_of(build, notify, ledger, "status")


def test_a_route_by_a_device_that_is_gone_takes_no_other(build, tmp_path, ledger, relay):
    with RelayServer(relay) as server, Notify(build, tmp_path, ledger, routes({"name": "lte", "port": server.port, "device": "lte-gone0"})) as notify:
        notice = to(ledger, "S-1", "hanako")
        wait_for("the reason", lambda: notify.state(notice) == ("reserved", "no-device", 0))
        assert not relay.seen
        notify.stop()


def test_while_nobody_listens_no_attempt_is_spent(build, tmp_path, ledger, relay):
    port = free_port()
    notices = [to(ledger, f"S-{i}", f"c{i}") for i in range(3)]
    with Notify(build, tmp_path, ledger, smtp_route(port)) as notify:
        wait_for("its state", lambda: any(notify.state(n)[1] == "no-server" for n in notices))
        for _ in range(20):
            notify.pass_time(60)
            time.sleep(0.05)
        # In the middle of a try a notice is `sending` and the try is counted; what was spent would stay so.
        for n in notices:
            wait_for("the end of a try", lambda n=n: notify.state(n)[::2] == ("reserved", 0))
        with RelayServer(relay, port):
            # The last try may have been refused before the server was there and be told after: once more, then.
            wait_for("all mails", lambda: notify.pass_time(60) or len(notify.outcomes()) == 3, step=0.2)
            assert [notify.outcome_of(n)[1]["attempts"] for n in notices] == [1, 1, 1]
        notify.stop()
    assert sorted(ids(relay.taken)) == sorted(notices)
