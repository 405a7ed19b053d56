# SPDX-License-Identifier: Apache-2.0
"""The way down for receiver.py, from the contract alone too: one stream of commands for each box, sent until it is taken.

A snapshot holds what was pushed; what became of parcels (`known`) is not drawn from facts here."""
import json
import time
import uuid
from datetime import datetime

from receiver import Receiver

WINDOW, AGAIN_SEC, AGAIN_MAX_SEC = 400, 5, 60
TABLES = """
CREATE TABLE IF NOT EXISTS wish (station TEXT, type TEXT, subject TEXT, merchant TEXT, data TEXT, PRIMARY KEY (station, type, subject, merchant));
CREATE TABLE IF NOT EXISTS stream (station TEXT, inbox TEXT, taken INTEGER, last INTEGER, current INTEGER, PRIMARY KEY (station, inbox));
CREATE TABLE IF NOT EXISTS command (station TEXT, inbox TEXT, sequence INTEGER, body TEXT, PRIMARY KEY (station, inbox, sequence));
"""


class Sender(Receiver):
    MORE = ("taken",)

    def __init__(self, *arguments, restored: bool = False, **more):
        super().__init__(*arguments, restored=restored, **more)
        self.sending = {}  # (station, inbox) -> sent up to, when again, wait after that
        self.inbox_of = {}  # station -> inbox of the box that is answered
        self.db.executescript(TABLES)
        if restored:
            self.db.executescript("DELETE FROM stream; DELETE FROM command;")

    def source_of(self, station: str) -> str:
        return f"urn:okuru:{self.realm}:oms:{self.receiver}:{station}"

    def refuse(self, station: str, source: str, sequence: int) -> None:
        self.add(station, "fact.refused", source.split(":")[5], "", {"v": 1, "source": source, "sequence": str(sequence), "reason": "unreadable"})

    def take_other(self, station: str, leaf: str, message: dict) -> None:
        if leaf == "taken":
            return self.take_taken(station, message)
        super().take_other(station, leaf, message)
        if "inbox" in message and self.booted.get(station, ("", ""))[1] == message["ledger"]:
            self.inbox_of[station] = message["inbox"]
            self.meet(station, message["inbox"])

    def meet(self, station: str, inbox: str) -> None:
        """Another box than before: its stream begins, or goes on where it was, with a snapshot."""
        if self.one("SELECT current FROM stream WHERE station = ? AND inbox = ?", station, inbox):
            return
        self.db.execute("UPDATE stream SET current = 0 WHERE station = ?", (station,))
        self.db.execute("INSERT INTO stream VALUES (?, ?, 0, 0, 1) ON CONFLICT DO UPDATE SET current = 1", (station, inbox))
        wishes = self.db.execute("SELECT type, subject, merchant, data FROM wish WHERE station = ? ORDER BY rowid", (station,)).fetchall()
        snapshot = {"v": 1, "snapshot": str(uuid.uuid4())}
        self.add(station, "snapshot.begin", "snapshot", "", snapshot)
        for kind, subject, merchant, data in wishes:
            self.add(station, kind, subject, merchant, json.loads(data))
        self.add(station, "snapshot.end", "snapshot", "", {**snapshot, "n": len(wishes)})

    def take_taken(self, station: str, taken: dict) -> None:
        inbox, upto = taken["inbox"], int(taken["upto"]) if taken.get("source") == self.source_of(station) else 0
        if self.inbox_of.get(station, inbox) != inbox:
            return  # another box under its name
        self.meet(station, inbox)
        if self.db.execute("UPDATE stream SET taken = ?1 WHERE station = ?2 AND inbox = ?3 AND taken < ?1 AND last >= ?1", (upto, station, inbox)).rowcount:
            sent = self.sending.get((station, inbox), [0])[0]
            self.sending[station, inbox] = [sent, time.monotonic() + AGAIN_SEC, AGAIN_SEC]
        else:
            self.sending.pop((station, inbox), None)  # it has just come, or something was lost: again from taken + 1

    def push(self, station: str, kind: str, subject: str, merchant: str, data: dict) -> None:
        """One command, from any thread. It is kept, and told to a box that comes later too."""
        self.work.put((self.wish, station.replace("/", ":"), kind, subject, merchant, data))

    def wish(self, station: str, kind: str, subject: str, merchant: str, data: dict) -> None:
        self.db.execute("INSERT OR REPLACE INTO wish VALUES (?, ?, ?, ?, ?)", (station, kind, subject, merchant, json.dumps(data)))
        self.add(station, kind, subject, merchant, data)

    def add(self, station: str, kind: str, subject: str, merchant: str, data: dict) -> None:
        rows = self.db.execute("UPDATE stream SET last = last + 1 WHERE station = ? AND current RETURNING inbox, last", (station,)).fetchall()
        for inbox, sequence in rows:  # none: the snapshot will hold it
            event = {"specversion": "1.0", "type": f"jp.okuru.{kind}", "id": str(uuid.uuid4()), "source": self.source_of(station),
                     "sequence": f"{sequence:020d}", "time": datetime.now().astimezone().isoformat(timespec="milliseconds"), "inbox": inbox,
                     "subject": subject, **({"merchant": merchant} if merchant else {}), "dataschema": f"urn:okuru:schema:{kind}:1", "data": data}
            self.db.execute("INSERT INTO command VALUES (?, ?, ?, ?)", (station, inbox, sequence, json.dumps(event, ensure_ascii=False)))

    def say(self) -> None:
        super().say()
        for station, inbox, taken in self.db.execute("SELECT station, inbox, taken FROM stream WHERE current AND taken < last").fetchall():
            sent, again_at, wait = self.sending.get((station, inbox), [0, 0, AGAIN_SEC])
            if time.monotonic() >= again_at:
                sent, again_at, wait = taken, time.monotonic() + wait, min(2 * wait, AGAIN_MAX_SEC)
            for sequence, body in self.db.execute("SELECT sequence, body FROM command WHERE station = ? AND inbox = ? AND sequence BETWEEN ? AND ?",
                                                  (station, inbox, max(sent, taken) + 1, taken + WINDOW)).fetchall():
                self.publish(station, "down", body)
                sent = sequence
            self.sending[station, inbox] = [sent, again_at, wait]
