# SPDX-License-Identifier: Apache-2.0
"""Mails that are written and signed while another one is on its way: what becomes of them when that one takes long, when facts change meanwhile, and
when the relay takes only so many by one connection."""
import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from ledger import notice_id  # noqa: E402
from mail_relay import RelayServer, ids  # noqa: E402
from notify import M, Notify, shipped, smtp_route, to  # noqa: E402
from ports import free_port  # noqa: E402
from waiting import wait_for  # noqa: E402


@pytest.fixture
def by_smtp(build, tmp_path, ledger, relay):
    with RelayServer(relay) as server, Notify(build, tmp_path, ledger, smtp_route(server.port, timeout="20s")) as notify:
        notify.stop()  # what is reserved now is all there at the next start
        yield notify
        if notify.process:
            relay.release.set()
            notify.stop()


def behind_one_that_takes_long(by_smtp, ledger, relay) -> list:
    notices = [to(ledger, "S-1", "silent"), to(ledger, "S-2", "taro"), to(ledger, "S-3", "jiro"), to(ledger, "S-4", "saburo")]
    by_smtp.start()
    wait_for("the first one's text", lambda: relay.seen)
    return notices


def states(notify, notices) -> list:
    return [notify.state(n)[0] for n in notices]


def test_what_waits_long_behind_another_is_taken_back_and_goes_after_it(by_smtp, ledger, relay):
    notices = behind_one_that_takes_long(by_smtp, ledger, relay)
    wait_for("those behind", lambda: states(by_smtp, notices) == ["sending", "reserved", "reserved", "reserved"])
    assert [by_smtp.state(n)[2] for n in notices] == [1, 0, 0, 0]  # attempts
    relay.release.set()
    for n in notices:
        kind, data = by_smtp.outcome_of(n)
        assert (kind, data["attempts"]) == ("notice.accepted", 1)
    assert ids(relay.taken)[0] == notices[0] and sorted(ids(relay.taken)) == sorted(notices)


def test_whoever_wants_to_hear_no_more_gets_no_mail_that_was_written_before(by_smtp, ledger, relay):
    notices = behind_one_that_takes_long(by_smtp, ledger, relay)
    ledger.fact("consent.changed", M, "S-2", given=False)
    wait_for("it comes back", lambda: by_smtp.state(notices[1])[0] == "reserved")
    relay.release.set()
    for n in (notices[0], *notices[2:]):
        assert by_smtp.outcome_of(n)[0] == "notice.accepted"
    wait_for("why it waits", lambda: by_smtp.state(notices[1])[:2] == ("reserved", "no-consent"))
    assert sorted(ids(relay.taken)) == sorted([notices[0], *notices[2:]])


def test_a_box_that_is_undone_is_not_told_by_a_mail_that_was_written_before(build, by_smtp, ledger, relay):
    ledger.shipment(M, "S-1")
    ledger.contact(M, "S-1", email="silent@example.jp")
    ledger.ship(M, "S-1")
    ledger.shipment(M, "S-2")
    ledger.contact(M, "S-2", email="taro@example.jp")
    parcel = ledger.ship(M, "S-2")
    first, second = ledger.reserve(M, "S-1"), ledger.reserve(M, "S-2")
    by_smtp.start()
    wait_for("the first one's text", lambda: relay.seen)
    ledger.void(M, "S-2", parcel)
    wait_for("it comes back", lambda: by_smtp.state(second)[0] in ("reserved", "cancelled"))
    relay.release.set()
    assert by_smtp.outcome_of(first)[0] == "notice.accepted"
    kind, data = by_smtp.outcome_of(second)
    assert (kind, data["reason"]) == ("notice.cancelled", "nothing-shipped") and ids(relay.taken) == [first]


def test_a_line_that_is_down_costs_none_of_those_behind_an_attempt(build, tmp_path, ledger):
    port = free_port()
    notices = [to(ledger, f"S-{i}", f"c{i}") for i in range(6)]
    with Notify(build, tmp_path, ledger, smtp_route(port)) as notify:
        wait_for("a try", lambda: any(notify.state(n)[1] == "no-server" for n in notices))
        wait_for("rest", lambda: states(notify, notices) == ["reserved"] * 6)
        assert [notify.state(n)[2] for n in notices] == [0] * 6
        notify.stop()


def test_one_that_we_die_of_takes_none_of_those_behind_along(by_smtp, ledger, relay):
    """Six deaths in the middle of the same mail: it may be why. Those behind it were in doubt once, and go."""
    names = sorted((f"S-{i}" for i in range(4)), key=lambda name: notice_id(M, name))  # their order, reserved at once
    notices = [to(ledger, name, "mute" if name == names[0] else f"c{name[-1]}") for name in names]
    by_smtp.start()
    for deaths in range(1, 7):
        wait_for("its text", lambda: sum(t.startswith("mute") for t, _ in relay.seen) == deaths)
        by_smtp.kill()
        by_smtp.start()
    kinds = {n: by_smtp.outcome_of(n) for n in notices}
    assert [(kinds[n][0], kinds[n][1].get("reason")) for n in notices] == [("notice.unknown", "crash")] + [("notice.accepted", None)] * 3
    assert sorted(ids(relay.taken)) == sorted(notices[1:])


@pytest.mark.parametrize("how", [[], ["--hang-up"]], ids=["421", "hung up"])
def test_a_relay_that_takes_three_mails_a_connection_is_not_down(build, tmp_path, ledger, how):
    notices = [shipped(ledger, f"S-{i}") for i in range(20)]
    sink = subprocess.Popen([build / "tests" / "smtp-sink", "--mails-a-connection", "3", *how, "20"], stdout=subprocess.PIPE, text=True)
    try:
        with Notify(build, tmp_path, ledger, smtp_route(int(sink.stdout.readline()))) as notify:
            counted = json.loads(sink.communicate(timeout=30)[0])
            wait_for("all outcomes", lambda: len(notify.outcomes()) == 20)
            notify.stop()
    finally:
        sink.kill()
        sink.wait()
    assert (counted["mails"], counted["distinct"], counted["connections"]) == (20, 20, 7)
    assert {n: d["attempts"] for n, d in ((d["notice"], d) for _, d in notify.outcomes())} == {n: 1 for n in notices}
    assert b"no mail goes" not in notify.errors.read_bytes()
