# SPDX-License-Identifier: Apache-2.0
"""okuru-notify is killed while a notice goes by LINE, a webhook, a gateway for SMS, a modem or on paper: what a channel declares of a
repeat is what happens. Where the receiver knows an id again it goes again; where it does not, it went at most once and a person decides."""
import json
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
sys.path.insert(0, str(TOP / "tests" / "integration"))
sys.path.insert(0, str(TOP / "tests" / "fault"))
from fake_http import Answer, FakeServer  # noqa: E402
from ledger import Ledger  # noqa: E402
from test_modem import MODEM, SMS, Manager, bus  # noqa: E402, F401
from notify import M, Notify  # noqa: E402
from test_notice_kills import Sending, die_at_each_step  # noqa: E402
from waiting import wait_for  # noqa: E402
from ways import TAKEN, by_hook, by_line, by_modem, by_slip, by_sms, told  # noqa: E402

DEATHS_TRIED = 10  # of each channel by a step; all with OKURU_TEST_LONG
AGAIN, TWICE, ONCE = 10, 2, 1  # how often a receiver may see one
WAYS = {  # the section, its name in a contact, the answer, where the id stands, and how often one may be seen
    "line": (by_line, "line", Answer(200), lambda r: r.headers["x-line-retry-key"], AGAIN),
    "webhook": (by_hook, "webhook", Answer(204, b""), lambda r: r.headers["webhook-id"], AGAIN),
    "gateway-that-is-safe": (lambda f, s: by_sms(f, s, "safe"), "sms", TAKEN, lambda r: json.loads(r.body)["id"], AGAIN),
    "gateway-that-shows-a-copy": (lambda f, s: by_sms(f, s, "same-id"), "sms", TAKEN, lambda r: json.loads(r.body)["id"], TWICE),
    "gateway-that-is-not": (by_sms, "sms", TAKEN, lambda r: json.loads(r.body)["id"], ONCE),
    "line-notification": (lambda f, s: by_line(f, s, "line-notification"), "line-notification", Answer(200), lambda r: r.headers["x-line-delivery-tag"], ONCE),
}


@pytest.fixture
def ledger(build, tmp_path):
    with Ledger(build, tmp_path / "ledger") as ledger:
        ledger.policy(M)
        ledger.trust_clock()
        yield ledger


class Life:
    """notify, a server that it sends to, and one notice."""

    def __init__(self, build: Path, folder: Path, ledger: Ledger, way: str, *answers: Answer):
        self.section, self.channel, self.answer, self.id_of, self.most = WAYS[way]
        self.ledger, self.disk = ledger, folder / "disk"
        self.server = FakeServer(*answers, self.answer)
        self.notify = Notify(build, folder, ledger, self.section(folder, self.server))
        self.notify.environment = {"OKURU_TEST_STORAGE": str(self.disk)}

    def __enter__(self):
        self.notify.start()
        return self

    def __exit__(self, *what):
        self.notify.__exit__(*what)
        self.server.__exit__(*what)

    def storage(self, word: str) -> None:
        new = self.disk.with_suffix(".new")
        new.write_text(word)
        new.replace(self.disk)

    def tell(self, shipment: str = "S-1") -> str:
        return told(self.ledger, shipment, [self.channel])

    def requests(self, notice: str) -> list[bytes]:
        return [r.body for r in self.server.requests if self.id_of(r) == notice]

    def end(self, notice: str) -> tuple[str, str]:
        """What became of it, whatever time that takes, and that nothing more goes after that."""
        self.storage("")
        self.notify.pass_time(61)
        self.notify.start()
        wait_for("the end of it", lambda: self.notify.state(notice)[0] not in (None, "reserved", "sending") or self.notify.pass_time(61), step=0.1)
        self.notify.stop()
        seen = len(self.requests(notice))
        self.notify.pass_time(7200)
        self.notify.start()
        assert self.notify.outcome_of(self.tell("S-2"))[0] == "notice.accepted"
        self.notify.stop()
        assert len(self.requests(notice)) == seen
        (kind, data), = [(kind, data) for kind, data in self.notify.outcomes() if data["notice"] == notice]
        return kind, data.get("reason", "")


def not_read_yet(life):
    life.notify.kill()
    return life.tell()


def waits(life):
    notice = told(life.ledger, "S-1", [life.channel], consent=False)
    wait_for("its state", lambda: life.notify.state(notice)[:2] == ("reserved", "no-consent"))
    life.notify.kill()
    life.ledger.contact(M, "S-1", version=2, channels=[life.channel], box={"phone": "090-1234-5678", "line": "U" + "0123456789abcdef" * 2, "code": "ABCD2345"})
    return notice




def committed(life):
    notice = life.tell()
    life.notify.outcome_of(notice)
    life.notify.kill()
    return notice


@pytest.mark.parametrize("reach", [not_read_yet, waits, committed])
@pytest.mark.parametrize("way", WAYS)
def test_killed_before_or_after_it_is_under_way_it_goes_once(build, tmp_path, ledger, way, reach):
    with Life(build, tmp_path, ledger, way) as life:
        notice = reach(life)
        assert life.end(notice) == ("notice.accepted", "") and len(life.requests(notice)) == 1


@pytest.mark.parametrize("way", WAYS)
def test_killed_while_nobody_has_answered_it_is_as_the_channel_declares(build, tmp_path, ledger, way):
    with Life(build, tmp_path, ledger, way, Answer(fault="silence")) as life:
        notice = life.tell()
        wait_for("the request", lambda: life.requests(notice))
        wait_for("its state", lambda: life.notify.state(notice)[0] == "sending")
        life.notify.kill()
        end = life.end(notice)
        seen = life.requests(notice)
        assert (end, len(seen)) == ((("notice.unknown", "crash"), 1) if life.most == ONCE else (("notice.accepted", ""), 2))
        assert len(set(seen)) == 1


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_that_does_not_come_in_time_is_as_the_channel_declares(build, tmp_path, ledger, way):
    """LINE took it and timed out before it said so: the same retry key again, and 409 is as good as 200."""
    answers = [Answer(fault="silence")] + ([Answer(409)] if way == "line" else [])
    with Life(build, tmp_path, ledger, way, *answers) as life:
        notice = life.tell()
        wait_for("no answer", lambda: life.notify.state(notice)[0] not in (None, "sending", "reserved") or life.notify.state(notice)[1] == "no-answer")
        life.notify.stop()
        end = life.end(notice)
        seen = life.requests(notice)
        assert (end, len(seen)) == ((("notice.unknown", "no-answer"), 1) if life.most == ONCE else (("notice.accepted", ""), 2))
        assert len(set(seen)) == 1


@pytest.mark.parametrize("way", WAYS)
def test_killed_or_cut_off_at_each_step_a_receiver_sees_what_the_channel_declares(build, tmp_path, ledger, way):
    section, channel, answer, id_of, most = WAYS[way]
    with FakeServer(answer) as server:
        def seen(notice: str) -> tuple:
            return [r.body for r in server.requests if id_of(r) == notice], most
        die_at_each_step(Sending(build, tmp_path, ledger, section(tmp_path, server), seen, [channel], doubtful=most == ONCE), DEATHS_TRIED)


def test_killed_or_cut_off_at_each_step_a_slip_is_laid_once(build, tmp_path, ledger):
    def laid(notice: str) -> tuple:
        return [path.read_bytes() for path in (tmp_path / "slips" / "new").glob(f"{notice}*")], 1

    die_at_each_step(Sending(build, tmp_path, ledger, by_slip(tmp_path), laid, ["slip"]), DEATHS_TRIED)


def test_a_modem_that_takes_the_message_and_dies_is_not_given_it_again(build, tmp_path, ledger, bus):  # noqa: F811
    manager = Manager(bus).add_modem().add_sms("import os; os._exit(1)")
    manager_2 = None
    try:
        with Notify(build, tmp_path, ledger, by_modem()) as notify:
            notice = told(ledger, "S-1", ["sms"])
            kind, data = notify.outcome_of(notice)
            assert (kind, data["channel"], data["attempts"]) == ("notice.unknown", "sms", 1)
            manager_2 = Manager(bus).add_modem().add_sms()
            notify.pass_time(7200)
            assert notify.outcome_of(told(ledger, "S-2", ["sms"]))[0] == "notice.accepted"  # the line is well again
            notify.stop()
        assert len(manager_2.calls(MODEM, "Create")) == len(manager_2.calls(SMS, "Send")) == 1
    finally:
        manager.stop()
        if manager_2:
            manager_2.stop()


def test_control_a_receiver_that_is_sent_it_twice_is_seen(build, tmp_path, ledger):
    """Without its memory notify sends again by the channel that must not."""
    with Life(build, tmp_path, ledger, "gateway-that-is-not") as life:
        notice = committed(life)
        for path in life.notify.folder.iterdir():
            if path.is_file():
                path.unlink()
        life.end(notice)
        assert len(life.requests(notice)) == 2
