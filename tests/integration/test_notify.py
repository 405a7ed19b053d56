# SPDX-License-Identifier: Apache-2.0
"""okuru-notify against a ledger, a maildir and a real SMTP server. Python's own mail parser is the oracle of what it sends."""
import asyncio
import base64
import contextlib
import email
import email.policy
import json
import os
import random
import re
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import dkim
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
from broker import make_ca, make_cert  # noqa: E402
from ledger import Ledger, notice_id, number  # noqa: E402
from waiting import wait_for  # noqa: E402

PATIENCE = 20
AHEAD = 8  # mails that may be under way at once: WAY_DEPTH_MAIL in way.h
M = "acme"


class Notify:
    """The program, its config and its database."""

    def __init__(self, build: Path, folder: Path, ledger: Ledger, route: str, **more):
        self.program = build / "bin" / "okuru-notify"
        self.folder = folder / "notices"
        self.folder.mkdir(mode=0o750, exist_ok=True)
        self.config = folder / "notify.yaml"
        self.clock = folder / "clock"
        self.errors = folder / "notify.log"
        keys = {"realm": "test", "site": "tokyo", "station": "bench-1", "folder": self.folder, "ledger": ledger.path,
                "seal": ledger.secret, **more}
        self.config.write_text("".join(f"{k}: {v}\n" for k, v in keys.items()) +
                               f"from:\n  name: 発送係\n  address: station@example.jp\n{route}")
        self.config.chmod(0o644)
        self.process = None
        self.environment = {}

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


@pytest.fixture
def ledger(build, tmp_path):
    with Ledger(build, tmp_path / "ledger") as ledger:
        ledger.policy(M)
        yield ledger


@pytest.fixture
def maildir(tmp_path):
    return tmp_path / "mail"


@pytest.fixture
def notify(build, tmp_path, ledger, maildir):
    with Notify(build, tmp_path, ledger, f"maildir: {maildir}\n") as notify:
        yield notify
        notify.stop()


def shipped(ledger: Ledger, shipment: str, **contact) -> str:
    """A shipment that is on its way, with its contact; the id of its notice."""
    ledger.shipment(M, shipment)
    ledger.contact(M, shipment, **contact)
    ledger.ship(M, shipment)
    return ledger.reserve(M, shipment)


# ---- into a maildir ----

def test_a_shipped_parcel_becomes_one_mail_and_one_outcome(notify, ledger, maildir):
    notice = shipped(ledger, "S-1")
    kind, data = notify.outcome_of(notice)
    assert kind == "notice.accepted"
    assert data["merchant"] == M and data["kind"] == "shipped" and data["generation"] == 0
    assert data["attempts"] == 1 and data["channel"] == "email" and "reason" not in data and "correction" not in data
    mail, = mails_in(maildir)
    assert not mail.defects
    assert mail["Message-ID"] == f"<{notice}@bench-1.tokyo.test.okuru.invalid>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert [(a.display_name, a.addr_spec) for a in mail["From"].addresses] == [("アクメ商店", "shop@acme.example.jp")]
    assert [(a.display_name, a.addr_spec) for a in mail["To"].addresses] == [("山田 花子", "hanako@example.jp")]
    assert mail["Reply-To"].addresses[0].addr_spec == "help@acme.example.jp"
    assert mail["Subject"] == "【アクメ商店】商品発送のお知らせ（ご注文番号：A-S-1）"
    text = mail.get_body(("plain",)).get_content()
    assert "山田 花子 様" in text and "靴下 黒　2点" in text and number(1) in text and "ヤマト運輸" in text
    assert "2026年11月23日（月）" in text and "03-0000-0000" in text and "含まれていない" not in text


def test_a_customer_who_reads_english_gets_english(notify, ledger, maildir):
    notice = shipped(ledger, "S-1", name="Hanako Yamada", language="en")
    assert notify.outcome_of(notice)[0] == "notice.accepted"
    mail, = mails_in(maildir)
    assert mail["Subject"] == "Acme: your order A-S-1 has been shipped"
    assert "Dear Hanako Yamada," in mail.get_body(("plain",)).get_content() and "2 x Socks" in mail.get_body(("plain",)).get_content()


def test_several_pieces_are_one_mail_that_says_what_has_gone(notify, ledger, maildir):
    ledger.shipment(M, "S-1", pieces=2)
    ledger.contact(M, "S-1")
    ledger.ship(M, "S-1", piece=1, pieces=2, quantity=1)
    notice = ledger.reserve(M, "S-1", delay=30)
    wait_for("its state", lambda: notify.state(notice)[0] == "reserved")
    ledger.ship(M, "S-1", piece=2, pieces=2, quantity=1)
    notify.pass_time(31)
    assert notify.outcome_of(notice)[0] == "notice.accepted"
    mail, = mails_in(maildir)
    assert number(1) in mail.get_body(("plain",)).get_content() and number(2) in mail.get_body(("plain",)).get_content()
    assert "含まれていない" not in mail.get_body(("plain",)).get_content()


def test_a_box_undone_within_the_waiting_time_is_never_told(notify, ledger, maildir):
    ledger.shipment(M, "S-1")
    ledger.contact(M, "S-1")
    parcel = ledger.ship(M, "S-1")
    notice = ledger.reserve(M, "S-1", delay=1800)
    wait_for("its state", lambda: notify.state(notice)[0] == "reserved")
    assert notify.outcomes() == []
    ledger.void(M, "S-1", parcel)
    notify.pass_time(1801)
    kind, data = notify.outcome_of(notice)
    assert (kind, data["reason"], data["attempts"]) == ("notice.cancelled", "nothing-shipped", 0)
    assert mails_in(maildir) == []


def test_a_box_undone_after_the_mail_owes_a_correction(notify, ledger, maildir):
    ledger.shipment(M, "S-1")
    ledger.contact(M, "S-1")
    parcel = ledger.ship(M, "S-1")
    notice = ledger.reserve(M, "S-1")
    notify.outcome_of(notice)
    ledger.void(M, "S-1", parcel)
    wait_for("the outcomes", lambda: len(notify.outcomes()) == 2)
    kind, data = notify.outcome_of(notice)
    assert kind == "notice.accepted" and data["correction"] is True
    assert len(mails_in(maildir)) == 1


def test_a_notice_that_the_oms_took_over_is_cancelled(notify, ledger, maildir):
    ledger.shipment(M, "S-1")
    ledger.contact(M, "S-1")
    ledger.ship(M, "S-1")
    notice = ledger.reserve(M, "S-1", delay=60)
    ledger.shipment(M, "S-1", version=2, owner="oms")
    notify.pass_time(61)
    assert notify.outcome_of(notice)[1]["reason"] == "owner-changed"
    assert mails_in(maildir) == []


def test_a_contact_that_comes_late_is_written_to_at_once(notify, ledger, maildir):
    ledger.shipment(M, "S-1")
    ledger.ship(M, "S-1")
    notice = ledger.reserve(M, "S-1")
    wait_for("its state", lambda: notify.state(notice)[:2] == ("reserved", "no-contact"))
    ledger.contact(M, "S-1", consent=False)
    wait_for("its state", lambda: notify.state(notice)[:2] == ("reserved", "no-consent"))
    ledger.contact(M, "S-1", version=2)
    assert notify.outcome_of(notice)[0] == "notice.accepted"


def test_a_swapped_box_is_not_opened(notify, ledger, maildir):
    ledger.shipment(M, "S-1")
    ledger.contact(M, "S-1")
    ledger.ship(M, "S-1")
    ledger.close()
    with sqlite3.connect(ledger.path) as db:
        db.execute("UPDATE sealed SET box = randomblob(100)")
    ledger.open()
    notice = ledger.reserve(M, "S-1")
    wait_for("its state", lambda: notify.state(notice)[:2] == ("reserved", "bad-seal"))
    assert mails_in(maildir) == []


@pytest.mark.parametrize("address", [
    "evil@example.com>\r\nRCPT TO:<other@example.com", "a b@example.jp", "花子@example.jp", "<a@example.jp>", "a@b",
    "a@example.jp\n", "a@example.jp, b@example.jp"])
def test_an_address_that_could_hurt_is_refused_and_said(notify, ledger, maildir, address):
    notice = shipped(ledger, "S-1", email=address)
    kind, data = notify.outcome_of(notice)
    assert (kind, data["reason"]) == ("notice.failed", "bad-address")
    assert address not in json.dumps(data, ensure_ascii=False) and mails_in(maildir) == []


def test_a_name_cannot_add_a_header_or_a_line(notify, ledger, maildir):
    name = "花子\r\nBcc: evil@example.com\r\n\r\n<b>\x1b[31m"
    assert notify.outcome_of(shipped(ledger, "S-1", name=name))[0] == "notice.accepted"
    mail, = mails_in(maildir)
    assert mail["Bcc"] is None and not mail.defects
    assert mail["To"].addresses[0].addr_spec == "hanako@example.jp" and len(mail["To"].addresses) == 1
    assert "\nBcc" not in mail.get_body(("plain",)).get_content() and "\x1b" not in mail.get_body(("plain",)).get_content()


def test_nothing_personal_is_logged_or_kept(notify, ledger, maildir):
    notify.outcome_of(shipped(ledger, "S-1", name="秘密太郎", email="himitsu@example.jp"))
    notify.stop()
    kept = notify.errors.read_bytes() + b"".join(p.read_bytes() for p in notify.folder.iterdir())
    for secret in ("秘密太郎", "himitsu", "A-S-1"):
        assert secret.encode() not in kept


def test_what_the_facts_show_as_sent_is_not_sent_by_a_new_disk(notify, ledger, maildir):
    notice = shipped(ledger, "S-1")
    kind, data = notify.outcome_of(notice)
    ledger.fact(kind, M, "S-1", **data)  # as the station does
    wait_for("that it is told", lambda: notify.query("SELECT told FROM notice WHERE id = ?", notice) == [(1,)])
    notify.stop()
    for p in notify.folder.iterdir():
        p.unlink()
    (maildir / "new" / f"{notice}.okuru").unlink()
    notify.start()
    other = shipped(ledger, "S-2")
    notify.outcome_of(other)
    assert notify.state(notice)[0] == "accepted"
    assert [d["notice"] for _, d in notify.outcomes()] == [other] and len(mails_in(maildir)) == 1


def test_what_a_snapshot_knows_as_sent_is_not_sent(notify, ledger, maildir):
    notice = notice_id(M, "S-1")
    ledger.shipment(M, "S-1")
    ledger.contact(M, "S-1")
    ledger.fact("known.received", M, M, merchant=M, parcels=[], units=[], notices=[
        {"notice": notice, "shipment": "S-1", "kind": "shipped", "generation": 0, "state": "accepted"}])
    other = shipped(ledger, "S-2")
    notify.outcome_of(other)
    assert notify.state(notice)[0] == "accepted" and len(mails_in(maildir)) == 1


def test_without_a_ledger_it_waits_for_one(build, tmp_path, maildir):
    ledger = Ledger(build, tmp_path / "ledger")
    ledger.folder.mkdir(mode=0o750)
    subprocess.run([ledger.tool, "--keys", ledger.secret, ledger.public], check=True)
    with Notify(build, tmp_path, ledger, f"maildir: {maildir}\n") as notify:
        wait_for("its database", lambda: (notify.folder / "notices.db").exists())
        with ledger:
            assert notify.outcome_of(shipped(ledger, "S-1"))[0] == "notice.accepted"
        notify.stop()


def test_the_bell_is_heard_and_the_station_is_told(build, tmp_path, ledger, maildir):
    """Between two ticks of a second each a mail goes within some tens of milliseconds of the bell."""
    path = tmp_path / "station.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        server.settimeout(PATIENCE)
        with Notify(build, tmp_path, ledger, f"maildir: {maildir}\n", socket=path) as notify:
            peer, _ = server.accept()
            with peer, peer.makefile("rw") as station:
                peer.settimeout(PATIENCE)
                assert json.loads(station.readline()) == {"verb": "follow"}
                waited = []
                for i in range(5):
                    notice = shipped(ledger, f"S-{i}")
                    begun = time.monotonic()
                    station.write('{"ok":true}\n{"verdict":{}}\n{"bell":1}\n')
                    station.flush()
                    assert json.loads(station.readline()) == {"verb": "poke"}
                    waited.append(time.monotonic() - begun)
                    notify.outcome_of(notice)
                assert sorted(waited)[2] < 0.5
            notify.stop()


# ---- killed at random moments ----

def read_mail(maildir: Path) -> None:
    """As a mail reader does: what it has seen moves on, so that a second copy cannot hide by replacing the first."""
    for p in (maildir / "new").glob("*"):
        kept = maildir / "cur" / f"{p.name}:2,S"
        kept = kept if not kept.exists() else kept.with_name(kept.name + "again")
        p.rename(kept)


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_any_moment_no_notice_is_lost_or_doubled(build, tmp_path, ledger, maildir, seed):
    chance = random.Random(seed)
    notices = [shipped(ledger, f"S-{i}") for i in range(120)]
    with Notify(build, tmp_path, ledger, f"maildir: {maildir}\n") as notify:
        for _ in range(30):
            time.sleep(chance.uniform(0.0, 0.04))
            notify.kill()
            read_mail(maildir)
            notify.start()
        wait_for("all outcomes", lambda: len(notify.outcomes()) >= len(notices), 60)
        notify.stop()
        told = Counter(d["notice"] for t, d in notify.outcomes() if t == "notice.accepted")
    arrived = Counter(m["Message-ID"].split("@")[0].strip("<") for m in mails_in(maildir, "new", "cur"))
    assert told == Counter(notices)
    assert arrived == Counter(notices)


# ---- by SMTP ----

class Relay:
    """aiosmtpd with a word for what it does: each recipient's local part names it, "ok" for the rest."""

    def __init__(self):
        self.taken = []     # (to, bytes) of what was answered 250
        self.seen = []      # (to, bytes) of each text that arrived whole
        self.senders = []   # of the envelopes
        self.asked = []     # each RCPT
        self.logins = []
        self.greylisted = set()
        self.release = threading.Event()

    async def handle_RCPT(self, server, session, envelope, address, options):
        word = address.split("@")[0].strip('"')
        self.asked.append(address)
        if word == "unknown":
            return "550 5.1.1 no such user"
        if word == "busy" and address not in self.greylisted:
            self.greylisted.add(address)
            return "451 4.7.1 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        to, text = envelope.rcpt_tos[0], envelope.original_content
        self.seen.append((to, text))
        self.senders.append(envelope.mail_from)
        word = to.split("@")[0]
        first = sum(1 for t, _ in self.seen if t == to) == 1
        if word == "spam":
            return "554 5.7.1 no"
        if word == "full":
            return "452 4.3.1 no room" if first else self.take(to, text)
        if word in ("silent", "mute", "pending", "late-unknown") and (first or word == "mute"):
            while not self.release.is_set():
                await asyncio.sleep(0.05)
        if word == "pending":
            return "452 4.3.1 no room" if first else self.take(to, text)
        if word == "late-unknown":
            return "550 5.1.1 no such user"
        if word == "gone" and first:
            self.take(to, text)  # taken, and the line died before we could say so
            server.transport.abort()
            return "250 OK"
        return self.take(to, text)

    def take(self, to, text):
        self.taken.append((to, text))
        return "250 OK"

    def authenticate(self, server, session, envelope, mechanism, data):
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"secret word")


class RelayServer(Controller):
    def __init__(self, relay, port=0, **smtp):
        self.smtp = smtp
        super().__init__(relay, hostname="127.0.0.1", port=port or free_port())

    def factory(self):
        return SMTP(self.handler, enable_SMTPUTF8=False, **self.smtp)


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def smtp_route(port: int, tls: str = "none-on-loopback", host: str = "127.0.0.1", **more) -> str:
    keys = {"host": host, "port": port, "tls": tls, "timeout": "2s", **more}
    return "smtp:\n" + "".join(f"  {k}: {v}\n" for k, v in keys.items())


@pytest.fixture
def by_smtp(build, tmp_path, ledger, relay):
    server = RelayServer(relay)
    server.start()
    try:
        with Notify(build, tmp_path, ledger, smtp_route(server.port)) as notify:
            yield notify
    finally:
        relay.release.set()
        server.stop()


def to(ledger, shipment, word):
    return shipped(ledger, shipment, email=f"{word}@example.jp")


def ids(texts) -> list:
    return [email.message_from_bytes(t, policy=email.policy.default)["Message-ID"].split("@")[0].strip("<") for _, t in texts]


def test_smtp_carries_the_mail_as_written(by_smtp, ledger, relay):
    notice = to(ledger, "S-1", "hanako")
    assert by_smtp.outcome_of(notice)[0] == "notice.accepted"
    (rcpt, text), = relay.taken
    mail = email.message_from_bytes(text, policy=email.policy.default)
    assert rcpt == "hanako@example.jp" and not mail.defects and "山田 花子 様" in mail.get_body(("plain",)).get_content()
    assert b"\n" not in text.replace(b"\r\n", b"") and max(map(len, text.split(b"\r\n"))) <= 998
    by_smtp.stop()


def signing_keys(folder: Path) -> tuple[str, dict]:
    """The config that signs, and what the DNS says of its keys."""
    records = {}
    for name, make in (("rsa", ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]), ("ed25519", ["-algorithm", "ed25519"])):
        key = folder / f"{name}.pem"
        subprocess.run(["openssl", "genpkey", *make, "-out", key], check=True, capture_output=True)
        key.chmod(0o600)
        public = subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
        public = public[-32:] if name == "ed25519" else public
        records[f"bench-1-{name}._domainkey.example.jp."] = f"v=DKIM1; k={name}; p={base64.b64encode(public).decode()}".encode()
    bounce = folder / "bounce.key"
    bounce.write_text("0123456789abcdef\n")
    bounce.chmod(0o600)
    return (f"dkim:\n  domain: example.jp\n  selector: bench-1\n  rsa: {folder}/rsa.pem\n  ed25519: {folder}/ed25519.pem\n"
            f"bounce:\n  domain: bounce.example.jp\n  key_file: {bounce}\n"), records


def test_a_mail_is_signed_and_its_bounce_names_it(build, tmp_path, ledger, relay):
    """The second attempt is the same bytes, signatures and all; mails of one order are one conversation."""
    config, records = signing_keys(tmp_path)
    server = RelayServer(relay)
    server.start()
    try:
        with Notify(build, tmp_path, ledger, smtp_route(server.port) + config) as notify:
            notice = to(ledger, "S-1", "gone")
            wait_for("the first copy", lambda: notify.state(notice)[1] == "no-answer")
            notify.pass_time(120)
            assert notify.outcome_of(notice)[0] == "notice.accepted"
            notify.stop()
    finally:
        relay.release.set()
        server.stop()
    (_, one), (_, two) = relay.seen
    assert one == two
    assert [dkim.DKIM(one).verify(i, dnsfunc=lambda name, timeout=5: records[name.decode()]) for i in (0, 1)] == [True, True]
    assert re.fullmatch(rf"b\+{notice}\.[0-9a-f]{{10}}@bounce\.example\.jp", relay.senders[0]) and len(set(relay.senders)) == 1
    mail = email.message_from_bytes(one, policy=email.policy.default)
    assert mail["References"] == mail["In-Reply-To"] and re.fullmatch(r"<thread\.[0-9a-f-]{36}@acme\.example\.jp>", mail["References"])


@pytest.mark.parametrize("break_it, place", [
    (lambda folder: (folder / "rsa.pem").chmod(0o644), "rsa.pem"),
    (lambda folder: (folder / "rsa.pem").unlink(), "rsa.pem"),
    (lambda folder: (folder / "ed25519.pem").write_bytes((folder / "rsa.pem").read_bytes()), "dkim.ed25519"),
    (lambda folder: (folder / "bounce.key").write_text("short"), "bounce.key_file")])
def test_keys_that_cannot_sign_are_named_at_the_start(build, tmp_path, ledger, break_it, place):
    config, _ = signing_keys(tmp_path)
    notify = Notify(build, tmp_path, ledger, f"maildir: {tmp_path}/mail\n" + config)
    break_it(tmp_path)
    done = run(build, "--config", notify.config)
    assert done.returncode == 1 and place in done.stderr and "0123456789" not in done.stderr


class RelayOnce(RelayServer):
    """That may be cut before the end."""

    def cut(self):
        if self._thread:
            self.stop()


def routes(*entries) -> str:
    keys = {"host": "127.0.0.1", "tls": "none-on-loopback", "timeout": "2s"}
    return "routes:\n" + "".join("  - " + json.dumps({**keys, **entry}) + "\n" for entry in entries)


def test_mail_takes_the_next_route_and_returns_to_the_first(build, tmp_path, ledger, relay):
    """The fixed line is cut and comes back: no attempt is spent on the way, and the second route is left again by itself."""
    fixed, lte = free_port(), RelayServer(relay)
    lte.start()
    try:
        config = routes({"name": "fixed", "port": fixed}, {"name": "lte", "port": lte.port, "device": "lo"})
        with Notify(build, tmp_path, ledger, config) as notify:
            kind, data = notify.outcome_of(to(ledger, "S-1", "hanako"))
            assert (kind, data["attempts"]) == ("notice.accepted", 1) and len(relay.taken) == 1
            other = Relay()
            back = RelayServer(other, port=fixed)
            back.start()
            try:
                notify.pass_time(60)
                assert notify.outcome_of(to(ledger, "S-2", "jiro"))[0] == "notice.accepted"
                assert len(other.taken) == 1 and len(relay.taken) == 1
                log = notify.errors.read_text()
                assert "fixed: no mail goes (no-server)" in log and "fixed: mail goes again" in log and "lte: no mail" not in log
                notify.stop()
            finally:
                back.stop()
    finally:
        lte.stop()


def ask_of(build, notify, ledger, *words) -> dict:
    """okuru of a box whose station is down, about its ways out."""
    config = notify.config.with_name("station.yaml")
    config.write_text(f"realm: test\nsite: tokyo\nstation: bench-1\nfolder: {ledger.path.parent}\nsocket: {config.parent}/none.sock\n"
                      f"board: {config.parent}/board.yaml\nseal:\n  public: {config.parent}/p\n  secret: {config.parent}/s\nnotices: {notify.folder}/notices.db\n")
    done = subprocess.run([build / "bin" / "okuru", *words], capture_output=True, text=True, timeout=60, env={**os.environ, "OKURU_CONFIG": str(config)})
    return done.stdout


def test_who_looks_at_the_box_sees_how_each_way_out_is(build, tmp_path, ledger, relay):
    fixed, lte = free_port(), RelayOnce(relay)
    lte.start()
    try:
        config = routes({"name": "fixed", "port": fixed}, {"name": "lte", "port": lte.port}, {"name": "spare", "port": fixed})
        with Notify(build, tmp_path, ledger, config) as notify:
            how = lambda: [(x["channel"], x["name"], x["state"], x.get("reason")) for x in json.loads(ask_of(build, notify, ledger, "status", "--json"))["routes"]]  # noqa: E731
            wait_for("the first word", lambda: (notify.folder / "notices.db").exists() and len(how()) == 3)
            assert how() == [("email", "fixed", "untried", None), ("email", "lte", "untried", None), ("email", "spare", "untried", None)]
            notify.outcome_of(to(ledger, "S-1", "hanako"))
            tried = [("email", "fixed", "down", "no-server"), ("email", "lte", "up", None), ("email", "spare", "untried", None)]
            wait_for("what is known now", lambda: how() == tried)
            said = ask_of(build, notify, ledger, "status")
            assert re.search(r"email +fixed +DOWN: no-server +20", said) and re.search(r"email +lte +up +20", said) and "DOES NOT RUN" not in said
            assert "every route of email is down" not in ask_of(build, notify, ledger, "doctor")
            lte.cut()
            to(ledger, "S-2", "jiro")
            notify.pass_time(60)
            wait_for("all down", lambda: "every route of email is down" in ask_of(build, notify, ledger, "doctor"))
            notify.stop()
            assert "okuru-notify DOES NOT RUN" in ask_of(build, notify, ledger, "status")
    finally:
        lte.cut()


def test_a_route_by_a_device_that_is_gone_takes_no_other(build, tmp_path, ledger, relay):
    server = RelayServer(relay)
    server.start()
    try:
        with Notify(build, tmp_path, ledger, routes({"name": "lte", "port": server.port, "device": "lte-gone0"})) as notify:
            notice = to(ledger, "S-1", "hanako")
            wait_for("the reason", lambda: notify.state(notice)[1] == "no-device")
            assert notify.state(notice) == ("reserved", "no-device", 0) and not relay.seen
            notify.stop()
    finally:
        server.stop()


def test_an_old_carrier_address_is_quoted(by_smtp, ledger, relay):
    notice = shipped(ledger, "S-1", email="abc..d.@docomo.example.jp")
    assert by_smtp.outcome_of(notice)[0] == "notice.accepted"
    assert relay.taken[0][0] in ("abc..d.@docomo.example.jp", '"abc..d."@docomo.example.jp')


def test_many_mails_go_one_after_another(by_smtp, ledger, relay):
    notices = [to(ledger, f"S-{i}", f"c{i}") for i in range(40)]
    wait_for("the outcomes", lambda: len(by_smtp.outcomes()) == 40)
    assert sorted(ids(relay.taken)) == sorted(notices)


@pytest.mark.parametrize("word, reason", [("unknown", "recipient-refused"), ("spam", "message-refused")])
def test_a_refusal_for_good_is_an_outcome(by_smtp, ledger, relay, word, reason):
    kind, data = by_smtp.outcome_of(to(ledger, "S-1", word))
    assert (kind, data["reason"], data["attempts"]) == ("notice.failed", reason, 1)
    assert by_smtp.outcome_of(to(ledger, "S-2", "hanako"))[0] == "notice.accepted"


@pytest.mark.parametrize("word", ["busy", "full"])
def test_a_refusal_for_now_is_tried_again_later(by_smtp, ledger, relay, word):
    notice = to(ledger, "S-1", word)
    wait_for("its state", lambda: by_smtp.state(notice)[2] == 1 and by_smtp.state(notice)[0] == "reserved")
    assert by_smtp.outcome_of(to(ledger, "S-2", "hanako"))[0] == "notice.accepted"  # nobody waits for it
    assert by_smtp.outcomes()[-1][1]["notice"] != notice
    by_smtp.pass_time(120)
    kind, data = by_smtp.outcome_of(notice)
    assert (kind, data["attempts"]) == ("notice.accepted", 2)


@pytest.mark.parametrize("word", ["silent", "gone"])
def test_an_answer_never_heard_is_one_more_copy_with_the_same_id(by_smtp, ledger, relay, word):
    notice = to(ledger, "S-1", word)
    wait_for("its state", lambda: by_smtp.state(notice) == ("reserved", "no-answer", 1))
    relay.release.set()
    assert by_smtp.outcomes() == []
    by_smtp.pass_time(61)
    kind, data = by_smtp.outcome_of(notice)
    assert (kind, data["attempts"]) == ("notice.accepted", 2)
    assert len(relay.seen) == 2 and relay.seen[0] == relay.seen[1]  # byte for byte
    assert ids(relay.seen) == [notice, notice]


def test_an_answer_never_heard_twice_is_for_a_person(by_smtp, ledger, relay):
    notice = to(ledger, "S-1", "mute")
    wait_for("its state", lambda: by_smtp.state(notice) == ("reserved", "no-answer", 1))
    by_smtp.pass_time(61)
    kind, data = by_smtp.outcome_of(notice)
    assert (kind, data["reason"], data["attempts"]) == ("notice.unknown", "no-answer", 2)
    by_smtp.pass_time(7200)
    assert by_smtp.outcome_of(to(ledger, "S-2", "hanako"))[0] == "notice.accepted"
    assert len(relay.seen) == 3


def test_while_nobody_listens_no_attempt_is_spent(build, tmp_path, ledger, relay):
    port = free_port()
    notices = [to(ledger, f"S-{i}", f"c{i}") for i in range(3)]
    with Notify(build, tmp_path, ledger, smtp_route(port)) as notify:
        wait_for("its state", lambda: any(notify.state(n)[1] == "no-server" for n in notices))
        for _ in range(20):
            notify.pass_time(60)
            time.sleep(0.05)
        # In the middle of a try a notice is `sending` and the try is counted; what was spent would stay so.
        for n in notices:
            wait_for("the end of a try", lambda n=n: notify.state(n)[::2] == ("reserved", 0))
        server = RelayServer(relay, port)
        server.start()
        try:
            # The last try may have been refused before the server was there and be told after: once more, then.
            wait_for("all mails", lambda: notify.pass_time(60) or len(notify.outcomes()) == 3, step=0.2)
            assert [notify.outcome_of(n)[1]["attempts"] for n in notices] == [1, 1, 1]
        finally:
            server.stop()
        notify.stop()
    assert sorted(ids(relay.taken)) == sorted(notices)


def tls_context(folder: Path, name: str) -> ssl.SSLContext:
    cert, key = make_cert(folder, name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


def test_starttls_with_a_login(build, tmp_path, ledger, relay):
    ca = make_ca(tmp_path / "ca")
    password = tmp_path / "password"
    password.write_text("secret word\n")
    server = RelayServer(relay, tls_context=tls_context(tmp_path / "ca", "localhost"), require_starttls=True,
                         authenticator=relay.authenticate, auth_required=True)
    server.start()
    try:
        route = smtp_route(server.port, "starttls", "localhost", ca=ca, user="station", password_file=password)
        with Notify(build, tmp_path, ledger, route) as notify:
            notice = to(ledger, "S-1", "hanako")
            assert notify.outcome_of(notice)[0] == "notice.accepted"
            notify.stop()
            assert "secret word" not in notify.errors.read_text()
    finally:
        server.stop()
    assert relay.logins == [(b"station", b"secret word")]


@pytest.mark.parametrize("flaw, reason", [("no-tls", "tls"), ("wrong-name", "tls"), ("unknown-ca", "tls")])
def test_without_good_tls_no_mail_goes(build, tmp_path, ledger, relay, flaw, reason):
    ca = make_ca(tmp_path / "ca")
    make_ca(tmp_path / "other")
    issuer = tmp_path / ("other" if flaw == "unknown-ca" else "ca")
    context = tls_context(issuer, "elsewhere" if flaw == "wrong-name" else "localhost")
    server = RelayServer(relay) if flaw == "no-tls" else RelayServer(relay, tls_context=context)
    server.start()
    try:
        with Notify(build, tmp_path, ledger, smtp_route(server.port, "starttls", "localhost", ca=ca)) as notify:
            notice = to(ledger, "S-1", "hanako")
            wait_for("its state", lambda: notify.state(notice) == ("reserved", reason, 0))
            notify.stop()
    finally:
        server.stop()
    assert relay.seen == []


def test_killed_while_sending_by_smtp_doubles_at_most_what_was_under_way(build, tmp_path, ledger, relay):
    chance = random.Random(3)
    notices = [to(ledger, f"S-{i}", f"c{i}") for i in range(60)]
    server = RelayServer(relay)
    server.start()
    kills = 10
    try:
        with Notify(build, tmp_path, ledger, smtp_route(server.port)) as notify:
            for _ in range(kills):
                time.sleep(chance.uniform(0.02, 0.1))
                notify.kill()
                notify.start()
            wait_for("all outcomes", lambda: len(notify.outcomes()) >= len(notices), 60)
            notify.stop()
            told = Counter(d["notice"] for _, d in notify.outcomes())
    finally:
        server.stop()
    copies = Counter(ids(relay.taken))
    assert told == Counter(notices)
    assert set(copies) == set(notices)
    assert sum(copies.values()) - len(notices) <= kills * AHEAD


def test_a_stop_waits_for_the_answer(by_smtp, ledger, relay):
    notice = to(ledger, "S-1", "silent")
    wait_for("a mail", lambda: relay.seen)
    by_smtp.process.send_signal(signal.SIGTERM)
    relay.release.set()
    assert by_smtp.process.wait(timeout=20) == 0
    by_smtp.process = None
    assert by_smtp.outcome_of(notice)[0] == "notice.accepted" and len(relay.seen) == 1


# ---- a full disk ----

@pytest.fixture
def disk(tmp_path):
    """What notify's own storage does; the ledger's is well."""
    return tmp_path / "disk"


def no_room(notify) -> bool:
    return b"the disk is full" in notify.errors.read_bytes()


def test_without_room_nothing_goes_and_with_room_all_does(build, tmp_path, ledger, maildir, disk):
    notify = Notify(build, tmp_path, ledger, f"maildir: {maildir}\n")
    notify.environment = {"OKURU_TEST_STORAGE": str(disk)}
    with notify:
        first = shipped(ledger, "S-1")
        notify.outcome_of(first)
        disk.write_text("full")
        notices = [shipped(ledger, f"S-{i}") for i in range(2, 5)]
        wait_for("its complaint", lambda: no_room(notify))
        time.sleep(2.5)
        assert notify.process.poll() is None, "it ended; a bench without it tells no customer"
        assert len(mails_in(maildir)) == 1 and len(notify.outcomes()) == 1
        assert notify.errors.read_bytes().count(b"the disk is full") == 1, "said again and again"
        disk.write_text("")
        for notice in notices:
            assert notify.outcome_of(notice)[0] == "notice.accepted"
        notify.stop()
    assert len(mails_in(maildir)) == 4


def test_an_answer_that_found_no_room_is_written_when_there_is(build, tmp_path, ledger, relay, disk):
    server = RelayServer(relay)
    server.start()
    notify = Notify(build, tmp_path, ledger, smtp_route(server.port, timeout="20s"))
    notify.environment = {"OKURU_TEST_STORAGE": str(disk)}
    try:
        with notify:
            notice = to(ledger, "S-1", "silent")
            wait_for("the mail", lambda: relay.seen)
            disk.write_text("full")
            relay.release.set()
            wait_for("its complaint", lambda: no_room(notify))
            assert relay.taken and notify.state(notice)[0] == "sending" and notify.process.poll() is None
            disk.write_text("")
            assert notify.outcome_of(notice)[0] == "notice.accepted"
            other = to(ledger, "S-2", "hanako")
            assert notify.outcome_of(other)[0] == "notice.accepted"
            notify.stop()
    finally:
        server.stop()
    assert Counter(ids(relay.taken)) == Counter([notice, other])


# ---- the command line ----

def run(build, *arguments):
    return subprocess.run([build / "bin" / "okuru-notify", *map(str, arguments)], capture_output=True, text=True, timeout=20)


def test_help_version_and_a_good_config(build, tmp_path, ledger):
    assert run(build, "--help").stdout.startswith("okuru-notify --config FILE")
    assert run(build, "--version").stdout.startswith("okuru-notify ")
    assert run(build).returncode == 2
    notify = Notify(build, tmp_path, ledger, smtp_route(25))
    done = run(build, "--config", notify.config, "--check-config")
    assert (done.returncode, done.stdout) == (0, "ok\n")


@pytest.mark.parametrize("old, new, place", [
    ("station: bench-1", "station: Bench 1", ":3:"),
    ("tls: none-on-loopback", "tls: maybe", "smtp.tls"),
    ("host: 127.0.0.1", "host: mail.example.jp", "without TLS only to a loopback address"),
    ("host: 127.0.0.1", 'host: "a/b"', "neither a host name nor an address"),
    ("address: station@example.jp", "address: nobody", "from.address"),
    ("realm: test", "realm: test\ncolour: red", "colour"),
    ("from:\n  name: 発送係\n  address: station@example.jp\n", "", "from.address, or a domain"),
    ("realm: test", "realm: test\ndomain: mail_example", "domain"),
    ("smtp:", "maildir: /tmp\nsmtp:", "wanted one of maildir, smtp and routes"),
    ("smtp:", "routes: [{host: x, tls: starttls}]\nsmtp:", "wanted one of maildir, smtp and routes"),
    ("  port: 25", "  port: 25\n  device: 'if!eth0'", "smtp.device"),
    ("  port: 25", "  port: 25\n  device: lo\n  dns: dns.example.jp", "smtp.dns"),
    ("  port: 25", "  port: 25\n  device: lo\n  dns: 192.0.2.53;192.0.2.54", "smtp.dns"),
    ("  port: 25", "  port: 25\n  dns: 192.0.2.53", "is for a route by a device"),
    ("smtp:", "dkim: {domain: example.jp, selector: bench-1}\nsmtp:", "wanted a key"),
    ("smtp:", "dkim: {domain: example.jp, selector: 'a;b', rsa: /k}\nsmtp:", "dkim.selector"),
    ("smtp:", "dkim: {domain: 'a b', selector: bench-1, rsa: /k}\nsmtp:", "dkim.domain"),
    ("smtp:", "bounce: {domain: localhost, key_file: /k}\nsmtp:", "bounce.domain"),
])
def test_a_bad_config_is_refused_by_place(build, tmp_path, ledger, old, new, place):
    notify = Notify(build, tmp_path, ledger, smtp_route(25))
    notify.config.write_text(notify.config.read_text().replace(old, new))
    done = run(build, "--config", notify.config, "--check-config")
    assert done.returncode == 1 and place in done.stderr and "notify.yaml" in done.stderr


# ---- the words ----

def own(folder: Path, name: str, text: str) -> Path:
    path = folder / "words" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return folder / "words"


def test_a_mail_is_a_page_beside_its_text(notify, ledger, maildir):
    notify.outcome_of(shipped(ledger, "S-1", name="花子 <b>{{order}}</b>"))
    mail, = mails_in(maildir)
    assert mail.get_content_type() == "multipart/alternative" and not mail.defects
    page = mail.get_body(("html",)).get_content()
    assert "花子 &lt;b&gt;{{order}}&lt;/b&gt; 様" in page and "ヤマト運輸" in page and number(1) in page and 'lang="ja"' in page


def test_a_merchants_own_words_are_said(build, tmp_path, ledger, maildir):
    ours = run(build, "preview", "shipped", "--channel", "text").stdout
    assert "発送いたしましたので" in ours
    words = own(tmp_path, "parts/ja/greeting.md", "{{customer}}さま、毎度ありがとうございます。\n")
    with Notify(build, tmp_path, ledger, f"maildir: {maildir}\nwords: {words}\n") as notify:
        notify.outcome_of(shipped(ledger, "S-1"))
        notify.stop()
    mail, = mails_in(maildir)
    assert "山田 花子さま、毎度ありがとうございます。" in mail.get_body(("plain",)).get_content()


def test_words_that_leave_something_out_are_refused_by_place(build, tmp_path, ledger, maildir):
    template = (TOP / "services/notify/templates/ja/shipped.md").read_text()
    words = own(tmp_path, "ja/shipped.md", template.replace("@row お届け予定日 | **{{eta}}** {{eta_slot}}\n", ""))
    done = run(build, "preview", "shipped", "--words", words)
    assert done.returncode == 1 and "ja/shipped.md" in done.stderr and "eta" in done.stderr and "must always say" in done.stderr
    notify = Notify(build, tmp_path, ledger, f"maildir: {maildir}\nwords: {words}\n")
    for arguments in (["--check-config"], []):
        done = run(build, "--config", notify.config, *arguments)
        assert done.returncode == 1 and "ja/shipped.md" in done.stderr
    own(tmp_path, "ja/Shipped.txt", "")
    assert "small letters" in run(build, "preview", "shipped", "--words", words).stderr
    assert run(build, "preview", "shipped", "--words", tmp_path / "nowhere").returncode == 1


@pytest.mark.parametrize("channel", ["html", "text", "subject", "sms", "line", "slip"])
def test_a_preview_shows_each_channel(build, channel):
    for lang, word in (("ja", "A-778"), ("en", "A-778")):
        done = run(build, "preview", "pickup-ready", "--lang", lang, "--channel", channel)
        assert done.returncode == 0 and word in done.stdout and done.stdout.endswith("\n"), done.stderr


def test_a_preview_that_is_called_wrongly_says_how(build, tmp_path):
    assert "pickup-ready" in run(build, "preview", "--help").stdout
    for arguments in (["preview"], ["preview", "nothing"], ["preview", "shipped", "--lang", "fr"], ["preview", "shipped", "--channel", "fax"],
                      ["preview", "shipped", "more"]):
        assert run(build, *arguments).returncode == 2
    assert run(build, "preview", "welcome", "--channel", "sms").returncode == 1
    data = tmp_path / "data.json"
    data.write_text('{"brand": {"name": "Shop", "colour": "red"}}')
    assert "colour" in run(build, "preview", "shipped", "--data", data).stderr
    data.write_text('{"brand": {"name": "Shop"}, "order": "Z-1"}')
    assert "Z-1" in run(build, "preview", "shipped", "--data", data).stdout
