# SPDX-License-Identifier: Apache-2.0
"""The boards that come along, tested like code: each is read, a key that is none is named with its line, and every key is explained."""
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))

from rig import Rig, wait_for  # noqa: E402

BOARDS = sorted(p for p in (ROOT / "board").glob("*.yaml") if re.search(r"^board:", p.read_text(), re.M) and "realm:" not in p.read_text())

def check(build: Path, folder: Path, board: Path) -> subprocess.CompletedProcess:
    config = folder / "station.yaml"
    config.write_text((ROOT / "board/station.example.yaml").read_text().replace("/etc/okuru/board.yaml", str(board)))
    return subprocess.run([build / "bin/okuru-station", "--config", config, "--check-config"], capture_output=True, text=True, timeout=20)


def test_all_boards_are_here():
    assert {p.stem for p in BOARDS} >= {"demo", "x86-usb", "rpi-cm4", "vm", "board.example"}


@pytest.mark.parametrize("board", BOARDS, ids=lambda p: p.stem)
def test_a_board_is_read(build, tmp_path, board):
    done = check(build, tmp_path, board)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("board", BOARDS, ids=lambda p: p.stem)
def test_every_key_of_a_board_counts(build, tmp_path, board):
    """Any of them mistyped is refused, and the line is said."""
    lines = board.read_text().splitlines()
    for number, line in enumerate(lines, 1):
        key = re.match(r"[ -]*([a-z_]+):", line)
        if not key or line.lstrip().startswith("#"):
            continue
        wrong = tmp_path / "board.yaml"
        wrong.write_text("\n".join([*lines[:number - 1], line.replace(f"{key[1]}:", f"{key[1]}x:", 1), *lines[number:]]) + "\n")
        wrong.chmod(0o640)
        done = check(build, tmp_path, wrong)
        assert done.returncode == 1 and f"board.yaml:{number}:" in done.stderr and f"{key[1]}x" in done.stderr, (line, done.stderr)


def test_one_box_has_two_benches():
    board = yaml.safe_load((ROOT / "board/x86-usb.yaml").read_text())
    assert len(board["benches"]) == 2 and all(bench["scanners"] for bench in board["benches"])


def keys_of_the_checker() -> set[str]:
    source = "".join(p.read_text() for p in (ROOT / "firmware/station").glob("board*.c"))
    return set(re.findall(r'\{"([a-z_]+)",\s+YAML_WANT', source)) | set(re.findall(r"^\s+TOWER\((\w+)\)", source, re.M))


def test_every_key_is_explained_and_nothing_else_is():
    """In one place, board/README.md: the first column of its tables is what may be written."""
    text = (ROOT / "board/README.md").read_text()
    tables = [block for block in re.split(r"\n\n", text) if block.lstrip().startswith("| key |")]
    assert len(tables) >= 9
    first = {key for table in tables for row in table.strip().splitlines()[2:] for key in re.findall(r"`([a-z_0-9]+)`", row.split("|")[1])}
    keys = keys_of_the_checker()
    assert len(keys) > 60
    assert first <= keys, f"explained, and no board may have it: {first - keys}"
    explained = set(re.findall(r"`([a-z_]+)`", text))
    assert keys <= explained, f"not explained: {keys - explained}"


@pytest.fixture
def rig(build, tmp_path):
    rig = Rig(build, tmp_path)
    yield rig
    rig.stop_all()


@pytest.mark.parametrize("name", ["demo", "x86-usb", "rpi-cm4", "vm"])
def test_a_station_runs_with_a_board_whose_devices_are_elsewhere_and_says_what_is_missing(rig, name):
    """As on the first day: nothing is plugged in yet, each bench can be worked at, and each missing thing is named."""
    board = (ROOT / f"board/{name}.yaml").read_text().replace("/run/okuru/", f"{rig.folder}/")
    (rig.folder / "etc/board.yaml").write_text(board)
    rig.start("station")
    status = wait_for("the station", rig.try_status)
    wanted = [(bench["name"], thing["name"]) for bench in yaml.safe_load(board)["benches"]
              for thing in [*bench.get("scanners", []), *bench.get("buttons", []), *({"name": one} for one in ("tower", "scale") if one in bench)]]
    assert [bench["bench"] for bench in status["benches"]][:len(yaml.safe_load(board)["benches"])] == [b["name"] for b in yaml.safe_load(board)["benches"]]
    assert {(d["bench"], d["name"]) for d in status["devices"]} == set(wanted)
    done = subprocess.run([rig.program("okuru"), "--config", rig.folder / "etc/station.yaml", "devices", "--json"], capture_output=True, text=True, timeout=30)
    rules = {(rule["bench"], rule["name"]): rule["wrong"] for rule in json.loads(done.stdout)["rules"]}
    assert set(rules) == set(wanted) and all(re.search(r"plugged in|GPIO chip|there is no", wrong) for wrong in rules.values()), rules
    assert done.returncode == (1 if wanted else 0)
