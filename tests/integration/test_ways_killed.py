# SPDX-License-Identifier: Apache-2.0
"""okuru-notify is killed while a notice is on its way: what each channel makes of it after the start."""
import time

import pytest
from fake_http import Answer, FakeServer
from notify import Notify, mails_in
from test_modem import MODEM, Manager, bus  # noqa: F401
from waiting import wait_for
from ways import accepted, by_hook, by_line, by_modem, by_slip, by_sms, slips, told


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
