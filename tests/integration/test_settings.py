# SPDX-License-Identifier: Apache-2.0
"""What an engineer tries out through the settings screen, as the station decides it: who may, that whoever works there comes first, and that the truth
is shown again afterwards."""
import sys
import threading
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from printer import Printer  # noqa: E402
from scene import SHIRT, Scene, item  # noqa: E402
from test_sign_in import PEOPLE  # noqa: E402
from waiting import wait_for  # noqa: E402

VERBS = ({"verb": "people"}, {"verb": "light-test", "bench": "b1"}, {"verb": "label-test", "bench": "b1"}, {"verb": "storage-test"})


class Shop(Scene):
    def enter(self, badge: str, pin: str | None = None) -> str:
        return self.rig.ask_station({"verb": "screen-enter", "badge": badge, **({"pin": pin} if pin else {})})["session"]

    def ask(self, verb: str, **more) -> dict:
        return self.rig.ask_station({"verb": verb, "session": self.engineer, **more})

    def idle(self, bench: int) -> None:
        """No box in hand, and no light left of the last scan."""
        packer = self.packers[bench]
        if self.shown(bench)["parcel"]:
            packer.send("OKURU-C-PARK")
            wait_for("the shelf", lambda: not self.shown(bench)["parcel"])
        time.sleep(1.7)  # a green gives way to the one next thing by then
        packer.light.drain()
        packer.light.prompts.clear()


@pytest.fixture(scope="module")
def printer():
    with Printer("zpl") as p:
        yield p


@pytest.fixture(scope="module")
def shop(build, tmp_path_factory, printer):
    s = Shop(build, tmp_path_factory.mktemp("shop"), benches=2, labels=f"{{printer: tcp, host: 127.0.0.1, port: {printer.port}, language: zpl}}").open()
    s.write_push("people", {"version": 2, "people": PEOPLE})
    wait_for("the people", lambda: s.count("people.changed") == 2)
    s.engineer = s.enter("E090", "4071")
    yield s
    s.close()


@pytest.mark.parametrize("request_", VERBS, ids=lambda r: r["verb"])
def test_only_an_engineer_is_served(shop, request_):
    for session in (shop.enter("P017"), shop.enter("K041"), shop.enter("L002", "4071")):
        assert shop.rig.ask_station({**request_, "session": session}) == {"ok": False, "error": "role: not for yours"}
    for nobody in ({}, {"session": ""}, {"session": "0" * 32}, {"session": 7}):
        assert "session" in shop.rig.ask_station({**request_, **nobody})["error"]


def test_people_are_told_without_their_badges_and_pins(shop):
    answer = shop.ask("people")
    assert answer["ok"] and not answer["more"]
    assert answer["people"][0] == {"person": "p-002", "badge": "02", "role": "leader", "call": None, "lang": None, "pin": True}
    assert [p["person"] for p in shop.ask("people", after="p-023")["people"]] == ["p-041", "p-090"]
    assert "argon2" not in str(answer) and "L002" not in str(answer)


def lights(packer, n: int, timeout: float = 12) -> list[dict]:
    """As they come; the last may be what prompts for the next scan."""
    seen = []
    end = time.monotonic() + timeout
    while len(seen) < n and time.monotonic() < end:
        v = packer.light.read(0.2)
        if v:
            seen.append(v)
        elif packer.light.prompts:
            seen.append(packer.light.prompts.pop())
    return seen


def test_each_light_for_a_second_and_then_the_truth_again(shop):
    shop.idle(1)
    truth = shop.shown(1)["shown"]
    begun = time.monotonic()
    answer = shop.ask("light-test", bench="b2")
    assert answer["ok"] and answer["step_ms"] == 1000
    assert shop.ask("light-test", bench="b2")["error"].startswith("busy")
    seen = lights(shop.packers[1], answer["steps"] + 1)
    assert 6.5 < time.monotonic() - begun < 9
    assert {v["light"] for v in seen[:-1]} == {"green", "amber", "red", "white", "dark"}
    assert {v["sound"] for v in seen} == {"none"} and seen[0]["head"]["ja"] == "試験"
    assert (seen[-1]["kind"], seen[-1]["light"], seen[-1]["head"]) == (truth["kind"], truth["light"], truth["head"])
    assert shop.shown(1)["shown"] == truth, "no screen was told anything else"


def test_a_scan_is_answered_in_the_middle_of_a_light_test_and_ends_it(shop):
    shop.idle(1)
    assert shop.ask("light-test", bench="b2", loud=True)["ok"]
    assert lights(shop.packers[1], 2)[1]["head"]["en"] == "TEST"
    shop.packers[1].send("NO-SUCH-CODE")
    wait_for("the answer", lambda: (shop.packers[1].look(0.1) or {}).get("kind") == "unknown-code")
    time.sleep(1.6)  # longer than a step
    assert all(v["head"]["en"] != "TEST" for v in shop.packers[1].light.drain())


def test_nothing_is_tried_where_a_box_is_in_hand(shop):
    shop.idle(1)
    shop.packers[1].scan(shop.make("S-busy", item("1", SHIRT, 2))["shipment"], "opened")
    for verb in ("light-test", "label-test"):
        assert shop.ask(verb, bench="b2")["error"] == "bench: a box is in hand there"
        assert shop.ask(verb, bench="office")["error"] == shop.ask(verb)["error"] == "bench: there is none of that name"
    shop.idle(1)


def test_a_label_that_says_it_is_a_test(shop, printer):
    shop.idle(0)
    printer.load_paper()
    wait_for("the printer", lambda: [d for d in shop.rig.ask_station({"verb": "status"})["devices"] if d["name"] == "printer" and d["up"]])
    printer.paper.clear()
    assert shop.ask("label-test", bench="b1") == {"ok": True}
    wait_for("paper", lambda: printer.paper)
    assert "okuru TEST" in printer.paper[0][0] and printer.paper[0][1]
    assert shop.ask("label-test", bench="b1") == {"ok": True}, "and again"


def test_the_disk_is_tried_only_while_nobody_scans(shop):
    shop.packers[1].send("NO-SUCH-CODE")
    wait_for("the answer", lambda: (shop.packers[1].look(0.1) or {}).get("kind") == "unknown-code")
    assert shop.ask("storage-test")["error"] == "busy: somebody scans"
    time.sleep(5.2)  # the rule is a time
    answer = shop.ask("storage-test")
    assert answer["ok"] and 0 < answer["n"] <= 200 and 0 < answer["p50_us"] <= answer["p99_us"] <= answer["max_us"]
    assert not [f for f in (shop.folder / "station").iterdir() if f.stat().st_size == 4096 and "ledger" not in f.name], "nothing is left"


def test_a_scan_ends_the_try_of_the_disk(shop):
    time.sleep(5.2)
    answers = []
    asker = threading.Thread(target=lambda: answers.append(shop.ask("storage-test")))
    asker.start()
    begun = time.monotonic()
    shop.packers[1].send("NO-SUCH-CODE")
    wait_for("the answer", lambda: (shop.packers[1].look(0.05) or {}).get("kind") == "unknown-code")
    assert time.monotonic() - begun < 1
    asker.join()
    assert answers and (answers[0]["ok"] or answers[0]["error"] == "busy: somebody scans")
