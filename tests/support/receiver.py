# SPDX-License-Identifier: Apache-2.0
"""A second receiver, written from services/sync/contract alone: the least that an OMS team needs, in paho-mqtt and SQLite.

It keeps every fact at its place, says how far it is, and notices gaps and forks. sender.py adds the way down."""
import json
import queue
import re
import sqlite3
import time
import uuid
from contextlib import suppress
from datetime import datetime

import paho.mqtt.client as mqtt

CREDIT, GAP_SEC, LIVE_SEC = 200, 1, 180
SOURCE = re.compile(r"urn:okuru:([a-z0-9-]{1,32}):([a-z0-9-]{1,32}:[a-z0-9-]{1,32}):[0-9a-f]{32}:(fact|trace)")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TABLES = """
CREATE TABLE IF NOT EXISTS me (receiver TEXT);
CREATE TABLE IF NOT EXISTS source (name TEXT PRIMARY KEY, upto INTEGER);
CREATE TABLE IF NOT EXISTS event (source TEXT, sequence INTEGER, id TEXT, station TEXT, retold INTEGER, body TEXT, PRIMARY KEY (source, sequence));
CREATE INDEX IF NOT EXISTS event_id ON event (station, id);
CREATE TABLE IF NOT EXISTS aside (source TEXT, sequence INTEGER, id TEXT, why TEXT, body BLOB, PRIMARY KEY (source, sequence, id, why));
CREATE TABLE IF NOT EXISTS gap (source TEXT, first INTEGER, last INTEGER, PRIMARY KEY (source, first, last));
"""


def read_fact(payload: bytes):
    """(source, sequence, event or None): the place of a broken one is looked for in the bytes. ValueError: it has none."""
    try:
        event = json.loads(payload.decode())
        source, sequence = event["source"], event["sequence"]
        if not (UUID.fullmatch(event["id"]) and event["type"].startswith("jp.okuru.") and isinstance(event["data"], dict)):
            event = None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        found = [re.search(rb'"%s"\s*:\s*"([^"]*)"' % key, payload) for key in (b"source", b"sequence")]
        if not all(found):
            raise ValueError("no place") from None
        source, sequence, event = found[0][1].decode("ascii", "replace"), found[1][1].decode("ascii", "replace"), None
    if not re.fullmatch(r"(?!0{20})[0-9]{20}", str(sequence)):
        raise ValueError("no sequence")
    return source, int(sequence), event


class Receiver:
    MORE: tuple = ()  # further topics, for who builds on this

    def __init__(self, database, realm: str, host: str, port: int, tls=None, restored: bool = False):
        """@tls: paths of CA, certificate and key. @restored: the database is an older copy, and the stations must hear of it."""
        self.realm, self.work, self.stopping, self.ignored = realm, queue.Queue(), False, 0
        self.due, self.gap_said, self.booted = {}, {}, {}
        self.db = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
        self.db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;" + TABLES)
        if restored:
            self.db.execute("DELETE FROM me")
        if not self.one("SELECT receiver FROM me"):
            self.db.execute("INSERT INTO me VALUES (?)", (uuid.uuid4().hex,))
        self.receiver = self.one("SELECT receiver FROM me")
        self.client = mqtt.Client(client_id=f"receiver-{self.receiver[:8]}", protocol=mqtt.MQTTv311)
        if tls:
            self.client.tls_set(*map(str, tls))
        topics = [(f"okuru/v1/{realm}/+/+/{leaf}", 1) for leaf in ("up/fact", "up/trace", "status", *self.MORE)]
        self.client.reconnect_delay_set(1, 10)
        self.client.on_connect = lambda client, *_: client.subscribe(topics)
        self.client.on_message = lambda _client, _userdata, m: self.work.put((self.take, m.topic, m.payload))
        self.client.connect_async(host, port, keepalive=15)

    def one(self, sql: str, *values):
        row = self.db.execute(sql, values).fetchone()
        return row[0] if row else None

    def run(self) -> None:
        """A batch, one transaction, and only then what follows from it is said."""
        self.client.loop_start()
        while not self.stopping:
            jobs = []
            try:
                jobs.append(self.work.get(timeout=0.1))
                while len(jobs) < 200:
                    jobs.append(self.work.get_nowait())
            except queue.Empty:
                pass
            self.db.execute("BEGIN IMMEDIATE")
            for act, *arguments in jobs:
                act(*arguments)
            self.db.execute("COMMIT")
            if self.client.is_connected():
                self.say()
        self.client.disconnect()
        self.client.loop_stop()
        self.db.close()

    def take(self, topic: str, payload: bytes) -> None:
        _, _, realm, site, name, leaf = topic.split("/", 5)
        try:
            if leaf.startswith("up/"):
                self.take_fact((realm, f"{site}:{name}", leaf[3:]), payload)
            else:
                self.take_other(f"{site}:{name}", leaf, json.loads(payload))
        except (ValueError, LookupError, TypeError, RecursionError):
            self.ignored += 1

    # ---- facts ----

    def take_fact(self, topic: tuple, payload: bytes) -> None:
        source, sequence, event = read_fact(payload)
        place = SOURCE.fullmatch(source)
        if not place or place.groups() != topic:
            raise ValueError("the topic is another's")
        if event and event["type"] == "jp.okuru.ledger.gap":
            self.take_gap(source, event)
        upto, due = self.mark(source), self.due.setdefault(source, {})
        if sequence > upto + 1:
            due["gap"] = upto
        elif sequence <= upto:
            kept = self.one("SELECT id FROM event WHERE source = ? AND sequence = ?", source, sequence)
            if event and kept and kept != event["id"]:
                self.db.execute("INSERT OR IGNORE INTO aside VALUES (?, ?, ?, 'forked', ?)", (source, sequence, event["id"], payload))
                due["forked"] = sequence
        else:
            if event:
                retold = self.one("SELECT 1 FROM event WHERE station = ? AND id = ?", topic[1], event["id"]) or 0
                self.db.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?)", (source, sequence, event["id"], topic[1], retold, payload.decode()))
            else:
                self.db.execute("INSERT OR IGNORE INTO aside VALUES (?, ?, '', 'refused', ?)", (source, sequence, payload))
                self.refuse(topic[1], source, sequence)
            self.db.execute("UPDATE source SET upto = ? WHERE name = ?", (sequence, source))

    def mark(self, source: str) -> int:
        """How far a source is kept, and behind that what can no longer come."""
        self.db.execute("INSERT OR IGNORE INTO source VALUES (?, 0)", (source,))
        upto = self.one("SELECT upto FROM source WHERE name = ?", source)
        while last := self.one("SELECT max(last) FROM gap WHERE source = ?1 AND first <= ?2 + 1 AND last > ?2", source, upto):
            upto = last
            self.db.execute("UPDATE source SET upto = ? WHERE name = ?", (upto, source))
        return upto

    def take_gap(self, source: str, event: dict) -> None:
        """Obeyed also out of its turn: what the station can no longer send is not waited for."""
        with suppress(LookupError, TypeError, ValueError, OverflowError):  # one that says nothing is a fact like others
            about = ":".join([*source.split(":")[:5], event["subject"], event["data"]["lane"]])
            self.db.execute("INSERT OR IGNORE INTO gap VALUES (?, ?, ?)", (about, int(event["data"]["from"]), int(event["data"]["to"])))

    def refuse(self, station: str, source: str, sequence: int) -> None:
        """A fact was passed over: whoever has a way down says fact.refused."""

    def take_other(self, station: str, leaf: str, status: dict) -> None:
        """A live status: both lanes of its ledger are told how far we are, also when that is 0."""
        at, booted, ledger = datetime.fromisoformat(status["at"]), datetime.fromisoformat(status["booted"]), status["ledger"]
        known = self.booted.get(station, (booted, ledger))
        if not status["online"] or abs(time.time() - at.timestamp()) > LIVE_SEC or (known[1] != ledger and booted < known[0]):
            return  # gone; unknown; or the elder of two boxes with one name
        self.booted[station] = (booted, ledger)
        for lane in ("fact", "trace"):
            self.mark(source := f"urn:okuru:{self.realm}:{station}:{ledger}:{lane}")
            self.due.setdefault(source, {})

    def say(self) -> None:
        for source, due in list(self.due.items()):
            answer = {"source": source, "upto": self.mark(source), "receiver": self.receiver, "credit": CREDIT, "time": datetime.now().astimezone().isoformat()}
            if due.get("gap") == answer["upto"]:  # else the mark has moved on since
                if time.monotonic() < self.gap_said.get(source, 0) + GAP_SEC:
                    continue
                self.gap_said[source], answer["gap"] = time.monotonic(), True
            if kept := self.one("SELECT id FROM event WHERE source = ? AND sequence = ?", source, answer["upto"]):
                answer["upto_id"] = kept
            if "forked" in due:
                answer["forked"] = due["forked"]
            self.publish(":".join(source.split(":")[3:5]), "applied", answer)
            del self.due[source]

    def publish(self, station: str, leaf: str, message) -> None:
        text = message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)
        self.client.publish(f"okuru/v1/{self.realm}/{station.replace(':', '/')}/{leaf}", text, 1)
