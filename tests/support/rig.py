# SPDX-License-Identifier: Apache-2.0
"""A whole floor on one machine: broker, OMS, station, sync and notify in a folder of their own, started and stopped for real.

The demo and the program tests stand on it. Nothing is shared between two rigs; every server listens on the loopback only."""
from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import sqlite3
import subprocess
import threading
from pathlib import Path

from broker import Broker
from waiting import listens, wait_for

REALM, SITE, STATION = "demo", "dc1", "pack-01"


LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """A station that outlives its test reads on, by its old link, from whichever scanner gets that pty's number next."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class RigError(Exception):
    """Something did not start or did not answer; the text says what, and where its log lies."""


class Bench:
    """One bench's cables: a pty for the scanner, FIFOs for light and labels."""

    def __init__(self, folder: Path, name: str):
        self.name = name
        self.diagnose = lambda: ""  # what the rig can say of the station when no light comes
        self.scanner = folder / f"{name}.scanner"
        self.light = folder / f"{name}.light"
        self.labels = folder / f"{name}.labels"
        self.master, self.slave = os.openpty()  # the slave stays open here: a station that is killed must not hang the line up
        self.scanner.symlink_to(os.ttyname(self.slave))
        os.mkfifo(self.light)
        os.mkfifo(self.labels)
        self.light_fd = os.open(self.light, os.O_RDWR | os.O_NONBLOCK)
        self.labels_fd = os.open(self.labels, os.O_RDWR | os.O_NONBLOCK)

    def plug_anew(self) -> None:
        """The cable is pulled, and the scanner comes back as another device under the same name."""
        master, slave = self.master, self.slave
        self.master, self.slave = os.openpty()
        new = self.scanner.with_suffix(".new")
        new.symlink_to(os.ttyname(self.slave))
        new.rename(self.scanner)
        os.close(master)
        os.close(slave)

    def close(self) -> None:
        for fd in (self.master, self.slave, self.light_fd, self.labels_fd):
            os.close(fd)


class Rig:
    def __init__(self, build: Path, folder: Path, benches: int = 1, smtp: dict | None = None, environment: dict | None = None,
                 broker: Broker | None = None, labels: str | None = None, scale: str | None = None, screen_scanner: bool = False, counters: int = 0,
                 station: str = STATION, site: str = SITE, mailbox: Path | None = None, stores: str = "{}", ready_board: list[str] | None = None, slips: str | None = None,
                 gather: str = "1s"):
        """@labels: of the first bench's section `labels` in the board file, instead of its FIFO; @scale: of its section `scale`. @screen_scanner:
        screens may scan. @counters: pickup counters beside the benches. @mailbox: another rig's maildir, to have all mails in one. @stores: of the OMS's config: which
        stations are counters of which site. @ready_board: addresses that see it without a badge; None: there is none.
        @slips: members of the board file's section `slips` beside its folder. @gather: how long an incident waits for others of its customer."""
        self.own_labels, self.own_scale, self.screen_scanner = labels, scale, screen_scanner
        self.site, self.station = site, station
        self.build, self.folder = Path(build), Path(folder)
        self.smtp = smtp
        self.ready_board, self.slips, self.gather = ready_board, slips, gather
        self.stores = stores
        self.mailbox = mailbox or self.folder / "mail"
        self.environment = {**os.environ, "TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8", **(environment or {})}
        self.own_environment: dict[str, dict] = {}  # by program, on top
        self.processes: dict[str, subprocess.Popen] = {}
        self.logs: dict[str, Path] = {}
        for name in ("run", "etc", "log", "station", "sync", "notify", "oms", "mail", "keys", "pictures", "oms-pictures"):
            (self.folder / name).mkdir(parents=True, exist_ok=True, mode=0o750)
        for name in ("tmp", "new", "cur"):
            (self.mailbox / name).mkdir(parents=True, exist_ok=True)
        self.benches = [Bench(self.folder / "run", f"b{i + 1}") for i in range(benches)]
        self.counters = [Bench(self.folder / "run", f"c{i + 1}") for i in range(counters)]
        for bench in self.benches + self.counters:
            bench.diagnose = self.diagnose
        self.broker = broker or Broker(self.folder / "broker", tls=True, realm=REALM, stations=[f"{site}/{station}"])
        self.make_keys()
        self.write_configs()

    # ---- files ----

    def make_keys(self) -> None:
        if not (self.folder / "keys" / "seal.pub").exists():
            self.okuru("keys", "make", "--public", str(self.folder / "keys/seal.pub"), "--secret", str(self.folder / "keys/seal.key"))

    def write_yaml(self, name: str, text: str) -> Path:
        path = self.folder / "etc" / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o640)
        return path

    def write_configs(self) -> None:
        f = self.folder
        identity = f"realm: {REALM}\nsite: {self.site}\nstation: {self.station}\n"
        board = "board: demo\nbenches:\n"
        for i, b in enumerate(self.benches):
            labels = self.own_labels if i == 0 and self.own_labels else f"{{console: json, path: {b.labels}}}"
            board += (f"  - name: {b.name}\n    scanners:\n      - name: hand-1\n        driver: serial\n        path: {b.scanner}\n        suffix: cr\n"
                      f"    light:\n      console: json\n      path: {b.light}\n    labels: {labels}\n")
            if i == 0 and self.own_scale:
                board += f"    scale: {self.own_scale}\n"
        for c in self.counters:
            board += (f"  - name: {c.name}\n    kind: counter\n    scanners:\n      - name: hand-1\n        driver: serial\n        path: {c.scanner}\n        suffix: cr\n"
                      f"    light:\n      console: json\n      path: {c.light}\n")
        if self.slips:
            for part in ("new", "printed"):
                (f / "slips" / part).mkdir(parents=True, exist_ok=True)
            board += f"slips:\n  folder: {f}/slips\n{self.slips}"
        self.write_yaml("board.yaml", board)
        self.write_yaml("station.yaml", identity + f"""language: ja
folder: {f}/station
socket: {f}/run/station.sock
inbox: {f}/sync/inbox.db
notices: {f}/notify/notices.db
board: {f}/etc/board.yaml
seal:
  public: {f}/keys/seal.pub
  secret: {f}/keys/seal.key
{'screen_scanner: true' if self.screen_scanner else ''}
""")
        self.write_web_config()
        self.write_sync_config()
        route = f"maildir: {self.mailbox}\n" if not self.smtp else "smtp:\n" + "".join(f"  {k}: {v}\n" for k, v in self.smtp.items())
        self.write_yaml("notify.yaml", identity + f"""folder: {f}/notify
ledger: {f}/station/ledger.db
socket: {f}/run/station.sock
seal: {f}/keys/seal.key
domain: okuru.example.jp
gather: {self.gather}
{route}""" + (f"slip: {{folder: {f}/slips, columns: 48}}\n" if self.slips else ""))
        self.write_oms_config()

    def mqtt_section(self, name: str) -> str:
        """@name: whose certificate it is."""
        cert, key = self.broker.cert(name)
        return f"""mqtt:
  host: {self.broker.host}
  port: {self.broker.port}
  ca: {self.broker.ca}
  cert: {cert}
  key: {key}
  reconnect_min: 200ms
  reconnect_max: 2s
"""

    def write_oms_config(self) -> None:
        f, mqtt = self.folder, self.mqtt_section("oms")
        self.write_yaml("oms.yaml", f"""realm: {REALM}
database: {f}/oms/oms.db
pictures: {f}/oms-pictures
stores: {self.stores}
socket: {f}/run/oms.sock
{mqtt}""")

    def write_web_config(self, listen: str = "", more: str = "") -> None:
        """@listen: members beside the port. @more: sections beside `listen`."""
        f = self.folder
        self.write_yaml("web.yaml", f"""realm: {REALM}
site: {self.site}
station: {self.station}
ledger: {f}/station/ledger.db
inbox: {f}/sync/inbox.db
pictures: {f}/pictures
socket: {f}/run/station.sock
listen:
  port: 0
{listen}{more}""" + (f"ready_board: {{screens: {json.dumps(self.ready_board)}}}\n" if self.ready_board is not None else ""))

    def write_sync_config(self) -> None:
        f, mqtt = self.folder, self.mqtt_section(f"{self.site}/{self.station}")
        self.write_yaml("sync.yaml", f"""realm: {REALM}
site: {self.site}
station: {self.station}
folder: {f}/sync
ledger: {f}/station/ledger.db
notices: {f}/notify/notices.db
socket: {f}/run/station.sock
pictures: {f}/pictures
seal: {f}/keys/seal.pub
{mqtt}""")

    # ---- programs ----

    def program(self, name: str) -> str:
        return str(self.build / "bin" / name)

    def start(self, name: str, *arguments: str) -> subprocess.Popen:
        """okuru-@name with its config; its log is appended to, so that a restart leaves the story whole."""
        config = self.folder / "etc" / f"{name}.yaml"
        command = [self.program(f"okuru-{name}"), *(["serve"] if name == "oms" else []), "--config", str(config), *arguments]
        self.logs[name] = self.folder / "log" / f"{name}.log"
        with open(self.logs[name], "ab") as log:
            # The kernel takes the thread for the parent, and only the main one lives as long as we do.
            bond = die_with_parent if threading.current_thread() is threading.main_thread() else None
            self.processes[name] = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=bond,
                                                    env={**self.environment, **self.own_environment.get(name, {})})
        return self.processes[name]

    def start_all(self) -> None:
        self.broker.start()
        for name in ("oms", "station", "sync", "notify"):
            self.start(name)
        self.wait_up()

    def start_web(self) -> str:
        """The screens, on a port of their own; their address."""
        before = len(self.web_addresses())
        self.start("web")
        return wait_for("the screens' address", lambda: self.alive("web") and self.web_addresses()[before:])[0]

    def web_addresses(self) -> list[str]:
        """Of all its starts."""
        log = self.folder / "log" / "web.log"
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        return [line.split("screens at ")[1].strip().rstrip("/") for line in lines if "screens at http" in line]

    def wait_up(self) -> None:
        wait_for("the station's socket", lambda: self.alive("station") and self.try_status())
        wait_for("the OMS's socket", lambda: self.alive("oms") and listens(self.folder / "run/oms.sock"))
        wait_for("notify's database", lambda: self.alive("notify") and (self.folder / "notify/notices.db").exists())
        wait_for("sync's database", lambda: self.alive("sync") and (self.folder / "sync/inbox.db").exists())

    def all_alive(self) -> bool:
        return all(self.alive(name) for name in self.processes)

    def alive(self, name: str) -> bool:
        code = self.processes[name].poll()
        if code is not None:
            raise RigError(f"okuru-{name} ended with {code}: {self.tail_of(name)}")
        return True

    def diagnose(self) -> str:
        """Alive or not, what it says of itself, the end of its log: for a test that got no answer."""
        ends = {name: process.poll() for name, process in self.processes.items()}
        return f"exit codes {ends}; status {self.try_status()}; log: {self.tail_of('station')}"

    def tail_of(self, name: str, lines: int = 15) -> str:
        return "\n".join(self.logs[name].read_text(errors="replace").splitlines()[-lines:])

    def kill(self, name: str) -> None:
        """Power gone for one program: no chance to tidy up."""
        self.processes[name].kill()
        self.processes[name].wait()

    def stop(self, name: str, timeout: float = 20.0) -> int:
        process = self.processes.pop(name, None)
        if not process:
            return 0
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            return process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise RigError(f"okuru-{name} did not stop within {timeout:.0f} s: {self.tail_of(name)}") from None

    def stop_all(self) -> None:
        errors = []
        for name in ("web", "station", "sync", "notify", "oms"):
            try:
                self.stop(name)
            except RigError as e:
                errors.append(str(e))
        self.broker.stop()
        for b in self.benches + self.counters:
            b.close()
        if errors:
            raise RigError("; ".join(errors))

    def okuru(self, *arguments: str, check: bool = True) -> str:
        """The command line tool, as a person would call it."""
        done = subprocess.run([self.program("okuru"), *arguments], env=self.environment, text=True, capture_output=True)
        if check and done.returncode:
            raise RigError(f"okuru {' '.join(arguments)}: exit {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def oms(self, *arguments: str, check: bool = True) -> str:
        command = [self.program("okuru-oms"), arguments[0], "--config", str(self.folder / "etc/oms.yaml"), *arguments[1:]]
        done = subprocess.run(command, env=self.environment, text=True, capture_output=True)
        if check and done.returncode:
            raise RigError(f"okuru-oms {' '.join(arguments)}: exit {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def ask_station(self, request: dict) -> dict:
        """One request on the control socket."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
            s.settimeout(20)
            s.connect(str(self.folder / "run/station.sock"))
            s.sendall(json.dumps(request).encode() + b"\n")
            return json.loads(s.makefile("rb").readline())

    def try_status(self) -> dict | None:
        try:
            return self.ask_station({"verb": "status"})
        except (OSError, ValueError):
            return None

    # ---- what is on the disks: read here, not asked of the programs ----

    def query(self, database: str, sql: str, *parameters) -> list[tuple]:
        path = self.folder / database
        if not path.exists():
            return []
        db = sqlite3.connect(f"file:{path}?mode=ro&readonly_shm=1", uri=True, timeout=10)
        try:
            return db.execute(sql, parameters).fetchall()
        finally:
            db.close()

    def ledger_facts(self, lane: int = 0) -> list[dict]:
        rows = self.query("station/ledger.db", "SELECT seq, id, type, merchant, subject, data FROM fact WHERE lane = ? ORDER BY seq", lane)
        return [dict(zip(("seq", "id", "type", "merchant", "subject", "data"), (*row[:5], json.loads(row[5])))) for row in rows]

    def mails(self) -> list[Path]:
        """All that arrived, also what a mail program has moved to cur/ since."""
        return sorted(path for name in ("new", "cur") for path in (self.mailbox / name).iterdir())
