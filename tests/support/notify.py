# SPDX-License-Identifier: Apache-2.0
"""okuru-notify with its config and its database, and what a test asks of it."""
import contextlib
import email
import email.policy
import json
import os
import sqlite3
import subprocess
from pathlib import Path

from ledger import Ledger
from waiting import wait_for

M = "acme"


class Notify:
    """The program, its config and its database."""

    def __init__(self, build: Path, folder: Path, ledger: Ledger, route: str, environment: dict | None = None, **more):
        self.program = build / "bin" / "okuru-notify"
        self.folder = folder / "notices"
        self.folder.mkdir(mode=0o750, exist_ok=True)
        self.config = folder / "notify.yaml"
        self.clock = folder / "clock"
        self.errors = folder / "notify.log"
        self.ledger = ledger
        keys = {"realm": "test", "site": "tokyo", "station": "bench-1", "folder": self.folder, "ledger": ledger.path,
                "seal": ledger.secret, "socket": ledger.bell_path, **more}
        self.config.write_text("".join(f"{k}: {v}\n" for k, v in keys.items()) +
                               f"from:\n  name: 発送係\n  address: station@example.jp\n{route}")
        self.config.chmod(0o644)
        self.process = None
        self.environment = environment or {}

    def start(self):
        self.begun = self.errors.stat().st_size if self.errors.exists() else 0
        self.process = subprocess.Popen([self.program, "--config", self.config, "--log-level", "debug"],
                                        stderr=self.errors.open("a"), env={**os.environ, "OKURU_TEST_CLOCK": str(self.clock), **self.environment})
        return self

    def stop(self):
        if self.process:
            wait_for("the start", lambda: b"notices go by" in self.errors.read_bytes()[self.begun:])
            self.process.terminate()
            assert self.process.wait(timeout=60) == 0, self.errors.read_text()
            self.process = None

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None

    def pass_time(self, seconds: int):
        passed = int(self.clock.read_text()) if self.clock.exists() else 0
        new = self.clock.with_suffix(".new")
        new.write_text(str(passed + seconds))
        new.replace(self.clock)
        self.ledger.ring()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process:  # pytest shows what is printed when the test failed
            print("okuru-notify still running" if self.process.poll() is None else f"ended by itself: {self.process.returncode}")
            self.process.kill()
            self.process.wait()
        print(self.errors.read_text())

    def query(self, sql: str, *arguments):
        path = self.folder / "notices.db"
        if not path.exists():
            return []
        try:  # as the station reads: whoever could write to the shared memory would repair it after a kill, beside notify
            with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro&readonly_shm=1", uri=True)) as db:
                return db.execute(sql, arguments).fetchall()
        except sqlite3.OperationalError:
            return []

    def outcomes(self) -> list:
        """(type, data) as the station will read them."""
        return [(t, json.loads(d)) for t, d in self.query("SELECT type, data FROM log ORDER BY pos")]

    def outcome_of(self, notice: str):
        return wait_for("an outcome", lambda: [(t, d) for t, d in self.outcomes() if d["notice"] == notice])[-1]

    def state(self, notice: str):
        rows = self.query("SELECT state, reason, attempts FROM notice WHERE id = ?", notice)
        return rows[0] if rows else (None, None, None)


def mails_in(maildir: Path, *folders) -> list:
    files = [p for folder in folders or ["new"] for p in sorted((maildir / folder).glob("*"))]
    return [email.message_from_bytes(p.read_bytes(), policy=email.policy.default) for p in files]


def read_mail(maildir: Path) -> None:
    """As a mail reader does: what it has seen moves on, so that a second copy cannot hide by replacing the first."""
    for p in (maildir / "new").glob("*"):
        kept = maildir / "cur" / f"{p.name}:2,S"
        kept = kept if not kept.exists() else kept.with_name(kept.name + "again")
        p.rename(kept)


def shipped(ledger: Ledger, shipment: str, **contact) -> str:
    """A shipment that is on its way, with its contact; the id of its notice."""
    ledger.shipment(M, shipment)
    ledger.contact(M, shipment, **contact)
    ledger.ship(M, shipment)
    return ledger.reserve(M, shipment)


def to(ledger, shipment, word):
    return shipped(ledger, shipment, email=f"{word}@example.jp")


def storage(disk: Path) -> dict:
    """The environment of a program whose storage does what that file says: "full", or nothing."""
    return {"OKURU_TEST_STORAGE": str(disk)}


def smtp_route(port: int, tls: str = "none-on-loopback", host: str = "127.0.0.1", **more) -> str:
    keys = {"host": host, "port": port, "tls": tls, "timeout": "2s", **more}
    return "smtp:\n" + "".join(f"  {k}: {v}\n" for k, v in keys.items())


def routes(*entries) -> str:
    keys = {"host": "127.0.0.1", "tls": "none-on-loopback", "timeout": "2s"}
    return "routes:\n" + "".join("  - " + json.dumps({**keys, **entry}) + "\n" for entry in entries)


def run(build, *arguments):
    return subprocess.run([build / "bin" / "okuru-notify", *map(str, arguments)], capture_output=True, text=True, timeout=20)


def ask_of(build, notify, ledger, *words) -> dict:
    """okuru of a box whose station is down, about its ways out."""
    config = notify.config.with_name("station.yaml")
    config.write_text(f"realm: test\nsite: tokyo\nstation: bench-1\nfolder: {ledger.path.parent}\nsocket: {config.parent}/none.sock\n"
                      f"board: {config.parent}/board.yaml\nseal:\n  public: {config.parent}/p\n  secret: {config.parent}/s\nnotices: {notify.folder}/notices.db\n")
    done = subprocess.run([build / "bin" / "okuru", *words], capture_output=True, text=True, timeout=60, env={**os.environ, "OKURU_CONFIG": str(config)})
    return done.stdout
