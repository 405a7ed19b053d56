# SPDX-License-Identifier: Apache-2.0
"""What an engineer tries out through the settings screen, as the station decides it: who may, that whoever works there comes first, and that the truth
is shown again afterwards."""
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import jsonschema
import pytest
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from printer import Printer  # noqa: E402
from scene import SHIRT, Scene, item  # noqa: E402
from test_sign_in import PEOPLE  # noqa: E402
from waiting import wait_for  # noqa: E402
from web import Client  # noqa: E402

DESCRIPTION = yaml.safe_load((Path(__file__).resolve().parents[2] / "services/web/openapi.yaml").read_text())

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
    assert 6.5 < time.monotonic() - begun < 12
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
    assert time.monotonic() - begun < 2  # it would go on for five
    asker.join()
    assert answers and (answers[0]["ok"] or answers[0]["error"] == "busy: somebody scans")


# ---- through okuru-web ----

@pytest.fixture(scope="module")
def address(shop):
    return shop.rig.start_web()


def sign_in(address: str, badge: str, pin: str | None = None) -> Client:
    client = Client(address)
    status, body = client.post("/api/v1/session", {"badge": badge, **({"pin": pin} if pin else {})})
    assert status == 200
    client.token = body["token"]
    return client


def check(body: dict, path: str, method: str = "get") -> None:
    schema = DESCRIPTION["paths"][path][method]["responses"]["200"]["content"]["application/json"]["schema"]
    jsonschema.Draft202012Validator({**schema, "components": DESCRIPTION["components"]}).validate(body)


def test_only_an_engineers_screen_gets_anything(shop, address):
    gets = ["/api/v1/settings", "/api/v1/settings/people", "/api/v1/settings/support", "/settings/sheet"]
    posts = ["/api/v1/settings/light", "/api/v1/settings/label", "/api/v1/settings/storage"]
    for client, expect in [(Client(address), 401)] + [(sign_in(address, *who), 403) for who in (("P017",), ("K041",), ("L002", "4071"))]:
        assert {client.get(path)[0] for path in gets} == {expect}
        assert {client.post(path, {"bench": "b2"})[0] for path in posts} == {expect}
    engineer = sign_in(address, "E090", "4071")
    assert engineer.get("/api/v1/floor")[0] == 403 and engineer.get("/api/v1/find?q=S-busy")[0] == 403
    assert engineer.post("/api/v1/settings/storage", {}, X_Okuru_Token=None)[0] == 403, "another site's page cannot"


def test_what_an_engineer_is_told_is_as_described_and_names_nobodys_work(shop, address):
    client = sign_in(address, "E090", "4071")
    shop.packers[1].scan(shop.make("S-secret", item("1", SHIRT, 2))["shipment"], "opened")
    status, settings = client.get("/api/v1/settings")
    assert status == 200
    check(settings, "/api/v1/settings")
    assert [b["busy"] for b in settings["benches"] if b["bench"] == "b2"] == [True]
    assert "S-secret" not in str(settings) and "p-023" not in str(settings)
    status, people = client.get("/api/v1/settings/people")
    check(people, "/api/v1/settings/people")
    assert len(people["people"]) == len(PEOPLE)
    for path in ("light", "label"):
        status, refused = client.post(f"/api/v1/settings/{path}", {"bench": "b2"})
        assert status == 409 and refused["text"] == "bench: a box is in hand there"
        assert client.post(f"/api/v1/settings/{path}", "[]")[0] == 400
    shop.idle(1)
    status, light = client.post("/api/v1/settings/light", {"bench": "b2"})
    assert status == 200
    check(light, "/api/v1/settings/light", "post")
    wait_for("the disk to be free", lambda: client.post("/api/v1/settings/storage", {})[0] == 200, timeout=15)


def test_the_report_for_support_is_a_file_without_anybody_in_it(shop, address):
    client = sign_in(address, "E090", "4071")
    status, text = client.get("/api/v1/settings/support")
    text = text.decode()
    assert status == 200
    assert re.fullmatch(r'attachment; filename="okuru-dc1-pack-01-\d{8}-\d{4}\.txt"', client.headers["Content-Disposition"])
    assert re.search(r"^ok    version      okuru-web ", text, re.M) and re.search(r"^\S+ +station +answers; storage fine", text, re.M)
    for secret in ("S-secret", "p-0", "P017", "E090", "argon2", "shop@", *shop.names):
        assert secret not in text, secret


def test_the_sheet_is_the_one_of_the_command_line(shop, address, tmp_path):
    client = sign_in(address, "E090", "4071")
    status, page = client.get("/settings/sheet?lang=en&bays=y1,s1")
    assert status == 200 and client.headers["Content-Type"].startswith("text/html")
    out = tmp_path / "sheet.html"
    subprocess.run([shop.rig.program("okuru"), "sheet", "--lang", "en", "--bays", "y1,s1", "-o", out], check=True)
    body = re.compile(rb"<body>.*</body>", re.S)
    assert body.search(page)[0] == body.search(out.read_bytes())[0]
    assert b"<style" not in page and b"style=" not in page and client.get("/static/sheet.css")[0] == 200
    assert client.get("/settings/sheet?bays=../etc")[0] == 400 and client.get("/settings/sheet?bays=%3Cscript%3E")[0] == 400
