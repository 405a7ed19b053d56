# SPDX-License-Identifier: Apache-2.0
"""The demo's own pages: where everything is, and the customer's phone, with the mails and messages as they came, the codes to show at the
counter, and the lines that can be cut beside it.

A part of the demo and of nothing else: it listens on the loopback, knows made-up customers only, and what it shows to the counter goes to
the pty that stands for the counter's scanner."""
from __future__ import annotations

import html
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, urlsplit

from compare import read_mail
from demo_floor import FALLBACK_S
from demo_store import OFFER, SITE, Customer, Shop
from rig import RigError
from waiting import TimedOut

PAGES = Path(__file__).with_name("demo_pages")
ICON = Path(__file__).parents[2] / "services/web/pages"
PARTS = {"qr": lambda c: c.token, "code": lambda c: c.code, "order": lambda c: c.number}
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def qr_svg(text: str) -> bytes:
    """Drawn by Debian's qrencode, black on white, with the quiet border that scanners want."""
    return subprocess.run(["qrencode", "-t", "SVG", "-l", "M", "-m", "4", "-o", "-", text], check=True, capture_output=True).stdout


class Phone:
    def __init__(self, shop: Shop, addresses: dict[str, str], slips: list[dict]):
        """@addresses: of the screens: bench, floor, counter, store, board. @slips: shipments of the DC that are offered to its bench."""
        self.shop, self.addresses, self.slips = shop, addresses, slips
        self.coupon = OFFER.token(t="o", m="aozora", o="O-1", n="C-1", w=SITE)
        self.read: dict[Path, dict] = {}
        self.drawn: dict[str, bytes] = {}
        self.lock = threading.Lock()

        class Answers(BaseHTTPRequestHandler):
            phone = self

            def do_GET(self) -> None:
                answer(self, self.phone)

            def do_POST(self) -> None:
                act(self, self.phone)

            def log_message(self, *_) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_) -> None:
                """A browser that went away while it was answered is nobody's trouble."""
                if not isinstance(sys.exc_info()[1], ConnectionError):
                    super().handle_error(*_)

        self.server = Server(("127.0.0.1", 0), Answers)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    # ---- what a customer has ----

    def mails(self) -> list[dict]:
        """The newest first. A mail does not change: each is read once."""
        with self.lock:
            for path in self.shop.rig.mails():
                if path.name not in {p.name for p in self.read}:
                    mail = read_mail(path)
                    body = mail.get_body(("plain",))
                    self.read[path] = {"id": path.name, "at": path.stat().st_mtime, "to": str(mail["To"]), "address": mail["To"].addresses[0].addr_spec,
                                       "from": mail["From"].addresses[0].display_name, "subject": str(mail["Subject"]), "text": body.get_content() if body else ""}
            return sorted(self.read.values(), key=lambda m: (-m["at"], m["id"]))

    def texts(self) -> list[dict]:
        people = {address: c for c in self.shop.customers for address in c.addresses}
        return [{**t, "customer": c.name if c else None, "to": t["to"] if t["way"] == "sms" or not c else c.order["contact"]["contact"]["name"], "from": "", "subject": ""}
                for t in list(self.shop.lines.texts.texts) for c in [people.get(t["to"])]]

    def lines(self) -> dict:
        """How the two lines are, which orders wait for one, and the paper that came out meanwhile."""
        numbers = {c.name: c.number for c in self.shop.customers}
        slips = [{"order": next((n for n in numbers.values() if n in text), ""), "text": text} for text in self.shop.slips()]
        return {**self.shop.lines.state(), "after": FALLBACK_S, "waiting": [numbers.get(s, s) for s in self.shop.waiting()], "slips": slips[::-1]}

    def customer(self, name: str) -> Customer | None:
        return next((c for c in self.shop.customers if c.name == name), None)

    def state(self) -> dict:
        by_address = {c.email: c for c in self.shop.customers}
        mails = [{**m, "way": "email", "customer": by_address[m["address"]].name if m["address"] in by_address else None} for m in self.mails()]
        messages = sorted(mails + self.texts(), key=lambda m: (-m["at"], m["id"]))
        told = {m["customer"] for m in messages}
        people = [{"name": c.name, "number": c.number, "code": c.code, "token": c.token, "says": c.says, "told": c.name in told} for c in self.shop.customers]
        keys = ("id", "at", "way", "to", "from", "subject", "text", "customer")
        return {"messages": [{k: m[k] for k in keys} for m in messages], "customers": people, "coupon": self.coupon, "lines": self.lines()}

    def what(self, name: str, part: str) -> str | None:
        """The text that is shown: of a customer's order, or the coupon."""
        c = self.customer(name)
        return self.coupon if name == "coupon" else PARTS[part](c) if c and part in PARTS else None

    def start_page(self, lang: str) -> bytes:
        a, ja = self.addresses, lang == "ja"
        read = ",".join([f"{'名札' if ja else 'badge'}=OKURU-P-P017", *(f"{'伝票' if ja else 'slip'} {s['shipment']}={s['open_codes'][0]}" for s in self.slips)])
        first = [c for c in self.shop.customers if c.name in ("P-2001", "P-2002")]
        shown = ",".join([f"{'名札' if ja else 'badge'}=OKURU-P-K041", *(f"QR …{c.number[-4:]}={c.token}" for c in first), f"{'クーポン' if ja else 'coupon'}={self.coupon}"])
        go = {"bench": f"{a['bench']}?lang={lang}#{quote(read)}", "counter": f"{a['counter']}?lang={lang}#{quote(shown)}", "phone": f"/phone?lang={lang}",
              "board": a["board"], "floor": f"{a['floor']}?lang={lang}", "store": f"{a['store']}?lang={lang}"}
        page = (PAGES / f"start-{lang}.html").read_text(encoding="utf-8").replace("@after@", str(FALLBACK_S))
        for key, value in go.items():
            page = page.replace(f"@{key}@", html.escape(value))
        return page.encode()


def send(to: BaseHTTPRequestHandler, status: int, kind: str, body: bytes) -> None:
    to.send_response(status)
    for name, value in (("Content-Type", kind), ("Content-Length", str(len(body))), ("Content-Security-Policy", POLICY), ("Cache-Control", "no-store"),
                        ("X-Content-Type-Options", "nosniff")):
        to.send_header(name, value)
    to.end_headers()
    to.wfile.write(body)


def is_own(to: BaseHTTPRequestHandler, phone: Phone) -> bool:
    """By our own name, and of our own pages: no other page in that browser scans at the counter."""
    return to.headers.get("Host", "") == urlsplit(phone.address).netloc and to.headers.get("Origin", phone.address) == phone.address


def answer(to: BaseHTTPRequestHandler, phone: Phone) -> None:
    url = urlsplit(to.path)
    lang = "en" if "lang=en" in url.query else "ja"
    files = {"/demo.css": (PAGES, "text/css; charset=utf-8"), "/phone.js": (PAGES, "text/javascript; charset=utf-8"), "/icon.svg": (ICON, "image/svg+xml")}
    if not is_own(to, phone):
        send(to, 403, "text/plain", b"not from here\n")
    elif url.path == "/":
        send(to, 200, "text/html; charset=utf-8", phone.start_page(lang))
    elif url.path == "/phone":
        send(to, 200, "text/html; charset=utf-8", (PAGES / "phone.html").read_text(encoding="utf-8").replace("@lang@", lang).encode())
    elif url.path in files:
        folder, kind = files[url.path]
        send(to, 200, kind, (folder / url.path[1:]).read_bytes())
    elif url.path == "/state":
        send(to, 200, "application/json", json.dumps(phone.state(), ensure_ascii=False).encode())
    elif url.path.startswith("/qr/") and (text := phone.what(url.path[4:], "qr")):
        with phone.lock:
            phone.drawn.setdefault(text, qr_svg(text) if text not in phone.drawn else b"")
        send(to, 200, "image/svg+xml", phone.drawn[text])
    else:
        send(to, 404, "text/plain", b"there is nothing here\n")


def read_asked(to: BaseHTTPRequestHandler) -> dict | None:
    length = to.headers.get("Content-Length", "")
    try:
        asked = json.loads(to.rfile.read(int(length))) if length.isdigit() and int(length) < 1000 else None
    except ValueError:
        return None
    return asked if isinstance(asked, dict) else None


def act(to: BaseHTTPRequestHandler, phone: Phone) -> None:
    asked, acts = read_asked(to), {"/show": show, "/line": turn, "/more": more}
    if not is_own(to, phone) or not to.headers.get("Origin") or to.path not in acts:
        send(to, 403, "text/plain", b"not from here\n")
    elif asked is None:
        send(to, 400, "text/plain", b"that is no question\n")
    else:
        acts[to.path](to, phone, asked)


def show(to: BaseHTTPRequestHandler, phone: Phone, asked: dict) -> None:
    """Held before the counter's scanner: {"customer": name or "coupon", "part": "qr", "code" or "order"}."""
    text = phone.what(str(asked.get("customer")), str(asked.get("part")))
    if text is None:
        send(to, 400, "text/plain", b"nothing that a customer has\n")
    else:
        os.write(phone.shop.rig.counters[0].master, text.encode() + b"\r")
        send(to, 200, "application/json", b"{}")


def turn(to: BaseHTTPRequestHandler, phone: Phone, asked: dict) -> None:
    """{"line": "mail" or "texts", "up": is it mended, or cut?}"""
    if asked.get("line") not in ("mail", "texts") or not isinstance(asked.get("up"), bool):
        send(to, 400, "text/plain", b"no such line\n")
    else:
        phone.shop.lines.turn(asked["line"], asked["up"])
        send(to, 200, "application/json", b"{}")


def more(to: BaseHTTPRequestHandler, phone: Phone, asked: dict) -> None:
    """{}: one more order is put onto its shelf."""
    try:
        number = phone.shop.one_more().number
        send(to, 200, "application/json", json.dumps({"order": number}).encode())
    except (RigError, TimedOut) as e:
        send(to, 500, "text/plain", str(e).encode())
