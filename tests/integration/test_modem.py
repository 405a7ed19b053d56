# SPDX-License-Identifier: Apache-2.0
"""SMS by modem against a ModemManager of our own on a private bus: every way in which it can end, and what a death leaves."""
import json
import os
import subprocess
import sys
from pathlib import Path

import dbus
import dbusmock
import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
from waiting import wait_for  # noqa: E402

SERVICE = "org.freedesktop.ModemManager1"
ROOT = "/org/freedesktop/ModemManager1"
MODEM, SMS = ROOT + "/Modem/0", ROOT + "/SMS/0"
NOTICE = "f7e160bd-7d31-5602-8ce2-0cecab9e8306"
TO, TEXT = "+819012345678", "【店】お荷物が届きました 📦"
FAIL = "raise dbus.exceptions.DBusException('no', name='{}')"


@pytest.fixture(scope="module")
def bus():
    class Bus(dbusmock.DBusTestCase):
        pass
    before = os.environ.get("DBUS_SYSTEM_BUS_ADDRESS")
    Bus.setUpClass()
    Bus.start_system_bus()  # names it in the environment
    yield Bus
    Bus.tearDownClass()
    os.environ.pop("DBUS_SYSTEM_BUS_ADDRESS", None)
    if before:
        os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = before


class Manager:
    """org.freedesktop.ModemManager1 with one modem and the one message that Create() makes."""

    def __init__(self, bus):
        self.process = bus.spawn_server(SERVICE, ROOT, "org.freedesktop.DBus.ObjectManager", system_bus=True, stdout=subprocess.DEVNULL)
        self.connection = bus.get_dbus(system_bus=True)
        self.root = dbus.Interface(self.connection.get_object(SERVICE, ROOT), dbusmock.MOCK_IFACE)
        self.root.AddMethod("org.freedesktop.DBus.ObjectManager", "GetManagedObjects", "", "a{oa{sa{sv}}}",
                            "ret = {dbus.ObjectPath(p): objects[p].props for p in objects if '/Modem/' in p}")

    def mock(self, path):
        return dbus.Interface(self.connection.get_object(SERVICE, path), dbusmock.MOCK_IFACE)

    def add_modem(self, path=MODEM, imei="490154203237518", messaging=True, create=""):
        self.root.AddObject(path, SERVICE + ".Modem", {"EquipmentIdentifier": imei}, [])
        if messaging:
            self.mock(path).AddProperty(SERVICE + ".Modem.Messaging", "SupportedStorages", dbus.Array([], signature="u"))
            self.mock(path).AddMethod(SERVICE + ".Modem.Messaging", "Create", "a{sv}", "o", create or f"ret = '{SMS}'")
            self.mock(path).AddMethod(SERVICE + ".Modem.Messaging", "Delete", "o", "", "")
        return self

    def add_sms(self, send="", state=1):
        self.root.AddObject(SMS, SERVICE + ".Sms", {"State": dbus.UInt32(state)}, [("Send", "", "", send or f"self.UpdateProperties('{SERVICE}.Sms', {{'State': dbus.UInt32(5)}})")])
        return self

    def set_state(self, state):
        self.mock(SMS).UpdateProperties(SERVICE + ".Sms", {"State": dbus.UInt32(state)})

    def calls(self, path, name) -> list:
        return [list(arguments) for _, method, arguments in self.mock(path).GetCalls() if method == name]

    def stop(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def manager(bus):
    manager = Manager(bus)
    yield manager
    manager.stop()


class Modem:
    def __init__(self, build, folder, equipment="", timeout=2):
        self.process = subprocess.Popen([build / "tests" / "channel-tool", "--timeout", str(timeout), "modem", folder, equipment],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, **order) -> dict:
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def send(self, to=TO, text=TEXT) -> tuple:
        answer = self.ask(notice=NOTICE, to=to, content=text)
        assert answer["repeat"] == "unsafe"
        return answer["result"], answer["reason"]

    def was_taken(self) -> int:
        return self.ask(taken=NOTICE)["taken"]

    def stop(self):
        self.process.stdin.close()
        assert self.process.wait(timeout=20) == 0


@pytest.fixture
def modem(build, bus, tmp_path):
    modem = Modem(build, tmp_path / "sms")
    yield modem
    modem.stop()


def note(tmp_path):
    path = tmp_path / "sms" / f"{NOTICE}.sms"
    return path.read_text() if path.exists() else None


def test_an_sms_goes_by_the_modem(manager, modem, tmp_path):
    manager.add_modem().add_sms()
    assert modem.was_taken() == 0
    assert modem.send() == ("accepted", "")
    (arguments,), = manager.calls(MODEM, "Create")
    assert {k: str(v) for k, v in arguments.items()} == {"number": TO, "text": TEXT}
    assert len(manager.calls(SMS, "Send")) == len(manager.calls(MODEM, "Delete")) == 1  # ModemManager would keep it
    assert note(tmp_path) == "sent" and modem.was_taken() == 1
    manager.stop()
    assert modem.was_taken() == 1  # the note outlives ModemManager's memory


def test_nobody_on_the_bus_and_no_modem_are_a_route_that_is_down(manager, modem, tmp_path):
    assert modem.send() == ("route down", "no-modem")
    manager.add_modem(messaging=False)
    assert modem.send() == ("route down", "no-modem")
    manager.stop()
    assert modem.send() == ("route down", "no-modem") and note(tmp_path) is None


def test_the_modem_that_is_named_is_taken(manager, build, bus, tmp_path):
    manager.add_modem(ROOT + "/Modem/0", "111111111111111").add_modem(ROOT + "/Modem/1", "222222222222222").add_sms()
    modem = Modem(build, tmp_path / "sms", "222222222222222")
    assert modem.send() == ("accepted", "")
    assert not manager.calls(ROOT + "/Modem/0", "Create") and manager.calls(ROOT + "/Modem/1", "Create")
    modem.stop()
    modem = Modem(build, tmp_path / "sms", "333333333333333")
    assert modem.send() == ("route down", "no-modem")
    modem.stop()


@pytest.mark.parametrize(("error", "text", "expected"), [
    (SERVICE + ".Error.Message.NoNetwork", TEXT, ("route down", "no-network")), (SERVICE + ".Error.Core.Failed", TEXT, ("refused for now", "modem")),
    (SERVICE + ".Error.Message.InvalidPduParameter", TEXT, ("refused", "message-refused")),
    (SERVICE + ".Error.Message.NetworkTimeout", TEXT, ("unknown", "no-answer")), (SERVICE + ".Error.Core.Failed", "長" * 71, ("unknown", "no-answer"))])
def test_what_certainly_failed_is_deleted_and_what_is_unknown_is_kept(manager, modem, tmp_path, error, text, expected):
    manager.add_modem().add_sms(FAIL.format(error))
    assert modem.send(text=text) == expected
    unknown = expected[0] == "unknown"
    assert len(manager.calls(MODEM, "Delete")) == (not unknown)
    assert note(tmp_path) == (SMS if unknown else None) and modem.was_taken() == (-1 if unknown else 0)


def test_a_modem_that_takes_it_and_dies_is_unknown_until_it_says_sent(manager, modem, tmp_path):
    manager.add_modem().add_sms("import os; os._exit(1)")
    assert modem.send() == ("unknown", "no-answer")
    assert note(tmp_path) == SMS and modem.was_taken() == -1


def test_a_late_send_is_found_by_its_state(manager, modem, tmp_path):
    """ModemManager is busy longer than we wait; afterwards the message says that it went."""
    manager.add_modem().add_sms(f"import time; self.UpdateProperties('{SERVICE}.Sms', {{'State': dbus.UInt32(5)}}); time.sleep(4)")
    assert modem.send() == ("accepted", "") and note(tmp_path) == "sent"


def test_a_message_that_is_refused_when_it_is_made_was_not_sent(manager, modem, tmp_path):
    manager.add_modem(create=FAIL.format("org.freedesktop.DBus.Error.InvalidArgs"))
    assert modem.send() == ("refused", "message-refused")
    manager.root.RemoveObject(MODEM)
    manager.add_modem(create=FAIL.format(SERVICE + ".Error.Core.Failed"))
    assert modem.send() == ("route down", "modem") and note(tmp_path) is None


def test_killed_in_the_middle_the_next_start_asks_the_message(manager, build, bus, tmp_path):
    manager.add_modem().add_sms("import time; time.sleep(3)")
    modem = Modem(build, tmp_path / "sms", timeout=20)
    modem.process.stdin.write(json.dumps({"notice": NOTICE, "to": TO, "content": TEXT}).encode() + b"\n")
    modem.process.stdin.flush()
    wait_for("its note", lambda: note(tmp_path) == SMS)
    modem.process.kill()
    modem.process.wait()
    modem = Modem(build, tmp_path / "sms")
    assert modem.was_taken() == -1
    manager.set_state(5)
    assert modem.was_taken() == 1
    modem.stop()


def test_a_number_or_a_text_that_is_none_never_reaches_the_modem(manager, modem):
    manager.add_modem().add_sms()
    for to in ("+81312345678", "090-1234-5678", "", TO + "\r\nAT+CMGS"):
        assert modem.send(to=to) == ("refused", "bad-address")
    assert modem.send(text="") == ("refused", "message-refused")
    assert not manager.calls(MODEM, "Create")
