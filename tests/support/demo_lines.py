# SPDX-License-Identifier: Apache-2.0
"""What the demo's store is wired to: a mail relay, and a provider of SMS and LINE messages. Each of the two lines can be cut and mended."""
from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from smtp_sink import Sink
from ways import gateway, secret


class Relay(Sink):
    """Lays each mail into a maildir, once: a copy comes under the same name, by which mail programs know it."""

    def __init__(self, mailbox: Path):
        super().__init__()
        self.mailbox = mailbox

    def take(self, text: bytes) -> str:
        answer = super().take(text)
        name = self.taken[-1][0]
        (self.mailbox / "tmp" / name).write_bytes(text)
        (self.mailbox / "tmp" / name).rename(self.mailbox / "new" / name)
        return answer


class Provider:
    """Takes messages by HTTP, and each of them once."""

    def __init__(self):
        self.texts: list[dict] = []  # id, at, way ("sms" or "line"), to, text
        self.lock = threading.Lock()
        self.server, self.port, self.url = None, 0, ""

    def open(self) -> Provider:
        provider = self

        class Answers(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.path == "/v1/send":
                    provider.take(asked["id"], "sms", asked["to"], asked["text"])
                else:
                    provider.take(self.headers["X-Line-Retry-Key"], "line", asked["to"], asked["messages"][0]["text"])
                body = b'{"status":"queued"}'
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Answers)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def close(self) -> None:
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def take(self, id: str, way: str, to: str, text: str) -> None:
        with self.lock:
            if id not in {t["id"] for t in self.texts}:
                self.texts.append({"id": id, "at": time.time(), "way": way, "to": to, "text": text})


class Lines:
    def __init__(self, mailbox: Path):
        self.mail, self.texts = Relay(mailbox).open(), Provider().open()
        self.lock = threading.Lock()

    def config(self, folder: Path, fallback_s: int) -> str:
        """Sections of notify.yaml beside `smtp`. @folder: for what they name."""
        return (f"fallback_after: {fallback_s}s\nsms:\n- {{name: provider, gateway: {gateway(folder, self.texts, 'safe')}, timeout: 5s}}\n"
                f"line: {{token_file: {secret(folder, 'line.token', 't0ken')}, api: '{self.texts.url}', timeout: 5s}}\n")

    def state(self) -> dict[str, bool]:
        return {"mail": self.mail.server is not None, "texts": self.texts.server is not None}

    def turn(self, name: str, is_up: bool) -> None:
        """@name: "mail" or "texts"."""
        with self.lock:
            if is_up != self.state()[name]:
                line = {"mail": self.mail, "texts": self.texts}[name]
                line.open() if is_up else line.close()

    def close(self) -> None:
        self.mail.close()
        self.texts.close()
