# SPDX-License-Identifier: Apache-2.0
"""What a clerk does at a counter's screen beside handing over: by touch in Japanese, by keyboard alone in English."""
import datetime
import sys
from pathlib import Path

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from store import HAT, JST, SOCKS, TEA, Store, to_daytime  # noqa: E402
from waiting import wait_for  # noqa: E402

AHEAD = to_daytime()
TODAY = datetime.datetime.now(JST) + AHEAD

FLASH_MS = 900  # for which a verdict stands before what it led to

pytestmark = pytest.mark.usefixtures("nobody_is_served")


@pytest.fixture(scope="module")
def store(build, tmp_path_factory):
    s = Store(build, tmp_path_factory.mktemp("store"), clock_moves=True)
    s.move_clock(AHEAD.total_seconds())
    s.open()
    yield s
    s.close()


class Hand:
    """A clerk at the screen: touches what is there, or has the keyboard alone. What it types goes into the box."""

    def __init__(self, chromium, way: str, language: str):
        self.chromium, self.way, self.language = chromium, way, language

    def mode(self) -> str:
        return self.chromium.js("return document.body.dataset.mode")

    def keys(self, *keys: str) -> None:
        ActionChains(self.chromium.driver).send_keys(*keys).perform()

    def begin(self, address: str) -> "Hand":
        with self.chromium.hurried(FLASH_MS):
            self.chromium.open(f"{address}/counter/c1?lang={self.language}")
        self.chromium.js("localStorage.setItem('lang', arguments[0])", self.language)
        self.chromium.wait_ready()
        if not self.chromium.js("return Boolean(may())"):
            self.give("K041")
            wait_for("the box is the clerk's", lambda: self.chromium.js("return typeof session !== 'undefined' && Boolean(may())"))
        if self.chromium.js("return document.documentElement.lang") != self.language:  # by the badge
            self.chromium.js("document.querySelector('.language').click()")
        wait_for("ready", lambda: self.chromium.js("return document.body.dataset.ready === 'yes' && document.documentElement.lang === arguments[0] && Boolean(may())", self.language))
        return self

    def give(self, text: str) -> None:
        """Into the box, as a finger on the keys of the screen or as a keyboard does it."""
        if self.way == "key":
            self.chromium.js("input.focus(); input.value = ''")
            self.keys(text, Keys.ENTER)
            return
        if self.chromium.js("return document.querySelector('.board').hidden"):
            self.chromium.js("document.querySelector('.ask button[aria-expanded]').click()")
        for character in text:
            self.chromium.js("[...document.querySelectorAll('.board button')].find(b => b.textContent === arguments[0]).click()", character)
        self.chromium.js("document.querySelector('.ask .go').click()")

    def press(self, selector: str) -> None:
        """What is there may be drawn anew at any moment, and keeps its focus then."""
        if self.way == "touch":
            wait_for(selector, lambda: self.chromium.js("const e = document.querySelector(arguments[0]); if (e) e.click(); return Boolean(e)", selector))
        else:
            wait_for(selector, lambda: self.chromium.js("const e = document.querySelector(arguments[0]); if (e) e.focus(); return Boolean(e) && document.activeElement === e", selector))
            self.keys(Keys.ENTER)

    def says(self, selector: str, japanese: str, english: str) -> None:
        wanted = japanese if self.language == "ja" else english
        wait_for(f"{selector} says {wanted}", lambda: wanted in self.chromium.text(selector))

    def until(self, mode: str) -> None:
        wait_for(f"mode {mode}", lambda: self.mode() == mode)


@pytest.fixture(params=[("touch", "ja"), ("key", "en")], ids=["touch-ja", "key-en"])
def hand(request, store, chromium):
    yield Hand(chromium, *request.param).begin(store.address)
    chromium.assert_calm()


def day(days: int) -> str:
    return (TODAY + datetime.timedelta(days=days)).strftime("%Y-%m-%d")


def subjects(store, kind: str, shipment: str) -> list[dict]:
    return [f for f in store.facts(kind) if shipment in (f["subject"], f.get("shipment"))]


def test_what_nobody_came_for_is_overdue_until_it_is_back_in_stock(store, chromium, hand):
    name = f"R-1{hand.way[0]}"
    order = store.order(name, (HAT, 1), keep_until=day(-2))
    store.shelve(order, "E-7")
    wait_for("expired", lambda: subjects(store, "pickup.expired", name))
    hand.press("[data-key=tab-overdue]")
    hand.says(f".rows [data-key^='{name}@']", "2日超過", "2 d over")
    assert "E-7" in chromium.text(f".rows [data-key^='{name}@']")
    hand.says(".now .how", "荷物を読む", "scan it")
    assert "1" == chromium.text("[data-key=tab-overdue] b") and not chromium.js("return document.querySelector('[data-key=tab-back]')")
    hand.give(store.codes(order)[0])
    hand.until("hand")
    hand.says(".case .big", "在庫へ戻す", "To stock")
    hand.press("[data-key=restock]")
    wait_for("back in stock", lambda: subjects(store, "pickup.restocked", name))
    hand.until("lists")
    wait_for("not overdue any more", lambda: chromium.text("[data-key=tab-overdue] b") == "0")


def test_what_was_cancelled_goes_back_to_stock(store, chromium, hand):
    name = f"R-2{hand.way[0]}"
    order = store.order(name, (HAT, 1))
    store.shelve(order, "E-8")
    store.push({**order, "version": order.get("version", 1) + 1, "cancelled": True})
    hand.press("[data-key=tab-back]")
    wait_for("listed", lambda: "E-8" in chromium.text(f".rows [data-key^='{name}@']"))
    hand.give(store.codes(order)[0])
    hand.until("hand")
    hand.press("[data-key=restock]")
    wait_for("back in stock", lambda: subjects(store, "pickup.restocked", name))
    wait_for("not listed any more", lambda: not chromium.js("return document.querySelector('[data-key=tab-back]')"))


def test_those_of_which_today_is_the_last_day_stand_out(store, chromium, hand):
    names = {f"L-{hand.way[0]}{n}": day(n) for n in (0, 1)}
    for name, last in names.items():
        store.shelve(store.order(name, (HAT, 1), keep_until=last), "F-1")
    hand.press("[data-key=tab-ready]")
    today, tomorrow = names
    hand.says(f".rows [data-key^='{today}@'] .when.last", "本日 20:00 まで", "today until 20:00")
    assert not chromium.js("return document.querySelector(arguments[0])", f".rows [data-key^='{tomorrow}@'] .when.last")
    rows = chromium.js("return doc.counter.lists.ready.map(r => r.shipment)")
    assert rows.index(today) < rows.index(tomorrow), "the one whose last day comes first comes first"


def test_somebody_comes_for_the_customer_with_their_code(store, chromium, hand):
    name, code = f"X-{hand.way[0]}1", {"touch": "K7M4-Q2TX", "key": "9WXY-0123"}[hand.way]
    order = store.order(name, (TEA, 1), proxy=True, code=code)
    store.shelve(order, "G-3")
    hand.give(code)
    hand.until("case")
    hand.says(".facts", "本人・代理", "customer or proxy")
    hand.press("[data-key=proxy-code]")
    hand.says(".proved", "代理とコード", "proxy with code")
    hand.give(store.codes(order)[0])
    wait_for("handed over", lambda: [f["proof"] for f in subjects(store, "pickup.collected", name)] == ["proxy-code"])
    hand.until("lists")


def test_a_leader_confirms_the_payment(store, chromium, hand):
    name = f"X-{hand.way[0]}2"
    order = store.order(name, (HAT, 1), unpaid=5480)
    store.shelve(order, "G-4")
    hand.give(order["orders"][0])
    hand.until("case")
    hand.says(".acts", "5,480", "5,480")
    hand.press("[data-key=leader]")
    hand.says(".ask .said", "リーダー", "leader")
    hand.give("L002")
    hand.says(".facts", "会計済み", "paid")
    wait_for("nobody is signed in at the screen", lambda: not chromium.js("return Boolean(may())"))
    hand.give("K041")
    wait_for("the clerk again", lambda: chromium.js("return Boolean(may())"))
    hand.press("[data-key=document]")
    wait_for("proved", lambda: chromium.text(".proved"))
    hand.give(store.codes(order)[0])
    wait_for("handed over", lambda: [f["actor"] for f in subjects(store, "pickup.collected", name)] == ["p-041"])


def test_a_crate_names_what_is_missing_and_what_is_not_its(store, chromium, hand):
    crate, other = f"ORICON-{hand.way[0].upper()}", store.order(f"C-{hand.way[0]}9", (HAT, 1))
    boxed = [store.order(f"C-{hand.way[0]}{i}", (SOCKS, 1), crate=crate) for i in (1, 2)]
    hand.give(crate)
    hand.until("step")
    hand.says(".case .big", "あと2個を棚へ", "2 to shelve")
    hand.give(store.codes(boxed[0])[0])
    hand.until("hand")
    hand.give("H-1")
    hand.says(".case .big", "あと1個を棚へ", "1 to shelve")
    hand.give(store.codes(other)[0])
    hand.says(".sub", "予定にない荷物", "not one of this crate")
    hand.until("hand")
    hand.give("H-2")
    hand.until("step")
    hand.press("[data-key=ok]")
    wait_for("missing", lambda: subjects(store, "pickup.missing", f"C-{hand.way[0]}2") or "…" in chromium.text(".sub"))
    hand.says(".stage", "棚になし", "NOT ON SHELF")
    assert store.codes(boxed[1])[0][-4:] in chromium.text(".sub") or f"C-{hand.way[0]}2" in chromium.text(".sub"), "it is named"
    assert not subjects(store, "pickup.missing", f"C-{hand.way[0]}1") and not subjects(store, "pickup.missing", f"C-{hand.way[0]}9")


def test_a_parcel_is_missed_and_found_again(store, chromium, hand):
    name = f"M-{hand.way[0]}1"
    order = store.order(name, (HAT, 1))
    store.shelve(order, "J-1")
    hand.give(order["orders"][0])
    hand.until("case")
    hand.press("[data-key=missing]")
    wait_for("missed", lambda: subjects(store, "pickup.missing", name))
    hand.press("[data-key=lists]")
    hand.press("[data-key=tab-missing]")
    wait_for("listed", lambda: chromium.js("return Boolean(document.querySelector(arguments[0]))", f".rows [data-key^='{name}@']"))
    hand.give(store.codes(order)[0])
    hand.until("hand")
    hand.give("J-2")
    wait_for("found", lambda: [(f["to"], f["found"]) for f in subjects(store, "pickup.moved", name)] == [("j-2", True)])
    wait_for("it is not missed any more", lambda: name not in chromium.js("return doc.counter.lists.missing.map(r => r.shipment)"))


def test_a_parcel_is_moved_to_another_shelf(store, chromium, hand):
    name = f"M-{hand.way[0]}2"
    order = store.order(name, (HAT, 1))
    store.shelve(order, "K-1")
    hand.give(store.codes(order)[0])
    wait_for("it is read", lambda: hand.mode() in ("case", "hand"))
    hand.give("K-2")
    wait_for("moved", lambda: [(f["from"], f["to"]) for f in subjects(store, "pickup.moved", name)] == [("k-1", "k-2")])
    wait_for("it lies there", lambda: chromium.js("return doc.counter.lists.ready.filter(r => r.shipment === arguments[0]).flatMap(r => r.shelves).join()", name) == "K-2")


def test_who_sends_the_notice_is_said_where_it_cannot_be_sent(store, chromium, hand):
    name = f"N-{hand.way[0]}1"
    order = store.order(name, (HAT, 1), told_by="oms")
    store.shelve(order, "M-1")
    hand.give(order["orders"][0])
    hand.until("case")
    hand.says(".facts .note", "他のカウンターか本部", "the other counter or the office")
    assert not chromium.js("return document.querySelector('[data-key=resend]')")
    store.scan("OKURU-C-RESEND", "not-now")
    hand.says(".sub", "他のカウンターか本部", "the other counter or the office")
    hand.until("case")
