# SPDX-License-Identifier: Apache-2.0
"""The boards that come along, tested like code: each is read, a key that is none is named with its line, and every key is explained."""
import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
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


def test_every_key_is_explained():
    source = "".join(p.read_text() for p in (ROOT / "firmware/station").glob("board*.c"))
    keys = set(re.findall(r'\{"([a-z_]+)", YAML_WANT', source)) | set(re.findall(r"^\s+TOWER\((\w+)\)", source, re.M))
    assert len(keys) > 30
    explained = set(re.findall(r"`([a-z_]+)`", (ROOT / "board/README.md").read_text()))
    assert keys <= explained, keys - explained
