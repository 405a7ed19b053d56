#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Notices: from reservations in a ledger to signed mails in a relay that is never what one waits for, beside libcurl alone; what okuru-notify
weighs and how long it takes while 100,000 wait; and whether reserving one is noticed at a bench. OKURU_BENCH_NOTICES and
OKURU_BENCH_WAITING change the numbers."""
import json
import os
import re
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import shipments as goods  # noqa: E402
from measure import BUILD, anon_kib, codes_of, fact, figure, fill_ledger, floor_facts, median_of, say, scan, station  # noqa: E402
from rig import die_with_parent, wait_for  # noqa: E402

NOTICES = int(os.environ.get("OKURU_BENCH_NOTICES", "3000"))
WAITING = int(os.environ.get("OKURU_BENCH_WAITING", "100000"))
RELAYED, BOXES = 1000, 400
ROUNDS, PATIENCE_S, SETTLED_S = 5, 300, 4
RELAY_USEC = 5000  # until a relay's 250, where it has to write
SIGNATURES = {"rsa-and-ed25519": ("rsa", "ed25519"), "rsa": ("rsa",), "ed25519": ("ed25519",), "unsigned": ()}


# ---- what notify finds ----

def stamp(seconds: float = 0) -> str:
    return (datetime.now(timezone.utc) + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


def sent_facts(shipment: dict) -> list[dict]:
    """One shipment from the OMS's wish to its notice, all on its way in as many parcels as it has."""
    merchant, subject = shipment["merchant"], shipment["shipment"]
    facts = [fact("shipment.received", merchant, subject, {**{k: v for k, v in shipment.items() if k not in ("labels", "contact")}, "version": 1}),
             fact("contact.received", merchant, subject, {"v": 1, "merchant": merchant, "shipment": subject, "version": 1, **shipment["contact"]})]
    for label in shipment["labels"]:
        parcel, piece = str(uuid.uuid4()), label["piece"]
        common = {"v": 1, "shipment": subject, "orders": shipment["orders"], "piece": piece, "pieces": shipment["pieces"]}
        carried = {**common, "carrier": label["carrier"], "number": label["number"]}
        contents = [{"line": line["line"], "quantity": line["quantity"]} for i, line in enumerate(shipment["lines"]) if i % shipment["pieces"] == piece - 1]
        facts += [fact("parcel.opened", merchant, parcel, {**common, "version": 1, "code": subject}),
                  fact("parcel.packed", merchant, parcel, {**common, "version": 1, "contents": contents}),
                  fact("waybill.printed", merchant, parcel, {**carried, "source": "given", "print": 1}),
                  fact("parcel.ready", merchant, parcel, {**carried, "matched": "given", "bay": shipment["bay"]}),
                  fact("parcel.shipped", merchant, parcel, {**carried, "how": "bay-closed", "bay": shipment["bay"], "ready_at": stamp(), "policy": 1})]
    notice = str(uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(["demo", merchant, subject, "shipped", 0], separators=(",", ":"))))
    return facts + [fact("notice.reserved", merchant, subject, {"v": 1, "notice": notice, "kind": "shipped", "generation": 0, "not_before": stamp(),
                                                                "expires": stamp(7 * 86400), "owner": "station"})]


class Place:
    """A folder with a ledger of @count reserved notices, keys, and configs of okuru-notify."""

    def __init__(self, folder: Path, count: int):
        self.folder, self.count = folder, count
        self.secret, self.public = folder / "seal.key", folder / "seal.pub"
        subprocess.run([BUILD / "tests/ledger-tool", "--keys", self.secret, self.public], check=True)
        for name, more in {"rsa": ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "ed25519": ["ed25519"]}.items():
            subprocess.run(["openssl", "genpkey", "-quiet", "-algorithm", *more, "-out", folder / f"{name}.pem"], check=True)
        begun = time.monotonic()
        fill_ledger(folder / "station", self.facts(), batch=2000, public=self.public)
        say(f"a ledger with {count} notices in {time.monotonic() - begun:.1f} s")
        self.starts = 0
        self.hold()

    def hold(self) -> None:
        """Beside a writer, as a station is one: a reader that is alone with the ledger takes each page anew from the file. It ends with us."""
        self.writer = subprocess.Popen([BUILD / "tests/ledger-tool", "--folder", self.folder / "station", "--realm", "demo"], stdin=subprocess.PIPE,
                                       preexec_fn=die_with_parent)

    def facts(self):
        yield from floor_facts()
        for shipment in goods.make(self.count):
            yield from sent_facts(shipment)

    def config(self, port: int, keys: tuple) -> Path:
        """With a folder of its own: nothing was sent yet."""
        self.starts += 1
        notices, path = self.folder / f"notices-{self.starts}", self.folder / f"notify-{self.starts}.yaml"
        notices.mkdir(mode=0o750)
        dkim = "".join(["dkim:\n  domain: example.jp\n  selector: bench-1\n", *(f"  {k}: {self.folder}/{k}.pem\n" for k in keys)]) if keys else ""
        path.write_text(f"realm: demo\nsite: dc1\nstation: pack-01\nfolder: {notices}\nledger: {self.folder}/station/ledger.db\nseal: {self.secret}\n"
                        f"domain: okuru.example.jp\nfrom:\n  name: 発送係\n  address: shipping@example.jp\n"
                        f"smtp:\n  host: 127.0.0.1\n  port: {port}\n  tls: none-on-loopback\n{dkim}", encoding="utf-8")
        path.chmod(0o640)
        return path


def database(config: Path) -> Path:
    return Path(re.search(r"^folder: (.*)$", config.read_text(), re.M)[1]) / "notices.db"


class Notify:
    """The program, and the socket at which it says that it is ready."""

    def __init__(self, config: Path, *before: str):
        self.config, self.log = config, config.with_suffix(".log")
        self.channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        address = str(config.with_suffix(f".{time.monotonic_ns()}.ready"))
        self.channel.bind(address)
        self.begun = time.monotonic()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([*before, str(BUILD / "bin/okuru-notify"), "--config", str(config), "--log-level", "warning"], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, env={**os.environ, "NOTIFY_SOCKET": address, "TZ": "Asia/Tokyo"}, preexec_fn=die_with_parent)

    def seconds_until(self, word: bytes) -> float:
        """Since it was started; since @word was awaited, when something else was before."""
        self.channel.settimeout(PATIENCE_S)
        while word not in self.channel.recv(4096).split(b"\n"):
            pass
        return time.monotonic() - self.begun

    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def pid(self) -> int:
        """Its own, also when it runs below another program."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0]) if children else self.process.pid

    def rest(self) -> None:
        """Until it has read all that there is, and has nothing to do."""
        before = -1.0
        while (now := self.cpu_s()) > before + 0.02:
            before = now
            time.sleep(1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.kill(self.pid(), signal.SIGTERM)
        self.process.wait(60)
        self.channel.close()


# ---- mails a second ----

def peer() -> tuple:
    """The command and the environment of the relay that we did not write; none without its package."""
    folder = Path(os.environ.get("OKURU_TEST_NPM", "/nowhere")) / "node_modules"
    return (["node", str(Path(__file__).with_name("smtp-peer.js"))], {**os.environ, "NODE_PATH": str(folder)}) if (folder / "smtp-server").is_dir() else ()


@contextmanager
def sink(count: int, *options: str):
    command, environment = peer() if "--peer" in options else ([BUILD / "tests/smtp-sink", *options], None)
    process = subprocess.Popen([*command, str(count)], stdout=subprocess.PIPE, text=True, env=environment, preexec_fn=die_with_parent)
    try:
        yield process, int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


def judge(process, count: int, signatures: int | None) -> dict:
    """What the sink counted: mails a second, after all came once, whole, and signed as they should be."""
    text, _ = process.communicate(timeout=PATIENCE_S)
    counted = json.loads(text)
    if (counted["mails"], counted["distinct"]) != (count, count) or signatures is not None and counted["signed"] != signatures * count:
        raise RuntimeError(f"wanted {count} mails with {signatures} signatures each: {text}")
    return counted | {"rate": counted["measured"] / counted["seconds"]}


def drain(place: Place, signatures: str, *options: str) -> dict:
    """All notices of the ledger, once."""
    keys = SIGNATURES[signatures]
    with sink(place.count, *options) as (process, port), Notify(place.config(port, keys)) as notify:
        counted = judge(process, place.count, len(keys))
        counted["cpu_us"] = notify.cpu_s() * 1e6 / place.count
    return counted


def probe(mails: Path, count: int, *options: str, keys: tuple = ()) -> dict:
    """@keys: each mail is signed with them first; else they go as they are."""
    signs = ["example.jp", *(str(mails.parent / f"{k}.pem") for k in keys)] if keys else []
    with sink(count, *options) as (process, port):
        done = subprocess.Popen([BUILD / "tests/smtp-probe", str(port), str(mails), *signs])
        counted = judge(process, count, len(keys) or None)
        done.wait(20)
    return counted


def spread(rounds: list[dict]) -> float:
    rates = [r["rate"] for r in rounds]
    return (max(rates) - min(rates)) / statistics.median(rates)


def rates(folder: Path) -> None:
    place = Place(folder, NOTICES)
    mails, unsigned = place.folder / "mails", place.folder / "unsigned"
    drain(place, "rsa-and-ed25519", "--keep", str(mails))  # what libcurl alone gets to send; all is warm then
    drain(place, "unsigned", "--keep", str(unsigned))
    alone, signing, sent = [], [], {name: [] for name in SIGNATURES}
    for i in range(ROUNDS):
        alone.append(probe(mails, place.count))
        signing.append(probe(unsigned, place.count, keys=SIGNATURES["rsa-and-ed25519"]))
        for name in SIGNATURES:
            sent[name].append(drain(place, name))
        say(f"round {i + 1}: libcurl alone {alone[-1]['rate']:.0f} mails/s, " + ", ".join(f"{n} {r[-1]['rate']:.0f}" for n, r in sent.items()))
    limit = median_of(alone, "rate")
    for name, rounds in sent.items():
        ratio = statistics.median(s["rate"] / a["rate"] for s, a in zip(rounds, alone))
        figure(f"notices-sent-per-second-{name}", median_of(rounds, "rate"), "mails/s", limit, "value >= 1000", ratio)
        figure(f"notices-sent-per-second-{name}-beside-libcurl", median_of(rounds, "rate"), "mails/s", limit, "ratio >= 0.7", ratio)
        figure(f"notices-cpu-{name}", median_of(rounds, "cpu_us"), "us/mail")
    both = sent["rsa-and-ed25519"]
    ratio = statistics.median(s["rate"] / a["rate"] for s, a in zip(both, signing))
    figure("notices-sent-per-second-beside-libcurl-that-signs", median_of(both, "rate"), "mails/s", median_of(signing, "rate"), "ratio >= 0.7", ratio)
    figure("libcurl-alone-spread", spread(alone), "of median")
    figure("notices-sent-per-second-spread", spread(sent["rsa-and-ed25519"]), "of median")


def relayed(folder: Path) -> None:
    """A relay that writes a mail before it takes it: then its answers are waited for, by everybody."""
    place = Place(folder, RELAYED)
    mails, options = place.folder / "mails", ("--answer-usec", str(RELAY_USEC))
    drain(place, "rsa-and-ed25519", "--keep", str(mails))
    alone, sent = [], []
    for _ in range(ROUNDS):
        alone.append(probe(mails, place.count, *options))
        sent.append(drain(place, "rsa-and-ed25519", *options))
    ratio = statistics.median(s["rate"] / a["rate"] for s, a in zip(sent, alone))
    figure(f"notices-sent-per-second-relay-of-{RELAY_USEC}us", median_of(sent, "rate"), "mails/s", median_of(alone, "rate"), "ratio >= 0.7", ratio)


def peered(folder: Path) -> None:
    """The relay beside which the goal was set; it takes longer for a mail than libcurl does."""
    if not peer():
        say("OKURU_TEST_NPM names no folder with smtp-server: notices are not sent to it")
        return
    place = Place(folder, NOTICES)
    mails = place.folder / "mails"
    drain(place, "rsa-and-ed25519", "--keep", str(mails))
    alone, sent = [], {name: [] for name in SIGNATURES}
    for _ in range(ROUNDS):
        alone.append(probe(mails, place.count, "--peer"))
        for name in SIGNATURES:
            sent[name].append(drain(place, name, "--peer"))
    for name, rounds in sent.items():
        ratio = statistics.median(s["rate"] / a["rate"] for s, a in zip(rounds, alone))
        figure(f"notices-sent-per-second-{name}-to-smtp-server", median_of(rounds, "rate"), "mails/s", median_of(alone, "rate"), "ratio >= 0.7", ratio)
    figure("libcurl-alone-to-smtp-server-spread", spread(alone), "of median")


# ---- 100,000 that wait ----

def closed_port() -> int:
    """Where nobody listens, nor will while this runs."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def rows(path: Path) -> int:
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
            return db.execute("SELECT count(*) FROM notice").fetchone()[0]
    except sqlite3.Error:
        return 0


def longest_turns(trace: Path, pid: int) -> list[float]:
    """Milliseconds of the loop between two waits, from strace's lines."""
    turns, woke = [], None
    for line in trace.read_text().splitlines():
        m = re.match(rf"{pid} +(\d+\.\d+) epoll_p?wait.*<(\d+\.\d+)>$", line)
        if not m:
            continue
        entered, took = float(m[1]), float(m[2])
        if woke is not None:
            turns.append((entered - woke) * 1000)
        woke = entered + took
    return sorted(turns)


def idle(folder: Path) -> None:
    place = Place(folder, 0)
    with Notify(place.config(closed_port(), SIGNATURES["rsa-and-ed25519"])) as notify:
        notify.seconds_until(b"READY=1")
        time.sleep(SETTLED_S)
        figure("notify-rss-anon-idle", anon_kib(notify.process.pid) / 1024, "MiB", None, "value <= 6")


def other_boot(path: Path) -> None:
    """As if they had waited for a month before, so that all times of it are later than this boot's."""
    with sqlite3.connect(path) as db:
        db.execute("UPDATE notice SET boot = ?, next_usec = next_usec + 30 * 86400 * 1000000", (str(uuid.uuid4()),))


def waiting(folder: Path) -> None:
    place = Place(folder, WAITING)
    config = place.config(closed_port(), SIGNATURES["rsa-and-ed25519"])
    with Notify(config) as notify:
        wait_for("the reservations", lambda: rows(database(config)) == WAITING, 120)
        figure(f"notify-learns-of-{WAITING}", time.monotonic() - notify.begun, "s")
        notify.rest()
        before = notify.cpu_s()
        time.sleep(10)
        figure(f"notify-cpu-with-{WAITING}-waiting", (notify.cpu_s() - before) / 10 * 100, "% of a core")
        figure(f"notify-rss-anon-with-{WAITING}-waiting", anon_kib(notify.process.pid) / 1024, "MiB", None, "value <= 16")
    with Notify(config) as notify:
        figure(f"notify-starts-with-{WAITING}-waiting", notify.seconds_until(b"READY=1"), "s")
    other_boot(database(config))
    with Notify(config) as notify:
        figure(f"notify-starts-with-{WAITING}-waiting-after-a-reboot", notify.seconds_until(b"READY=1"), "s")
        time.sleep(SETTLED_S)
        figure(f"notify-rss-anon-with-{WAITING}-waiting-after-a-reboot", anon_kib(notify.process.pid) / 1024, "MiB", None, "value <= 16")
    stalls(place)


def stalls(place: Place) -> None:
    """The longest time for which the loop hears nobody, from the first look at the ledger until all wait for the line."""
    trace, config = place.folder / "trace", place.config(closed_port(), SIGNATURES["rsa-and-ed25519"])
    with Notify(config, "strace", "-f", "-q", "--seccomp-bpf", "-e", "trace=epoll_wait,epoll_pwait", "-ttt", "-T", "-o", str(trace)) as notify:
        wait_for("the reservations", lambda: rows(database(config)) == WAITING, 120)
        time.sleep(SETTLED_S)
        pid = notify.pid()
    figure("notify-longest-turn-of-its-loop", longest_turns(trace, pid)[-1], "ms")


# ---- the bench ----

def shipped_at_ready() -> dict:
    """The policy by which the scan of a waybill is the moment at which the customer is to be told."""
    policy = goods.policy(3600)
    for merchant in policy["merchants"]:
        for carrier in merchant["carriers"]:
            carrier["shipped"] = "at-ready"
    return policy


def owned_by(owner: str, prefix: str) -> list[dict]:
    return [{**s, "pieces": 1, "labels": s["labels"][:1], "notices": {"shipped": owner}} for s in goods.make(BOXES * (ROUNDS + 1), prefix=prefix)]


def codes(shipments: list[dict], all_count: bool) -> list[str]:
    """@all_count: else the waybill alone does, with which a reservation is written."""
    return [("" if all_count or i == len(scans) - 1 else "~") + code for s in shipments for scans in [codes_of(s)] for i, code in enumerate(scans)]


def reserved(rig) -> int:
    return rig.query("station/ledger.db", "SELECT count(*) FROM notice")[0][0]


def scans() -> None:
    """One bench that packs now what this station tells customers of, now what the OMS does: in turn, and the latter twice."""
    stocks = {"station": owned_by("station", "N"), "oms": owned_by("oms", "O"), "again": owned_by("oms", "P")}
    results = {(owner, whole): [] for owner in stocks for whole in (True, False)}
    with station(1, [s for stock in stocks.values() for s in stock], policy=shipped_at_ready()) as (rig, (hands,)):
        for i in range(ROUNDS + 1):
            for owner in list(stocks) if i % 2 else reversed(stocks):
                boxes, stocks[owner] = stocks[owner][:BOXES], stocks[owner][BOXES:]
                for whole, part in ((True, boxes[:BOXES // 2]), (False, boxes[BOXES // 2:])):
                    hands.codes = codes(part, whole)
                    before = reserved(rig)
                    result = scan([hands], len(hands.codes))
                    if reserved(rig) - before != (len(part) if owner == "station" else 0):
                        raise RuntimeError(f"{owner}: {reserved(rig) - before} reservations of {len(part)}")
                    if i > 0:  # the first ones warm up
                        results[owner, whole].append(result)
    for whole, what in ((True, "scan-to-green"), (False, "scan-to-green-of-a-waybill")):
        ours, theirs, again = (results[owner, whole] for owner in ("station", "oms", "again"))
        for key in ("p50_us", "p99_us"):
            name = f"{what}-{key[:3]}-with-a-reservation"
            ratio = statistics.median(a[key] / b[key] for a, b in zip(ours, theirs))
            noise = statistics.median(abs(a[key] / b[key] - 1) for a, b in zip(again, theirs))
            figure(name, median_of(ours, key), "us", median_of(theirs, key), "ratio <= 1.1" if key == "p50_us" else None, ratio)
            figure(f"{name}-without-twice", noise, "of 1")


# ---- the bench ----

def main() -> int:
    parts = {"rates": rates, "relayed": relayed, "peered": peered, "idle": idle, "waiting": waiting}
    wanted = os.environ.get("OKURU_BENCH_PARTS", "scans,rates,relayed,peered,idle,waiting").split(",")
    if "scans" in wanted:
        scans()
    with tempfile.TemporaryDirectory() as name:
        for part, measure in parts.items():
            if part in wanted:
                (Path(name) / part).mkdir()
                measure(Path(name) / part)
    return 0


if __name__ == "__main__":
    sys.exit(main())
