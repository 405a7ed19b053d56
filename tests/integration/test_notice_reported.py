# SPDX-License-Identifier: Apache-2.0
"""What the network reports of an SMS that went by modem: a message of its own, which names number and reference."""
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "integration"))
import dbus  # noqa: E402
from notify import M, Notify, mails_in  # noqa: E402
from test_modem import MODEM, ROOT, SERVICE, Manager, bus  # noqa: E402, F401
from waiting import wait_for  # noqa: E402
from ways import E164, told  # noqa: E402

ASKS = "sms:\n- {name: modem, modem: {delivery_report: true, every: 100ms}}\n"
MESSAGING = SERVICE + ".Modem.Messaging"
SENT = "self.UpdateProperties('{0}.Sms', {{'State': dbus.UInt32(5), 'MessageReference': dbus.UInt32({1})}})"
CREATE = """
path = '{0}/SMS/%d' % {1}
self.AddObject(path, '{2}.Sms', {{'State': dbus.UInt32(1), 'PduType': dbus.UInt32(2), 'MessageReference': dbus.UInt32(0)}}, [('Send', '', '', {3!r})])
ret = path
"""
DELIVERED, BUSY, NOBODY, TOO_LATE = 0x00, 0x21, 0x43, 0x46


class Network(Manager):
    """A modem whose messages come and go, and the reports that a network sends it."""

    def __init__(self, bus):
        super().__init__(bus)
        self.add_modem()
        modem = self.mock(MODEM)
        modem.AddMethod(MESSAGING, "List", "", "ao", "ret = dbus.Array([dbus.ObjectPath(p) for p in objects if '/SMS/' in p], signature='o')")
        modem.AddMethod(MESSAGING, "Delete", "o", "", "self.RemoveObject(args[0])")
        self.n = 0
        self.next_goes_as(17)

    def next_goes_as(self, reference: int, send: str = ""):
        self.n += 1
        self.mock(MODEM).AddMethod(MESSAGING, "Create", "a{sv}", "o", CREATE.format(ROOT, self.n, SERVICE, send + SENT.format(SERVICE, reference)))

    def report(self, state: int, reference: int = 17, number: str = E164) -> str:
        self.n += 1
        path = f"{ROOT}/SMS/{1000 + self.n}"
        self.root.AddObject(path, SERVICE + ".Sms", {"State": dbus.UInt32(3), "PduType": dbus.UInt32(3), "Number": number,
                                                     "MessageReference": dbus.UInt32(reference), "DeliveryState": dbus.UInt32(state)}, [])
        return path

    def messages(self) -> list:
        return [str(p) for p in dbus.Interface(self.connection.get_object(SERVICE, MODEM), MESSAGING).List()]


@pytest.fixture
def network(bus):  # noqa: F811
    network = Network(bus)
    yield network
    network.stop()


def ends(notify, notice: str) -> list:
    return [(kind.removeprefix("notice."), data.get("channel"), data.get("reason")) for kind, data in notify.outcomes() if data["notice"] == notice]


def gone(network, path: str) -> None:
    wait_for("the report to be dealt with", lambda: path not in network.messages())


ACCEPTED = ("accepted", "sms", None)


@pytest.mark.parametrize("state, end, is_barred", [(DELIVERED, ("delivered", "sms", None), False), (NOBODY, ("failed", "sms", "bounced"), True),
                                                   (TOO_LATE, ("failed", "sms", "bounced"), False)])
def test_what_the_network_reports_is_the_last_word_also_after_a_kill(build, tmp_path, ledger, network, state, end, is_barred):
    with Notify(build, tmp_path, ledger, ASKS) as notify:
        notice = told(ledger, "S-1", ["sms"])
        wait_for("it went", lambda: ends(notify, notice) == [ACCEPTED])
        (arguments,), = network.calls(MODEM, "Create")
        assert bool(arguments["delivery-report-request"]) and network.messages() == []
        notify.kill()
        path = network.report(state)
        notify.start()
        gone(network, path)
        assert ends(notify, notice) == [ACCEPTED, end]
        gone(network, network.report(state))  # a second one says nothing new
        network.next_goes_as(18)
        kind, data = notify.outcome_of(told(ledger, "S-2", ["sms"]))
        assert (kind, data.get("reason")) == (("notice.failed", "address-refused") if is_barred else ("notice.accepted", None))
        notify.stop()
        assert ends(notify, notice) == [ACCEPTED, end]
    assert len(network.calls(MODEM, "Create")) == (1 if is_barred else 2)


def test_who_is_tried_again_is_not_given_up(build, tmp_path, ledger, network):
    with Notify(build, tmp_path, ledger, ASKS) as notify:
        notice = told(ledger, "S-1", ["sms"])
        wait_for("it went", lambda: ends(notify, notice) == [ACCEPTED])
        gone(network, network.report(BUSY))
        gone(network, network.report(DELIVERED, reference=16))  # of the part before it
        assert ends(notify, notice) == [ACCEPTED]
        gone(network, network.report(DELIVERED, number="090-1234-5678"))  # as a network at home writes it
        assert ends(notify, notice) == [ACCEPTED, ("delivered", "sms", None)]
        notify.stop()


def test_what_the_network_gave_up_goes_by_the_next_channel_once(build, tmp_path, ledger, network):
    with Notify(build, tmp_path, ledger, f"maildir: {tmp_path / 'mail'}\n" + ASKS) as notify:
        notice = told(ledger, "S-1", ["sms", "email"])
        wait_for("it went", lambda: ends(notify, notice) == [ACCEPTED])
        ledger.fact("notice.accepted", M, "S-1", **notify.outcome_of(notice)[1])
        gone(network, network.report(TOO_LATE))
        wait_for("the mail", lambda: ends(notify, notice) == [ACCEPTED, ("accepted", "email", None)])
        gone(network, network.report(TOO_LATE))
        gone(network, network.report(DELIVERED))
        notify.stop()
        assert ends(notify, notice) == [ACCEPTED, ("accepted", "email", None)]
    assert len(mails_in(tmp_path / "mail")) == 1 and len(network.calls(MODEM, "Create")) == 1


def test_killed_before_it_is_known_to_have_gone_its_report_is_believed_all_the_same(build, tmp_path, ledger, network):
    begun = tmp_path / "begun"
    network.next_goes_as(99, send=f"open({str(begun)!r}, 'w').close(); import time; time.sleep(1); ")
    with Notify(build, tmp_path, ledger, ASKS) as notify:
        notice = told(ledger, "S-1", ["sms"])
        wait_for("it goes", begun.exists)
        notify.kill()
        assert (notify.folder / "modem" / f"{notice}.sms").read_text().startswith(ROOT)
        notify.start()
        wait_for("it went", lambda: ends(notify, notice) == [ACCEPTED])
        gone(network, network.report(DELIVERED, reference=99))
        assert ends(notify, notice) == [ACCEPTED, ("delivered", "sms", None)]
        notify.stop()
    assert len(network.calls(MODEM, "Create")) == 1


def test_what_is_no_report_about_ours_stays_in_the_modem(build, tmp_path, ledger, network):
    theirs = [network.report(DELIVERED, number="+819099998888"), network.report(DELIVERED, number="77")]
    with Notify(build, tmp_path, ledger, ASKS) as notify:
        notice = told(ledger, "S-1", ["sms"])
        wait_for("it went", lambda: ends(notify, notice) == [ACCEPTED])
        gone(network, network.report(DELIVERED))  # those before it were looked at in the same round
        notify.stop()
    assert network.messages() == theirs and not [c for c in network.calls(MODEM, "Delete") if str(c[0]) in theirs]


def test_nobody_is_asked_for_reports_unless_the_config_says_so(build, tmp_path, ledger, network):
    with Notify(build, tmp_path, ledger, "sms:\n- {name: modem, modem: {}}\n") as notify:
        notice = told(ledger, "S-1", ["sms"])
        wait_for("it went", lambda: ends(notify, notice) == [ACCEPTED])
        notify.stop()
    (arguments,), = network.calls(MODEM, "Create")
    assert set(arguments) == {"number", "text"} and not network.calls(MODEM, "List")
    assert notify.query("SELECT count(*) FROM mailed") == [(0,)]
