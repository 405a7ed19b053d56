# SPDX-License-Identifier: Apache-2.0
"""An HTTP server on loopback that answers as it is told, and misbehaves as real ones do. It remembers every request."""
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field

REASONS = {200: "OK", 409: "Conflict", 429: "Too Many Requests", 500: "Internal Server Error"}


@dataclass
class Request:
    method: str
    path: str
    headers: dict  # lower-case names
    body: bytes


@dataclass
class Answer:
    """What becomes of one request. @fault: what happens instead of the answer."""
    status: int = 200
    body: bytes = b"{}"
    headers: dict = field(default_factory=dict)
    # drop-before: closed without reading; drop: read, then closed; silence: read, never answered; garbage: no HTTP;
    # drip: an answer that never ends; cut: half of the body; reset: read, then RST
    fault: str = ""


class FakeServer:
    def __init__(self, *answers: Answer, tls: ssl.SSLContext | None = None, keep: bool = True, port: int = 0):
        self.answers = list(answers)  # the last one stands for all that follow
        self.requests: list[Request] = []
        self.connections = 0
        self.keep = keep
        self.tls = tls
        self.lock = threading.Lock()
        self.done = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self.threads = [threading.Thread(target=self.accept, daemon=True)]
        self.threads[0].start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.done.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self.threads:
            thread.join(timeout=20)

    def accept(self):
        while not self.done.is_set():
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections += 1
            thread = threading.Thread(target=self.serve, args=(peer,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def next_answer(self) -> Answer:
        with self.lock:
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def serve(self, peer):
        try:
            if self.tls:
                peer = self.tls.wrap_socket(peer, server_side=True)
            with peer:
                while self.turn(peer) and self.keep:
                    pass
        except OSError:
            pass

    def turn(self, peer) -> bool:
        """One request; whether the connection stays."""
        if self.answers[0].fault == "drop-before":
            self.next_answer()
            return False
        request = self.read(peer)
        if not request:
            return False
        with self.lock:
            self.requests.append(request)
        answer = self.next_answer()
        if answer.fault == "drop":
            return False
        if answer.fault == "reset":
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            return False
        if answer.fault == "silence":
            self.done.wait(60)
            return False
        if answer.fault == "garbage":
            peer.sendall(b"\x16\x03\x01 not HTTP at all\r\n\r\n" * 10)
            return False
        head = f"HTTP/1.1 {answer.status} {REASONS.get(answer.status, 'Whatever')}\r\nContent-Length: {len(answer.body)}\r\n"
        peer.sendall((head + "".join(f"{k}: {v}\r\n" for k, v in answer.headers.items()) + "\r\n").encode())
        if answer.fault == "drip":
            while not self.done.is_set():
                peer.sendall(b"x")
                time.sleep(0.05)
            return False
        peer.sendall(answer.body[:len(answer.body) // 2] if answer.fault == "cut" else answer.body)
        return answer.fault != "cut"

    @staticmethod
    def read(peer) -> Request | None:
        data = b""
        while b"\r\n\r\n" not in data:
            more = peer.recv(65536)
            if not more:
                return None
            data += more
        head, body = data.split(b"\r\n\r\n", 1)
        first, *lines = head.decode().split("\r\n")
        headers = {k.lower(): v.strip() for k, v in (line.split(":", 1) for line in lines)}
        while len(body) < int(headers.get("content-length", 0)):
            more = peer.recv(65536)
            if not more:
                return None
            body += more
        method, path, _ = first.split(" ")
        return Request(method, path, headers, body)
