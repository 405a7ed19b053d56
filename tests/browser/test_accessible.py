# SPDX-License-Identifier: Apache-2.0
"""WCAG 2.2 AA, as real Chromium shows the pages: each page, state and language, and one way through by touch alone."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import accessible  # noqa: E402
import shipments as goods  # noqa: E402
from scene import Scene  # noqa: E402
from store import HAT, SOCKS, TEA  # noqa: E402
from waiting import wait_for  # noqa: E402

VERDICT_MS = (900, 1500)  # for which one stands before what it led to, and its green
LANGUAGES = ("ja", "en")
SIZES = ((800, 480), (1920, 1080), (390, 844))


@pytest.fixture(scope="module")
def scene(build, tmp_path_factory):
    s = Scene(build, tmp_path_factory.mktemp("floor"), benches=2)
    s.rig.screen_scanner = True
    s.rig.write_configs()
    s.open()
    s.write_push("people", {"version": 2, "people": [
        {"person": "p-017", "badge": "P017", "role": "packer", "call": "はな"}, {"person": "p-023", "badge": "P023", "role": "packer"}, {"person": "p-002", "badge": "L002", "role": "leader"},
        {"person": "p-090", "badge": "E090", "role": "engineer", "call": "りく", "pin": goods.PIN_4071}]})
    wait_for("the engineer", lambda: s.count("people.changed") == 2)
    for language in LANGUAGES:
        s.make(f"S-look-{language}", *({"line": str(i), "order": "", "name": {"ja": it.ja, "en": it.en}, "label": {"ja": it.label_ja, "en": it.label_en},
                                        "quantity": i, "codes": [{"code": it.jan, "units": 1}]} for i, it in enumerate(goods.AOZORA[:3], 1)))
    s.address = s.rig.start_web()
    yield s
    s.close()


def judge(chromium, what: str) -> None:
    wrong = []
    for size in SIZES:
        chromium.size(*size)
        chromium.js("return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        wrong += [f"{size[0]}: {w}" for w in accessible.look(chromium)]
    wrong += accessible.width(chromium)
    chromium.size(800, 480)
    wrong += accessible.walk(chromium)
    assert not wrong, f"{what}:\n" + "\n".join(dict.fromkeys(wrong))


@pytest.mark.parametrize("language", LANGUAGES)
def test_home_and_sign_in(scene, chromium, language):
    chromium.open(f"{scene.address}/?lang={language}")
    wait_for("the links", lambda: chromium.js("return document.querySelectorAll('nav a').length") > 1)
    judge(chromium, "home")
    chromium.open(f"{scene.address}/floor?lang={language}")
    wait_for("the form", lambda: chromium.js("return document.querySelector('form.sign') !== null"))
    judge(chromium, "sign-in")
    chromium.js("document.querySelector('.sign .more').click()")
    judge(chromium, "sign-in with keys")


@pytest.mark.parametrize("language", LANGUAGES)
def test_bench_in_every_light(scene, chromium, language):
    chromium.open(f"{scene.address}/bench/b1?lang={language}")
    chromium.wait_ready()
    scene.packers[0].scan(f"S-look-{language}", "opened")
    wait_for("the lines", lambda: chromium.js("return document.querySelectorAll('.line').length") == 3)
    scene.packers[0].scan(goods.AOZORA[0].jan)
    wait_for("one is done", lambda: chromium.js("return document.querySelectorAll('.line.done').length") == 1)
    scene.packers[0].scan("NO-SUCH-CODE")
    marks = set()
    for light in ("green", "amber", "red", "white", "dark"):
        chromium.js("clearTimeout(greenTimer); showStage(arguments[1] === 'ja' ? '商品ちがい' : 'WRONG ITEM', '25cm', arguments[0], 'flash')", light, language)
        marks.add(chromium.js("return document.querySelector('.sub').innerHTML"))
        judge(chromium, f"bench, {light}")
    assert len(marks) == 5, "each light has a shape of its own"
    assert all("<svg" in s for s in chromium.js("return [...document.querySelectorAll('.scans li, .line.done .left')].map(e => e.innerHTML)")), "what was and what is done have a shape, too"
    scene.packers[0].scan("OKURU-C-PARK", "parked")


@pytest.mark.parametrize("language", LANGUAGES)
def test_floor(scene, chromium, language):
    chromium.open(f"{scene.address}/floor?lang={language}")
    wait_for("the form or the floor", lambda: chromium.js("return document.querySelector('form') !== null"))
    if chromium.js("return document.querySelector('form.sign') !== null"):
        chromium.js("const i = document.querySelector('.sign input'); i.value = 'L002'; i.form.requestSubmit()")
    chromium.wait_ready()
    chromium.js("document.querySelector('input[name=q]').value = 'A-S-look-ja'; document.querySelector('form[role=search]').requestSubmit()")
    chromium.wait_text(".found", "S-look")
    judge(chromium, "floor")


def enter_form(chromium, badge: str) -> None:
    chromium.js("const i = document.querySelector('.sign input[name=badge]'); i.value = arguments[0]; i.form.requestSubmit()", badge)


def enter_pin(chromium, pin: str) -> None:
    wait_for("the PIN is asked for", lambda: chromium.js("const p = document.querySelector('input[name=pin]'); return p && !p.hidden"))
    chromium.js("const i = document.querySelector('.sign input[name=pin]'); i.value = arguments[0]; i.form.requestSubmit()", pin)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sign_in_that_is_refused_and_with_a_pin(scene, chromium, language):
    chromium.driver.delete_all_cookies()
    chromium.open(f"{scene.address}/settings?lang={language}")
    wait_for("the form", lambda: chromium.js("return document.querySelector('form.sign') !== null"))
    enter_form(chromium, "E090")
    wait_for("the PIN is asked for", lambda: chromium.js("const p = document.querySelector('input[name=pin]'); return p && !p.hidden"))
    judge(chromium, "sign-in with a PIN")
    assert chromium.js("const p = document.querySelector('input[name=pin]'); return p.type === 'password' && Boolean(p.getAttribute('aria-label'))")
    enter_pin(chromium, "0000")
    wait_for("why not", lambda: chromium.text(".said"))
    assert chromium.js("return document.querySelector('.said').getAttribute('role')") == "alert", "read out when it comes"
    judge(chromium, "a wrong PIN")
    enter_pin(chromium, "4071")  # and the wrong one is forgotten
    chromium.wait_ready()
    chromium.assert_calm("401 (Unauthorized)")  # as a browser says that a PIN was wanted


@pytest.mark.parametrize("language", LANGUAGES)
def test_settings_and_what_each_part_came_to(scene, chromium, language):
    chromium.driver.delete_all_cookies()
    chromium.open(f"{scene.address}/settings?lang={language}")
    wait_for("the form", lambda: chromium.js("return document.querySelector('form.sign') !== null"))
    enter_form(chromium, "E090")
    enter_pin(chromium, "4071")
    chromium.wait_ready()
    chromium.wait_text(".people", "p-090")
    judge(chromium, "settings")
    press = "document.querySelector(`button[data-key='${arguments[0]}']`).click()"
    for key, act in (("2", "s_light"), ("4", "s_label"), ("5", "s_sound"), ("6", "s_disk")):
        chromium.js(press, key)
        wait_for(f"a result of {act}", lambda act=act: chromium.text(f".result[data-of={act}]"))
    wait_for("each has ended", lambda: chromium.js("return document.querySelectorAll('.result svg').length") >= 3, timeout=30)
    assert chromium.js("return Boolean(document.querySelector('.result').closest('[role=status], [aria-live]') || document.querySelector('.result').matches('[role=status], [aria-live]'))"), "a result is read out"
    judge(chromium, "settings, tried")
    chromium.js("doc.devices = [{bench: 'b1', name: 'hand-1', driver: 'serial', up: false, reason: 'unplugged'}, {bench: 'b2', name: 'hand-1', driver: 'serial', up: true, hint: 'layout'}, ...doc.devices]; doc.clock_trusted = false; doc.storage = 'slow'; show()")
    judge(chromium, "settings, with devices that are down")
    chromium.open(f"{scene.address}/settings/sheet?lang={language}")
    assert chromium.js("return document.documentElement.lang") == language and chromium.js("return document.title")
    chromium.assert_calm("401 (Unauthorized)", "409 (Conflict)")  # the other one's lights are on already, or its label not ready


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_scanner_on_the_screen(scene, chromium, language):
    chromium.open(f"{scene.address}/bench/b2?lang={language}#OKURU-P-P023,NO-SUCH-CODE,S-look-{language}")
    chromium.wait_ready()
    wait_for("the scanner", lambda: chromium.js("return document.querySelectorAll('.scanner button').length") > 4)
    scene.packers[1].scan(f"S-look-{language}", "opened", "resumed")
    wait_for("what fits now", lambda: goods.AOZORA[1].jan in chromium.text(".scanner"))
    judge(chromium, "the scanner on the screen")
    scene.packers[1].scan("OKURU-C-PARK", "parked")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_search_finds_and_finds_not(scene, chromium, language):
    chromium.driver.delete_all_cookies()
    chromium.open(f"{scene.address}/floor?lang={language}")
    wait_for("the form", lambda: chromium.js("return document.querySelector('form.sign') !== null"))
    enter_form(chromium, "L002")
    chromium.wait_ready()
    seek = "document.querySelector('input[name=q]').value = arguments[0]; document.querySelector('form[role=search]').requestSubmit()"
    for text in ("NOBODY-KNOWS-IT", "S-look-ja", "A-S-look-en"):
        before = chromium.text(".found")
        chromium.js(seek, text)
        wait_for("an answer", lambda before=before: chromium.text(".found") not in ("", before))
        judge(chromium, f"floor, what was found of {text}")
    assert chromium.js("return Boolean(document.querySelector('.found').closest('[role=status], [aria-live]') || document.querySelector('.found').matches('[role=status], [aria-live]'))"), "what was found is read out"
    chromium.assert_calm("401 (Unauthorized)")


def type_in(chromium, text: str) -> None:
    chromium.js("input.value = arguments[0]; input.dispatchEvent(new Event('input')); input.form.requestSubmit()", text)


def counter_in(store, chromium, language: str) -> None:
    with chromium.hurried(*VERDICT_MS):
        chromium.open(f"{store.address}/counter/c1?lang={language}")
    chromium.js("localStorage.setItem('lang', arguments[0])", language)
    chromium.wait_ready()
    if not chromium.js("return Boolean(may())"):
        type_in(chromium, "K041")
        wait_for("the clerk", lambda: chromium.js("return Boolean(may())"))
    if chromium.js("return document.documentElement.lang") != language:
        chromium.js("document.querySelector('.language').click()")
    wait_for("in that language", lambda: chromium.js("return document.body.dataset.ready === 'yes' && document.documentElement.lang === arguments[0] && Boolean(may())", language))


def is_calm(chromium, what: str) -> None:
    """Whatever was just said has gone by."""
    wait_for(what, lambda: chromium.js(f"return !isFlash && document.body.dataset.light !== 'green' && ({what})"), timeout=10)


@pytest.mark.parametrize("language", LANGUAGES)
def test_counter_in_every_state(store, chromium, language):
    counter_in(store, chromium, language)
    paid, unpaid = store.order(f"A-{language}1", (SOCKS, 2), (HAT, 1)), store.order(f"A-{language}2", (TEA, 1), unpaid=5480)
    untold = store.order(f"A-{language}3", (HAT, 1), mail="nobody at all")
    store.shelve(paid, "B-3", "C-12")
    store.shelve(unpaid, "D-1")
    store.shelve(untold, "E-2")
    store.told(untold, "notice.failed")
    for i in (1, 2):
        store.shelve(store.order(f"A-{language}9{i}", (HAT, 1), name=f"小泉{language} 実"), f"F-{i}")
    is_calm(chromium, "document.body.dataset.mode === 'lists' && doc.counter.lists.ready.length >= 5")
    judge(chromium, "counter, lists")
    chromium.js("document.querySelector('[data-key=tab-untold]').click()")
    judge(chromium, "counter, not told")
    chromium.js("input.value = 'A-'; input.dispatchEvent(new Event('input'))")
    judge(chromium, "counter, found")
    chromium.js("input.value = ''; input.dispatchEvent(new Event('input')); document.querySelector('.ask button[aria-expanded]').click()")
    judge(chromium, "counter, keys")
    chromium.js("document.querySelector('.ask button[aria-expanded]').click()")
    type_in(chromium, f"小泉{language}")
    is_calm(chromium, "document.body.dataset.mode === 'step' && doc.counter.step.step === 'choose'")
    judge(chromium, "counter, several")
    store.scan("OKURU-C-UNDO", "undone")
    store.scan(unpaid["orders"][0], "unpaid")
    is_calm(chromium, "document.body.dataset.mode === 'case'")
    judge(chromium, "counter, unpaid")
    store.scan(paid["orders"][0], "proof")
    is_calm(chromium, "document.body.dataset.mode === 'case' && doc.counter.case.shipments[0].unpaid === 0")
    judge(chromium, "counter, proof")
    store.scan("OKURU-C-PROOF-DOCUMENT", "hand-over")
    store.scan(store.codes(paid)[0], "ok")
    is_calm(chromium, "document.querySelectorAll('.pieces .on').length === 1")
    judge(chromium, "counter, one read")
    chromium.js("document.querySelector('[data-key=contact]').click()")
    wait_for("the contact", lambda: chromium.text(".private"))
    chromium.js("clearTimeout(privateTimer)")
    for size in SIZES:  # without a way round by keyboard: it goes when the page is left
        chromium.size(*size)
        assert accessible.look(chromium) == [] and chromium.text(".private"), size
    chromium.size(800, 480)
    chromium.js("hideContact()")
    store.scan("OKURU-C-UNDO", "undone")
    store.scan(untold["orders"][0], "proof")
    is_calm(chromium, "document.querySelector('[data-key=resend]')")
    judge(chromium, "counter, not told to this one")
    store.scan("OKURU-C-UNDO", "undone")
    store.scan(store.offer(f"A-{language}"), "offer")
    is_calm(chromium, "document.body.dataset.mode === 'step' && doc.counter.step.step === 'offer'")
    judge(chromium, "counter, offer")
    store.scan("OKURU-C-UNDO", "undone")
    store.scan("4900000000009")
    is_calm(chromium, "document.body.dataset.mode === 'stop' && !document.querySelector('.after').hidden")
    judge(chromium, "counter, not known")
    chromium.js("document.querySelector('[data-key=lists]').click()")
    judge(chromium, "counter, lists below what was said")


def touch(chromium, selector: str, text: str | None = None) -> None:
    """A finger on the middle of the one that says @text."""
    from selenium.webdriver.common.actions.action_builder import ActionBuilder
    from selenium.webdriver.common.actions.pointer_input import PointerInput

    element = chromium.js("return [...document.querySelectorAll(arguments[0])].find(e => arguments[1] === null || e.textContent === arguments[1])", selector, text)
    assert element, f"{selector} {text}"
    finger = ActionBuilder(chromium.driver, mouse=PointerInput("touch", "finger"))
    finger.pointer_action.move_to(element).pointer_down().pointer_up()
    finger.perform()


def test_touch_alone_signs_in_turns_the_language_and_leaves(scene, chromium):
    chromium.driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    chromium.open(f"{scene.address}/floor?lang=ja")
    wait_for("the form or the floor", lambda: chromium.js("return document.querySelector('form') !== null"))
    if chromium.js("return document.querySelector('form.sign') === null"):
        chromium.js("post('/api/v1/session/end', {}).then(() => location.reload())")
        wait_for("the form", lambda: chromium.js("return document.querySelector('form.sign') !== null"))
    chromium.js("window.others = 0; for (const kind of ['keydown', 'mousemove']) addEventListener(kind, e => { if (e.isTrusted && !e.sourceCapabilities?.firesTouchEvents) others++; })")
    touch(chromium, ".sign .more")
    for key in "L002":
        touch(chromium, ".keys button", key)
    assert chromium.js("return document.querySelector('.sign input').value") == "L002"
    assert chromium.js("return others") == 0, "neither keyboard nor mouse"
    touch(chromium, ".sign button[type=submit]")
    chromium.wait_ready()
    chromium.wait_text(".floor", "締め切り")
    touch(chromium, ".top .language")
    chromium.wait_text(".floor", "Cut-offs")
    touch(chromium, ".top button", "Sign out")
    wait_for("the form", lambda: chromium.js("return document.querySelector('form.sign') !== null"))
    chromium.driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})
    chromium.assert_calm()


def test_the_look_finds_what_is_wrong(scene, chromium):
    chromium.open(f"{scene.address}/?lang=en")
    wait_for("the links", lambda: chromium.js("return document.querySelectorAll('nav a').length") > 1)
    chromium.js("""const b = document.createElement('button'), s = document.createElement('style'), p = document.createElement('p');
        for (const [k, v] of Object.entries({minHeight: '0', height: '12px', width: '12px', padding: '0', outline: 'none'})) b.style[k] = v;
        p.textContent = 'pale'; p.style.color = '#aaa'; p.style.background = '#fff'; p.style.width = '500px';
        document.body.append(b, p); document.documentElement.lang = ''; b.tabIndex = -1""")
    said = " ".join(accessible.look(chromium) + accessible.walk(chromium, 12) + accessible.width(chromium))
    for part in ("contrast 2.32", "target 12x12", "no name", "not by keyboard", "does not come to", 'language: ""', "too wide"):
        assert part in said, part
    chromium.size(800, 480)
