# SPDX-License-Identifier: Apache-2.0
"""The demonstration as it is started: one person plays packer, clerk, customer and leader in a browser, by touch alone, in both languages."""
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/support"))
from waiting import wait_for  # noqa: E402

WORDS = {"ja": {"badge": "名札", "shelf": "棚 B-1", "proof": "身分証を見た", "ready": "準備完了", "handed": "お渡し済み", "qr": "QRをカウンターで見せる", "undo": "取り消し"},
         "en": {"badge": "badge", "shelf": "Shelf B-1", "proof": "saw a document", "ready": "READY", "handed": "HANDED OVER", "qr": "Show the QR at the counter", "undo": "UNDONE"}}


@pytest.fixture(scope="module")
def demo(build, tmp_path_factory):
    """The address that it says to start at, of the program as scripts/demo runs it."""
    command = [sys.executable, str(TOP / "tests/support/demo.py"), "--build", str(build), "--folder", str(tmp_path_factory.mktemp("demo") / "floor")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}) as process:
        address = None
        while not address:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            found = re.search(r"start here +(http://\S+)", line)
            address = found and found[1]
        yield address
        process.stdin.close()
        rest = process.stdout.read()
        assert process.wait(60) == 0, rest[-3000:] + process.stderr.read()


@pytest.fixture(autouse=True)
def calm(chromium):
    yield
    chromium.size(800, 480)
    chromium.assert_calm()


class Person:
    """Knows no address but the first page's links, and does nothing but touch what is in sight."""

    def __init__(self, chromium, start: str, lang: str):
        self.b, self.start, self.lang, self.words = chromium, start, lang, WORDS[lang]

    def go(self, role: str) -> None:
        """By the link of the first page; the tab is the same one."""
        self.b.open(f"{self.start}?lang={self.lang}")
        link = self.b.js("return document.querySelector(`a[target=okuru-${arguments[0]}]`).href", role)
        self.b.open("about:blank")
        self.b.open(link)
        wait_for(f"the {role}'s page in {self.lang}", lambda: self.b.js("return document.documentElement.lang") == self.lang)

    def touch(self, selector: str, text: str = "", timeout: float = 15) -> None:
        """The first that is in sight, by its text. What is replaced meanwhile is looked for anew."""
        from selenium.common.exceptions import WebDriverException

        def try_it() -> bool:
            find = """return [...document.querySelectorAll(arguments[0])].find(e => e.innerText.includes(arguments[1]) && e.getBoundingClientRect().width)"""
            try:
                element = self.b.js(find, selector, text)
                if element:
                    element.click()
                return bool(element)
            except WebDriverException:
                return False
        wait_for(f"{text!r} of {selector} to touch", try_it, timeout)

    def shown(self) -> str:
        return self.b.js("return doc && doc.shown ? doc.shown.kind : ''")

    def scan(self, text: str, *kinds: str) -> str:
        """A button of the scanner, and the verdict that comes."""
        before = self.b.js("return doc.n_shown")
        self.touch(".scanner .cards button", text)
        wait_for(f"{kinds} after {text}", lambda: self.b.js("return doc.n_shown") != before and self.b.js("return doc.scans.length && doc.scans[0].kind") in kinds)
        return self.b.js("return doc.scans[0].kind")

    # ---- the roles ----

    def pack(self, slip: str, n_items: int) -> None:
        self.go("bench")
        self.b.wait_ready()
        self.scan(self.words["badge"], "signed-in", "already")
        self.scan(f"{slip}", "opened")
        for _ in range(n_items):
            code = self.b.js("return doc.work.lines.find(l => l.done < l.quantity).code")
            self.scan(code, "ok", "packed")
        number_end = wait_for("its label", lambda: self.b.js("return doc.work && doc.work.parcel && doc.work.parcel.number_end"))
        self.scan(number_end, "ready", "shipped")

    def shelve(self, end: str) -> None:
        """The parcel whose code ends in @end."""
        self.go("counter")
        self.b.wait_ready()
        self.scan(self.words["badge"], "signed-in", "already")
        self.scan(f"…{end}", "arrived")
        self.scan(self.words["shelf"], "ready")
        self.b.wait_text(".head", self.words["ready"])

    def show_qr(self, order: str) -> None:
        self.go("phone")
        self.touch(".mails button", order, timeout=30)
        wait_for("the QR is drawn", lambda: self.b.js("const i = document.querySelector('img'); return i && i.complete && i.naturalWidth > 100"))
        assert order in self.b.text("main pre"), "the mail as it came"
        self.touch(".acts button", self.words["qr"])
        wait_for("it was read", lambda: self.b.text(".said"))

    def hand_over(self, end: str) -> None:
        self.go("counter")
        self.b.wait_ready()
        wait_for("the customer's case", lambda: self.b.js("return document.body.dataset.mode") == "case")
        assert self.b.text(".where .shelf") == "B-1"
        self.scan(f"…{end}", "collected")
        self.b.wait_text(".head", self.words["handed"])

    def look_at_the_floor(self, order: str) -> None:
        self.go("store")
        wait_for("the floor or its form", lambda: self.b.js("return document.querySelector('form.sign, form[role=search]') !== null"))
        if self.b.js("return document.querySelector('form.sign') !== null"):
            self.touch(".sign .more")
            for character in "L002":
                self.touch(".keys button", character)
            self.touch(".sign button[type=submit]")
        self.b.wait_ready()
        self.b.js("document.querySelector('input[name=q]').value = arguments[0]", order)
        self.touch("form[role=search] button[type=submit]")
        wait_for("where the order is", lambda: "collected" in self.b.text(".found") or "お渡し済み" in self.b.text(".found"))


@pytest.mark.parametrize("lang, slip, order, n_items", [("ja", "T-3001", "A-63001", 2), ("en", "T-3002", "A-63002", 1)])
def test_an_order_from_the_bench_into_its_customers_hands(demo, chromium, lang, slip, order, n_items):
    chromium.size(1280, 800)
    person = Person(chromium, demo, lang)
    person.pack(slip, n_items)
    person.go("counter")
    chromium.wait_ready()
    end = wait_for("the parcel is expected at the store", lambda: chromium.js(
        "return doc.counter && doc.counter.lists.expected.filter(r => r.shipment === arguments[0]).map(r => r.codes[0].slice(-4))[0]", slip))
    person.shelve(end)
    person.show_qr(order)
    person.hand_over(end)
    person.look_at_the_floor(order)


def test_the_till_is_paid_and_a_coupon_is_redeemed_by_touch(demo, chromium):
    chromium.size(1280, 800)
    person = Person(chromium, demo, "ja")
    person.go("counter")
    chromium.wait_ready()
    person.scan("名札", "signed-in", "already")
    person.scan("2002", "unpaid")
    person.scan("レシート", "proof", "hand-over")
    wait_for("its case", lambda: chromium.js("return document.body.dataset.mode") == "case")
    for _ in range(2):
        end = chromium.js("return doc.counter.case.shipments[0].parcels.find(p => !p.checked).number_end")
        person.scan(f"…{end}", "ok", "collected")
    chromium.wait_text(".head", "お渡し済み")
    person.scan("クーポン", "offer")
    person.scan("OK", "redeemed")


def test_the_first_page_changes_its_language_and_all_links_follow(demo, chromium):
    chromium.open(demo)
    assert chromium.js("return document.documentElement.lang") == "ja"
    chromium.js("document.querySelector('a.lang').click()")
    wait_for("English", lambda: chromium.js("return document.documentElement.lang") == "en")
    links = chromium.js("return [...document.querySelectorAll('.roles a')].map(a => a.href)")
    board = [link for link in links if link.endswith("/ready-board")]  # it speaks both at once
    assert len(links) == 7 and len(board) == 1 and all("lang=en" in link for link in links if link not in board)
    chromium.open(links[2])
    chromium.wait_text("h1", "phone")
    assert "【" in chromium.text("main"), "mails as they came, in their customers' language"


LINES = {"ja": {"cut": "切る", "mend": "つなぐ", "more": "注文をひとつ棚に置く", "shelf": "棚に置きました："}, "en": {"cut": "Cut", "mend": "Mend", "more": "Put an order on its shelf", "shelf": "On its shelf: "}}


class Visitor(Person):
    """At the customer's phone, with the lines beside it."""

    def turn(self, line: str, to: str) -> None:
        is_up = to == "mend"
        self.touch(f"aside [data-line={line}] button", LINES[self.lang][to])
        wait_for(f"the line {line} to {to}", lambda: self.b.js("return document.querySelector(`aside [data-line=${arguments[0]}]`).className", line) == ("up" if is_up else "down"))

    def one_more(self) -> str:
        """The number of the order that is on its shelf now."""
        before = self.b.text("aside .said")
        self.touch("aside button", LINES[self.lang]["more"])
        said = wait_for("the colleague", lambda: self.b.text("aside .said") not in ("", before) and self.b.text("aside .said"), 40)
        assert said.startswith(LINES[self.lang]["shelf"])
        return said.rsplit(" ", 1)[-1].rsplit("：", 1)[-1]

    def came(self, order: str) -> list[str]:
        """By which way, as it stands in the list."""
        return self.b.js("return [...document.querySelectorAll('.mails li')].filter(li => li.innerText.includes(arguments[0])).map(li => li.querySelector('i').className)", order)

    def await_came(self, order: str, way: str) -> None:
        wait_for(f"{order} by {way}", lambda: self.came(order), 60)
        assert self.came(order) == [way]


def test_customers_who_want_an_sms_or_line_have_theirs(demo, chromium):
    chromium.size(1280, 800)
    visitor = Visitor(chromium, demo, "ja")
    visitor.go("phone")
    visitor.await_came("A-62009", "sms")
    visitor.await_came("A-62010", "line")
    visitor.touch(".mails button", "A-62009")
    assert "受取コード" in visitor.b.text("pre.sms")


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_a_visitor_cuts_the_lines_and_mends_them(demo, chromium, lang):
    chromium.size(1280, 800)
    visitor = Visitor(chromium, demo, lang)
    visitor.go("phone")
    visitor.turn("mail", "cut")
    visitor.await_came(visitor.one_more(), "sms")
    visitor.turn("texts", "cut")
    order = visitor.one_more()
    wait_for("it waits", lambda: order in visitor.b.text("aside .waits"))
    wait_for("its paper", lambda: order in visitor.b.text("aside .slip"), 60)
    assert visitor.came(order) == []
    visitor.turn("mail", "mend")
    visitor.await_came(order, "email")
    visitor.turn("texts", "mend")
    wait_for("nobody waits", lambda: order not in visitor.b.text("aside .waits"))


def test_the_board_in_the_shop_shows_what_is_ready(demo, chromium):
    chromium.size(1280, 800)
    chromium.open(demo)
    chromium.open(chromium.js("return document.querySelector('a[target=okuru-board]').href"))
    wait_for("an order that is ready", lambda: "2009" in chromium.text("body"))


def test_the_first_page_of_the_stores_box_has_its_counter_and_changes_its_language(demo, chromium):
    chromium.open(demo)
    counter = chromium.js("return document.querySelector('a[target=okuru-counter]').href")
    chromium.open(counter.split("/counter/")[0] + "/?lang=ja")
    chromium.wait_text("nav.home", "受取カウンター c1")
    chromium.js("document.querySelector('.language').click()")
    chromium.wait_text("nav.home", "Pickup counter c1")
    links = chromium.js("return [...document.querySelectorAll('nav.home a')].map(a => a.pathname)")
    assert {"/counter/c1", "/floor", "/settings"} <= set(links)


def test_no_page_of_others_can_scan_at_the_counter_or_cut_a_line(demo):
    import http.client
    from urllib.parse import urlsplit

    where = urlsplit(demo)
    asked = {"/show": b'{"customer": "P-2001", "part": "qr"}', "/line": b'{"line": "mail", "up": false}', "/more": b"{}"}
    for path, body in asked.items():
        for headers in ({"Origin": "http://evil.example"}, {}, {"Host": "evil.example", "Origin": "http://evil.example"}):
            c = http.client.HTTPConnection(where.hostname, where.port, timeout=10)
            c.request("POST", path, body, {"Content-Type": "application/json", **headers})
            assert c.getresponse().status == 403, (path, headers)
            c.close()
