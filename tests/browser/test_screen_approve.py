# SPDX-License-Identifier: Apache-2.0
"""Notices that wait for a leader's word at the floor's screen: what they will say, yes and no, by touch and by keyboard, in both languages."""
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import accessible  # noqa: E402
import shipments as goods  # noqa: E402
from compare import read_mail  # noqa: E402
from store import HAT, SOCKS, Store  # noqa: E402
from waiting import wait_for  # noqa: E402

SAYS = {"cause": {"ja": "配送車両が故障したため", "en": "the carrier's van broke down"}, "action": {"ja": "代わりの車両で本日発送いたします", "en": "another van takes it today"},
        "next_by": "2026-11-22T18:30:00+09:00"}
KEYS = {"Enter": (13, "\r"), "Tab": (9, ""), "Escape": (27, "")}


@pytest.fixture(scope="module")
def store(build, tmp_path_factory):
    s = Store(build, tmp_path_factory.mktemp("store")).open()
    s.rule(approval=["incident"])
    yield s
    s.close()


@pytest.fixture(autouse=True)
def nothing_is_left(store):
    yield
    for notice in store.rig.query("station/ledger.db", "SELECT id FROM notice WHERE state = 'reserved' AND reason = 'no-approval'"):
        store.rig.okuru("notices", "refuse", *notice, "--config", str(store.rig.folder / "etc/station.yaml"))


def owe(store, *names: str, language: str = "ja", consent: bool = True) -> None:
    for name in names:
        store.tell_incident(name, (SOCKS, 2), (HAT, 1), says=SAYS, language=language, consent=consent)


def open_floor(store, chromium, language: str) -> None:
    chromium.open(f"{store.address}/floor?lang={language}")
    chromium.js("localStorage.setItem('lang', arguments[0])", language)
    wait_for("the form or the floor", lambda: chromium.js("return document.querySelector('form') !== null"))
    if chromium.js("return document.querySelector('form.sign') !== null"):
        chromium.js("const i = document.querySelector('.sign input'); i.value = 'L002'; i.form.requestSubmit()")
    chromium.wait_ready()


ROW = "const row = [...document.querySelectorAll('.asking li')].find(e => e.querySelector('b').textContent.endsWith(' ' + arguments[0]));"


def is_listed(chromium, name: str) -> bool:
    return chromium.js(ROW + "return Boolean(row)", name)


def touch(chromium, name: str, key: str) -> None:
    """A finger where the button is: it is in sight, and nothing lies over it."""
    wait_for(f"{key} of {name}", lambda: chromium.js(ROW + "return Boolean(row && row.querySelector(`[data-key=${arguments[1]}]`))", name, key))
    x, y = chromium.js(ROW + "const b = row.querySelector(`[data-key=${arguments[1]}]`); b.scrollIntoView({block: 'center'}); const r = b.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]", name, key)
    for kind in ("mousePressed", "mouseReleased"):
        chromium.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1})


def press(chromium, key: str) -> None:
    code, text = KEYS[key]
    for kind in ("keyDown", "keyUp"):
        chromium.driver.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, **({"text": text} if text and kind == "keyDown" else {})})


def focus(chromium) -> str:
    return chromium.js("return document.activeElement.dataset.key || document.activeElement.tagName")


def look(chromium, name: str) -> None:
    wrong = []
    for size in ((800, 480), (1920, 1080), (390, 844)):
        chromium.size(*size)
        chromium.js("return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        wrong += [f"{size[0]}: {w}" for w in accessible.look(chromium)]
        if os.environ.get("OKURU_PICTURES"):
            chromium.shoot(Path(os.environ["OKURU_PICTURES"]) / f"{name}-{size[0]}.png")
    wrong += accessible.width(chromium)
    chromium.size(800, 480)
    wrong += accessible.walk(chromium)
    assert not wrong, "\n".join(dict.fromkeys(wrong))


@pytest.mark.parametrize("language, number, title, sure, done", [("ja", 11, "承認待ち", "取り消せない", "承認した"), ("en", 21, "Approval", "cannot be undone", "Approved")])
def test_a_leader_reads_what_it_will_say_and_lets_one_go_and_one_not(store, chromium, language, number, title, sure, done):
    yes, no = f"Y-{number}", f"N-{number + 1}"
    owe(store, yes, no)
    open_floor(store, chromium, language)
    wait_for("both are listed", lambda: is_listed(chromium, yes) and is_listed(chromium, no))
    text = chromium.text(".asking")
    for words in (title, yes, no, goods.MERCHANTS["aozora"][language], SAYS["cause"]["ja"], SAYS["cause"]["en"], SAYS["action"]["ja"], "2026-11-22 18:30"):
        assert words in text, words
    look(chromium, f"asked-{language}")

    touch(chromium, yes, "a_yes")
    assert sure in chromium.text(".sure") and focus(chromium) == "a_back"
    look(chromium, f"sure-{language}")
    assert store.count("notice.approved", yes) == 0, "one touch decides nothing"
    touch(chromium, yes, "a_yes_do")
    wait_for("it is decided", lambda: store.count("notice.approved", yes))
    wait_for("it leaves the list", lambda: not is_listed(chromium, yes))
    assert done in chromium.wait_text(".judged", yes) and is_listed(chromium, no)
    touch(chromium, no, "a_no")
    touch(chromium, no, "a_no_do")
    wait_for("it is decided", lambda: store.count("notice.refused", no))
    wait_for("it leaves the list", lambda: not is_listed(chromium, no))
    for kind, name in (("notice.approved", yes), ("notice.refused", no)):
        assert [f["actor"] for f in store.facts(kind) if f["subject"] == name] == ["p-002"], kind
    store.told({"shipment": yes})
    store.told({"shipment": no}, "notice.cancelled")
    assert store.count("person.in") == 1, "nobody is signed in anywhere by it"


NAMES = "return [...document.querySelectorAll('.asking li b')].map(e => e.textContent.split(' ').at(-1))"


@pytest.mark.parametrize("language, number, due, top, over", [("ja", 81, "期限が近い", "承認を急ぐ 1件 ", "期限切れ"), ("en", 85, "Expires soon", "1 to approve now, first by ", "Expired")])
def test_what_expires_first_stands_first_and_says_so_before_it_is_too_late(store, chromium, language, number, due, top, over):
    later, first, last = f"L-{number}", f"F-{number + 1}", f"G-{number + 2}"
    owe(store, later)
    open_floor(store, chromium, language)
    wait_for("it is listed", lambda: is_listed(chromium, later))
    assert due not in chromium.text(".asking") and top not in chromium.text("header.top")
    store.rule(approval=["incident"], notice_max_age_s={"incident": 7200})
    owe(store, first)
    wait_for("it stands before the other one", lambda: chromium.js(NAMES) == [first, later])

    touch(chromium, first, "a_no")  # somebody is about to press
    store.rule(approval=["incident"], notice_max_age_s={"incident": 3600})
    owe(store, last)
    wait_for("what comes goes behind it", lambda: chromium.js(NAMES) == [first, later, last])
    touch(chromium, first, "a_back")
    chromium.js("document.activeElement.blur(); touchedAt -= SETTLE_MS; show(doc)")
    assert chromium.js(NAMES) == [last, first, later]

    store.rule(approval=["incident"])
    chromium.js("clockAhead += 45 * 60e3; show(doc)")
    rows = chromium.js("return [...document.querySelectorAll('.asking li')].map(e => [e.className, e.querySelector('.due').textContent])")
    assert rows == [["bad", due], ["warn", ""], ["warn", ""]]
    assert top in chromium.text("header.top") and ("あと15分" if language == "ja" else "in 15") in chromium.text(".asking li")
    look(chromium, f"due-{language}")
    chromium.js("document.activeElement.blur(); scrollTo(0, 0)")
    if os.environ.get("OKURU_PICTURES"):
        chromium.shoot(Path(os.environ["OKURU_PICTURES"]) / f"top-{language}.png")
    chromium.js("clockAhead += 20 * 60e3; show(doc)")
    rows = chromium.js("return [...document.querySelectorAll('.asking li')].map(e => [e.className, e.querySelector('.due').textContent])")
    assert rows == [["bad", over], ["bad", due], ["warn", ""]]
    look(chromium, f"over-{language}")


WORDS = ROW + "const d = row && row.querySelector('details.wording');"


def open_words(chromium, name: str) -> None:
    wait_for(f"the words of {name}", lambda: chromium.js(WORDS + "return Boolean(d)", name))
    chromium.js(WORDS + "d.querySelector('summary').click()", name)


@pytest.mark.parametrize("language, number, says, cause, stands", [("ja", 31, "お客様が読む文面", "配送車両が故障したため", "（お客様のお名前）"), ("en", 32, "What the customer will read", "the carrier's van broke down", "(customer's name)")])
def test_a_leader_reads_the_words_that_the_customer_will_read(store, chromium, language, number, says, cause, stands):
    name = f"W-{number}"
    owe(store, name, language=language)
    open_floor(store, chromium, language)
    wait_for("the row", lambda: is_listed(chromium, name))
    assert chromium.js(WORDS + "return d.querySelector('summary').textContent", name) == says
    shown = "return d.textContent"
    wait_for("notify has written it", lambda: store.rig.query("notify/notices.db", "SELECT 1 FROM draft JOIN notice ON id = notice WHERE shipment = ?", name))
    open_words(chromium, name)
    wait_for("the words", lambda: cause in chromium.js(WORDS + shown, name))
    text = chromium.js(WORDS + shown, name)
    subject, body = (chromium.js(WORDS + f"return d.querySelector('{what}').textContent", name) for what in (".subject", "pre"))
    assert stands in text and "山田" not in text and chromium.js(WORDS + "return d.querySelector('pre').lang", name) == language
    chromium.js("show(doc)")
    assert chromium.js(WORDS + "return d.open", name), "what comes meanwhile closes nothing"
    look(chromium, f"words-{language}")
    touch(chromium, name, "a_yes")
    touch(chromium, name, "a_yes_do")
    store.told({"shipment": name})
    mail = next(m for m in map(read_mail, store.rig.mails()) if str(m["Subject"]) == subject)
    sent = mail.get_body(("plain",)).get_content()
    assert sent.split() == body.replace(stands, "山田 花子").split() and cause in sent


def test_what_was_corrected_meanwhile_is_read_anew_before_the_yes(store, chromium):
    owe(store, "V-44")
    open_floor(store, chromium, "ja")
    touch(chromium, "V-44", "a_yes")
    notice = chromium.js(ROW + "return row.dataset.notice", "V-44")
    store.rig.okuru("notices", "correct", notice, "--cause", "大雪のため", "--cause-en", "snow", "--config", str(store.rig.folder / "etc/station.yaml"))
    wait_for("the new words", lambda: "大雪のため" in chromium.text(".asking"))
    assert SAYS["cause"]["ja"] not in chromium.text(".asking") and chromium.js("return document.querySelector('.asking .sure')") is None
    open_words(chromium, "V-44")
    wait_for("what the customer will read", lambda: "大雪のため" in chromium.js(WORDS + "return d.textContent", "V-44"))


def test_words_that_are_not_there_are_said_so(store, chromium):
    owe(store, "Q-41", consent=False)
    open_floor(store, chromium, "ja")
    open_words(chromium, "Q-41")
    wait_for("a word", lambda: "文面はまだない" in chromium.js(WORDS + "return d.textContent", "Q-41"))


def test_by_keyboard_alone_it_takes_more_than_enter_twice(store, chromium):
    owe(store, "K-51")
    open_floor(store, chromium, "ja")
    wait_for("it is listed", lambda: is_listed(chromium, "K-51"))
    chromium.js("document.querySelector('form[role=search] input').focus()")
    for _ in range(12):
        if focus(chromium) == "a_yes":
            break
        press(chromium, "Tab")
    assert focus(chromium) == "a_yes"
    for _ in range(2):
        press(chromium, "Enter")
    assert focus(chromium) == "a_yes", "the second one went back"
    press(chromium, "Enter")
    press(chromium, "Escape")
    assert focus(chromium) == "a_yes"
    press(chromium, "Enter")
    chromium.js("show(doc)")
    assert focus(chromium) == "a_back", "what comes meanwhile takes the focus from nobody"
    for kind in ("keyDown", "keyUp"):
        chromium.driver.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": kind, "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9, "modifiers": 8})
    assert focus(chromium) == "a_yes_do"
    press(chromium, "Enter")
    wait_for("it is decided", lambda: store.count("notice.approved", "K-51"))
    wait_for("it leaves the list", lambda: not is_listed(chromium, "K-51"))
    assert focus(chromium) == "H2", "who goes by keyboard is still in the list"


def test_what_somebody_else_decided_meanwhile_is_said_and_leaves(store, chromium):
    owe(store, "E-61")
    open_floor(store, chromium, "ja")
    touch(chromium, "E-61", "a_no")
    notice = chromium.js(ROW + "return row.dataset.notice", "E-61")
    chromium.js("window.late = [...askedRows.values()][0]; window.lateNotice = doc.lists.asking[0]")
    store.rig.okuru("notices", "approve", notice, "--config", str(store.rig.folder / "etc/station.yaml"))
    wait_for("it leaves the list", lambda: not is_listed(chromium, "E-61"))
    chromium.js("judge(late, lateNotice, false)")
    chromium.wait_text(".judged", "E-61: ")
    assert store.count("notice.refused", "E-61") == 0


def test_five_are_shown_and_the_others_are_counted(store, chromium):
    owe(store, *[f"M-{i}" for i in range(70, 77)])
    open_floor(store, chromium, "ja")
    wait_for("five", lambda: chromium.js("return document.querySelectorAll('.asking li').length") == 5)
    wait_for("the others", lambda: chromium.text("p.more") == "ほか2件")
    last = chromium.js("return document.querySelectorAll('.asking li')[4].querySelector('b').textContent").split()[-1]
    touch(chromium, last, "a_no")
    touch(chromium, last, "a_no_do")
    wait_for("the next one comes", lambda: chromium.text("p.more") == "ほか1件" and not is_listed(chromium, last))
    assert chromium.js("return document.querySelectorAll('.asking li').length") == 5
