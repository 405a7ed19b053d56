# SPDX-License-Identifier: Apache-2.0
"""Whose language a screen has to show, as the documents tell it; what the pages make of it is in tests/browser."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from scene import Scene  # noqa: E402
from waiting import wait_for  # noqa: E402
from web import Client  # noqa: E402


@pytest.fixture(scope="module")
def scene(build, tmp_path_factory):
    s = Scene(build, tmp_path_factory.mktemp("floor"), benches=2).open()
    s.address = s.rig.start_web()
    wait_for("the benches", lambda: Client(s.address).get("/api/v1/bench/b1")[0] == 200)
    yield s
    s.close()


def push_people(scene, version: int, **languages: str) -> None:
    scene.write_push("people", {"version": version, "people": [
        {"person": person, "badge": badge, "role": role, **({"lang": languages[badge]} if badge in languages else {})}
        for person, badge, role in (("p-017", "P017", "packer"), ("p-023", "P023", "packer"), ("p-002", "L002", "leader"))]})


def language_at(scene, bench: str) -> str | None:
    return Client(scene.address).get(f"/api/v1/bench/{bench}")[1]["work"]["person"]["lang"]


def test_bench_and_person_are_told_in_whose_language(scene):
    client = Client(scene.address)
    assert client.enter("L002")[1]["person"]["lang"] is None, "nobody has said"
    assert [language_at(scene, bench) for bench in ("b1", "b2")] == [None, None]
    push_people(scene, 2, L002="en", P017="en", P023="ja")
    wait_for("the benches have it", lambda: [language_at(scene, bench) for bench in ("b1", "b2")] == ["en", "ja"])
    wait_for("who is in has it, too", lambda: client.session()["person"]["lang"] == "en")
    assert Client(scene.address).enter("P023")[1]["person"]["lang"] == "ja"
    push_people(scene, 3, P017="ja")
    wait_for("it is another one", lambda: language_at(scene, "b1") == "ja" and language_at(scene, "b2") is None)
    wait_for("and none for who is in", lambda: client.session()["person"]["lang"] is None)
