# SPDX-License-Identifier: Apache-2.0
"""What systemd would see of the programs, without systemd: readiness, the watchdog's heartbeat, the end, and whether all that a
program asks of the kernel is what its unit lets it ask."""
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
import rig as floor  # noqa: E402  (found beside this file)
from ports import free_port  # noqa: E402
from web import Client  # noqa: E402

PROGRAMS = ["station", "sync", "notify", "web", "oms"]
WATCHDOG_USEC = 1_000_000


def unit(build: Path, name: str) -> list[tuple[str, str]]:
    text = (build / "services/units" / f"okuru-{name}.service").read_text()
    return [tuple(line.split("=", 1)) for line in text.splitlines() if re.match(r"[A-Z]\w+=", line)]


def syscalls(name: str) -> set[str]:
    """A group by systemd's own list, or the call itself."""
    if not name.startswith("@"):
        return {name}
    listing = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True, timeout=20).stdout
    words = [line.strip() for line in listing.splitlines()[1:]]
    return set().union(*(syscalls(word) for word in words if word and not word.startswith("#")))


def allowed(build: Path, name: str) -> set[str]:
    """As systemd reads it: the first line decides that the list allows, later ones add and take away in their order."""
    found: set[str] = set()
    for key, value in unit(build, name):
        if key == "SystemCallFilter":
            group = set().union(*(syscalls(word) for word in value.removeprefix("~").split()))
            found = found - group if value.startswith("~") else found | group
    return found


class Supervisor:
    """A notify socket, and the program under strace."""

    def __init__(self, rig: floor.Rig, name: str):
        self.trace = rig.folder / f"{name}.trace"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(rig.folder / f"{name}.notify"))
        self.socket.settimeout(30)
        env = {**rig.environment, "NOTIFY_SOCKET": str(rig.folder / f"{name}.notify"), "WATCHDOG_USEC": str(WATCHDOG_USEC)}
        command = [rig.program(f"okuru-{name}"), *(["serve"] if name == "oms" else []), "--config", str(rig.folder / "etc" / f"{name}.yaml")]
        self.process = subprocess.Popen(["strace", "-f", "-qq", "-o", self.trace, *command], env=env, stdin=subprocess.DEVNULL)

    def wait_for(self, word: str) -> None:
        while word not in self.socket.recv(4096).decode().splitlines():
            assert self.process.poll() is None

    def stop(self) -> int:
        if self.process.poll() is None:
            os.kill(int(self.trace.read_text().split(maxsplit=1)[0]), signal.SIGTERM)
        return self.process.wait(30)

    def asked(self) -> set[str]:
        return set(re.findall(r"^\d+ +(\w+)\(", self.trace.read_text(), re.MULTILINE))

    def families(self) -> set[str]:
        return set(re.findall(r"\bsocket\((AF_\w+)", self.trace.read_text()))


def look_at_pages(rig: floor.Rig) -> None:
    (port,) = re.findall(r"^  port: ([1-9]\d*)$", (rig.folder / "etc/web.yaml").read_text(), re.MULTILINE)
    client = Client(f"http://127.0.0.1:{port}")
    live = client.live("/api/v1/live/bench/b1") if client.get("/api/v1/bench/b1")[0] == 200 else None
    client.enter("NOBODY")
    if live:
        live.until("bench")
        live.close()


@pytest.fixture(scope="module")
def traces(build, tmp_path_factory):
    """All up, a scan, a look from outside and at a page, all down."""
    rig = floor.Rig(build, tmp_path_factory.mktemp("rig"))
    config = rig.folder / "etc/web.yaml"
    config.write_text(config.read_text().replace("port: 0", f"port: {free_port()}"))
    rig.broker.start()
    supervisors = {}
    try:
        for name in PROGRAMS:
            supervisors[name] = Supervisor(rig, name)
            supervisors[name].wait_for("READY=1")
        rig.okuru("--config", str(rig.folder / "etc/station.yaml"), "scan", "--bench", "b1", "OKURU-C-OK")
        look_at_pages(rig)
        for supervisor in supervisors.values():
            supervisor.wait_for("WATCHDOG=1")
        codes = {name: supervisor.stop() for name, supervisor in supervisors.items()}
        for supervisor in supervisors.values():
            supervisor.said_stopping = "STOPPING=1" in drain(supervisor.socket)
        yield supervisors, codes
    finally:
        for supervisor in supervisors.values():
            if supervisor.process.poll() is None:
                supervisor.process.kill()
            supervisor.socket.close()
        rig.stop_all()


def drain(s: socket.socket) -> list[str]:
    s.setblocking(False)
    words: list[str] = []
    try:
        while True:
            words += s.recv(4096).decode().splitlines()
    except BlockingIOError:
        return words


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_says_that_it_is_up_that_it_lives_and_that_it_goes(traces, name):
    supervisors, codes = traces
    assert codes[name] == 0 and supervisors[name].said_stopping


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_asks_the_kernel_for_what_its_unit_allows_and_nothing_else(build, traces, name):
    asked = traces[0][name].asked()
    if os.geteuid() == 0:
        asked -= {"fchown"}  # SQLite's, only when it runs as root
    assert len(asked) > 30 and {"epoll_wait", "clock_adjtime"} <= asked
    assert ("fdatasync" in asked) == (name != "web"), "the screens write nothing"
    assert asked - allowed(build, name) == set()


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_opens_sockets_of_the_families_that_its_unit_names(build, traces, name):
    (families,) = [value.split() for key, value in unit(build, name) if key == "RestrictAddressFamilies"]
    assert "AF_UNIX" in traces[0][name].families() and traces[0][name].families() <= set(families)
