# SPDX-License-Identifier: Apache-2.0
"""The packing bench as a packer and an OMS meet it: okuru-station with sync, notify and a broker around it, one floor for all tests."""
import json
import os
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

import shipments as goods  # noqa: E402
from compare import events, read_mail  # noqa: E402
from packer import Packer  # noqa: E402
from rig import RigError, wait_for  # noqa: E402
from scene import SHIRT, SOCKS, Scene, item  # noqa: E402


@pytest.fixture(scope="module")
def scene(build, tmp_path_factory):
    s = Scene(build, tmp_path_factory.mktemp("floor")).open()
    yield s
    s.close()


@pytest.fixture
def bench(scene):
    """Bench b1, signed in, with nothing open and nothing unread on its light."""
    return fresh(scene, 0)


@pytest.fixture
def other(scene):
    return fresh(scene, 1)


def fresh(scene: Scene, i: int) -> Packer:
    packer = scene.packers[i]
    if scene.shown(i)["parcel"]:  # a test that failed left it: it must not take the others along
        packer.send("OKURU-C-PARK")
        wait_for("the bench to be empty", lambda: not scene.shown(i)["parcel"])
    packer.light.drain()
    packer.labels.drain()
    shown = scene.shown(i)
    if not shown["person"]:
        packer.sign_in(("P017", "P023")[i])
    return packer


def cancel(scene: Scene, s: dict) -> None:
    scene.rig.oms("cancel", s["shipment"], "--merchant", s["merchant"])


# ---- the main path ----


@pytest.mark.asan_e2e
def test_a_scan_becomes_a_fact_a_light_and_a_mail(scene, bench):
    s = scene.make("S-MAIN", carrier="japanpost")
    parcel = scene.ready(bench, s)
    wait_for("the fact at the OMS", lambda: [e for e in events(scene.rig) if e["type"] == "parcel.shipped" and e["subject"] == parcel])
    mail = wait_for("the mail", lambda: next((m for m in map(read_mail, scene.rig.mails()) if "customer" in str(m["To"]) and scene.number(s) in
                                              m.get_body(("plain",)).get_content().replace("-", "")), None))
    assert str(mail["To"].addresses[0].addr_spec) == s["contact"]["contact"]["email"]
    assert [f["how"] for f in scene.facts("parcel.shipped") if f["subject"] == parcel] == ["at-ready"]
    assert {f["actor"] for f in scene.facts("parcel.packed") if f["subject"] == parcel} == {"p-017"}


def test_the_same_shipment_pushed_again_changes_nothing_and_the_bench_answers(scene, bench):
    """A group that only moved a cursor was rolled back once, and read for ever."""
    s = scene.make("S-AGAIN")
    head = scene.head()
    scene.push(s, wait=False)
    scene.rig.oms("snapshot", "--station", "dc1/pack-01")
    wait_for("the snapshot at the bench", lambda: scene.rig.query("station/ledger.db", "SELECT 1 FROM cursor WHERE name = 'inbox' AND position = ?",
                                                                  scene.rig.query("sync/inbox.db", "SELECT max(pos) FROM log")[0][0]))
    news = scene.rig.query("station/ledger.db", "SELECT type FROM fact WHERE pos > ? AND type LIKE 'shipment.%'", head)
    assert news == []
    busy = scene.cpu_s("station")
    bench.scan(s["open_codes"][1], "opened")
    time.sleep(0.3)
    assert scene.cpu_s("station") - busy < 0.2, "the station is busy with something that it has read already"
    bench.scan("OKURU-C-VOID", "return")
    bench.scan("OKURU-C-RETURN", "voided")


def restart(scene: Scene, how: str) -> None:
    if how == "kill":
        scene.rig.kill("station")
    else:
        assert scene.rig.stop("station") == 0
    scene.rig.start("station")
    scene.rig.wait_up()


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_an_open_box_outlives_a_restart(scene, bench, how):
    s = scene.make(f"S-RESTART-{how}", item("1", SHIRT, 3))
    bench.scan(s["shipment"], "opened")
    bench.item(s["lines"][0])
    restart(scene, how)
    bench.light.drain()
    shown = scene.shown(0)
    assert (shown["shipment"], shown["person"], shown["shown"]["kind"] in ("resumed", "next")) == (s["shipment"], "p-017", True)
    assert "2" in shown["shown"]["sub"]["ja"]
    wait_scanner(scene, 0)
    bench.item(s["lines"][0])
    verdict = bench.item(s["lines"][0])
    assert verdict["kind"] == "packed"
    assert bench.take_label(verdict["parcel"])
    restart(scene, how)  # packed, its label on the table
    bench.light.drain()
    wait_scanner(scene, 0)
    bench.match(verdict)
    assert scene.count("parcel.packed", verdict["parcel"]) == 1
    assert scene.count("waybill.printed", verdict["parcel"]) == 1, "a restart prints nothing"


def prompts_of(packer: Packer, seconds: float) -> list[tuple[float, dict]]:
    """What the light says by itself, with the time from now; anything else is not expected."""
    begun, seen = time.monotonic(), []
    while (left := begun + seconds - time.monotonic()) > 0:
        packer.light.prompts.clear()
        assert packer.light.read(min(left, 0.02)) is None
        seen += [(time.monotonic() - begun, prompt) for prompt in packer.light.prompts]
    return seen


def test_a_green_gives_way_to_the_one_next_thing_and_a_red_does_not(scene, bench):
    s = scene.make("S-NEXT", item("1", SHIRT, 2))
    bench.scan(s["shipment"], "opened")
    (at, prompt), = prompts_of(bench, 2.5)
    assert 1.0 < at < 2.0
    assert (prompt["kind"], prompt["light"], prompt["sound"]) == ("next", "white", "none") and "2" in prompt["head"]["ja"]
    assert scene.shown(0)["shown"]["kind"] == "next"
    bench.item(s["lines"][0])
    assert prompts_of(bench, 0.5) == []
    bench.scan("NO-SUCH-CODE", "unknown-code")  # called off: the next scan was there before
    assert prompts_of(bench, 2.5) == []
    verdict = bench.item(s["lines"][0])
    (_, prompt), = prompts_of(bench, 2.5)
    assert scene.number(s)[-4:] in prompt["sub"]["ja"] and prompt["parcel"] == verdict["parcel"]
    bench.match(verdict)
    assert [p["kind"] for _, p in prompts_of(bench, 2.5)] == ["idle"]


def wait_scanner(scene: Scene, bench: int, up: bool = True) -> None:
    wait_for(f"the scanner of bench {bench} {'up' if up else 'down'}", lambda: [d for d in scene.rig.ask_station({"verb": "status"})["devices"] if d["bench"] == f"b{bench + 1}" and d["up"] == up])


def test_a_scanner_unplugged_in_the_middle_of_a_code_gives_no_ghost(scene, other):
    s = scene.make("S-UNPLUG", item("1", SHIRT, 1))
    bench = scene.rig.benches[1]
    other.scan(s["shipment"], "opened")
    downs, ups = scene.count("device.down"), scene.count("device.up")
    os.write(bench.master, SHIRT[:7].encode())
    assert other.look(10)["kind"] == "scan-lost"  # 100 ms of silence end a code
    os.write(bench.master, SHIRT[:7].encode())
    bench.plug_anew()
    wait_for("the scanner's return", lambda: scene.count("device.down") > downs and scene.count("device.up") > ups)
    other.light.drain()  # "scan lost", where its bytes came through before the cable did not
    os.write(bench.master, SHIRT[7:].encode() + b"\r")
    assert other.look(10)["kind"] == "unknown-code"  # a tail is no item, and the head from before is forgotten
    assert not [f for f in scene.facts("item.verified") if f["shipment"] == s["shipment"]]
    other.match(other.scan(SHIRT, "packed"))
    assert ("hand-1", "b2") in [(f["subject"], f["bench"]) for f in scene.facts("device.down")]


def test_two_benches_and_one_shipment_the_second_is_told_where_it_is(scene, bench, other):
    s = scene.make("S-TWO", item("1", SHIRT, 1))
    bench.scan(s["shipment"], "opened")
    verdict = other.scan(s["open_codes"][1], "open-elsewhere")
    assert "b1" in verdict["sub"]["ja"] and "b1" in verdict["sub"]["en"]
    verdict = bench.item(s["lines"][0])
    other.scan(s["shipment"], "open-elsewhere")
    bench.match(verdict)
    assert len({f["subject"] for f in scene.facts("parcel.opened") if f["shipment"] == s["shipment"]}) == 1


def test_a_rescan_of_what_has_gone_says_when_and_where(scene, bench, other):
    s = scene.make("S-GONE", item("1", SHIRT, 1), carrier="japanpost")
    scene.ready(bench, s)
    at = time.strftime("%H:%M", time.gmtime(time.time() + 9 * 3600))
    for code in (s["shipment"], s["open_codes"][1], scene.number(s)):
        verdict = other.scan(code, "already")
        assert "b1" in verdict["sub"]["ja"] and verdict["sub"]["ja"].startswith("発送済み ") and "shipped" in verdict["sub"]["en"]
        said = verdict["sub"]["ja"].split()[1]
        assert said == at or abs(int(said[3:]) - int(at[3:])) in (1, 59)
    assert scene.count("parcel.shipped") == len({f["subject"] for f in scene.facts("parcel.shipped")})


# ---- what the OMS changes its mind about ----


def test_a_hold_in_the_middle_stops_the_bench_with_its_reason_and_a_release_lets_it_go_on(scene, bench):
    s = scene.make("S-HOLD", item("1", SHIRT, 2))
    bench.scan(s["shipment"], "opened")
    bench.item(s["lines"][0])
    scene.rig.oms("hold", s["shipment"], "--merchant", "aozora", "--reason", "住所を確認中")
    verdict = bench.look(10)
    assert verdict["kind"] == "held" and "住所を確認中" in verdict["sub"]["ja"]
    bench.scan(SHIRT, "held")
    bench.scan("OKURU-C-PARK", "parked")
    assert any(row["shipment"] == s["shipment"] for row in scene.rows("parcels", "--parked"))
    bench.scan(s["shipment"], "held")
    scene.rig.oms("release", s["shipment"], "--merchant", "aozora")
    wait_for("the release", lambda: scene.count("shipment.released", s["shipment"]))
    bench.scan(s["shipment"], "resumed")
    bench.match(bench.item(s["lines"][0]))


def test_a_cancel_in_the_middle_lists_what_goes_back(scene, bench):
    s = scene.make("S-CANCEL", item("1", SHIRT, 2, label={"ja": "白M", "en": "white M"}), item("2", SOCKS))
    bench.scan(s["shipment"], "opened")
    bench.item(s["lines"][0])
    cancel(scene, s)
    assert bench.look(10)["kind"] == "cancelled"
    verdict = bench.scan(SHIRT, "cancelled")
    assert "白M×1" in verdict["sub"]["ja"] and "white M×1" in verdict["sub"]["en"]
    bench.scan("OKURU-C-RETURN", "voided")
    returned = [f for f in scene.facts("parcel.voided") if f["shipment"] == s["shipment"]]
    assert [(f["reason"], f["returned"]) for f in returned] == [("cancelled", [{"line": "1", "quantity": 1}])]
    bench.scan(s["shipment"], "cancelled")


def test_a_label_that_changes_in_the_middle_is_the_one_that_matches(scene, bench):
    s = scene.make("S-LABEL", item("1", SHIRT, 1))
    old, new = scene.number(s), goods.waybill(44480000000)
    verdict = scene.pack(bench, s)
    assert bench.take_label(verdict["parcel"])["number"] == old
    scene.write_push("label", {"merchant": "aozora", "shipment": s["shipment"], "labels": [{"piece": 1, "carrier": "yamato", "number": new}]})
    told = bench.look(10)
    assert told["kind"] == "label-changed"
    bench.scan(old, "dead-waybill")
    assert bench.scan(new, "ready")["parcel"] == verdict["parcel"]


def test_lines_that_change_in_the_middle_need_a_leader(scene, bench):
    s = scene.make("S-LINES", item("1", SHIRT, 2))
    bench.scan(s["shipment"], "opened")
    bench.item(s["lines"][0])
    s["lines"] = [{**s["lines"][0], "quantity": 3}]
    scene.push(s)
    assert bench.look(10)["kind"] == "changed"
    bench.scan(SHIRT, "changed")
    bench.scan("OKURU-P-P023", "leader-needed", "changed")
    bench.scan("OKURU-P-L002", "resumed")
    assert bench.item(s["lines"][0])["kind"] == "ok"
    bench.match(bench.item(s["lines"][0]))
    cleared = scene.facts("alarm.cleared")[-1]
    assert (cleared["reason"], cleared["leader"]) == ("changed", "p-002")


def test_after_ready_a_cancel_is_a_pull_task_and_the_bay_cannot_close_over_it(scene, bench):
    s, stays = scene.make("S-PULL", item("1", SHIRT, 1)), scene.make("S-STAYS", item("1", SHIRT, 1))
    parcel, left = scene.ready(bench, s), scene.ready(bench, stays)
    cancel(scene, s)
    pulls = wait_for("the pull task", lambda: scene.rows("parcels", "--pull"))
    assert [(p["parcel"], p["bay"]) for p in pulls] == [(parcel, "y1")]
    assert scene.number(s)[-4:] in scene.okuru("parcels", "--pull")
    n = len(scene.rig.query("station/ledger.db", "SELECT id FROM parcel WHERE bay = 'y1' AND state = 'ready'"))
    refused = scene.rig.ask_station({"verb": "bay-close", "bay": "y1", "counted": n})
    assert [v["kind"] for v in refused["verdicts"]] != ["bay-closed"]
    bench.scan("OKURU-C-BAY-CLOSE-Y1", "bay-cannot-close")
    bench.scan("OKURU-C-PULL", "gesture")
    bench.scan(scene.number(s), "pulled")
    assert scene.rows("parcels", "--pull") == []
    bench.scan(scene.number(s), "cancelled")
    bench.scan("OKURU-C-RETURN", "voided")
    assert left in {row["parcel"] for row in scene.rows("parcels", "--ready")}


def test_okuru_closes_a_bay_only_by_its_count(scene, bench):
    s = scene.make("S-BAY", item("1", SHIRT, 1))
    parcel = scene.ready(bench, s)
    n = len([row for row in scene.rows("parcels", "--ready") if row["bay"] == "y1"])
    with pytest.raises(RigError, match="exit 1"):
        scene.okuru("bay", "close", "y1", "--counted", str(n + 1))
    assert scene.count("bay.closed") == 0, "a count that differs needs a leader"
    scene.okuru("bay", "close", "y1", "--counted", str(n))
    closed = scene.facts("bay.closed")[-1]
    assert (closed["subject"], closed["expected"], closed["counted"]) == ("y1", n, n) and closed["actor"].startswith("uid:")
    assert [f["how"] for f in scene.facts("parcel.shipped") if f["subject"] == parcel] == ["bay-closed"]
    wait_for("the mail", lambda: [m for m in map(read_mail, scene.rig.mails()) if s["contact"]["contact"]["email"] in str(m["To"])])


def test_a_parcel_that_has_left_meets_a_cancel_as_a_conflict(scene, bench):
    s = scene.make("S-LATE", item("1", SHIRT, 1), carrier="japanpost")
    parcel = scene.ready(bench, s)
    cancel(scene, s)
    conflict = wait_for("the conflict at the OMS", lambda: [e for e in events(scene.rig) if e["type"] == "conflict.found" and e["data"].get("shipment") == s["shipment"]
                                                            or e["type"] == "conflict.found" and e["subject"] == s["shipment"]])
    assert conflict[0]["data"].get("parcel") == parcel


# ---- waybills ----


def test_a_swapped_label_names_its_order_and_never_goes_green(scene, bench):
    s, foreign = scene.make("S-SWAP", item("1", SHIRT, 1)), scene.make("S-FOREIGN", item("1", SHIRT, 1))
    verdict = scene.pack(bench, s)
    said = bench.scan(scene.number(foreign), "foreign-waybill")
    assert "注文…EIGN" in said["sub"]["ja"]
    bench.scan(scene.number(s), "foreign-waybill")
    bench.scan("OKURU-P-L002", "resumed", "packed")
    bench.match(verdict)
    assert scene.count("parcel.ready", verdict["parcel"]) == 1


def test_block_numbers_are_taken_in_rising_order_and_never_twice(scene, bench):
    first = 44499000000
    scene.rig.oms("block", scene.write("block.json", json.dumps({"merchant": "aozora", "carrier": "yamato", "block": "b-1",
                                                                 "from": goods.waybill(first), "to": goods.waybill(first + 9)})), "--station", "dc1/pack-01")
    wait_for("the block", lambda: scene.count("label.given") and scene.rig.query("station/ledger.db", "SELECT 1 FROM block"))
    numbers = []
    for i in range(2):
        s = scene.shipment(f"S-BLOCK-{i}", item("1", SHIRT, 1), waybill="block")
        del s["labels"]
        scene.push(s)
        verdict = scene.pack(bench, s)
        numbers.append(bench.take_label(verdict["parcel"])["number"])
        bench.scan(numbers[-1], "ready")
    assert numbers == [goods.waybill(first), goods.waybill(first + 1)]


def test_a_hand_written_number_needs_a_leader(scene, bench):
    s = scene.shipment("S-READ", item("1", SHIRT, 1), waybill="read")
    del s["labels"]
    scene.push(s)
    verdict = scene.pack(bench, s)
    number = goods.waybill(44499500000)
    bench.scan(number[:-1] + str((int(number[-1]) + 1) % 7), "unknown-code")
    bench.scan(number, "leader-needed")
    bench.scan("OKURU-P-P023", "leader-needed")
    bench.scan("OKURU-P-L002", "ready")
    ready = [f for f in scene.facts("parcel.ready") if f["subject"] == verdict["parcel"]]
    assert [(f["number"], f["matched"], f["leader"]) for f in ready] == [(number, "read", "p-002")]


# ---- what nobody has announced ----


def test_a_box_that_nobody_announced_is_packed_by_policy_and_meets_its_shipment(scene, bench):
    bench.scan("TOTE-NOBODY", "unknown-code")
    scene.push_policy(unknown_shipment="accept")
    try:
        bench.scan("TOTE-NOBODY", "opened")
        bench.scan(SHIRT, "ok")
        verdict = bench.scan("OKURU-C-OK", "packed")
        number = goods.waybill(44499600000)
        bench.scan(number, "leader-needed")
        bench.scan("OKURU-P-L002", "ready")
        s = scene.shipment("S-UNVERIFIED", item("1", SHIRT, 1), merchant="midori", open_codes=["S-UNVERIFIED", "TOTE-NOBODY"])
        s["labels"][0]["number"] = number
        scene.push(s)
        reconciled = wait_for("the meeting", lambda: [f for f in scene.facts("parcel.reconciled") if f["subject"] == verdict["parcel"]])
        assert (reconciled[0]["shipment"], reconciled[0]["agrees"], reconciled[0]["contents"]) == ("S-UNVERIFIED", True, [{"line": "1", "quantity": 1}])
        assert not [f for f in scene.facts("conflict.found") if f["subject"] == "S-UNVERIFIED"]
        bench.scan("TOTE-NOBODY", "already", "opened", "shipped")
    finally:
        scene.push_policy()
        assert not scene.shown(0)["parcel"]


# ---- undone ----


def test_a_box_is_reopened_until_it_is_shipped(scene, bench):
    s = scene.make("S-REOPEN", item("1", SHIRT, 1), carrier="sagawa")
    parcel = scene.ready(bench, s)
    bench.scan("OKURU-C-REOPEN", "gesture")
    bench.scan(scene.number(s), "reopened")
    assert [f["reason"] for f in scene.facts("parcel.pulled") if f["subject"] == parcel] == ["reopened"]
    verdict = bench.scan("OKURU-C-OK", "packed")
    bench.scan(scene.number(s), "ready")
    bench.scan("OKURU-C-SHIP-S1", "collection")
    bench.scan(scene.number(s), "shipped")
    bench.scan(scene.number(s), "already")
    bench.scan("OKURU-C-OK", "idle")
    bench.scan("OKURU-C-REOPEN", "gesture")
    bench.scan(scene.number(s), "already")
    bench.scan("OKURU-C-UNDO", "undone")
    assert verdict["parcel"] == parcel
    reopened = [f for f in scene.facts("parcel.reopened") if f["subject"] == parcel]
    assert [(f["from"], f["actor"]) for f in reopened] == [("ready", "p-017")]


def test_a_shipped_parcel_that_is_voided_is_not_told_to_the_customer(scene, bench):
    s = scene.make("S-VOID", item("1", SHIRT, 1), merchant="midori", carrier="sagawa")
    parcel = scene.ready(bench, s)
    bench.scan("OKURU-C-SHIP-S1", "collection")
    bench.scan(scene.number(s), "shipped")
    bench.scan("OKURU-C-OK", "idle")
    assert scene.count("notice.reserved", s["shipment"]) == 1
    bench.scan("OKURU-C-VOID", "gesture")
    bench.scan(scene.number(s), "leader-needed")
    bench.scan("OKURU-P-P023", "leader-needed")
    bench.scan("OKURU-P-L002", "voided")
    assert [f["leader"] for f in scene.facts("parcel.voided") if f["subject"] == parcel] == ["p-002"]
    rows = [row for row in scene.rows("notices", "--all") if row["shipment"] == s["shipment"]]
    assert [row["state"] for row in rows] in (["reserved"], ["cancelled"])


# ---- people and time ----


def test_a_switch_of_people_leaves_the_box_where_it_is(scene, bench):
    s = scene.make("S-SWITCH", item("1", SHIRT, 2))
    bench.scan(s["shipment"], "opened")
    bench.item(s["lines"][0])
    bench.scan("OKURU-P-P023", "signed-in")
    verdict = bench.item(s["lines"][0])
    bench.match(verdict)
    actors = [f["actor"] for f in scene.facts("item.verified") if f["shipment"] == s["shipment"]]
    assert actors == ["p-017", "p-023"]
    bench.scan("OKURU-C-SIGN-OUT", "signed-out")
    bench.scan(s["shipment"], "locked")
    bench.sign_in("P017")


# ---- at the end of all ----


def test_at_the_end_the_derived_tables_are_what_the_facts_say(scene):
    scene.assert_rebuilt_equal()


def test_at_the_end_the_logs_hold_no_name_no_address_and_no_error(scene):
    assert scene.names
    scene.assert_logs_name_nobody()
    scene.assert_logs_are_calm()
