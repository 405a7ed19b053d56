# SPDX-License-Identifier: Apache-2.0
"""The ready-board in real Chromium: what a customer sees in the shop, that it is true or says that it is not, and that nothing of anybody
is on it."""
import json
import signal
import sys
import threading
from pathlib import Path

import jsonschema
import pytest
import yaml

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
import accessible  # noqa: E402
from store import HAT, Store  # noqa: E402
from waiting import wait_for  # noqa: E402
from web import Client, own_address  # noqa: E402

DESCRIPTION = yaml.safe_load((TOP / "services/web/openapi.yaml").read_text())
SIZES = ((1920, 1080), (1080, 1920))
PAGE_MS = 9000  # after which the next page of many comes
EVERYTHING = "return [document.documentElement.outerHTML, JSON.stringify(board), JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.title, location.href].join(' ')"


@pytest.fixture(scope="module")
def store(build, tmp_path_factory):
    s = Store(build, tmp_path_factory.mktemp("store"), clock_moves=True, ready_board=["127.0.0.1"]).open()
    yield s
    s.close()


@pytest.fixture
def board(store, chromium):
    chromium.size(1920, 1080)
    chromium.driver.delete_all_cookies()
    chromium.open(f"{store.address}/ready-board")
    chromium.js("localStorage.clear(); sessionStorage.clear()")  # of another screen before
    chromium.wait_ready()
    wait_for("it is there", lambda: state(chromium) in ("ready", "none"))
    yield chromium
    chromium.open("about:blank")
    chromium.size(800, 480)


def state(chromium) -> str:
    return chromium.js("return document.body.dataset.state")


def tails(chromium, selector: str = "li b") -> list[str]:
    return chromium.js("return [...document.querySelectorAll(arguments[0])].filter(e => e.checkVisibility()).map(e => e.textContent)", selector)


def order_of(store, shipment: str, **contact) -> dict:
    return store.order(shipment, (HAT, 1), number=f"250-{shipment}", **contact)


def hand_over(store, order: dict) -> None:
    store.scan(order["orders"][0], "proof")
    store.scan("OKURU-C-PROOF-DOCUMENT", "hand-over")
    for code in store.codes(order):
        store.scan(code, "ok", "collected")


def is_cut(chromium) -> list[str]:
    """What reaches beyond the screen, or over its neighbour."""
    return chromium.js("""const out = [], seen = [...document.querySelectorAll('h1, h2, li, p, .page')].filter(e => e.checkVisibility() && e.textContent.trim());
        for (const e of seen) { const r = e.getBoundingClientRect(); if (r.left < -1 || r.top < -1 || r.right > innerWidth + 1 || r.bottom > innerHeight + 1 || e.scrollWidth > e.clientWidth + 2) out.push(e.textContent); }
        const areas = [...document.querySelectorAll('header, .called, main, footer')].filter(e => e.checkVisibility()).map(e => e.getBoundingClientRect());
        areas.forEach((a, i) => { if (i && a.top < areas[i - 1].bottom - 1) out.push('areas ' + i); });
        for (const e of document.querySelectorAll('.waiting li')) if (e.checkVisibility() && e.getBoundingClientRect().bottom > document.querySelector('main').getBoundingClientRect().bottom + 1) out.push('below: ' + e.textContent);
        return out;""")


def test_what_is_ready_comes_newest_first_and_goes_at_once(store, board):
    orders = [order_of(store, f"V-1{i}") for i in (1, 2)]
    for i, order in enumerate(orders):
        store.shelve(order, f"A-{i + 1}")
    wait_for("both, the newest first", lambda: tails(board) == ["V-12", "V-11"])
    hand_over(store, orders[1])
    wait_for("gone", lambda: len(tails(board)) == 1, timeout=4)
    hand_over(store, orders[0])
    wait_for("none", lambda: state(board) == "none" and "準備中" in board.text("main") and "Nothing is ready" in board.text("main"), timeout=4)
    board.assert_calm()


def test_two_ends_that_look_the_same_are_longer(store, board):
    for name, number in (("V-21", "250-77001"), ("V-22", "251-77001"), ("V-23", "250-77002")):
        order = store.order(name, (HAT, 1), number=number)
        store.shelve(order, "B-1")
    wait_for("three", lambda: len(tails(board)) == 3)
    assert sorted(tails(board)) == ["0-77001", "1-77001", "7002"]
    for name in ("V-21", "V-22", "V-23"):
        hand_over(store, store.orders[name])
    wait_for("none", lambda: state(board) == "none")


def test_who_is_called_stands_out_until_they_are_served(store, board):
    order, other = order_of(store, "V-41"), order_of(store, "V-42")
    for o in (order, other):
        store.shelve(o, "D-1")
    clerk = Client(store.address)
    assert clerk.enter("K041")[0] == 200
    wait_for("both", lambda: tails(board, ".waiting b")[:2] == ["V-42", "V-41"])
    assert clerk.post("/api/v1/counter/c1/call", {"merchant": "aozora", "shipment": "V-41"})[0] == 200
    wait_for("it is called", lambda: tails(board, ".called b") == ["V-41"], timeout=4)
    assert tails(board, ".waiting b")[0] == "V-42"
    said = board.text(".called")
    assert "カウンターへお越しください" in said and "Please come to the counter" in said
    size = lambda s: board.js("return parseFloat(getComputedStyle(document.querySelector(arguments[0])).fontSize)", s)  # noqa: E731
    assert size(".called b") >= 100 and size(".waiting b") >= 90
    assert clerk.post("/api/v1/counter/c1/call", {"merchant": "aozora", "shipment": "V-41", "end": True})[0] == 200
    wait_for("not any more", lambda: tails(board, ".called b") == [], timeout=4)
    assert clerk.post("/api/v1/counter/c1/call", {"merchant": "aozora", "shipment": "V-41"})[0] == 200
    wait_for("called again", lambda: len(tails(board, ".called b")) == 1, timeout=4)
    hand_over(store, order)
    wait_for("gone", lambda: tails(board, ".called b") == [], timeout=4)
    assert clerk.post("/api/v1/counter/c1/call", {"merchant": "aozora", "shipment": "V-41"})[0] == 409, "nobody waits for it"
    hand_over(store, other)


def test_a_clerk_calls_by_touch_while_the_case_is_open(store, board):
    order = order_of(store, "V-46")
    store.shelve(order, "D-2")
    chromium, clerk = board, Client(store.address)
    chromium.size(800, 480)
    chromium.open(f"{store.address}/counter/c1?lang=ja")
    chromium.wait_ready()
    chromium.js("input.value = 'K041'; input.form.requestSubmit()")
    wait_for("the clerk", lambda: chromium.js("return Boolean(may())"))
    store.scan(order["orders"][0], "proof")
    press = "const b = document.querySelector('[data-key=call]'); if (b) b.click(); return Boolean(b)"
    wait_for("the button", lambda: chromium.js(press))
    wait_for("it says so", lambda: chromium.js("return document.querySelector('[data-key=call]').getAttribute('aria-pressed')") == "true")
    assert clerk.get("/api/v1/ready-board")[1]["board"]["ready"][0]["called"]
    rows = chromium.js("return new Set([...document.querySelectorAll('.acts > *')].map(e => { const r = e.getBoundingClientRect(); return Math.round((r.top + r.height / 2) / 40); })).size")
    low = chromium.js("return [...document.querySelectorAll('.acts button')].filter(e => { const r = e.getBoundingClientRect(); return r.bottom > innerHeight + 1 || r.right > innerWidth + 1; }).length")
    assert (rows, low) == (1, 0), "one row, all of it in sight"
    assert accessible.look(chromium) == []
    store.scan("OKURU-C-PROOF-DOCUMENT", "hand-over")
    store.scan(store.codes(order)[0], "collected")


def test_nothing_of_anybody_is_on_it_or_comes_to_it(store, board):
    secrets = {"name": "綾小路 桜子", "kana": "アヤノコウジ サクラコ", "phone": "090-4321-8765", "email": "sakurako@example.jp"}
    order = store.order("V-51", (HAT, 1), number="731-4455", **secrets)
    live, heard = Client(store.address).live("/api/v1/live/ready-board"), []
    reader = threading.Thread(target=lambda: heard.extend(live.file), daemon=True)
    reader.start()
    store.shelve(order, "F-9")
    wait_for("it stands there", lambda: "4455" in tails(board))
    wait_for("and was told", lambda: b"4455" in b"".join(heard))
    contact = order["contact"]["contact"]
    secret = [*secrets.values(), order["orders"][0], order["shipment"], "F-9", "f-9", *store.codes(order), *(v for v in contact.values() if isinstance(v, str)), "p-041", "みな"]
    stream = b"".join(heard).decode()
    page = board.js(EVERYTHING)
    assert not [s for s in secret if s in stream] and not [s for s in secret if s in page]
    document = Client(store.address).get("/api/v1/ready-board")[1]
    schema = {**DESCRIPTION["paths"]["/api/v1/ready-board"]["get"]["responses"]["200"]["content"]["application/json"]["schema"], "components": DESCRIPTION["components"]}
    jsonschema.Draft202012Validator(schema).validate(document)  # which says all members that there may be
    assert document["board"]["ready"]
    live.close()
    assert "青葉通り店" in board.text("header") and "Aoba-dori store" in board.text("header") and "10時から20時" in board.text(".hours") and "10:00 to 20:00" in board.text(".hours")
    hand_over(store, order)
    board.assert_calm()


def test_it_says_that_it_is_old_and_begins_anew_by_itself(store, board):
    order = order_of(store, "V-61")
    store.shelve(order, "G-1")
    wait_for("it stands there", lambda: tails(board) == ["V-61"])
    store.rig.processes["station"].send_signal(signal.SIGSTOP)
    try:
        wait_for("nothing stands there that is not known", lambda: state(board) == "stale" and tails(board) == [], timeout=15)
        said = board.text("main")
        assert "カウンターでお尋ねください" in said and "ask at the counter" in said and "最終更新" in said and board.text(".as-of") == ""
        assert accessible.look(board) == [] and is_cut(board) == []
    finally:
        store.rig.processes["station"].send_signal(signal.SIGCONT)
    wait_for("again", lambda: len(tails(board)) == 1, timeout=15)
    store.rig.processes["web"].send_signal(signal.SIGSTOP)
    try:
        wait_for("nobody tells it anything", lambda: state(board) == "stale", timeout=25)
    finally:
        store.rig.processes["web"].send_signal(signal.SIGCONT)
    wait_for("again", lambda: len(tails(board)) == 1, timeout=20)
    board.js("heardAt = performance.now() - 21000")  # the one who knows hangs, the one who tells does not
    board.js("clearInterval(0); draw()")
    assert state(board) == "stale" and tails(board) == []
    wait_for("with the next document", lambda: len(tails(board)) == 1, timeout=10)
    hand_over(store, order)
    board.assert_calm("ERR_", "Failed to load resource")


def test_the_uplink_does_not_matter(store, board):
    order = order_of(store, "V-71")
    store.rig.stop("sync")
    store.rig.broker.stop()
    try:
        assert state(board) == "none"
        store.shelve(order, "H-1")
        wait_for("it stands there", lambda: len(tails(board)) == 1)
        hand_over(store, order)
        wait_for("gone", lambda: state(board) == "none", timeout=4)
    finally:
        store.rig.broker.start()
        store.rig.start("sync")


@pytest.mark.parametrize("width, height", SIZES)
def test_big_type_and_nothing_cut_with_one_and_with_many(store, board, width, height):
    with board.hurried(PAGE_MS):
        board.open(f"{store.address}/ready-board")
    board.wait_ready()
    board.size(width, height)
    fill = """window.was = window.was || show; const d = {up: true, board: {as_of: new Date(now()).toISOString(), store: {ja: '青葉通り店', en: 'Aoba-dori store'}, hours: {ja: '10時から20時', en: '10:00 to 20:00'}, more: arguments[1],
        ready: Array.from({length: arguments[0]}, (_, i) => ({tail: String(4711 + 37 * i), since: '2026-11-22T14:02:00+09:00', called: i < arguments[2], counter: null, merchant: null}))}}; was(d, false); show = () => {};"""
    for n, more, called in ((1, 0, 0), (12, 0, 2), (40, 0, 1), (120, 7, 3), (2, 0, 2)):
        board.js(fill, n, more, called)
        wait_for("drawn", lambda: len(tails(board, ".called b")) == called)
        assert is_cut(board) == [], (n, called)
        assert min(board.js("return [...document.querySelectorAll('li b, h1, h2, footer, .as-of')].filter(e => e.checkVisibility()).map(e => parseFloat(getComputedStyle(e).fontSize))")) >= 35
        assert not tails(board, ".waiting b") or board.js("return Math.min(...[...document.querySelectorAll('.waiting b')].map(e => parseFloat(getComputedStyle(e).fontSize)))") >= 90
        assert accessible.look(board) == []
        assert (state(board), board.js("return document.querySelector('.page').checkVisibility()")) == ("ready", n - called > board.js("return document.querySelectorAll('.waiting li').length")), (n, called)
    board.js(fill, 120, 7, 0)
    first = tails(board, ".waiting b")
    wait_for("the next page by itself", lambda: tails(board, ".waiting b") != first, timeout=5)
    board.js("document.querySelector('button.page').click()")
    held = tails(board, ".waiting b")
    assert board.js("return document.querySelector('button.page').getAttribute('aria-pressed')") == "true"
    board.js("return new Promise(done => setTimeout(done, 2000))")
    assert tails(board, ".waiting b") == held, "held"
    assert accessible.walk(board) == [] and accessible.width(board) == []


def test_without_the_configs_word_nobody_sees_it(store, board):
    far = own_address()
    stranger, clerk, packer = (Client(store.address, far) for _ in range(3))
    assert stranger.get("/api/v1/ready-board")[0] == 401 and stranger.live("/api/v1/live/ready-board").status == 401
    assert clerk.enter("K041")[0] == 200 and clerk.get("/api/v1/ready-board")[0] == 200
    assert packer.enter("P017")[0] == 200 and packer.get("/api/v1/ready-board")[0] == 403
    assert json.dumps(stranger.get("/api/v1/ready-board")[1]).count("tail") == 0


def test_held_cancelled_and_overdue_ones_never_show(store, board):
    names = ["V-31", "V-32", "V-33"]
    orders = {n: order_of(store, n) for n in names}
    for n in names:
        store.shelve(orders[n], "C-1")
    wait_for("all", lambda: set(names) <= set(tails(board)))
    for name, how in (("V-31", {"cancelled": True}), ("V-32", {"held": True, "reason": "payment"})):
        store.rig.oms("push", store.file("push.jsonl", {**orders[name], "version": 2, **how}), "--station", "dc1/pack-01")
    wait_for("one of them", lambda: set(names) & set(tails(board)) == {"V-33"}, timeout=20)
    store.move_clock(9 * 86400)  # and it stays there: this is the last test
    wait_for("none after their last day", lambda: state(board) == "none", timeout=30)
    board.assert_calm()
