# SPDX-License-Identifier: Apache-2.0
"""A lorry has broken down and the line is down: a leader at the box tells the customers of all that was on it, each of them once."""
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from ledger import Ledger, notice_id  # noqa: E402
from notify import M, Notify, mails_in, storage  # noqa: E402
from rig import die_with_parent  # noqa: E402
from waiting import wait_for  # noqa: E402

# `okuru people pin` of 4071
PIN = "$argon2id$v=19$m=65536,t=2,p=1$osMm5V3Mboc24d2MtNMr9w$AC7NkiugCqxxPYUKcl4WUgotYTfxfR9aAHjUZYbQl7c"
PEOPLE = [{"person": "p-017", "badge": "P017", "role": "packer"}, {"person": "p-002", "badge": "L002", "role": "leader", "pin": PIN}]
ORDER = re.compile(r"A-S-\d{4}")
SOON = (datetime.now(timezone(timedelta(hours=9))) + timedelta(days=1)).isoformat(timespec="seconds")
SAID = ["--cause", "車両の故障のため", "--action", "別の便に積み替えます", "--next-by", SOON]


class Box:
    """A station and its command line, on a ledger that was written before: no line to any office."""

    def __init__(self, build: Path, folder: Path, ledger: Ledger):
        self.build, self.ledger, self.process = build, ledger, None
        self.socket, self.config, self.log = folder / "station.sock", folder / "station.yaml", folder / "station.log"
        self.disk = folder / "storage"  # what it says the station's storage does
        board = folder / "board.yaml"
        board.write_text(f"board: demo\nbenches:\n  - name: b1\n    scanners:\n      - {{name: hand-1, driver: serial, path: {folder}/none, suffix: cr}}\n")
        self.config.write_text(f"realm: test\nsite: tokyo\nstation: bench-1\nfolder: {ledger.folder}\nsocket: {self.socket}\nboard: {board}\n"
                               f"notices: {folder}/notices/notices.db\nseal:\n  public: {ledger.public}\n  secret: {ledger.secret}\n")
        for path in (board, self.config):
            path.chmod(0o640)

    def ask(self, **request) -> dict | None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
            s.settimeout(20)
            try:
                s.connect(str(self.socket))
            except OSError:
                return None
            s.sendall(json.dumps(request).encode() + b"\n")
            return json.loads(s.makefile("rb").readline())

    def start(self) -> None:
        with self.log.open("a") as log:
            self.process = subprocess.Popen([self.build / "bin/okuru-station", "--config", self.config], stderr=log, preexec_fn=die_with_parent,
                                            env=os.environ | storage(self.disk))
        wait_for("the station", lambda: self.process.poll() is None and self.ask(verb="status"))

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        self.process.terminate()
        assert self.process.wait(timeout=20) == 0, self.log.read_text()

    def command(self, *words, carrier: str = "yamato", said=SAID) -> list:
        return [self.build / "bin/okuru", "notices", "incident", "--carrier", carrier, *said, *words]

    def run(self, *words, typed: str = "", code: int = 0, **more) -> subprocess.CompletedProcess:
        done = subprocess.run(self.command(*words, **more), env=self.environment(), text=True, input=typed, capture_output=True, timeout=60)
        assert done.returncode == code, (done.stdout, done.stderr)
        return done

    def counts(self, *words, **more) -> dict:
        return json.loads(self.run(*words, "--json", **more).stdout)

    def environment(self) -> dict:
        return {**os.environ, "OKURU_CONFIG": str(self.config), "TZ": "Asia/Tokyo"}

    def reserved(self) -> list:
        """(subject, actor, data) of every notice that was promised."""
        with sqlite3.connect(f"file:{self.ledger.path}?mode=ro", uri=True) as db:
            rows = db.execute("SELECT subject, actor, data FROM fact WHERE type = 'notice.reserved' ORDER BY pos").fetchall()
        return [(subject, actor, json.loads(data)) for subject, actor, data in rows]


def on_the_way(ledger, n: int, who: str, owner: str = "station", bay: str = "y1", carrier: str = "yamato", **more) -> str:
    name = f"S-{n:04d}"
    ledger.shipment(M, name, carrier=carrier, notices={"shipped": "none", "incident": owner}, **more)
    ledger.contact(M, name, email=f"{who}@example.jp", kinds=("incident",))
    (ledger.ready if bay == "waits" else ledger.ship)(M, name, carrier=carrier, bay=bay)
    return name


@pytest.fixture
def box(build, tmp_path, ledger):
    """The ledger is written until the box starts."""
    ledger.fact("people.changed", "", "people", version=1, people=PEOPLE)
    box = Box(build, tmp_path, ledger)

    def start():
        ledger.close()
        box.start()
        return box
    yield start
    if box.process and box.process.poll() is None:
        box.stop()


@pytest.fixture
def notify(build, tmp_path, ledger, maildir):
    with Notify(build, tmp_path, ledger, f"maildir: {maildir}\n", gather="60s") as notify:
        yield notify
        notify.stop()


def fill(ledger) -> tuple:
    """30 of 8 customers with one carrier, 4 of them still waiting for it; 5 with another."""
    ours = {on_the_way(ledger, i, f"c{i % 8}", bay="waits" if i < 4 else "y1"): f"c{i % 8}" for i in range(30)}
    return ours, [on_the_way(ledger, 100 + i, f"c{i}", bay="s1", carrier="sagawa") for i in range(5)]


def test_each_customer_reads_one_mail_and_nobody_else_any(box, ledger, notify, maildir):
    ours, _ = fill(ledger)
    box = box()
    asked = box.run().stdout
    assert "30 shipments of 1 merchant would be told" in asked and "A-S-0000" in asked and "and 25 more" in asked and "nothing was done" in asked
    assert "example.jp" not in asked and "山田" not in asked and box.reserved() == []
    assert box.counts("--yes") == {"done": True, "shipments": 30, "merchants": 1, "reserved": 30, "asks": 0, "known": 0, "not_ours": 0, "over": 0}
    reserved = box.reserved()
    assert sorted(subject for subject, _, _ in reserved) == sorted(ours) and {actor for _, actor, _ in reserved} == {f"uid:{os.getuid()}"}
    assert {data["notice"] for _, _, data in reserved} == {notice_id(M, name, "incident") for name in ours}
    wait_for("all gathered", lambda: all(notify.state(notice_id(M, name, "incident"))[1] == "gathering" for name in ours))
    notify.pass_time(61)
    outcomes = wait_for("the outcomes", lambda: (lambda o: len(o) == 30 and o)(notify.outcomes()), 30)
    assert {t for t, _ in outcomes} == {"notice.accepted"}
    told = {m["To"].addresses[0].username: set(ORDER.findall(m.get_body(("plain",)).get_content())) for m in mails_in(maildir)}
    assert len(mails_in(maildir)) == 8 and told == {who: {f"A-{name}" for name, of in ours.items() if of == who} for who in set(ours.values())}
    # the same again tells nobody, other words are the next one
    assert "30 had been told this before" in box.run("--yes").stdout and len(box.reserved()) == 30
    again = box.counts("--yes", said=[*SAID[:3], "明日お届けします", *SAID[4:]])
    assert again["reserved"] == 30 and {data["generation"] for _, _, data in box.reserved()[30:]} == {1}


def test_where_and_when_it_left_says_whom_it_concerns(box, ledger):
    for i, (bay, carrier, more) in enumerate([("y1", "yamato", {}), ("y2", "yamato", {}), ("waits", "yamato", {}), ("y1", "sagawa", {}),
                                              ("y1", "yamato", {"owner": "oms"}), ("y1", "yamato", {"cancelled": True})]):
        on_the_way(ledger, i, f"c{i}", bay=bay, carrier=carrier, **more)
    left = datetime.now(timezone.utc)
    box = box()
    assert box.counts() == {"done": False, "shipments": 3, "merchants": 1, "known": 0, "not_ours": 1, "over": 1}
    assert box.counts("--bay", "y2")["shipments"] == 1 and box.counts("--until", left.isoformat())["shipments"] == 3
    assert "has taken nothing" in box.run("--since", left.isoformat(), code=1).stderr
    assert "has taken nothing" in box.run("--merchant", "other", "--yes", code=1).stderr
    assert "has taken nothing" in box.run(carrier="japanpost", code=1).stderr
    assert box.counts("--bay", "y1", "--yes") == {"done": True, "shipments": 1, "merchants": 1, "reserved": 1, "asks": 0, "known": 0, "not_ours": 1, "over": 1}
    assert [subject for subject, _, _ in box.reserved()] == ["S-0000"]


@pytest.mark.parametrize("words, said", [
    (["--since", "yesterday"], "--since: a time"), (["--until", "25:61"], "--until: a time"), (["--since", "2026-01-02", ], "--since: a time"),
    (["--since", "2026-01-02 10:00", "--until", "2026-01-02T09:59"], "--since: must be before"), (["--bay", "Y 1"], "--bay: not a name"),
    (["--merchant", "A/B"], "--merchant: not a name"), (["--cause", "x" * 501], "--cause:"), (["--action-en", "a\x07b"], "--action:"),
    (["--next-by", "soon"], "--next-by: a time"), (["--next-by", "2026-01-02T10:00:00+09:00"], "--next-by: has passed"),
])
def test_a_wrong_word_is_refused_by_its_name(build, tmp_path, ledger, words, said):
    done = Box(build, tmp_path, ledger).run(*words, code=2)
    assert said in done.stderr


def test_only_a_leader_may(box, ledger):
    names = [on_the_way(ledger, i, f"c{i}") for i in range(3)]
    box = box()
    for badge, typed, why in (("P017", "", "role: not for yours"), ("L002", "4072\n", "pin: wrong"), ("L002", "", "its PIN is wanted"), ("X999", "", "badge: not known")):
        assert why in box.run("--yes", "--badge", badge, typed=typed, code=1).stderr
    data = {"cause": "a", "action": "b", "next_by": SOON}
    packer = box.ask(verb="screen-enter", badge="P017")["session"]
    for session in (packer, "0" * 32, ""):
        assert not box.ask(verb="screen-incident", session=session, data=data, shipments=[[M, names[0]]])["ok"]
    assert box.reserved() == []
    assert box.counts("--yes", "--badge", "L002", typed="4071\n")["reserved"] == 3
    assert {actor for _, actor, _ in box.reserved()} == {"p-002"}


def test_what_is_no_such_request_is_refused_whole(box, ledger):
    name = on_the_way(ledger, 1, "c1")
    box = box()
    data = {"cause": "a", "action": "b", "next_by": SOON}
    for wrong, why in (({"data": {**data, "next_by": "soon"}}, "data.next_by"), ({"data": {}}, "data.cause"), ({"data": data, "shipments": []}, "shipments"),
                       ({"data": data, "shipments": [[M, name], [M]]}, "shipments"), ({"data": data, "shipments": [[M, name]] * 101}, "shipments")):
        answer = box.ask(verb="incident", **{"shipments": [[M, name]], **wrong})
        assert not answer["ok"] and answer["error"].startswith(why)
    assert box.reserved() == []
    answer = box.ask(verb="incident", data=data, shipments=[[M, name], [M, "S-nobody"], [M, name]])
    assert answer == {"ok": True, "reserved": 1, "asks": 0, "known": 1, "not_ours": 1, "over": 0}


def test_a_death_in_the_middle_loses_nobody_and_tells_nobody_twice(box, ledger):
    names = [on_the_way(ledger, i, f"c{i % 9}") for i in range(130)]
    box = box()
    asking = subprocess.Popen(box.command("--yes"), env=box.environment(), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for("the first of them", lambda: len(box.reserved()) > 0, step=0.001)
    box.kill()
    _, errors = asking.communicate(timeout=60)
    before = len(box.reserved())
    assert asking.returncode == 1 and "the same again tells the rest" in errors or before == len(names)
    box.start()
    counts = box.counts("--yes")
    assert (counts["reserved"], counts["known"]) == (len(names) - before, before)
    assert Counter(subject for subject, _, _ in box.reserved()) == Counter(names)
    assert "0 will be told" in box.run("--yes").stdout


def test_the_answer_waits_for_the_disk(box, ledger):
    names = [on_the_way(ledger, i, f"c{i}") for i in range(2)]
    box = box()
    data = {"cause": "a", "action": "b", "next_by": SOON}
    box.disk.write_text("800")
    began = time.monotonic()
    assert box.ask(verb="incident", data=data, shipments=[[M, names[0]]])["reserved"] == 1
    assert time.monotonic() - began > 0.7
    box.disk.write_text("0")


def test_a_disk_without_room_is_said_and_the_rest_is_told_later(box, ledger):
    names = [on_the_way(ledger, i, f"c{i}") for i in range(20)]
    box = box()
    box.disk.write_text("full")
    errors = box.run("--yes", code=1).stderr
    assert "storage: " in errors and "full" in errors and "0 of 20 are certain to be told; the same again tells the rest" in errors
    box.disk.write_text("")
    counts = wait_for("room", lambda: subprocess.run(box.command("--yes", "--json"), env=box.environment(), text=True, capture_output=True, timeout=60).stdout)
    assert json.loads(counts)["reserved"] + json.loads(counts)["known"] == 20
    assert Counter(subject for subject, _, _ in box.reserved()) == Counter(names)
