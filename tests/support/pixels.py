# SPDX-License-Identifier: Apache-2.0
"""When a page in Chromium changed what is painted, by the clock of who made it change; and a page that does nothing else, as the limit.

A change is timed by the second animation frame after the document changed: the frame with the change has then been handed on, and at
60 Hz up to 17 ms have passed since. What compositor, panel and cable add cannot be seen from here."""
from __future__ import annotations

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from waiting import wait_for

# What a page of each kind shows: a number that grows, and of what kind it is.
OURS = "!doc || !doc.shown ? null : {n: doc.n_shown, kind: doc.shown.prompt || doc.shown.kind === 'saving' ? 'prompt' : doc.shown.light}"
BARE = "{n: Number(document.body.dataset.n), kind: 'green'}"
WATCH = """
window.benchSeen = [];
new MutationObserver(() => {
        const seen = window.benchSeen, what = %s;
        if (!what || seen.length && seen[seen.length - 1].n === what.n)
                return;
        const it = {...what, dom: performance.now(), frame: 0};
        seen.push(it);
        requestAnimationFrame(() => requestAnimationFrame(() => { it.frame = performance.now(); }));
}).observe(document.documentElement, {attributes: true, subtree: true, childList: true, characterData: true});
"""
# Of use: the first document is shown, and painted.
USABLE = """
addEventListener("DOMContentLoaded", () => {
        const look = () => {
                if (document.body.dataset.ready !== "yes")
                        return;
                observer.disconnect();
                requestAnimationFrame(() => requestAnimationFrame(() => { window.benchUsable = performance.now(); }));
        }, observer = new MutationObserver(look);
        observer.observe(document.body, {attributes: true});
        look();
});
"""


def usable_ms(chromium) -> float:
    """Of a page that was opened with USABLE in it: from the start of the navigation."""
    return wait_for("the page is of use", lambda: chromium.js("return window.benchUsable || 0"))


class Clock:
    """The page's clock as time.monotonic() tells it: asked some times, and the answer that took least is right to half of that."""

    def __init__(self, chromium):
        tries = []
        for _ in range(30):
            before = time.monotonic()
            page = chromium.js("return performance.now()") / 1000
            width = time.monotonic() - before
            tries.append((width, before + width / 2 - page))
        self.width_s, self.offset_s = min(tries)

    def at(self, page_ms: float) -> float:
        return page_ms / 1000 + self.offset_s


class Watched:
    """A page that is open in @chromium, and the changes that it wrote down."""

    def __init__(self, chromium, what: str):
        self.chromium = chromium
        chromium.js(WATCH % what)
        self.clock = Clock(chromium)

    def changes(self) -> list[dict]:
        """All that answered something, painted by now; times in seconds of time.monotonic()."""
        def painted():
            seen = self.chromium.js("return window.benchSeen")
            return seen if seen and all(s["frame"] for s in seen) else None
        return [{"dom": self.clock.at(s["dom"]), "frame": self.clock.at(s["frame"])} for s in wait_for("the last frame", painted) if s["kind"] != "prompt"]


def delays_ms(begun: list[float], changes: list[dict], key: str) -> list[float]:
    """From each of @begun to the first change after it: one that was skipped counts as the next one's."""
    times = [c[key] for c in changes]
    return [1000 * min((t - b for t in times if t >= b), default=float("inf")) for b in begun]


class BarePage(ThreadingHTTPServer):
    """One colour and one number, changed by a server-sent event."""

    daemon_threads = True
    PAGE = (b'<!doctype html><meta charset="utf-8"><title>bare</title><body data-n="0"><p></p><script>'
            b'new EventSource("/live").onmessage = e => { const b = document.body; b.style.background = e.data % 2 ? "green" : "white";'
            b'b.firstChild.textContent = e.data; b.dataset.n = e.data; b.dataset.ready = "yes"; }</script>')

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.stream: socket.socket | None = None
        self.n, self.ballast = 0, b""
        self.address = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def open(self, chromium) -> None:
        self.stream = None
        chromium.open(self.address + "/")
        chromium.wait_ready()

    def flip(self) -> None:
        self.n += 1
        self.stream.sendall(b"data: %d\n\n" % self.n)

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: BarePage

    def log_message(self, *arguments) -> None:
        """Says nothing."""

    def do_GET(self) -> None:
        if self.path == "/live":
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n\r\ndata: 0\n\n")
            self.server.stream = self.connection
            try:
                while self.connection.recv(4096):
                    pass
            except OSError:
                pass
            return
        body = BarePage.PAGE + b"<!--" + self.server.ballast + b"-->"
        self.send_response(200 if self.path == "/" else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)
