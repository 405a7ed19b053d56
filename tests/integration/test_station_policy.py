# SPDX-License-Identifier: Apache-2.0
"""What station.yaml says of a policy holds until the OMS has sent one, and never again."""
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from packer import Packer  # noqa: E402
from rig import wait_for  # noqa: E402
from scene import SHIRT, Scene, item  # noqa: E402

AT_ONCE = """policy:
  merchants:
    - merchant: aozora
      carriers:
        - carrier: yamato
          shipped: at-ready
"""


class Fresh(Scene):
    """A box on its first day: the OMS has said nothing of how it works."""

    def fill(self) -> None:
        self.plain = (self.folder / "etc/station.yaml").read_text()
        self.write_file(AT_ONCE)
        self.rig.start_all()
        self.packers = [Packer(bench) for bench in self.rig.benches]
        self.wait_scanner()

    def wait_scanner(self) -> None:
        wait_for("the scanner", lambda: [d for d in self.rig.ask_station({"verb": "status"})["devices"] if d["bench"] == "b1" and d["up"]])

    def write_file(self, policy: str) -> None:
        self.rig.write_yaml("station.yaml", self.plain + policy)

    def restart(self) -> None:
        self.rig.stop("station")
        self.rig.start("station")
        self.rig.wait_up()
        self.packers[0].light.drain()
        self.wait_scanner()

    def shipped_by(self, name: str) -> list[tuple]:
        """How the parcel of a new shipment left, and by which policy; none while it waits in its bay."""
        parcel = self.ready(self.packers[0], self.make(name, item("1", SHIRT, 1)))
        return [(f["how"], f["policy"]) for f in self.facts("parcel.shipped") if f["subject"] == parcel]

    def push_policy_when_known(self) -> None:
        """Scene.push_policy() waits for as many facts as it has pushed; the file's is one more."""
        n = len(self.policies())
        self.versions["policy"] = 0
        self.push_policy()
        wait_for("the office's policy", lambda: len(self.policies()) == n + 1)

    def policies(self) -> list[int]:
        return [f["version"] for f in self.facts("policy.changed")]


@pytest.fixture
def fresh(build, tmp_path):
    f = Fresh(build, tmp_path)
    f.open()
    try:
        yield f
        f.assert_rebuilt_equal()
        f.assert_logs_are_calm()
    finally:
        f.close()


def test_the_file_holds_until_the_office_speaks_and_facts_say_which_it_was(fresh):
    assert fresh.shipped_by("S-FILE") == [("at-ready", 0)]
    fresh.push_policy_when_known()
    assert fresh.shipped_by("S-OMS") == []  # the bay's close ships it: what the OMS says
    fresh.restart()
    assert fresh.shipped_by("S-AGAIN") == []
    assert fresh.policies() == [0, 1]


def test_a_changed_file_is_another_fact_and_the_same_file_is_none(fresh):
    fresh.restart()
    assert fresh.policies() == [0]
    fresh.write_file("")
    fresh.restart()
    wait_for("the changed file as a fact", lambda: fresh.policies() == [0, 0])  # the station answers before it is decided
    assert fresh.shipped_by("S-DEFAULT") == []
    fresh.restart()
    assert fresh.policies() == [0, 0]


def test_a_mistake_is_named_by_config_check_and_refuses_the_start(fresh):
    fresh.write_file("policy:\n  idle_lock: 600\n")
    line = fresh.plain.count("\n") + 2
    done = subprocess.run([fresh.rig.program("okuru"), "config", "check", *fresh.config()], capture_output=True, text=True)
    assert done.returncode != 0 and f"station.yaml:{line}" in done.stdout + done.stderr and "did you mean idle_lock_s" in done.stdout + done.stderr
    fresh.rig.stop("station")
    done = subprocess.run([fresh.rig.program("okuru-station"), *fresh.config()], capture_output=True, text=True)
    assert done.returncode != 0 and f"station.yaml:{line}" in done.stderr
    fresh.write_file(AT_ONCE)
    fresh.rig.start("station")
    fresh.rig.wait_up()


def test_the_example_holds_when_its_signs_are_taken_away(build, tmp_path):
    root = Path(__file__).resolve().parents[2]
    text = (root / "board/station.example.yaml").read_text().replace("/etc/okuru/board.yaml", str(root / "board/board.example.yaml"))
    head, policy = text.split("#policy:\n")
    for lines in (text, head + "policy:\n" + policy.replace("\n#", "\n").removeprefix("#")):
        path = tmp_path / "station.yaml"
        path.write_text(lines)
        path.chmod(0o640)
        done = subprocess.run([build / "bin/okuru-station", "--config", path, "--check-config"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
