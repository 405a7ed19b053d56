# SPDX-License-Identifier: Apache-2.0
"""Do others read the same from a tag? Random EPCs of ours against the npm package epc-tds 1.4.1 (MIT).

Where the package is: OKURU_TEST_NPM names a folder in which `npm i epc-tds@1.4.1` was run. Without it, and without node, the
comparison is skipped and counted as such.
"""
from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest

EACH = 500

PEER = """
const tds = require("epc-tds");
for (const hex of require("fs").readFileSync(0, "utf8").split("\\n").filter(Boolean)) {
        let uri;
        try { uri = tds.valueOf(hex.toUpperCase()).toIdURI(); } catch (e) { uri = "refused: " + e.message; }
        console.log(hex + "\\t" + uri);
}
"""

UNKNOWN_TO_PEER = "2e"  # GSRNP-96


def as_the_peer_says_it(uri: str) -> str:
    """Where epc-tds 1.4.1 departs from TDS: an empty reference (14.4.3: no characters for K = 0) is a 0, a GSRN's reference
    loses its leading zeros, and nothing is escaped (table A-1)."""
    uri = unquote(uri)
    head, _, body = uri.rpartition(":") if uri.startswith("urn:epc:id:gsrn:") else ("", "", "")
    if head:
        prefix, reference = body.split(".")
        return f"{head}:{prefix}.{int(reference)}"
    match = re.match(r"(urn:epc:id:(?:gdti|sgln|grai):\d{12}\.)(\..*)", uri)
    return f"{match[1]}0{match[2]}" if match else uri


@pytest.fixture(scope="module")
def npm() -> Path:
    folder = os.environ.get("OKURU_TEST_NPM")
    if not folder or not (Path(folder) / "node_modules" / "epc-tds").is_dir():
        pytest.skip("OKURU_TEST_NPM names no folder with epc-tds")
    if not shutil.which("node"):
        pytest.skip("no node")
    return Path(folder)


def test_random_epcs_have_the_same_uri_for_the_peer(build: Path, npm: Path) -> None:
    ours = dict(line.split("\t") for line in subprocess.run([build / "tests" / "epc-tool", str(EACH)], check=True,
                capture_output=True, text=True, timeout=60).stdout.splitlines())
    theirs = dict(line.split("\t") for line in subprocess.run(["node", "-e", PEER], input="\n".join(ours), check=True,
                  capture_output=True, text=True, timeout=120, cwd=npm).stdout.splitlines())
    assert len(ours) >= 10 * EACH
    asked = {hex_: uri for hex_, uri in ours.items() if not hex_.startswith(UNKNOWN_TO_PEER)}
    assert [(hex_, uri, theirs[hex_]) for hex_, uri in asked.items() if theirs[hex_] != as_the_peer_says_it(uri)] == []
