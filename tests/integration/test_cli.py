# SPDX-License-Identifier: Apache-2.0
"""okuru on a ledger that was written without a bench: what people and programs are told, and what a hostile name may do."""
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
from waiting import listens, wait_for  # noqa: E402

PARCEL = "018f0000-0000-7000-8000-00000000000{}"
NUMBER = ["444413758703", "444413758714", "444413758725"]
# What a name from outside may hold: colours, a cleared screen, a title, C1's one-character CSI, text turned around, a new line.
HOSTILE = "靴下\x1b[31m\x1b[2J\x1b]0;x\x07\u009b31m\u202e\nDROP"
HARMFUL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class Station:
    """A folder with a station's files, and okuru asked about it."""

    def __init__(self, build: Path, folder: Path):
        self.build, self.folder = build, folder
        self.data = folder / "station"
        self.data.mkdir(mode=0o750)
        self.config = folder / "station.yaml"
        (folder / "board.yaml").write_text("board: demo\nbenches:\n  - name: b1\n    light: {console: none}\n")
        self.config.write_text(
            f"realm: test\nsite: dc1\nstation: st1\nfolder: {self.data}\nsocket: {folder}/station.sock\n"
            f"board: {folder}/board.yaml\nseal:\n  public: {folder}/seal.public\n  secret: {folder}/seal.secret\n")

    def okuru(self, *words: str, code: int = 0) -> str:
        env = {**os.environ, "OKURU_CONFIG": str(self.config), "TZ": "Asia/Tokyo"}
        done = subprocess.run([self.build / "bin" / "okuru", *words], capture_output=True, text=True, timeout=60, env=env)
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        self.stderr = done.stderr
        return done.stdout

    def json(self, *words: str, code: int = 0) -> list:
        return [json.loads(line) for line in self.okuru(*words, "--json", code=code).splitlines()]

    def write(self, facts: list[dict]) -> None:
        text = "".join(json.dumps(fact) + "\n" for fact in facts)
        done = subprocess.run([self.build / "tests" / "ledger-tool", "--folder", self.data, "--realm", "test"],
                              input=text, capture_output=True, text=True, timeout=60, check=True)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(answers) == len(facts) and all("pos" in answer for answer in answers), answers


def shipment(name: str, merchant: str = "acme", **more) -> dict:
    data = {"v": 1, "merchant": merchant, "shipment": name, "version": 1, "orders": ["A-1", "A-2"],
            "open_codes": [name, f"TOTE-{name}"],
            "lines": [{"line": "1", "order": "A-1", "name": {"ja": more.pop("item", "靴下 黒"), "en": "Socks"}, "quantity": 2,
                       "codes": [{"code": "4901234567894", "units": 1}]}],
            "inserts": [], "carrier": "yamato", "pieces": 1, "waybill": "given", "bay": "y1", **more}
    return {"type": "shipment.received", "merchant": merchant, "subject": name, "data": data}


def at_parcel(type_: str, parcel: str, name: str, **data) -> dict:
    return {"type": type_, "merchant": "acme", "subject": parcel, "bench": "b1", "actor": "p-7",
            "data": {"v": 1, "shipment": name, "orders": ["A-1"], "piece": 1, "pieces": 1, **data}}


def opened(parcel: str, name: str) -> dict:
    return at_parcel("parcel.opened", parcel, name, version=1, code=name)


def made_ready(parcel: str, name: str, number: str) -> list[dict]:
    return [
        opened(parcel, name),
        {"type": "item.verified", "merchant": "acme", "subject": parcel, "bench": "b1", "actor": "p-7",
         "data": {"v": 1, "shipment": name, "line": "1", "quantity": 2, "units": 1, "how": "scanned"}},
        at_parcel("parcel.packed", parcel, name, version=1, contents=[{"line": "1", "quantity": 2}]),
        at_parcel("waybill.printed", parcel, name, carrier="yamato", number=number, source="given", print=1),
        at_parcel("parcel.ready", parcel, name, carrier="yamato", number=number, matched="given", bay="y1"),
    ]


@pytest.fixture
def station(build: Path, tmp_path: Path) -> Station:
    return Station(build, tmp_path)


@pytest.fixture
def floor(station: Station) -> Station:
    """S-1 open, S-2 parked, S-3 ready in y1 with its notice reserved, S-4 new."""
    one, two, three = (PARCEL.format(i) for i in (1, 2, 3))
    station.write([
        {"type": "bay.scheduled", "merchant": "", "subject": "y1", "data": {
            "v": 1, "version": 1, "bay": "y1", "carrier": "yamato", "temperature": "ambient",
            "collections": ["14:30", "17:00"], "grace_min": 30}},
        shipment("S-1"), shipment("S-2"), shipment("S-3"), shipment("S-4"), shipment("S-4", merchant="bolt"),
        opened(one, "S-1"), opened(two, "S-2"),
        at_parcel("parcel.parked", two, "S-2", reason="short", shelf="h-3", version=1),
        *made_ready(three, "S-3", NUMBER[0]),
        {"type": "notice.reserved", "merchant": "acme", "subject": "S-3", "data": {
            "v": 1, "notice": PARCEL.format(9), "kind": "shipped", "generation": 0, "owner": "station",
            "not_before": "2026-11-21T14:32:03.000+09:00", "expires": "2026-11-24T14:02:03.000+09:00"}},
    ])
    return station


@pytest.fixture
def running(station: Station):
    station.okuru("keys", "make", "--public", f"{station.folder}/seal.public", "--secret", f"{station.folder}/seal.secret")
    process = subprocess.Popen([station.build / "bin" / "okuru-station", "--config", station.config])
    try:
        wait_for("the station's socket", lambda: process.poll() is not None or listens(station.folder / "station.sock"))
        assert process.poll() is None
        yield station
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


# ---- what people ask ----

def test_parcels_say_where_they_are_and_since_when(floor):
    rows = {row["shipment"]: row for row in floor.json("parcels")}
    assert {name: row["state"] for name, row in rows.items()} == {"S-1": "open", "S-2": "parked", "S-3": "ready"}
    assert rows["S-2"]["shelf"] == "h-3" and rows["S-2"]["reason"] == "short"
    assert rows["S-3"]["bay"] == "y1" and rows["S-3"]["number"] == NUMBER[0]
    assert all(row["since"].startswith("20") for row in rows.values())
    for where, name in (("--open", "S-1"), ("--parked", "S-2"), ("--ready", "S-3")):
        assert [row["shipment"] for row in floor.json("parcels", where)] == [name]
    assert floor.json("parcels", "--pull") == [] and floor.okuru("parcels", "--pull") == "none\n"
    assert "h-3" in floor.okuru("parcels", "--parked")


def test_a_table_keeps_its_columns_under_wide_characters(floor):
    lines = floor.okuru("shipment", "acme", "S-3").splitlines()
    head = next(line for line in lines if line.startswith("PIECE"))
    row = lines[lines.index(head) + 1]
    assert row[head.index("STATE"):].startswith("ready") and row[head.index("NUMBER"):].startswith(NUMBER[0])


def test_a_shipment_is_found_by_its_id_and_by_its_codes(floor):
    for code in ("S-3", "TOTE-S-3", NUMBER[0], f"{NUMBER[0][:4]}-{NUMBER[0][4:8]}-{NUMBER[0][8:]}"):
        (told,) = floor.json("shipment", code)
        assert told["shipment"] == "S-3" and told["orders"] == ["A-1", "A-2"]
    assert told["lines"] == [{"line": "1", "quantity": 2, "done": 2, "name_ja": "靴下 黒", "name_en": "Socks"}]
    assert told["parcels"][0]["state"] == "ready" and told["notices"][0]["state"] == "reserved"


def test_two_merchants_with_one_name_are_both_told(floor):
    assert sorted(told["merchant"] for told in floor.json("shipment", "S-4")) == ["acme", "bolt"]
    assert [told["merchant"] for told in floor.json("shipment", "bolt", "S-4")] == ["bolt"]


def test_a_parcel_tells_its_history(floor):
    for code in (PARCEL.format(3), NUMBER[0]):
        (told,) = floor.json("parcel", code)
        assert [fact["type"] for fact in told["history"]] == [
            "parcel.opened", "item.verified", "parcel.packed", "waybill.printed", "parcel.ready"]
        assert told["dead"] is False and told["bay"] == "y1"
    assert "piece 1/1" in floor.okuru("parcel", NUMBER[0])


def test_notices_and_bays_say_what_waits(floor):
    assert [(row["shipment"], row["state"]) for row in floor.json("notices")] == [("S-3", "reserved")]
    assert floor.json("notices")[0]["not_before"] == "2026-11-21T05:32:03.000+00:00"
    assert "2026-11-21 14:32:03" in floor.okuru("notices")  # on the clock of the person
    assert floor.json("bays") == [{"bay": "y1", "ready": 1, "pull": 0, "carrier": "yamato", "collections": ["14:30", "17:00"]}]


def test_facts_come_by_position_and_are_narrowed(floor):
    facts = floor.json("facts")
    assert [fact["pos"] for fact in facts] == list(range(1, len(facts) + 1))
    assert {fact["lane"] for fact in floor.json("facts", "--lane", "intake")} == {"intake"}
    assert {fact["type"] for fact in floor.json("facts", "--type", "parcel.*")} == {
        "parcel.opened", "parcel.parked", "parcel.packed", "parcel.ready"}
    assert [fact["pos"] for fact in floor.json("facts", "--from", "5")] == list(range(5, len(facts) + 1))
    assert len(floor.okuru("facts").splitlines()) == len(facts)
    scheduled = floor.okuru("facts", "--type", "bay.scheduled")
    assert 'collections=["14:30","17:00"]' in scheduled
    floor.write([shipment("S-9", item="靴下" * 60)])
    assert " lines=[1 …] " in floor.okuru("facts", "--type", "shipment.received").splitlines()[-1]  # --json has it whole


def test_facts_follow_what_is_still_to_happen(floor):
    before = len(floor.json("facts"))
    process = subprocess.Popen([floor.build / "bin" / "okuru", "--config", floor.config, "facts", "--follow", "--json"],
                               stdout=subprocess.PIPE, text=True)
    try:
        last = [json.loads(process.stdout.readline())["pos"] for _ in range(10)][-1]
        assert last == before
        floor.write([shipment("S-5")])
        told = json.loads(process.stdout.readline())
        assert (told["pos"], told["subject"]) == (before + 1, "S-5")
    finally:
        process.kill()
        process.wait()


def test_a_rebuild_finds_the_tables_equal_and_a_changed_row_out(floor):
    (told,) = floor.json("rebuild", "--check")
    assert told["ok"] and told["facts"] == len(floor.json("facts")) and told["rows"] > 10
    with sqlite3.connect(floor.data / "ledger.db") as db:
        db.execute("UPDATE parcel SET bay = 'y2' WHERE state = 'ready'")
    db.close()
    floor.write([])  # a writer of ours again: readers do not open a file that another left behind
    assert floor.json("rebuild", "--check", code=1)[0]["differences"] == 1
    assert "bay is 'y2'" in floor.stderr


# ---- what nobody has ----

@pytest.mark.parametrize("words", [("parcel", "nothing"), ("parcel", PARCEL.format(8)), ("shipment", "S-99"),
                                   ("shipment", "nobody", "S-1"), ("shipment", "'; DROP TABLE fact; --")])
def test_an_unknown_id_is_said_and_fails(floor, words):
    assert floor.okuru(*words, code=1) == "" and words[-1] in floor.stderr
    assert floor.json(*words, code=1) == []


@pytest.mark.parametrize("words", [(), ("nonsense",), ("keys",), ("scan", "x"), ("facts", "--from", "x"), ("facts", "--lane", "x"),
                                   ("parcel",), ("status", "--follow"), ("status", "more"), ("--nonsense",), ("rebuild",),
                                   ("bay", "close", "y1", "--counted", "many")])
def test_a_wrong_call_is_told_apart_from_a_failure(floor, words):
    assert floor.okuru(*words, code=2) == "" and floor.stderr


def test_without_a_ledger_every_verb_says_so(station):
    for words in (("parcels",), ("facts",), ("notices",), ("bays",), ("shipment", "S-1"), ("rebuild", "--check")):
        station.okuru(*words, code=1)
        assert "no ledger is there yet" in station.stderr


@pytest.mark.parametrize("text, place", [("realm: [", "station.yaml:"), ("realm: test\n", "site: is missing"),
                                         ("realm: Test\nsite: a\nstation: b\n", "realm"), ("- 1\n", "station.yaml:")])
def test_a_config_that_is_none_is_refused_with_its_place(station, text, place):
    station.config.write_text(text)
    station.okuru("parcels", code=1)
    assert place in station.stderr


def test_every_verb_has_help(station):
    listing = station.okuru("--help")
    verbs = re.findall(r"^  okuru ((?:[a-z]+)(?: (?:make|pin|close|check|watch|record|replay))?)", listing, re.MULTILINE)
    assert len(verbs) >= 11
    for verb in verbs:
        assert f"okuru {verb}" in station.okuru(*verb.split(), "--help")


# ---- what hostile texts do ----

def test_a_hostile_name_reaches_no_terminal(station):
    plain = "".join(c for c in HOSTILE if c != "\n")
    station.write([
        shipment("S-1"), opened(PARCEL.format(1), "S-1"),
        {"type": "conflict.found", "merchant": "acme", "subject": "S-1", "bench": "b1",
         "data": {"v": 1, "kind": "fact-refused", "text": HOSTILE}},
        {"type": "parcel.parked", "merchant": "acme", "subject": PARCEL.format(1), "bench": "b1", "actor": "x\x1b[31m",
         "data": {"v": 1, "shipment": "S-1", "orders": [], "piece": 1, "pieces": 1, "reason": "short", "version": 1,
                  "shelf": "h\x1b[2J"}},
    ])
    for words in (("facts",), ("parcels",), ("shipment", "S-1"), ("parcel", PARCEL.format(1)), ("status",), ("bays",)):
        code = 1 if words[0] == "status" else 0
        assert not HARMFUL.search(station.okuru(*words, code=code)), words
        assert not HARMFUL.search(station.okuru(*words, "--json", code=code)), words
    assert "\\x1b[31m" in station.okuru("facts") and "\\xc2\\x9b31m" in station.okuru("facts")
    (told,) = station.json("facts", "--type", "conflict.found")
    assert told["data"]["text"] == HOSTILE and plain  # a program still gets the very text
    station.okuru("parcel", HOSTILE, code=1)
    assert not HARMFUL.search(station.stderr)


# ---- what a station answers ----

def test_keys_are_made_once_and_never_replaced(station):
    public, secret = station.folder / "k.public", station.folder / "k.secret"
    words = ("keys", "make", "--public", str(public), "--secret", str(secret))
    station.okuru(*words)
    first = (public.read_text(), secret.read_text())
    assert secret.stat().st_mode & 0o777 == 0o400 and public.stat().st_mode & 0o777 == 0o644
    station.okuru(*words, code=1)
    public.unlink()
    station.okuru(*words, code=1)
    assert secret.read_text() == first[1] and not public.exists()


def test_a_pin_is_read_and_its_hash_is_what_the_office_takes(station):
    def make(text: str) -> subprocess.CompletedProcess:
        return subprocess.run([station.build / "bin" / "okuru", "people", "pin"], input=text, capture_output=True, text=True, timeout=60)

    done = make("4071\n")
    assert done.returncode == 0 and re.fullmatch(r"\$argon2id\$v=19\$m=65536,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}\n", done.stdout)
    assert "4071" not in done.stdout + done.stderr and make("4071").stdout != done.stdout
    for bad in ("1234\n", "", "12\n", "4071 \n", "4" * 100 + "\n"):
        refused = make(bad)
        assert refused.returncode == 1 and not refused.stdout and (bad.strip() not in refused.stderr or len(bad) < 4)


def test_a_pin_typed_at_a_terminal_is_not_echoed_and_asked_twice(station):
    for second, code in (("4071", 0), ("4072", 1)):
        master, slave = os.openpty()
        child = subprocess.Popen([station.build / "bin" / "okuru", "people", "pin"], stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for prompt, pin in (("PIN: ", "4071"), ("again: ", second)):
            assert child.stderr.read(len(prompt)) == prompt
            os.write(master, f"{pin}\n".encode())
            child.stderr.read(1)
        out, _ = child.communicate(timeout=60)
        os.set_blocking(master, False)
        try:
            echoed = os.read(master, 1000)
        except BlockingIOError:
            echoed = b""
        os.close(slave)
        os.close(master)
        assert child.returncode == code and out.startswith("$argon2id$") == (code == 0) and b"407" not in echoed


def test_status_says_that_nobody_answers_and_what_lies_there(floor):
    assert "NOT ANSWERING" in floor.okuru("status", code=1)
    (told,) = floor.json("status", code=1)
    assert told["ok"] is False and told["station"] == "st1" and told["counts"]["ready"] == 1 and told["counts"]["parked"] == 1


def test_a_running_station_is_asked(running):
    (told,) = running.json("status")
    assert told["ok"] and told["station"] == "st1" and told["storage"] == "fine"
    assert [bench["bench"] for bench in told["benches"]] == ["b1"]
    assert "READ SLIP" in running.okuru("status")


def test_status_tells_of_the_line_to_the_oms(running):
    write_sync(running, seal=f"{running.folder}/seal.public")
    (running.folder / "sync").mkdir(mode=0o750)
    running.config.write_text(running.config.read_text() + f"inbox: {running.folder}/sync/inbox.db\n")
    assert "okuru-sync has not run here" in running.okuru("status")
    process = subprocess.Popen([running.build / "bin" / "okuru-sync", "--config", running.folder / "sync.yaml"], stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 20
        while not (line := {word["name"]: word["value"] for word in running.json("status")[0]["line"]}) and time.monotonic() < until:
            time.sleep(0.05)
        assert "broker" in line and line["broker"] != "up"  # nobody listens on that port
        assert re.search(r"^broker +\S+ +\d{4}-\d\d-\d\d \d\d:", running.okuru("status"), re.MULTILINE)
        assert "DOES NOT RUN" not in running.okuru("status") and running.json("status")[0]["sync_runs"]
        assert "okuru-sync does not run" not in running.okuru("doctor")
    finally:
        process.terminate()
        assert process.wait(20) == 0
    assert "okuru-sync DOES NOT RUN" in running.okuru("status") and not running.json("status")[0]["sync_runs"]
    assert "okuru-sync does not run" in running.okuru("doctor", code=1)  # whatever it last said of the line


def test_a_scan_is_answered_with_its_verdict(running):
    (told,) = running.json("scan", "--bench", "b1", "OKURU-C-OK")
    assert [verdict["bench"] for verdict in told["verdicts"]] == ["b1"]
    assert "NOT NOW" in running.okuru("scan", "--bench", "b1", "OKURU-C-OK")
    running.okuru("scan", "--bench", "b9", "OKURU-C-OK", code=1)
    assert "none of that name" in running.stderr
    running.okuru("scan", "--bench", "b1", "x" * 257, code=1)


def test_a_bay_is_closed_as_counted_or_not_at_all(station, request):
    station.write([{"type": "bay.scheduled", "merchant": "", "subject": "y1", "data": {"v": 1, "version": 1, "bay": "y1", "carrier": "yamato"}}])
    running = request.getfixturevalue("running")
    assert "nothing waits in bay y2" in running.okuru("bay", "close", "y2", "--counted", "0", code=1)  # by the reason, not by what came of the OK
    assert "BAY CLOSED" in running.okuru("bay", "close", "y1", "--counted", "0")
    assert running.json("facts", "--type", "bay.closed")[0]["subject"] == "y1"
    running.okuru("bay", "close", "y1", "--counted", "3", code=1)  # three were counted, none is expected
    assert len(running.json("facts", "--type", "bay.closed")) == 1
    assert "BAY CLOSED" in running.okuru("bay", "close", "y1", "--counted", "0")


def test_version_is_the_projects(build):
    done = subprocess.run([build / "bin" / "okuru", "--version"], capture_output=True, text=True, check=True)
    assert re.fullmatch(r"okuru \d+\.\d+\.\d+\n", done.stdout)


# ---- how the box is ----

def write_sync(at: Station, /, **changed: str) -> None:
    values = {"realm": "test", "site": "dc1", "station": "st1", "folder": f"{at.folder}/sync",
              "ledger": f"{at.data}/ledger.db", "socket": f"{at.folder}/station.sock",
              "seal": f"{at.folder}/seal.public", **changed}
    text = "".join(f"{key}: {value}\n" for key, value in values.items())
    (at.folder / "sync.yaml").write_text(text + "mqtt:\n  host: 127.0.0.1\n  port: 9\n")


def test_config_check_asks_each_program_about_its_file(station):
    station.okuru("config", "check")
    write_sync(station)
    station.config.write_text(station.config.read_text() + f"inbox: {station.folder}/sync/inbox.db\n")
    (told,) = station.json("config", "check")
    assert told["ok"] and [(f["what"], f["state"]) for f in told["findings"]] == [
        ("station", "ok"), ("sync", "ok"), ("notify", "note"), ("together", "ok")]
    station.okuru("config", "check", str(station.folder))
    (station.folder / "board.yaml").write_text("board: demo\nbenches:\n  - name: b1\n    lihgt: {console: none}\n")
    text = station.okuru("config", "check", code=1)
    assert "board.yaml:4" in text and "lihgt" in text and "light" in text


@pytest.mark.parametrize("key, value", [("realm", "production"), ("site", "dc2"), ("station", "st2"), ("ledger", "/elsewhere/ledger.db"),
                                        ("socket", "/elsewhere/station.sock"), ("seal", "/elsewhere/seal.public"), ("folder", "/elsewhere")])
def test_config_check_finds_two_files_that_speak_of_different_things(station, key, value):
    station.config.write_text(station.config.read_text() + f"inbox: {station.folder}/sync/inbox.db\n")
    write_sync(station, **{key: value})
    (told,) = station.json("config", "check", code=1)
    bad = [finding["text"] for finding in told["findings"] if finding["state"] == "BAD"]
    assert len(bad) == 1 and value in bad[0] and re.search(r"\.yaml:\d+: ", bad[0])


def test_config_check_finds_a_station_that_would_wait_for_ever(station):
    write_sync(station)
    assert "names no inbox" in station.okuru("config", "check", code=1)


def test_doctor_tells_of_a_box_without_naming_anybody(running):
    (told,) = running.json("doctor")
    found = {finding["what"]: finding for finding in told["findings"]}
    assert told["ok"] and {"system", "version", "clock", "disk", "fdatasync", "database", "station", "identity"} <= set(found)
    assert re.search(r"p50 \d+ us, p99 \d+ us", found["fdatasync"]["text"])
    assert found["database"]["text"].startswith(str(running.data / "ledger.db")) and "storage fine" in found["station"]["text"]
    assert not list(running.data.glob("*doctor*"))
    assert "fdatasync" in running.okuru("doctor")


def test_doctor_fails_when_nobody_answers(floor):
    (told,) = floor.json("doctor", code=1)
    assert [finding["what"] for finding in told["findings"] if finding["state"] == "BAD"] == ["station"]
