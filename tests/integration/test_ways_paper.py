# SPDX-License-Identifier: Apache-2.0
"""Paper for the clerk beside a notice that no line takes: when it is laid, once, and when not."""
import time
from types import SimpleNamespace

import pytest
from bounces import Box, bounce
from bounces import config as bounces
from mail_relay import RelayServer, ids
from notify import M, Notify, smtp_route
from ports import free_port
from waiting import wait_for
from ways import accepted, by_line, by_slip, by_sms, ready, slips, told


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
