# SPDX-License-Identifier: Apache-2.0
"""The pickup counter's screen as a program meets it: its documents against their description, what is in them and what never is, who may
type, and that what is typed goes the way of a scan."""
import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
from store import HAT, SOCKS, TEA, Store  # noqa: E402
from waiting import wait_for  # noqa: E402
from web import Client, own_address  # noqa: E402

DESCRIPTION = yaml.safe_load((TOP / "services/web/openapi.yaml").read_text())
COUNTER = "/api/v1/counter/c1"


@pytest.fixture(scope="module")
def store(build, tmp_path_factory):
    s = Store(build, tmp_path_factory.mktemp("store"), clock_moves=True).open()
    yield s
    s.close()


@pytest.fixture
def client(store):
    return Client(store.address)


@pytest.fixture
def clerk(client):
    assert client.enter("K041")[0] == 200
    return client


def check(body: dict, path: str, method: str = "get", status: int = 200) -> dict:
    content = DESCRIPTION["paths"][path][method]["responses"][str(status)]
    if "$ref" in content:
        content = DESCRIPTION["components"]["responses"][content["$ref"].rsplit("/", 1)[1]]
    schema = {**content["content"]["application/json"]["schema"], "components": DESCRIPTION["components"]}
    jsonschema.Draft202012Validator(schema).validate(body)
    return body


def counter(client) -> dict:
    status, body = client.get(COUNTER)
    assert status == 200, body
    return check(body, "/api/v1/counter/{bench}")["counter"]


def type_in(client, code: str, *kinds: str) -> dict:
    status, body = client.post(f"{COUNTER}/scan", {"code": code})
    assert status == 200, body
    verdict = check(body, "/api/v1/counter/{bench}/scan", "post")["verdicts"][-1]
    assert not kinds or verdict["kind"] in kinds, verdict
    return verdict


def case_when(client, test=lambda case: case) -> dict:
    """The screen hears of a scan a moment after its light."""
    return wait_for("the case", lambda: (lambda case: case if case and test(case) else None)(counter(client)["case"]))


def names(client, which: str) -> list[str]:
    shown = counter(client)  # null until the screen's program has looked for the first time
    return [row["shipment"] for row in shown["lists"][which]] if shown else []


def test_the_lists_follow_a_parcel_from_expected_to_ready_to_overdue(store, client):
    order = store.order("L-11", (SOCKS, 2), (HAT, 1), unpaid=5480)
    wait_for("it is expected", lambda: "L-11" in names(client, "expected"))
    first, second = store.codes(order)
    store.scan(first, "arrived")
    wait_for("it is in hand", lambda: (counter(client)["hand"] or {"shipments": [{"shipment": ""}]})["shipments"][0]["shipment"] == "L-11")
    wait_for("it has come", lambda: "L-11" in names(client, "arrived"))
    store.scan("OKURU-S-B-3", "shelved")
    wait_for("a part of it lies here", lambda: "L-11" in names(client, "incomplete") and "L-11" in names(client, "expected"))
    store.scan(second, "arrived")
    store.scan("OKURU-S-C-12", "ready")
    wait_for("it is ready", lambda: "L-11" in names(client, "ready"))
    row = next(r for r in counter(client)["lists"]["ready"] if r["shipment"] == "L-11")
    assert sorted(row["shelves"]) == ["B-3", "C-12"] and (row["here"], row["away"], row["unpaid"]) == (2, 0, 5480) and row["order"] == order["orders"][0]
    assert row["keep_until"].endswith("T20:00:00.000+09:00")
    store.told(order)
    wait_for("the notice is told", lambda: next(r for r in counter(client)["lists"]["ready"] if r["shipment"] == "L-11")["notice"]["state"] == "accepted")
    store.move_clock(8 * 86400)
    try:
        wait_for("it is over", lambda: "L-11" in names(client, "overdue") and "L-11" not in names(client, "ready"), timeout=70)
        wait_for("the station has said so", lambda: "L-11" in [f["subject"] for f in store.facts("pickup.expired")], timeout=70)
        wait_for("who worked here is locked out", lambda: counter(client)["person"] is None)
        assert "L-11" in names(client, "overdue") and "L-11" not in names(client, "back"), "until it is back in stock"
    finally:
        store.move_clock(0)
        store.clerk.light.drain()
        store.clerk.sign_in("K041")
    counts, lists = (counter(client)[key] for key in ("counts", "lists"))
    assert counts == {name: len(rows) for name, rows in lists.items()}


def test_the_case_says_shelf_pieces_money_and_proof_and_nobodys_name(store, client):
    order = store.order("C-22", (SOCKS, 2), (TEA, 1), unpaid=1200)
    store.shelve(order, "A-1", "B-7")
    store.scan(order["orders"][0], "unpaid")
    case = case_when(client)
    (shipment,) = case["shipments"]
    assert shipment["unpaid"] == 1200 and not case["paid"] and case["proof"] == "none" and shipment["proofs"] == ["document", "order-name"]
    assert {p["shelf"] for p in shipment["parcels"]} == {"A-1", "B-7"} and not any(p["checked"] for p in shipment["parcels"])
    assert [c["quantity"] for c in shipment["contents"]] == [2, 1]
    store.scan("RECEIPT-00017", "proof")
    store.scan("OKURU-C-PROOF-DOCUMENT", "hand-over")
    store.scan(store.codes(order)[0], "ok")
    case = case_when(client, lambda case: any(p["checked"] for p in case["shipments"][0]["parcels"]))
    assert case["paid"] and case["proof"] == "document" and sorted(p["checked"] for p in case["shipments"][0]["parcels"]) == [False, True]
    text = json.dumps(client.get(COUNTER)[1], ensure_ascii=False)
    contact = order["contact"]["contact"]
    assert not [said for said in contact.values() if isinstance(said, str) and said in text], "nothing of the contact is told"
    assert not [code for code in store.codes(order) if code in text.replace(f'"{code}"', "")], "numbers are shown by their ends"
    store.scan(store.codes(order)[1], "collected")
    wait_for("nobody is served", lambda: counter(client)["case"] is None)


def test_what_is_typed_is_decided_as_a_scan_by_the_one_who_typed(store, clerk):
    order = store.order("T-33", (SOCKS, 1))
    store.shelve(order)
    store.scan("OKURU-C-SIGN-OUT", "signed-out")
    assert "B-3" in type_in(clerk, order["orders"][0], "proof")["sub"]["ja"]
    type_in(clerk, "OKURU-C-PROOF-DOCUMENT", "hand-over")
    type_in(clerk, store.codes(order)[0], "collected")
    gone = [f for f in store.facts("pickup.collected") if f["shipment"] == "T-33"]
    assert [(f["bench"], f["actor"]) for f in gone] == [("c1", "p-041")]
    assert store.facts("person.in")[-1]["reason"] == "screen"
    wait_for("the clerk stands there", lambda: counter(clerk)["person"]["call"] == "みな")
    assert type_in(clerk, "OKURU-C-UNDO")["kind"] == "undone"


def test_a_leader_who_types_stands_there_from_then_on(store, client):
    assert client.enter("L002")[0] == 200
    type_in(client, "NO-SUCH-CODE")
    wait_for("the leader stands there", lambda: counter(client)["person"]["role"] == "leader")
    store.scan("OKURU-P-K041", "signed-in")


def test_nobody_types_without_a_clerks_session(store, client):
    for badge, status, error in ((None, 401, "session"), ("P017", 403, "role")):
        if badge:
            assert client.enter(badge)[0] == 200
        else:
            client.session()
        said = client.post(f"{COUNTER}/scan", {"code": "OKURU-C-OK"})
        assert (said[0], said[1]["error"]) == (status, error)
        check(said[1], "/api/v1/counter/{bench}/scan", "post", status)
    before = len(store.facts("person.in"))
    for request in ({"session": client.cookie}, {"session": "0" * 32}, {}):  # past okuru-web: the station looks for itself
        answer = store.rig.ask_station({"verb": "screen-counter", "bench": "c1", "code": "OKURU-C-OK", **request})
        assert not answer["ok"], answer
    assert len(store.facts("person.in")) == before


def test_a_clerk_types_at_counters_only(store, clerk):
    assert clerk.post("/api/v1/counter/b1/scan", {"code": "X"})[0] == 404
    session = clerk.cookie
    assert "counter" in store.rig.ask_station({"verb": "screen-counter", "session": session, "bench": "b1", "code": "X"})["error"]
    assert clerk.get("/api/v1/counter/b1")[0] == 404 and clerk.get("/api/v1/counter/none")[0] == 404
    assert clerk.session()["counters"] == ["c1"] and clerk.session()["benches"] == ["b1", "c1"]
    for body in ("{}", "[]", "{"):
        status, said = clerk.post(f"{COUNTER}/scan", body)
        assert status == 400
        check(said, "/api/v1/counter/{bench}/scan", "post", 400)
    assert clerk.post(f"{COUNTER}/scan", {"code": "x" * 300})[0] == 403


def test_the_live_stream_has_the_case_with_its_verdict(store, client):
    order = store.order("V-44", (SOCKS, 1))
    store.shelve(order, "D-4")
    live = client.live("/api/v1/live/counter/c1")
    assert live.status == 200 and live.until("counter")["bench"] == "c1"
    store.scan(order["orders"][0], "proof")
    d = live.until("counter", lambda d: d["shown"]["kind"] == "proof")
    assert d["counter"]["case"]["shipments"][0]["parcels"][0]["shelf"] == "D-4"
    store.scan("OKURU-C-UNDO", "undone")
    assert live.until("counter", lambda d: d["shown"]["kind"] == "undone")["counter"]["case"] is None
    live.close()


def test_what_the_office_does_not_know_yet_is_counted_with_its_age(store, client):
    store.rig.stop("sync")
    order = store.orders["V-44"]
    store.scan(order["orders"][0], "proof")
    store.scan("OKURU-C-PROOF-DOCUMENT", "hand-over")
    store.scan(store.codes(order)[0], "collected")
    wait_for("it waits", lambda: client.get(COUNTER)[1]["office"]["waiting"] > 0 and client.get(COUNTER)[1]["office"]["oldest"])
    store.rig.start("sync")
    wait_for("it is told", lambda: client.get(COUNTER)[1]["office"]["waiting"] == 0, timeout=60)


def test_a_customer_is_found_by_the_words_that_they_say(store, clerk):
    order = store.order("W-55", (HAT, 1), name="高橋 一郎")
    store.shelve(order, "E-9")
    name = order["contact"]["contact"]["name"]
    status, body = clerk.post(f"{COUNTER}/find", {"text": name})
    assert status == 200, body
    check(body, "/api/v1/counter/{bench}/find", "post")
    assert body["verdicts"][-1]["kind"] == "proof", body
    assert name not in json.dumps(clerk.get(COUNTER)[1], ensure_ascii=False), "what was typed is in no list"
    status, body = clerk.post(f"{COUNTER}/find", {"code": "x"})
    assert status == 400
    store.scan("OKURU-C-UNDO")


def test_a_clerk_has_the_customer_told_once_more(store, clerk):
    order = store.order("R-66", (SOCKS, 1), mail="nobody at all")
    store.shelve(order, "F-1")
    store.told(order, "notice.failed")
    type_in(clerk, order["orders"][0], "proof")
    notice = case_when(clerk)["shipments"][0]["notice"]
    assert (notice["state"], notice["reason"], notice["generation"]) == ("failed", "bad-address", 0)
    version = order["contact"].get("version", 1) + 1
    order["contact"] = {**order["contact"], "version": version, "contact": {**order["contact"]["contact"], "email": "mended@example.jp"}}
    store.rig.oms("push", store.file("push.jsonl", order), "--station", "dc1/pack-01")
    wait_for("the mended contact", lambda: store.count("contact.received", "R-66") == 2)
    mails = len(store.rig.mails())
    type_in(clerk, "OKURU-C-RESEND", "ok")
    wait_for("its mail", lambda: len(store.rig.mails()) == mails + 1, 30)
    wait_for("the screen says so", lambda: counter(clerk)["case"]["shipments"][0]["notice"]["state"] == "accepted")
    assert counter(clerk)["case"]["shipments"][0]["notice"]["generation"] == 1
    for _ in range(2):  # after accepted only because a person asks
        type_in(clerk, "OKURU-C-RESEND", "ok")
        wait_for("it went", lambda: store.count("notice.accepted", "R-66") + 1 == store.count("notice.reserved", "R-66"), 30)  # the first one failed
    assert "3回" in type_in(clerk, "OKURU-C-RESEND", "not-now")["sub"]["ja"]
    asked = [(f["actor"], f["generation"]) for f in store.facts("notice.resend-asked") if f["subject"] == "R-66"]
    assert asked == [("p-041", 0), ("p-041", 1), ("p-041", 2)]
    told = [f for f in store.facts("notice.accepted") if f["subject"] == "R-66"]
    assert told and all(f["words"].startswith("ja/") and len(f["parcels"]) == 1 and f["contact"] for f in told)
    type_in(clerk, "OKURU-C-UNDO", "undone")
    done = subprocess.run([store.rig.program("okuru"), "rebuild", "--check", "--config", str(store.rig.folder / "etc/station.yaml")], text=True, capture_output=True, env=store.rig.environment)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_customer_who_wants_to_hear_no_more_is_sent_nothing(store, clerk):
    order = store.order("R-67", (SOCKS, 1), mail="nobody at all")
    store.shelve(order, "F-1")
    store.told(order, "notice.failed")
    type_in(clerk, order["orders"][0], "proof")
    type_in(clerk, "OKURU-C-OPT-OUT", "ok")
    assert [(f["actor"], f["given"]) for f in store.facts("consent.changed") if f["subject"] == "R-67"] == [("p-041", False)]
    mails = len(store.rig.mails())
    version = order["contact"].get("version", 1) + 1
    order["contact"] = {**order["contact"], "version": version, "contact": {**order["contact"]["contact"], "email": "mended@example.jp"}}
    store.rig.oms("push", store.file("push.jsonl", order), "--station", "dc1/pack-01")
    wait_for("the mended contact", lambda: store.count("contact.received", "R-67") == 2)
    type_in(clerk, "OKURU-C-RESEND", "ok")
    wait_for("the screen says so", lambda: counter(clerk)["case"]["shipments"][0]["notice"]["generation"] == 1)
    type_in(clerk, "OKURU-C-UNDO", "undone")
    control = store.order("R-68", (SOCKS, 1))
    store.shelve(control, "F-1")
    wait_for("the mail of another one", lambda: len(store.rig.mails()) > mails, 30)
    assert len(store.rig.mails()) == mails + 1 and store.count("notice.accepted", "R-67") == 0


def test_from_elsewhere_only_a_clerk_or_a_leader_sees_a_counter_by_whichever_name(store):
    ways = (COUNTER, "/api/v1/live/counter/c1", "/api/v1/bench/c1", "/api/v1/live/bench/c1")

    def statuses(client: Client) -> list[int]:
        out = [client.get(way)[0] for way in ways[::2]]
        for way in ways[1::2]:
            live = client.live(way)
            out.append(live.status)
            live.close()
        return out

    elsewhere = own_address()
    assert statuses(Client(store.address)) == [200] * 4, "its own screen"
    assert statuses(Client(store.address, elsewhere)) == [401] * 4
    for badge, status in (("P017", 403), ("K041", 200), ("L002", 200)):
        somebody = Client(store.address, elsewhere)
        assert somebody.enter(badge)[0] == 200
        assert statuses(somebody) == [status] * 4, badge
        assert somebody.get("/api/v1/bench/b1")[0] == 200


def step_when(client, name: str) -> dict:
    return wait_for(f"step {name}", lambda: (lambda c: c["step"] if c["step"] and c["step"]["step"] == name else None)(counter(client)))


def test_two_of_one_name_are_told_apart_without_it(store, clerk):
    for name, shelf, phone in (("W-71", "B-1", "090-0000-7171"), ("W-72", "C-2", "090-0000-7272")):
        store.shelve(store.order(name, (HAT, 1), name="佐々木 実", phone=phone), shelf)
    status, body = clerk.post(f"{COUNTER}/find", {"text": "佐々木"})
    assert status == 200 and body["verdicts"][-1]["kind"] == "ambiguous", body
    choices = step_when(clerk, "choose")["choices"]
    assert {(c["number"], c["shipments"][0]["parcels"][0]["shelf"]) for c in choices} == {(1, "B-1"), (2, "C-2")}
    assert all(c["shipments"][0]["parcels"][0]["since"] for c in choices), "when it came"
    assert "佐々木" not in json.dumps(counter(clerk), ensure_ascii=False)
    second = next(c["shipments"][0]["shipment"] for c in choices if c["number"] == 2)
    store.scan("OKURU-C-D-2", "proof")  # by a card
    assert case_when(clerk)["shipments"][0]["shipment"] == second
    wait_for("it is chosen", lambda: counter(clerk)["step"] is None)
    type_in(clerk, "OKURU-C-UNDO", "undone")
    clerk.post(f"{COUNTER}/find", {"text": "佐々木"})
    status, body = clerk.post(f"{COUNTER}/find", {"text": "7171"})  # or they say more
    assert body["verdicts"][-1]["kind"] == "proof" and case_when(clerk)["shipments"][0]["shipment"] == "W-71"
    type_in(clerk, "OKURU-C-UNDO", "undone")


def test_a_crate_says_what_of_it_is_still_to_be_shelved(store, clerk):
    orders = [store.order(f"X-8{i}", (SOCKS, 1), crate="ORICON-8") for i in range(2)]
    type_in(clerk, "ORICON-8", "arrived")
    crate = step_when(clerk, "crate")["crate"]
    assert crate["crate"] == "ORICON-8" and [p["state"] for p in crate["parcels"]] == ["arrived", "arrived"]
    store.scan(store.codes(orders[0])[0])
    store.scan("OKURU-S-D-4", "shelved", "ready")
    wait_for("one lies there", lambda: [p["shelf"] for p in step_when(clerk, "crate")["crate"]["parcels"] if p["state"] == "shelved"] == ["D-4"])
    type_in(clerk, "OKURU-C-OK", "not-on-shelf")
    wait_for("it is over", lambda: counter(clerk)["step"] is None)


def test_an_offer_is_shown_with_its_terms_before_it_is_redeemed(store, clerk):
    code = store.offer("O-91")
    type_in(clerk, code, "offer")
    offer = step_when(clerk, "offer")["offer"]
    assert (offer["kind"], offer["headline"]["en"], offer["terms"]["ja"], offer["until"][:10], offer["once"]) == ("in-store", "200 yen off socks", "2足以上のお買い上げで", "2027-03-31", True)
    type_in(clerk, "OKURU-C-OK", "redeemed")
    type_in(clerk, code, "already")
    assert type_in(clerk, store.offer("O-92", "online"), "no-offer")["sub"]["ja"].startswith("ネット専用")
    wait_for("nothing is begun", lambda: counter(clerk)["step"] is None)


def test_a_part_is_declared_by_a_leader_at_the_screen_and_the_clerk_goes_on(store, clerk):
    order = store.order("D-93", (SOCKS, 1), (HAT, 1))
    type_in(clerk, store.codes(order)[0], "arrived")
    type_in(clerk, "OKURU-S-E-5", "shelved")
    (part,) = wait_for("it may be declared", lambda: counter(clerk)["declarable"])
    assert part["shipment"] == "D-93"
    type_in(clerk, "OKURU-C-SHORT", "leader-needed")
    assert step_when(clerk, "partial")
    assert type_in(clerk, "OKURU-P-L002", "locked")["sub"]["ja"].startswith("この画面に入った人"), "a badge alone, typed by somebody else"
    leader = Client(store.address)
    assert leader.enter("L002")[0] == 200
    type_in(leader, "OKURU-C-OK", "ready")
    assert store.facts("pickup.ready")[-1]["leader"] == "p-002" and counter(clerk)["person"]["person"] == "p-041"
    wait_for("it is declared", lambda: counter(clerk)["declarable"] == [])


SECRETS = {"name": "綾小路 桜子", "kana": "アヤノコウジ サクラコ", "phone": "090-4321-8765", "email": "sakurako.secret@example.jp"}


def ask_contact(client, shipment: str, bench: str = "c1") -> tuple[int, dict]:
    return client.post(f"/api/v1/counter/{bench}/contact", {"merchant": "aozora", "shipment": shipment})


def test_the_contact_is_told_for_one_press_to_whom_it_may_be_and_written_nowhere(store, clerk):
    live = clerk.live("/api/v1/live/counter/c1")
    order, other = store.order("K-11", (SOCKS, 1), code="Q2TX-K7M4", **SECRETS), store.order("K-12", (SOCKS, 1))
    for o in (order, other):
        store.shelve(o, "J-1")
    assert ask_contact(clerk, "K-11")[0] == 403, "nobody is served"
    store.scan(order["orders"][0], "proof")
    status, body = ask_contact(clerk, "K-11")
    assert status == 200 and check(body, "/api/v1/counter/{bench}/contact", "post")["contact"] == SECRETS, body
    assert clerk.headers["Cache-Control"] == "no-store" and "Q2TX" not in json.dumps(body)
    assert [(f["subject"], f["actor"], f["bench"]) for f in store.facts("contact.shown")] == [("K-11", "p-041", "c1")]
    assert ask_contact(clerk, "K-12")[0] == 403, "who is not served here"
    packer, leader, engineer = Client(store.address), Client(store.address), Client(store.address)
    assert packer.enter("P017")[0] == 200 and ask_contact(packer, "K-11")[0] == 403
    assert ask_contact(engineer, "K-11")[0] == 401
    assert leader.enter("L002")[0] == 200 and ask_contact(leader, "K-11")[0] == 200
    assert clerk.post(f"{COUNTER}/contact", {"merchant": "aozora", "shipment": "K-11"}, X_Okuru_Token="0" * 64)[0] == 403
    assert clerk.get(f"{COUNTER}/contact")[0] == 405
    assert store.count("contact.shown") == 2, "none for who was refused"
    # the station looks at the role itself, whatever a program in between lets pass
    assert store.rig.ask_station({"verb": "screen-contact", "session": packer.cookie, "bench": "c1", "merchant": "aozora", "shipment": "K-11"}) == {"ok": False, "error": "role: not for yours"}
    assert not store.rig.ask_station({"verb": "screen-contact", "session": "0" * 32, "bench": "c1", "merchant": "aozora", "shipment": "K-11"})["ok"]
    type_in(clerk, "OKURU-C-UNDO", "undone")
    assert ask_contact(clerk, "K-11")[0] == 403, "they are gone"
    said = json.dumps([live.until("counter", lambda d: d["shown"]["kind"] == "undone"), clerk.get(COUNTER)[1], clerk.get("/api/v1/bench/c1")[1], store.rig.ask_station({"verb": "status"})], ensure_ascii=False).encode()
    live.close()
    kept = said + b"".join(p.read_bytes() for folder in ("log", "station") for p in (store.rig.folder / folder).rglob("*") if p.is_file())
    assert [k for k, v in SECRETS.items() if v.encode() in kept] == [] and len(kept) > 10000
