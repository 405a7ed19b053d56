# SPDX-License-Identifier: Apache-2.0
"""A site with two lines, in namespaces of its own: which of them a mail takes is seen by the relay at the far end."""
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
from broker import make_ca, make_cert  # noqa: E402
from ledger import Ledger  # noqa: E402
from notify import Notify, shipped  # noqa: E402
from waiting import wait_for  # noqa: E402

RELAY, PORT, NAME = "10.213.9.9", "5870", "relay.okuru.test"
DNS = "5353"
FIXED, LTE = "10.213.1.2", "10.213.2.2"
M = "acme"


class Lines:
    """The site's namespace and the world's, joined by fixed0 and lte0."""

    def __init__(self):
        ours = os.readlink("/proc/self/ns/net")
        self.swallows = False
        self.holders = [subprocess.Popen(["unshare", "-n", "sleep", "600"]) for _ in range(2)]
        for holder in self.holders:
            wait_for("a namespace", lambda: os.readlink(f"/proc/{holder.pid}/ns/net") != ours)
        self.site, self.world = (holder.pid for holder in self.holders)
        for i, name in ((1, "fixed"), (2, "lte")):
            self.ip(self.site, "link", "add", f"{name}0", "type", "veth", "peer", "name", name, "netns", self.world)
            self.ip(self.site, "addr", "add", f"10.213.{i}.2/24", "dev", f"{name}0")
            self.ip(self.world, "addr", "add", f"10.213.{i}.1/24", "dev", name)
            self.ip(self.site, "link", "set", f"{name}0", "up")
            self.ip(self.world, "link", "set", name, "up")
            self.ip(self.site, "route", "add", "default", "via", f"10.213.{i}.1", "dev", f"{name}0", "metric", i * 100)
        self.ip(self.world, "link", "set", "lo", "up")
        self.ip(self.world, "addr", "add", f"{RELAY}/32", "dev", "lo")

    def ip(self, where, *words):
        subprocess.run(["nsenter", "-t", str(where), "-n", "ip", *map(str, words)], check=True, capture_output=True)

    def cut(self, name):
        self.ip(self.world, "link", "set", name, "down")

    def mend(self, name):
        self.ip(self.world, "link", "set", name, "up")

    def swallow(self, name):
        """Its link stays up, and what comes by it is answered no more."""
        if not self.swallows:
            self.ip(self.world, "rule", "add", "pref", 1000, "lookup", "local")
            self.ip(self.world, "rule", "del", "pref", 0)
        self.swallows = True
        self.ip(self.world, "rule", "add", "pref", 10, "iif", name, "blackhole")

    def close(self):
        for holder in self.holders:
            holder.kill()
            holder.wait()


@pytest.fixture
def lines():
    if os.geteuid() != 0 or subprocess.run(["unshare", "-n", "true"], capture_output=True).returncode != 0:
        pytest.skip("namespaces want root")
    lines = Lines()
    yield lines
    lines.close()


@contextmanager
def in_the_world(lines, log: Path, program: str, *words):
    """A program of tests/support at the far end; gives the lines that it has said since it was ready."""
    with log.open("w") as out:
        process = subprocess.Popen(["nsenter", "-t", str(lines.world), "-n", "/usr/bin/python3", TOP / "tests" / "support" / program, *words], stdout=out)
        try:
            wait_for(program, lambda: "ready" in log.read_text())
            yield lambda: log.read_text().splitlines()[1:]
        finally:
            process.kill()
            process.wait()


@pytest.fixture
def relay(lines, tmp_path):
    """What it took, as (who was seen to send, to whom)."""
    make_ca(tmp_path)
    cert, key = make_cert(tmp_path, "relay", (RELAY, NAME))
    with in_the_world(lines, tmp_path / "relay.log", "relay_at.py", RELAY, PORT, cert, key) as said:
        yield lambda: [tuple(x.split()) for x in said()]


@pytest.fixture
def names(lines, tmp_path):
    """Who asked the world's name server, and for what."""
    with in_the_world(lines, tmp_path / "names.log", "dns_at.py", RELAY, DNS, NAME, RELAY) as said:
        yield lambda: [tuple(x.split()) for x in said()]


@pytest.fixture
def wire(lines, tmp_path):
    """By which line each piece of a mail came, since the last asking."""
    with in_the_world(lines, tmp_path / "wire.log", "wire_at.py", PORT) as said:
        read = [0]

        def since() -> set:
            seen = said()[read[0]:]
            read[0] += len(seen)
            return set(seen)
        yield since


def notify_at(lines, build, tmp_path, ledger, *names, host=RELAY, dns="") -> Notify:
    entry = "  - {{name: {0}, host: %s, port: %s, tls: starttls, ca: %s/ca.pem, timeout: 2s, device: {0}0%s}}\n" % (
        host, PORT, tmp_path, f", dns: \"{dns}\"" if dns else "")
    notify = Notify(build, tmp_path, ledger, "routes:\n" + "".join(entry.format(name) for name in names))
    wrapper = tmp_path / "okuru-notify-at-site"
    wrapper.write_text(f"#!/bin/sh\nexec nsenter -t {lines.site} -n {notify.program} \"$@\"\n")
    wrapper.chmod(0o755)
    notify.program = wrapper
    return notify


@pytest.fixture
def ledger(build, tmp_path):
    with Ledger(build, tmp_path / "ledger") as ledger:
        ledger.policy(M)
        yield ledger


def send(ledger, notify, name) -> str:
    notice = shipped(ledger, f"S-{name}", email=f"{name}@example.jp")
    return notify.outcome_of(notice)[0]


def test_the_fixed_line_is_cut_and_mail_leaves_by_lte_alone(lines, relay, build, tmp_path, ledger):
    with notify_at(lines, build, tmp_path, ledger, "fixed", "lte") as notify:
        assert send(ledger, notify, "one") == "notice.accepted"
        lines.cut("fixed")
        notify.pass_time(60)  # the connection that was kept is not used again
        assert send(ledger, notify, "two") == "notice.accepted"
        lines.cut("lte")
        notice = shipped(ledger, "S-three", email="three@example.jp")
        wait_for("both to be down", lambda: notify.errors.read_text().count("no mail goes") >= 2)
        wait_for("the notice to wait", lambda: notify.state(notice)[0] == "reserved", 60)  # each line is tried twice, two seconds a time
        assert notify.state(notice)[2] == 0  # no attempt is spent
        lines.mend("fixed")
        assert notify.outcome_of(notice)[0] == "notice.accepted"
        assert [who for who, _ in relay()] == [FIXED, LTE, FIXED] and len({to for _, to in relay()}) == 3
        notify.stop()


def test_a_line_that_is_up_and_leads_nowhere_is_left_as_well(lines, relay, wire, build, tmp_path, ledger):
    with notify_at(lines, build, tmp_path, ledger, "fixed", "lte") as notify:
        assert send(ledger, notify, "one") == "notice.accepted" and wire() == {"fixed"}
        lines.swallow("fixed")
        notify.pass_time(60)
        assert send(ledger, notify, "two") == "notice.accepted"
        assert send(ledger, notify, "three") == "notice.accepted"
        assert [who for who, _ in relay()] == [FIXED, LTE, LTE] and "lte" in wire()
        notify.stop()


def test_a_route_by_lte_does_not_leave_by_the_fixed_line(lines, relay, build, tmp_path, ledger):
    lines.cut("lte")
    with notify_at(lines, build, tmp_path, ledger, "lte") as notify:
        notice = shipped(ledger, "S-one", email="one@example.jp")
        wait_for("its reason", lambda: notify.state(notice)[1] and notify.state(notice)[0] == "reserved")
        assert not relay() and notify.state(notice)[2] == 0
        lines.mend("lte")
        assert notify.outcome_of(notice)[0] == "notice.accepted"
        assert [who for who, _ in relay()] == [LTE]
        notify.stop()


def test_the_relays_name_is_asked_for_by_the_device_of_the_route(lines, relay, names, build, tmp_path, ledger):
    with notify_at(lines, build, tmp_path, ledger, "fixed", "lte", host=NAME, dns=f"{RELAY}:{DNS}") as notify:
        assert send(ledger, notify, "one") == "notice.accepted"
        assert {who for who, *_ in names()} == {FIXED} and {name for _, name, _ in names()} == {NAME}
        lines.cut("fixed")
        assert send(ledger, notify, "two") == "notice.accepted"
        assert [who for who, _ in relay()] == [FIXED, LTE] and {who for who, *_ in names()} == {FIXED, LTE}
        asked = len(names())
        assert send(ledger, notify, "three") == "notice.accepted" and len(names()) == asked  # what is known is not asked for each mail
        notify.stop()


@pytest.mark.parametrize("reason, host, dns", [("no-host", "none.okuru.test", f"{RELAY}:{DNS}"), ("no-host", NAME, f"{RELAY}:9")])
def test_a_name_that_the_device_does_not_find_is_asked_for_nowhere_else(lines, relay, names, build, tmp_path, ledger, reason, host, dns):
    with notify_at(lines, build, tmp_path, ledger, "lte", host=host, dns=dns) as notify:
        notice = shipped(ledger, "S-one", email="one@example.jp")
        wait_for("its reason", lambda: notify.state(notice)[:2] == ("reserved", reason), 30)
        assert not relay() and notify.state(notice)[2] == 0 and {who for who, *_ in names()} <= {LTE}
        notify.stop()


def test_a_device_that_is_gone_asks_nobody(lines, relay, names, build, tmp_path, ledger):
    lines.ip(lines.site, "link", "del", "lte0")
    with notify_at(lines, build, tmp_path, ledger, "lte", host=NAME, dns=f"{RELAY}:{DNS}") as notify:
        notice = shipped(ledger, "S-one", email="one@example.jp")
        wait_for("its reason", lambda: notify.state(notice)[:2] == ("reserved", "no-device"))
        assert not relay() and not names()
        notify.stop()
