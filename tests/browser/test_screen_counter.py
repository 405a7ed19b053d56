# SPDX-License-Identifier: Apache-2.0
"""The pickup counter's screen in real Chromium: by scanner, by keyboard alone and by touch alone, in both languages; and that nobody's
name is on it but for a press."""
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from store import HAT, SOCKS, TEA  # noqa: E402
from waiting import wait_for  # noqa: E402

pytestmark = pytest.mark.usefixtures("nobody_is_served")


FLASH_MS = 900  # for which a verdict stands before what it led to
BAR_MS = 5000  # after which ages are drawn anew


def open_counter(store, chromium, language: str, *hurried: int) -> None:
    with chromium.hurried(*hurried):
        chromium.open(f"{store.address}/counter/c1?lang={language}")
    chromium.js("localStorage.setItem('lang', arguments[0])", language)
    chromium.wait_ready()


def mode(chromium) -> str:
    return chromium.js("return document.body.dataset.mode")


def enter(chromium, text: str) -> None:
    """As a keyboard does it: into whatever has the focus, then Enter."""
    chromium.js("input.focus(); input.value = arguments[0]; input.dispatchEvent(new Event('input')); input.form.requestSubmit()", text)


def press(chromium, selector: str) -> None:
    """What is there may be drawn anew at any moment: found and pressed at once."""
    wait_for(selector, lambda: chromium.js("const e = document.querySelector(arguments[0]); if (e) e.click(); return Boolean(e)", selector))


def tap(chromium, text: str) -> None:
    for character in text:
        chromium.js("[...document.querySelectorAll('.board button')].find(b => b.textContent === arguments[0]).click()", character)


@pytest.mark.parametrize("language, unpaid, to_go, all_read, done", [("ja", "未会計", "あと2個", "OK 残1", "お渡し済み"), ("en", "UNPAID", "2 to scan", "OK", "HANDED OVER")])
def test_by_scanner_from_the_order_number_to_the_last_parcel(store, chromium, language, unpaid, to_go, all_read, done):
    open_counter(store, chromium, language)
    order = store.order("B-71" if language == "ja" else "B-82", (SOCKS, 2), (HAT, 1), unpaid=5480)
    store.shelve(order, "B-3", "B-3")
    store.scan(order["orders"][0], "unpaid")
    chromium.wait_text(".head", unpaid)
    wait_for("the case stands behind its verdict", lambda: mode(chromium) == "case")
    assert chromium.text(".where .shelf") == "B-3" and to_go in chromium.text(".case .where") and "5,480" in chromium.text(".acts")
    assert float(chromium.js("return parseFloat(getComputedStyle(document.querySelector('.where .shelf')).fontSize)")) >= 100, "huge"
    store.scan(f"RECEIPT-{order['shipment']}-17", "proof")
    wait_for("it is paid", lambda: "5,480" not in chromium.text(".case"))
    store.scan("OKURU-C-PROOF-DOCUMENT", "hand-over")
    first, second = store.codes(order)
    store.scan(first, "ok")
    chromium.wait_text(".head", all_read)
    wait_for("one is ticked", lambda: chromium.js("return document.querySelectorAll('.pieces .on').length") == 1)
    store.scan(second, "collected")
    chromium.wait_text(".head", done)
    assert chromium.light() == "green"
    wait_for("the lists are back", lambda: mode(chromium) == "lists" and chromium.light() != "green", timeout=5)
    chromium.assert_calm()


def test_its_stream_begins_before_its_scripts_and_is_the_only_one(store, chromium):
    open_counter(store, chromium, "ja")
    asked = chromium.js("return performance.getEntriesByType('resource').map(e => new URL(e.name).pathname)")
    assert asked.count("/api/v1/session") == 1 and chromium.js("return 'early' in window && window.early === null"), "begun early, and taken over"
    chromium.assert_calm()


def test_by_keyboard_alone(store, chromium):
    order, other = store.order("B-93", (SOCKS, 1)), store.order("B-94", (TEA, 1))
    for o, shelf in ((order, "C-1"), (other, "C-2")):
        store.shelve(o, shelf)
    open_counter(store, chromium, "ja", FLASH_MS)
    enter(chromium, "K041")
    wait_for("the box is the clerk's", lambda: "注文番号" in chromium.js("return input.placeholder"))
    wait_for("both are listed", lambda: "C-1" in chromium.text(".lists") and "C-2" in chromium.text(".lists"))
    enter(chromium, "B-9")  # several may be meant: nothing is sent, the first has the focus
    wait_for("a match has the focus", lambda: "@" in (chromium.js("return document.activeElement.dataset.key || ''")))
    assert chromium.js("return document.querySelectorAll('.rows button').length") == 2 and mode(chromium) == "lists"
    enter(chromium, order["orders"][0])
    wait_for("its case", lambda: mode(chromium) == "case" and chromium.text(".where .shelf") == "C-1")
    enter(chromium, "OKURU-C-PROOF-ORDER-NAME")
    wait_for("proved", lambda: "注文番号と氏名" in chromium.text(".proved"))
    enter(chromium, store.codes(order)[0])
    wait_for("handed over", lambda: store.count("pickup.collected") and chromium.js("return doc.shown.kind") in ("collected", "idle"))
    wait_for("it can be taken back for a minute", lambda: chromium.text(".lists .back"))
    assert chromium.js("return input.value") == ""
    chromium.assert_calm()


def test_by_touch_alone(store, chromium):
    order = store.order("B-15", (HAT, 1))
    store.shelve(order, "D-7")
    open_counter(store, chromium, "ja", FLASH_MS)
    wait_for("it is listed", lambda: "D-7" in chromium.text(".lists"))
    chromium.js("return post('/api/v1/session/end', {}).then(s => { session = s.body; placeholder_(); })")
    press(chromium, ".rows [data-key^='B-15@']")  # the badge is asked for, and then it is done
    wait_for("it asks", lambda: "名札" in chromium.text(".ask .said"))
    press(chromium, ".ask button[aria-expanded]")
    tap(chromium, "K041")
    press(chromium, ".ask .go")
    wait_for("its case", lambda: mode(chromium) == "case" and chromium.text(".where .shelf") == "D-7")
    press(chromium, ".acts [data-key=document]")
    wait_for("proved", lambda: "身分証" in chromium.text(".proved"))
    tap(chromium, store.codes(order)[0])
    press(chromium, ".ask .go")
    wait_for("handed over", lambda: [f for f in store.facts("pickup.collected") if f["shipment"] == "B-15"])
    press(chromium, ".lists .back")
    wait_for("taken back", lambda: [f for f in store.facts("pickup.undone") if f["shipment"] == "B-15"])
    chromium.assert_calm()


def as_clerk(store, chromium, language: str, *hurried: int) -> None:
    open_counter(store, chromium, language, *(hurried or [FLASH_MS]))
    if not chromium.js("return Boolean(may())"):
        enter(chromium, "K041")
        wait_for("the box is the clerk's", lambda: chromium.js("return Boolean(may())"))
    if chromium.js("return document.documentElement.lang") != language:  # by the badge
        chromium.js("document.querySelector('.language').click()")
    wait_for("ready, in that language", lambda: chromium.js("return document.body.dataset.ready === 'yes' && document.documentElement.lang === arguments[0] && Boolean(may())", language))
    wait_for("nothing is begun", lambda: mode(chromium) in ("lists", "stop"))


def step(chromium, name: str) -> None:
    wait_for(f"step {name}", lambda: mode(chromium) == "step" and chromium.js("return doc.counter.step && doc.counter.step.step") == name)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("by", ["touch", "key", "card"])
def test_which_of_two_of_one_name(store, chromium, language, by):
    family = {"touch": "伊藤", "key": "加藤", "card": "工藤"}[by] + ("" if language == "ja" else "田")
    name = f"{family} 実"
    for i, shelf in ((1, "G-1"), (2, "H-2")):
        store.shelve(store.order(f"N-{language}{by}{i}", (HAT, 1), name=name, phone=f"090-0000-{i}{i}{i}{i}"), shelf)
    as_clerk(store, chromium, language)
    enter(chromium, family)
    step(chromium, "choose")
    text = chromium.text(".choices")
    assert "G-1" in text and "H-2" in text and family not in chromium.js("return document.documentElement.outerHTML + JSON.stringify(doc)")
    assert ("入荷" if language == "ja" else "came") in text
    wanted = 1 + chromium.js("return [...document.querySelectorAll('.choices li')].findIndex(e => e.textContent.includes('H-2'))")
    if by == "touch":
        press(chromium, f"[data-key=choice-{wanted}]")
    elif by == "key":
        enter(chromium, str(wanted))
    else:
        store.scan(f"OKURU-C-D-{wanted}", "proof")
    wait_for("their case", lambda: mode(chromium) == "case" and chromium.text(".where .shelf") == "H-2")
    press(chromium, ".acts [data-key=undo]")
    wait_for("given up", lambda: mode(chromium) == "lists")
    chromium.assert_calm()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_return_an_offer_and_an_unannounced_parcel_by_touch_alone(store, chromium, language):
    order = store.order(f"Z-{language}", (HAT, 1))
    store.shelve(order, "D-1")
    as_clerk(store, chromium, language)
    press(chromium, "[data-key=take-back]")
    step(chromium, "take-back")
    press(chromium, ".ask button[aria-expanded]")
    tap(chromium, store.codes(order)[0])
    press(chromium, ".ask .go")
    step(chromium, "inspect")
    chromium.wait_text("[data-key=bad]", "不良品" if language == "ja" else "Damaged")
    press(chromium, "[data-key=bad]")
    wait_for("inspected", lambda: [f["result"] for f in store.facts("return.inspected") if f["shipment"] == order["shipment"]] == ["bad"])
    wait_for("back", lambda: mode(chromium) == "lists")
    press(chromium, "[data-key=arrive]")
    step(chromium, "arrive")
    press(chromium, "[data-key=undo]")
    wait_for("given up", lambda: mode(chromium) == "lists")
    enter(chromium, store.offer(f"O-{language}"))  # as a camera or a wedge types it
    step(chromium, "offer")
    said = chromium.wait_text(".case", "1回だけ" if language == "ja" else "once only")
    assert all(part in said for part in (("靴下 200円引き", "2足以上", "3月31日", "1回だけ") if language == "ja" else ("200 yen off socks", "two pairs", "03-31", "once only")))
    press(chromium, "[data-key=ok]")
    wait_for("redeemed", lambda: store.count("offer.redeemed", f"O-{language}") == 1)
    chromium.assert_calm()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_part_is_declared_by_touch_and_a_leader_says_yes(store, chromium, language):
    order = store.order(f"Y-{language}", (SOCKS, 1), (HAT, 1))
    as_clerk(store, chromium, language)
    enter(chromium, store.codes(order)[0])
    wait_for("in hand", lambda: mode(chromium) == "hand")
    enter(chromium, "E-5")
    wait_for("a part of it lies there", lambda: store.count("parcel.shelved") and chromium.js("return doc.counter.declarable.length") == 1)
    enter(chromium, order["orders"][0])  # the customer is here already
    wait_for("not all is", lambda: mode(chromium) == "stop" and chromium.js("return !document.querySelector('.after').hidden"))
    press(chromium, ".after .declare")
    step(chromium, "partial")
    press(chromium, "[data-key=leader]")
    wait_for("it asks", lambda: ("リーダー" if language == "ja" else "leader") in chromium.text(".ask .said"))
    enter(chromium, "K041")
    wait_for("not a leader", lambda: ("リーダーの名札が要る" if language == "ja" else "a leader's badge") in chromium.text(".ask .said"))
    press(chromium, "[data-key=leader]")
    enter(chromium, "L002")
    wait_for("ready", lambda: [f["leader"] for f in store.facts("pickup.ready") if f["subject"] == f"Y-{language}"] == ["p-002"])
    wait_for("nobody is signed in at the screen", lambda: not chromium.js("return Boolean(may())"))
    assert chromium.js("return doc.counter.person.person") == "p-041", "the clerk is still the one who works here"
    chromium.assert_calm()


def test_a_red_gives_way_to_the_lists_by_touch_and_stays_in_sight(store, chromium):
    as_clerk(store, chromium, "ja")
    store.scan("OKURU-C-UNDO")
    store.scan("4901234567894")
    wait_for("it is said", lambda: mode(chromium) == "stop" and chromium.js("return !document.querySelector('.after').hidden"))
    press(chromium, "[data-key=lists]")
    wait_for("the lists", lambda: mode(chromium) == "lists" and chromium.text(".tabs"))
    assert chromium.light() in ("amber", "red") and chromium.js("return document.querySelector('.stage').offsetHeight") > 20
    chromium.assert_calm()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_name_and_contact_are_shown_for_a_press_and_gone_after(store, chromium, language):
    secrets = {"name": "綾小路 桜子", "kana": "アヤノコウジ サクラコ", "phone": "090-4321-8765", "email": f"sakurako.{language}@example.jp"}
    order = store.order(f"S-{language}", (HAT, 1), **secrets)
    store.shelve(order, "K-1")
    as_clerk(store, chromium, language)
    enter(chromium, order["orders"][0])
    wait_for("their case", lambda: mode(chromium) == "case")
    everywhere = "return [document.documentElement.outerHTML, JSON.stringify(doc), JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.title, location.href].join(' ')"
    hidden = lambda: not [v for v in secrets.values() if v in chromium.js(everywhere)]  # noqa: E731
    assert hidden()
    press(chromium, "[data-key=contact]")
    chromium.wait_text(".private", "綾小路 桜子")
    assert all(v in chromium.text(".private") for v in secrets.values()) and ("お名前" if language == "ja" else "Name") in chromium.text(".private")
    sizes = chromium.js("return [...document.querySelectorAll('.private *')].map(e => parseFloat(getComputedStyle(e).fontSize))")
    assert max(sizes) <= 18, "not to be read across the counter"
    press(chromium, "[data-key=contact]")  # once more hides it
    wait_for("hidden", hidden)
    chromium.js("window.before = performance.now(); document.querySelector('[data-key=contact]').focus(); document.querySelector('[data-key=contact]').click()")
    chromium.wait_text(".private", "綾小路 桜子")
    wait_for("hidden by itself", hidden, timeout=12)
    assert chromium.js("return performance.now() - before") < 11000
    press(chromium, "[data-key=contact]")
    chromium.wait_text(".private", "綾小路 桜子")
    chromium.js("const before = doc; doc = structuredClone(doc); doc.counter.case.shipments[0].merchant.merchant = 'another'; draw(); doc = before; draw()")
    assert hidden(), "another merchant's shipment of the same number is not theirs"
    press(chromium, "[data-key=contact]")
    chromium.wait_text(".private", "綾小路 桜子")
    press(chromium, ".acts [data-key=undo]")
    wait_for("gone with the case", hidden)
    assert [(f["actor"], f["bench"]) for f in store.facts("contact.shown") if f["subject"] == f"S-{language}"] == [("p-041", "c1")] * 4
    chromium.assert_calm()


def test_a_notice_that_failed_says_why_and_is_sent_again_by_one_press(store, chromium):
    order = store.order("B-26", (HAT, 1), mail="nobody at all")
    store.shelve(order, "E-1")
    store.told(order, "notice.failed")
    open_counter(store, chromium, "ja", FLASH_MS)
    enter(chromium, "OKURU-P-K041")
    wait_for("the box is the clerk's", lambda: chromium.js("return Boolean(may())") and mode(chromium) == "lists")
    press(chromium, "[data-key=tab-untold]")
    assert "宛先の形が違う" in chromium.text(".rows")
    press(chromium, ".rows [data-key^='B-26@']")
    wait_for("its case", lambda: mode(chromium) == "case")
    assert "別の連絡先を聞く" in chromium.text(".facts")
    press(chromium, "[data-key=resend]")
    wait_for("asked", lambda: store.count("notice.resend-asked", "B-26") == 1)
    press(chromium, "[data-key=undo]")
    chromium.assert_calm()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_customer_who_wants_to_hear_no_more_is_asked_once_more_what_it_means(store, chromium, language):
    name = f"O-{language}"
    order = store.order(name, (HAT, 1))
    store.shelve(order, "E-2")
    as_clerk(store, chromium, language)
    enter(chromium, order["orders"][0])
    wait_for("their case", lambda: mode(chromium) == "case")
    press(chromium, "[data-key=opt-out]")
    meaning = "他の注文の分も今すぐ止まります" if language == "ja" else "stop at once, for other orders too"
    assert meaning in chromium.text(".acts") and chromium.js("return document.activeElement.dataset.key") == "opt-out-no"
    press(chromium, "[data-key=opt-out-no]")
    assert not chromium.js("return document.querySelector('[data-key=opt-out-yes]')") and store.count("consent.changed", name) == 0
    press(chromium, "[data-key=opt-out]")
    chromium.js("dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape'}))")
    wait_for("left", lambda: not chromium.js("return document.querySelector('[data-key=opt-out-yes]')"))
    press(chromium, "[data-key=opt-out]")
    press(chromium, "[data-key=opt-out-yes]")
    wait_for("said", lambda: store.count("consent.changed", name) == 1)
    assert [(f["actor"], f["given"]) for f in store.facts("consent.changed") if f["subject"] == name] == [("p-041", False)]
    wait_for("their case again", lambda: mode(chromium) == "case")
    press(chromium, ".acts [data-key=undo]")
    chromium.assert_calm()


def test_what_does_not_go_together_is_found_later_and_shown_as_that(store, chromium):
    order = store.order("Q-51", (HAT, 1))
    store.shelve(order, "L-1")
    store.scan(order["orders"][0], "proof")
    store.scan("OKURU-C-PROOF-DOCUMENT", "hand-over")
    store.scan(store.codes(order)[0], "collected")
    changed = {**order, "version": order.get("version", 1) + 1, "cancelled": True}
    store.rig.oms("push", store.file("push.jsonl", changed), "--station", "dc1/pack-01")
    wait_for("the conflict", lambda: store.count("conflict.found", "Q-51"))
    for language, said, what in (("ja", "食い違い", "本部と確かめる"), ("en", "conflict", "settle it with the office")):
        as_clerk(store, chromium, language)
        wait_for("its list", lambda: chromium.js("return doc.counter.conflicts") >= 1)
        press(chromium, "[data-key=tab-conflict]")
        assert "Q-51"[-4:] in chromium.text(".rows .found") and said in chromium.text(".rows .found") and what in chromium.text(".rows .found")
        assert chromium.light() != "red", "no scan was wrong"
    chromium.assert_calm()


def test_what_the_office_has_not_heard_stands_there_with_count_and_age(store, chromium):
    order = store.order("Q-61", (HAT, 1))
    store.shelve(order, "L-2")
    store.rig.stop("sync")
    try:
        store.scan(order["orders"][0], "proof")
        store.scan("OKURU-C-MISSING", "not-on-shelf")
        for language in ("ja", "en"):
            as_clerk(store, chromium, language, FLASH_MS, BAR_MS)
            wait_for("it says so", lambda: chromium.js("return doc.office.waiting") > 0 and chromium.js("return document.querySelector('.office').title"), timeout=10)
            wait_for("with its age", lambda: chromium.js("clockAhead = 30000") or re.search(r"\d.*\d", chromium.text(".office")), timeout=15)
    finally:
        store.rig.start("sync")
    wait_for("it is told", lambda: chromium.js("return doc.office.waiting") == 0, timeout=60)


def test_nobodys_name_is_on_the_screen(store, chromium):
    open_counter(store, chromium, "ja", FLASH_MS)
    for order in store.orders.values():
        contact = order["contact"]["contact"]
        text = chromium.js("return document.documentElement.outerHTML + JSON.stringify(doc)")
        assert not [said for said in contact.values() if isinstance(said, str) and said in text]


@pytest.mark.parametrize("width, height", [(800, 480), (1280, 800), (1920, 1080), (390, 844)])
def test_nothing_is_cut_at_any_size(store, chromium, width, height):
    order = store.order(f"B-{width % 97 + 100}", (SOCKS, 2), (HAT, 1), (TEA, 1), unpaid=12800)
    store.shelve(order, "A-1", "B-12", "C-3")
    try:
        chromium.size(width, height)
        open_counter(store, chromium, "ja", FLASH_MS)
        wait_for("its row", lambda: chromium.js("return document.querySelectorAll('.rows .pay').length") > 0)
        laid = chromium.js("""return [...document.querySelectorAll('.rows button')].flatMap(b => { const r = [...b.children].map(e => e.getBoundingClientRect());
                return r.flatMap((p, i) => r.slice(i + 1).filter(q => p.right > q.left + 1 && q.right > p.left + 1 && p.bottom > q.top + 1 && q.bottom > p.top + 1).map(() => b.innerText)); })""")
        inside = chromium.js("return [...document.querySelectorAll('.rows .order')].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.innerText)")
        assert (laid, inside) == ([], []), "no part of a row lies over another"
        store.scan(order["orders"][0], "unpaid")
        wait_for("the case", lambda: mode(chromium) == "case")
        over = chromium.js("""return [...document.querySelectorAll('.where .shelf, .acts button, .bar > *, .facts b, .facts dd')].filter(e => { const r = e.getBoundingClientRect();
                return r.width && (r.left < -1 || r.right > innerWidth + 1); }).map(e => e.className + e.textContent)""")
        assert over == [] and chromium.js("return document.documentElement.scrollWidth <= innerWidth")
        low = chromium.js("return [...document.querySelectorAll('.acts button')].filter(e => e.getBoundingClientRect().bottom > innerHeight + 1).length")
        assert low == 0 or width < 500, "what is to be pressed is in sight"
        store.scan(f"RECEIPT-{order['shipment']}-17", "proof")
        store.scan("OKURU-C-PROOF-DOCUMENT", "hand-over")
        store.scan(store.codes(order)[0], "ok")
        wait_for("one is ticked", lambda: mode(chromium) == "case" and chromium.js("return document.querySelectorAll('.pieces .on').length") == 1)
        rows = lambda: chromium.js("return new Set([...document.querySelectorAll('.acts > *')].map(e => { const r = e.getBoundingClientRect(); return Math.round((r.top + r.height / 2) / 40); })).size")
        wait_for("the acts to stand in one row", lambda: width < 500 or rows() == 1)
    finally:
        chromium.size(800, 480)
        store.scan("OKURU-C-UNDO")
    chromium.assert_calm()
