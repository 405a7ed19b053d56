# SPDX-License-Identifier: Apache-2.0
"""The screens' server as a client sees it: by the rules (Client), and byte by byte (raw)."""
from __future__ import annotations

import http.client
import json
import socket
import ssl
from urllib.parse import urlsplit


def own_address() -> str:
    """Of this machine, and not of its loopback: a connection from it to the loopback never leaves the machine, but does not look like one from it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect(("192.0.2.1", 9))  # sends nothing: asks the routes
        address = s.getsockname()[0]
    assert not address.startswith("127."), "this machine needs one address beside its loopback"
    return address


class Client:
    """A browser without a page: keeps the cookie, sends the token."""

    def __init__(self, address: str, source: str = "127.0.0.1", tls: ssl.SSLContext | None = None):
        """@tls: whom to trust, where the address is https."""
        self.scheme, self.host, self.port, self.source, self.tls = urlsplit(address).scheme, urlsplit(address).hostname, urlsplit(address).port, source, tls
        self.cookie_name = "__Host-okuru" if self.scheme == "https" else "okuru"
        self.cookie = self.token = None
        self.headers: dict[str, str] = {}  # of the last answer

    def ask(self, method: str, path: str, body: str | bytes | None = None, **headers) -> tuple[int, dict | bytes]:
        kind, more = (http.client.HTTPSConnection, {"context": self.tls}) if self.scheme == "https" else (http.client.HTTPConnection, {})
        c = kind(self.host, self.port, timeout=20, source_address=(self.source, 0), **more)
        sent = {"Host": f"{self.host}:{self.port}", **({"Cookie": f"{self.cookie_name}={self.cookie}"} if self.cookie else {}),
                **{k.replace("_", "-"): v for k, v in headers.items() if v is not None}}
        try:
            c.request(method, path, body, sent)
            answer = c.getresponse()
            data = answer.read()
        finally:
            c.close()
        self.headers = dict(answer.getheaders())
        if "Set-Cookie" in self.headers:
            self.cookie = self.headers["Set-Cookie"].split(";")[0].removeprefix(f"{self.cookie_name}=")
        return answer.status, json.loads(data) if self.headers.get("Content-Type") == "application/json" and data else data

    def get(self, path: str) -> tuple[int, dict | bytes]:
        return self.ask("GET", path)

    def session(self) -> dict:
        status, body = self.get("/api/v1/session")
        assert status == 200
        self.token = body["token"]
        return body

    def post(self, path: str, body: dict | str, **headers) -> tuple[int, dict]:
        """As one of our pages does it; @headers replace or (None) leave out."""
        if not self.token:
            self.session()
        usual = {"Origin": f"{self.scheme}://{self.host}:{self.port}", "Content_Type": "application/json", "X_Okuru_Token": self.token}
        return self.ask("POST", path, (body if isinstance(body, str) else json.dumps(body)).encode(), **{**usual, **headers})

    def enter(self, badge: str) -> tuple[int, dict]:
        status, body = self.post("/api/v1/session", {"badge": badge})
        if status == 200:
            self.token = body["token"]
        return status, body

    # ---- byte by byte ----

    def connect(self) -> socket.socket:
        return socket.create_connection((self.host, self.port), timeout=20, source_address=(self.source, 0))

    def raw(self, data: bytes) -> bytes:
        """All that comes back until the server closes, or says nothing more for a while."""
        with self.connect() as s:
            s.sendall(data)
            s.settimeout(1)
            out = b""
            try:
                while chunk := s.recv(65536):
                    out += chunk
            except OSError:
                pass
            return out

    def live(self, path: str) -> "Live":
        return Live(self, path)


class Live:
    """Server-sent events of one stream."""

    def __init__(self, client: Client, path: str):
        self.socket = client.connect()
        cookie = f"Cookie: okuru={client.cookie}\r\n" if client.cookie else ""
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: {client.host}:{client.port}\r\n{cookie}\r\n".encode())
        self.file = self.socket.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        while self.file.readline().strip():
            pass
        self.rest = b""

    def _lines(self):
        while True:
            size = self.file.readline().strip()
            if not size or int(size, 16) == 0:
                return
            self.rest += self.file.read(int(size, 16))
            self.file.readline()
            while b"\n" in self.rest:
                line, self.rest = self.rest.split(b"\n", 1)
                yield line.decode()

    def events(self):
        kind, data = "", ""
        for line in self._lines():
            if line.startswith("event: "):
                kind = line[7:]
            elif line.startswith("data: "):
                data = line[6:]
            elif not line and kind:
                yield kind, json.loads(data)
                kind, data = "", ""

    def until(self, kind: str, test=lambda data: True) -> dict:
        return next(data for k, data in self.events() if k == kind and test(data))

    def close(self) -> None:
        self.socket.close()
