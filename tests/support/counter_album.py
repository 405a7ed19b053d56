# SPDX-License-Identifier: Apache-2.0
"""Pictures of the pickup counter's screen, for scripts/screens: a store with orders in every state, one customer served from the order
number to お渡し済み."""
from __future__ import annotations

import datetime
import signal
from pathlib import Path

from browser import Browser
from store import HAT, JST, SOCKS, TEA, Store, to_daytime
from waiting import wait_for
from web import Client

SIZES = {"800x480": (800, 480), "1920x1080": (1920, 1080), "1080x1920": (1080, 1920), "phone": (390, 844)}


class CounterAlbum:
    def __init__(self, build: Path, work: Path, browser: Browser, folder: Path):
        (work / "store").mkdir()
        self.store, self.browser, self.folder = Store(build, work / "store", clock_moves=True, ready_board=["127.0.0.1"]), browser, folder

    def shoot(self, name: str, *sizes: str) -> None:
        for size in sizes or ("800x480", "1920x1080"):
            self.browser.size(*SIZES[size])
            self.browser.js("return new Promise(done => setTimeout(done, 120))")
            self.browser.shoot(self.folder / f"counter-{name}-{size}.png")
        self.browser.size(*SIZES["800x480"])

    def open(self, language: str) -> None:
        self.browser.open(f"{self.store.address}/counter/c1?lang={language}")
        self.browser.wait_ready()

    def see(self, mode: str, test: str = "true") -> None:
        wait_for(f"{mode}: {test}", lambda: self.browser.js(f"return document.body.dataset.mode === '{mode}' && ({test})"), timeout=10)

    def stock(self) -> None:
        """Paid and unpaid, on one shelf and on three, half of it here, not told, still expected."""
        s = self.store
        self.unpaid, self.paid = s.order("P-1001", (SOCKS, 2), (HAT, 1), unpaid=5480), s.order("P-1002", (TEA, 3))
        self.untold, self.many = s.order("P-1005", (HAT, 2), mail="nobody at all"), s.order("P-1006", (HAT, 2), (TEA, 1), (SOCKS, 1))
        self.half = s.order("P-1003", (HAT, 1), (SOCKS, 1))
        s.order("P-1004", (SOCKS, 1))
        today = datetime.datetime.now(JST) + self.ahead
        last = [(today - datetime.timedelta(days=n)).strftime("%Y-%m-%d") for n in (0, 2, 1)]
        for name, day, shelf in zip(("P-1007", "P-1008", "P-1009"), last, ("A-4", "E-7", "E-8")):
            s.shelve(s.order(name, (HAT, 1), keep_until=day), shelf)
        for order, shelves in ((self.unpaid, ("B-3", "B-3")), (self.paid, ("C-12",)), (self.untold, ("A-1",)), (self.many, ("B-1", "D-10", "A-2"))):
            s.shelve(order, *shelves)
        s.scan(s.codes(self.half)[0], "arrived")
        s.scan("OKURU-S-B-7", "shelved")
        s.told(self.untold, "notice.failed")
        for order in (self.unpaid, self.paid, self.many):
            s.told(order)

    def serve(self) -> None:
        s = self.store
        s.scan(self.unpaid["orders"][0], "unpaid")
        self.see("case")
        self.shoot("unpaid")
        s.scan("RECEIPT-100017", "proof")
        s.scan("OKURU-C-PROOF-DOCUMENT", "hand-over")
        s.scan(s.codes(self.unpaid)[0], "ok")
        self.see("case", "document.body.dataset.light === 'dark'")
        self.shoot("one-left", "800x480", "phone")
        self.browser.js("input.value = 'K041'; input.form.requestSubmit()")
        self.see("case", "may() && !isFlash && doc.shown.kind === 'already' && document.querySelector('[data-key=contact]') !== null")
        self.browser.js("document.querySelector('[data-key=contact]').click()")
        wait_for("the contact", lambda: self.browser.text(".private"))
        self.shoot("contact", "800x480", "1920x1080", "phone")
        self.browser.js("hideContact()")
        s.scan(s.codes(self.unpaid)[1], "collected")
        self.see("stop", "doc.shown.kind === 'collected'")
        self.shoot("handed-over", "800x480")
        self.see("lists")
        s.scan(self.many["orders"][0], "proof")
        self.see("case")
        self.shoot("three-shelves", "1920x1080")
        s.scan("OKURU-C-UNDO", "undone")

    def begin(self) -> None:
        """What else is begun at a counter, and what waits for an answer."""
        s = self.store
        for name, shelf, phone in (("P-1021", "B-12", "090-0000-2121"), ("P-1022", "C-4", "090-0000-2222")):
            s.shelve(s.order(name, (HAT, 1), name="佐々木 実", phone=phone), shelf)
        s.rig.ask_station({"verb": "find", "bench": "c1", "text": "佐々木"})
        self.see("step", "doc.counter.step.step === 'choose' && document.body.dataset.light !== 'green'")
        self.shoot("which-one", "800x480", "1920x1080", "phone")
        s.scan("OKURU-C-UNDO", "undone")
        s.scan(s.offer("P-O1"), "offer")
        self.see("step", "doc.counter.step.step === 'offer'")
        self.shoot("offer", "800x480", "phone")
        s.scan("OKURU-C-UNDO", "undone")
        s.scan("OKURU-C-TAKE-BACK")
        self.see("step")
        self.shoot("return", "800x480")
        s.scan(self.paid["orders"][0], "returned")
        self.see("step", "doc.counter.step.step === 'inspect'")
        self.shoot("inspect", "800x480")
        s.scan("OKURU-C-OK", "inspected")
        boxed = [s.order(f"P-103{i}", (SOCKS, 1), crate="ORICON-3") for i in range(3)]
        s.scan("ORICON-3", "arrived")
        s.scan(s.codes(boxed[0])[0])
        s.scan("OKURU-S-D-2")
        self.see("step", "doc.counter.step.step === 'crate' && doc.counter.step.crate.parcels.some(p => p.state === 'shelved') && document.body.dataset.light === 'dark'")
        self.shoot("crate", "800x480", "1920x1080")
        s.scan("OKURU-C-OK", "not-on-shelf")
        self.see("stop", "!document.querySelector('.after').hidden")
        self.shoot("crate-short", "800x480")
        s.scan(self.half["orders"][0], "no-hand-over")
        self.see("stop", "!document.querySelector('.after').hidden && document.querySelector('.declare')")
        self.shoot("not-all-here", "800x480", "phone")
        s.scan("OKURU-C-SHORT", "leader-needed")
        self.see("step")
        self.shoot("leader", "800x480")
        s.scan("OKURU-C-UNDO", "undone")

    def ready_board(self) -> None:
        """What customers see in the shop."""
        clerk = Client(self.store.address)
        clerk.enter("K041")
        clerk.post("/api/v1/counter/c1/call", {"merchant": "aozora", "shipment": self.many["shipment"]})
        self.browser.open(f"{self.store.address}/ready-board")
        wait_for("the board", lambda: self.browser.js("return document.body.dataset.state === 'ready' && !document.querySelector('.called').hidden"))
        self.shoot_board("ready-board")
        self.store.rig.processes["station"].send_signal(signal.SIGSTOP)
        try:
            wait_for("it says that it is old", lambda: self.browser.js("return document.body.dataset.state === 'stale'"), timeout=20)
            self.shoot_board("ready-board-away", "1920x1080")
        finally:
            self.store.rig.processes["station"].send_signal(signal.SIGCONT)
        wait_for("the board again", lambda: self.browser.js("return document.body.dataset.state === 'ready'"), timeout=20)

    def shoot_board(self, name: str, *sizes: str) -> None:
        for size in sizes or ("1920x1080", "1080x1920"):
            self.browser.size(*SIZES[size])
            self.browser.js("return new Promise(done => setTimeout(done, 120))")
            self.browser.shoot(self.folder / f"{name}-{size}.png")
        self.browser.size(*SIZES["800x480"])

    def all(self) -> None:
        self.ahead = to_daytime()
        self.store.move_clock(self.ahead.total_seconds())
        s = self.store.open()
        try:
            self.stock()
            self.open("ja")
            self.see("lists", "doc.counter.lists.ready.length === 5 && doc.counter.lists.overdue.length === 2 && doc.counter.lists.ready.every(r => r.notice && r.notice.state !== 'reserved')")
            self.shoot("lists", "800x480", "1920x1080", "phone")
            self.browser.js("document.querySelector('[data-key=tab-overdue]').click()")
            self.shoot("overdue", "800x480", "1920x1080", "phone")
            self.browser.js("document.querySelector('[data-key=tab-ready]').click()")
            self.ready_board()
            self.open("ja")
            self.see("lists")
            self.serve()
            self.begin()
            s.scan(s.codes(self.half)[1], "arrived")
            self.see("hand", "document.body.dataset.light === 'dark'")
            self.shoot("to-shelf", "800x480")
            s.scan("OKURU-C-UNDO", "undone")
            s.scan(self.untold["orders"][0], "proof")
            self.open("en")
            self.see("case")
            self.shoot("not-told-en", "800x480")
            s.scan("OKURU-C-UNDO", "undone")
            self.browser.open("about:blank")
        finally:
            for process in s.rig.processes.values():
                process.kill()
            s.rig.broker.stop()
