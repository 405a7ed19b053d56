# SPDX-License-Identifier: Apache-2.0
"""A webhook that answers 410: its receiver wants no more, and gets no more."""
import json
import re

from fake_http import Answer, FakeServer
from notify import Notify, ask_of
from waiting import wait_for
from ways import TAKEN, by_hook, by_sms, told

GONE, OK = Answer(410, b""), Answer(204, b"")


def end_of(notify, notice: str) -> tuple:
    kind, data = notify.outcome_of(notice)
    return kind, data.get("channel"), data.get("reason")


def test_a_webhook_whose_receiver_wants_no_more_is_asked_once(build, tmp_path, ledger):
    with FakeServer(TAKEN) as sms, FakeServer(GONE, OK) as hook, FakeServer(OK) as theirs:
        midori = by_hook(tmp_path, theirs, "midori").split("\n", 1)[1]
        config = by_sms(tmp_path, sms) + by_hook(tmp_path, hook) + midori
        with Notify(build, tmp_path, ledger, config) as notify:
            assert end_of(notify, told(ledger, "S-1", ["webhook", "sms"])) == ("notice.accepted", "sms", None)
            assert end_of(notify, told(ledger, "S-2", ["webhook", "sms"])) == ("notice.accepted", "sms", None)
            kind, _, reason = end_of(notify, told(ledger, "S-3", ["webhook"]))
            assert (kind, reason) == ("notice.failed", "gone")
            off = r"webhook +acme +OFF: gone +20"
            wait_for("who looks sees it", lambda: re.search(off, ask_of(build, notify, ledger, "status")))
            said = ask_of(build, notify, ledger, "doctor")
            assert re.search(r"BAD +route +webhook of acme is switched off by its receiver since 20", said) and "every route of webhook" not in said
            notify.kill()
            notify.start()
            assert end_of(notify, told(ledger, "S-4", ["webhook", "sms"])) == ("notice.accepted", "sms", None)
            wait_for("it is still seen", lambda: re.search(off, ask_of(build, notify, ledger, "status")))
            notify.stop()
            log = notify.errors.read_text()
            assert log.count("its server wants no more notices (410)") == 1 and log.count("no notices go by webhook: acme") == 1
        assert len(hook.requests) == 1 and len(sms.requests) == 3

        # Another URL is another receiver, and the one of before is forgotten: named again, it is asked again.
        with FakeServer(OK) as new, Notify(build, tmp_path, ledger, by_hook(tmp_path, new) + midori) as notify:
            assert end_of(notify, told(ledger, "S-5", ["webhook"])) == ("notice.accepted", "webhook", None)
            notify.stop()
            routes = {r["name"]: r["state"] for r in json.loads(ask_of(build, notify, ledger, "status", "--json"))["routes"]}
            assert routes == {"acme": "up", "midori": "untried"} and len(new.requests) == 1
        with Notify(build, tmp_path, ledger, config) as notify:
            assert end_of(notify, told(ledger, "S-6", ["webhook"])) == ("notice.accepted", "webhook", None)
            notify.stop()
        assert len(hook.requests) == 2 and not theirs.requests


def test_what_waits_for_that_webhook_takes_its_next_channel(build, tmp_path, ledger):
    """Both were due before the first answer came."""
    with FakeServer(TAKEN) as sms, FakeServer(GONE) as hook:
        notices = [told(ledger, f"S-{i}", ["webhook", "sms"]) for i in range(4)]
        with Notify(build, tmp_path, ledger, by_sms(tmp_path, sms) + by_hook(tmp_path, hook)) as notify:
            assert {end_of(notify, n) for n in notices} == {("notice.accepted", "sms", None)}
            notify.stop()
        assert len(hook.requests) == 1 and len(sms.requests) == 4
