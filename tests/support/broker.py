#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A real mosquitto on a free port of the loopback, plain or with mutual TLS of a throw-away CA and an ACL for stations.

As a library (tests):

    with Broker(tmp_path, tls=True, stations=["tokyo/bench-1"]) as broker:
        cert, key = broker.cert("tokyo/bench-1")   # the certificate's name is the station's, "oms" is the OMS's
        ...                                        # broker.host, broker.port, broker.ca
        broker.kill(); broker.start()              # the same port; it remembers nothing

As a program (scripts/demo, by hand), where DIR/broker.json says what runs:

    broker.py start DIR [--plain] [--realm R] [--port N] [--station SITE/STATION]...
    broker.py stop|kill|status DIR
    broker.py cert DIR NAME
    broker.py acl --realm R --station SITE/STATION...
"""
import argparse
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from ports import free_port

HOST = "127.0.0.1"
OMS = "oms"
STATION = re.compile(r"[a-z0-9-]{1,32}/[a-z0-9-]{1,32}")
START_SEC = 10
CERT_DAYS = 30


def openssl(directory: Path, *arguments: str, at: str = "") -> None:
    done = subprocess.run([*(["faketime", at] if at else []), "openssl", *arguments], cwd=directory, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {' '.join(arguments)}: {done.stderr.strip()}")


def new_key(directory: Path, stem: str, name: str, *more: str) -> None:
    """EC keys: a hundred certificates in a second. A slash parts the names in -subj, so it is escaped."""
    subject = "/CN=" + name.replace("/", "\\/")
    openssl(directory, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", f"{stem}.key", "-subj", subject, *more)
    (directory / f"{stem}.key").chmod(0o600)


def make_ca(directory: Path, stem: str = "ca") -> Path:
    """A CA of our own in @directory, made once. Returns its certificate; the key lies beside it."""
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    if not (directory / f"{stem}.pem").exists():
        new_key(directory, stem, f"okuru throw-away {stem}", "-x509", "-days", str(CERT_DAYS), "-out", f"{stem}.pem")
    return directory / f"{stem}.pem"


def make_cert(directory: Path, name: str, hosts: tuple[str, ...] = (), ca: str = "ca", until: str = "") -> tuple[Path, Path]:
    """A certificate for @name by the CA of make_ca(), made once: (certificate, key). @hosts: for a server. @until: it ends a day
    after that, as faketime says it."""
    directory = Path(directory)
    stem = name.replace("/", ".")  # no name holds a dot
    if not (directory / f"{stem}.pem").exists():
        new_key(directory, stem, name, "-out", f"{stem}.csr")
        extension = []
        if hosts:
            names = ",".join(("IP:" if h[0].isdigit() else "DNS:") + h for h in hosts)
            (directory / f"{stem}.ext").write_text(f"subjectAltName={names}\n")
            extension = ["-extfile", f"{stem}.ext"]
        openssl(directory, "x509", "-req", "-days", "1" if until else str(CERT_DAYS), "-in", f"{stem}.csr", "-CA", f"{ca}.pem",
                "-CAkey", f"{ca}.key", "-CAcreateserial", "-out", f"{stem}.pem", *extension, at=until)
        (directory / f"{stem}.csr").unlink()
    return directory / f"{stem}.pem", directory / f"{stem}.key"


def acl(realm: str, stations: list[str], oms: str = OMS) -> str:
    """The broker's rules: a station writes only below itself and reads itself and its site's peers. Nobody else anything.

    One block a station and not one pattern for all: mosquitto's %u is the whole name and cannot say "my site"."""
    top = f"okuru/v1/{realm}"
    lines = [f"user {oms}", f"topic read {top}/#"]
    lines += [f"topic write {top}/+/+/{leaf}" for leaf in ("applied", "down", "ask", "reply")]
    for station in stations:
        if not STATION.fullmatch(station):
            raise ValueError(f"not a site/station: {station!r}")
        own = f"{top}/{station}"
        lines += ["", f"user {station}"]
        lines += [f"topic write {own}/{leaf}" for leaf in ("up/fact", "up/trace", "taken", "peer", "status")]
        lines += [f"topic readwrite {own}/{leaf}" for leaf in ("ask", "reply")]
        lines += [f"topic read {own}/{leaf}" for leaf in ("applied", "down")]
        lines += [f"topic read {top}/{station.split('/')[0]}/+/peer"]
    return "\n".join(lines) + "\n"


class Broker:
    """One mosquitto. Stopped at the end of the with-block; with @detached it outlives us (broker.py start)."""

    def __init__(self, directory: Path, tls: bool = False, realm: str = "test", stations: list[str] | None = None,
                 port: int = 0, extra: str = "", detached: bool = False):
        self.directory = Path(directory).resolve()
        self.tls, self.realm, self.stations, self.extra = tls, realm, list(stations or []), extra
        self.host, self.port = HOST, port or free_port()
        self.detached = detached
        self.pid = 0
        self.process: subprocess.Popen | None = None
        self.directory.mkdir(parents=True, exist_ok=True)
        self.ca = make_ca(self.directory) if tls else None

    def cert(self, name: str) -> tuple[Path, Path]:
        return make_cert(self.directory, name)

    def allow(self, station: str) -> tuple[Path, Path]:
        """One more station, while running too: (certificate, key)."""
        if station not in self.stations:
            self.stations.append(station)
        self._write_acl()
        if self.pid:
            os.kill(self.pid, signal.SIGHUP)  # reads the ACL again
        return self.cert(station)

    def _write_acl(self) -> None:
        (self.directory / "acl").write_text(acl(self.realm, self.stations))

    def _write_config(self) -> None:
        d = self.directory
        lines = ["persistence false", f"log_dest file {d}/mosquitto.log", "log_type all", f"pid_file {d}/mosquitto.pid"]
        if os.geteuid() == 0:
            lines.insert(0, "user root")  # else it becomes another user and cannot read this folder
        lines.append(f"listener {self.port} {self.host}")
        if self.tls:
            cert, key = make_cert(d, "broker", hosts=(HOST, "localhost"))
            self._write_acl()
            lines += [f"cafile {self.ca}", f"certfile {cert}", f"keyfile {key}", "tls_version tlsv1.2",
                      "require_certificate true", "use_identity_as_username true", f"acl_file {d}/acl"]
        else:
            lines.append("allow_anonymous true")
        (d / "mosquitto.conf").write_text("\n".join(lines) + f"\n{self.extra}\n")

    def start(self) -> "Broker":
        """Returns when it listens. After stop() or kill(): the same port."""
        if self.pid:
            raise RuntimeError("already running")
        self._write_config()
        # Debian keeps the broker in sbin, which a user's PATH leaves out.
        program = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
        if not program:
            raise RuntimeError("no mosquitto: scripts/deps installs it")
        command = [program, "-c", str(self.directory / "mosquitto.conf")]
        if not self.detached:
            command = ["setpriv", "--pdeathsig", "KILL", *command]  # a killed test run leaves no broker behind
        with open(self.directory / "mosquitto.out", "ab") as out:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                            start_new_session=self.detached)
        self.pid = self.process.pid
        self._wait_until_it_listens()
        return self

    def _wait_until_it_listens(self) -> None:
        end = time.monotonic() + START_SEC
        while time.monotonic() < end:
            if self.process.poll() is not None:
                self.pid = 0
                raise RuntimeError(f"mosquitto ended with {self.process.returncode}; see {self.directory}/mosquitto.out")
            try:
                socket.create_connection((self.host, self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.02)
        self.kill()
        raise RuntimeError(f"mosquitto does not listen; see {self.directory}/mosquitto.log")

    def _end(self, number: int) -> None:
        if not self.pid:
            return
        try:
            os.kill(self.pid, number)
            os.kill(self.pid, signal.SIGCONT)  # a paused one would not hear it
        except ProcessLookupError:
            pass
        if self.process:
            self.process.wait(timeout=START_SEC)
        else:
            end = time.monotonic() + START_SEC
            while is_ours(self.pid, self.directory) and time.monotonic() < end:
                time.sleep(0.02)
        self.pid, self.process = 0, None

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As a power cut does: without a word to its clients."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """What a half-open connection looks like: the kernel takes bytes, nobody reads them."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def __enter__(self) -> "Broker":
        return self if self.pid else self.start()

    def __exit__(self, *_) -> None:
        self.stop()


def is_ours(pid: int, directory: Path) -> bool:
    """Does @pid still run the broker of @directory? A number alone may have become another process."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return str(directory / "mosquitto.conf").encode() in words


def load(directory: Path) -> Broker:
    """The broker that `broker.py start` left in @directory, running or not."""
    try:
        known = json.loads((directory / "broker.json").read_text())
    except FileNotFoundError:
        sys.exit(f"broker.py: nothing was started in {directory}")
    broker = Broker(directory, known["tls"], known["realm"], known["stations"], known["port"], detached=True)
    broker.pid = known["pid"] if is_ours(known["pid"], broker.directory) else 0
    return broker


def save(broker: Broker) -> dict:
    known = {"host": broker.host, "port": broker.port, "pid": broker.pid, "tls": broker.tls, "realm": broker.realm,
             "stations": broker.stations, "ca": str(broker.ca) if broker.ca else None,
             "certs": {n: [str(p) for p in broker.cert(n)] for n in [*broker.stations, OMS]} if broker.tls else {}}
    (broker.directory / "broker.json").write_text(json.dumps(known, indent=1) + "\n")
    return known


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for name in ("start", "stop", "kill", "status", "cert", "acl"):
        verb = verbs.add_parser(name)
        if name != "acl":
            verb.add_argument("dir", type=Path)
        if name in ("start", "acl"):
            verb.add_argument("--realm", default="test")
            verb.add_argument("--station", action="append", default=[], metavar="SITE/STATION")
        if name == "start":
            verb.add_argument("--plain", action="store_true", help="no TLS, no ACL")
            verb.add_argument("--port", type=int, default=0)
        if name == "cert":
            verb.add_argument("name")
    a = parser.parse_args()
    try:
        if a.verb == "acl":
            print(acl(a.realm, a.station), end="")
            return
        if a.verb == "start":
            directory = a.dir.resolve()
            # Started before: the same port, certificates and stations, unless told otherwise.
            known = (directory / "broker.json").exists()
            broker = load(directory) if known else Broker(directory, not a.plain, a.realm, a.station, a.port, detached=True)
            if known:
                broker.stations += [s for s in a.station if s not in broker.stations]
            broker.start()
        else:
            broker = load(a.dir.resolve())
        if a.verb in ("stop", "kill"):
            getattr(broker, a.verb)()
        if a.verb == "cert":
            print(json.dumps([str(p) for p in broker.cert(a.name)]))
            return
        print(json.dumps(save(broker)))
    except (RuntimeError, ValueError) as error:
        sys.exit(f"broker.py: {error}")


if __name__ == "__main__":
    main()
