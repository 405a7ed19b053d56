# SPDX-License-Identifier: Apache-2.0
"""The bench's screen in real Chromium: a scan at a pty, and what the page then says, in both languages."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import shipments as goods  # noqa: E402
from waiting import wait_for  # noqa: E402

SOCKS_23, SOCKS_25, SOCKS_27 = goods.AOZORA[:3]


def line(number: str, it: goods.Item, quantity: int, **more) -> dict:
    return {"line": number, "order": "", "name": {"ja": it.ja, "en": it.en}, "label": {"ja": it.label_ja, "en": it.label_en}, "quantity": quantity,
            "codes": [{"code": it.jan, "units": 1}], **more}


def open_bench(scene, chromium, language: str, bench: str = "b1") -> None:
    chromium.open(f"{scene.address}/bench/{bench}?lang={language}")
    chromium.wait_ready()


@pytest.mark.parametrize("language, open_head, wrong_head, wrong_sub, left", [
    ("ja", "検品開始", "商品ちがい", "黒 25cm", "残"), ("en", "START", "WRONG ITEM", "black 25", "left")])
def test_a_scan_is_answered_on_the_screen_and_red_stays(scene, chromium, language, open_head, wrong_head, wrong_sub, left):
    open_bench(scene, chromium, language)
    packer = scene.packers[0]
    name = f"S-{language}"
    scene.make(name, line("1", SOCKS_25, 2), line("2", SOCKS_23, 1))
    packer.scan(name, "opened")
    chromium.wait_text(".head", open_head)
    assert chromium.light() == "green"
    wait_for("green gives way to the one next thing", lambda: chromium.light() == "dark", timeout=4)
    assert left in chromium.text(".lines")
    packer.scan(SOCKS_27.jan, "wrong-item")
    chromium.wait_text(".head", wrong_head)
    assert chromium.light() == "red" and wrong_sub in chromium.text(".sub")
    chromium.js("return new Promise(done => setTimeout(done, 2500))")  # longer than any green
    assert chromium.light() == "red", "a red is never cleared by time"
    packer.scan(SOCKS_25.jan, "ok")
    wait_for("green", lambda: chromium.light() == "green")
    packer.scan(SOCKS_25.jan, "ok")
    wait_for("the line is done", lambda: chromium.js("return document.querySelectorAll('.line.done').length") == 1)
    first = chromium.js("return document.querySelector('.line .label').innerText")
    assert "23" in first, "what is done goes behind what is left"
    packer.scan("OKURU-C-PARK", "parked")
    wait_for("nothing in hand", lambda: not chromium.js("return document.querySelectorAll('.line').length"))
    assert len(chromium.js("return [...document.querySelectorAll('.scans li')].map(e => e.innerText)")) >= 4
    chromium.assert_calm()


def test_each_verdict_makes_its_own_sound_once(scene, chromium):
    open_bench(scene, chromium, "ja")
    packer = scene.packers[0]
    chromium.js("sound.played.length = 0")
    packer.scan("NOT-A-CODE", "unknown-code", "not-yet-known", "not-now")
    wait_for("the first one", lambda: chromium.js("return sound.played.length") == 1)  # a screen may pass over what has just been overtaken
    packer.scan("OKURU-P-P017", "already")
    wait_for("two sounds", lambda: chromium.js("return sound.played.length") == 2)
    assert chromium.js("return sound.played") == ["C", "N"]
    chromium.assert_calm()


def test_no_word_is_cut_at_two_metres(scene, chromium):
    """Heads of six full-width characters stand whole on 800 by 480, 125 px high; the words that tell look-alikes apart too."""
    open_bench(scene, chromium, "ja")
    size = chromium.js("""showStage('送り状ちがい', '注文…1234の送り状。リーダーを呼ぶ', 'red', 'flash');
        const h = document.querySelector('.head'), s = document.querySelector('.sub'), st = document.querySelector('.stage'), r = document.createRange();
        r.selectNodeContents(h);
        return {width: r.getBoundingClientRect().right, font: parseFloat(getComputedStyle(h).fontSize), sub: parseFloat(getComputedStyle(s).fontSize),
                over: st.scrollHeight - st.clientHeight}""")
    assert size["font"] >= 118 and size["width"] <= 800 and size["sub"] >= 55 and size["over"] <= 0, size


def test_what_the_office_writes_is_text_and_nothing_else(scene, chromium):
    open_bench(scene, chromium, "en", "b2")
    packer = scene.packers[1]
    evil = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script>"
    it = goods.AOZORA[4]
    scene.make("S-evil", {"line": "1", "order": "", "name": {"ja": evil, "en": evil}, "label": {"ja": "<b>x</b>", "en": "<b>x</b>"}, "quantity": 1,
                          "codes": [{"code": it.jan, "units": 1}]})
    packer.scan("S-evil", "opened")
    chromium.wait_text(".line .label", "<b>x</b>")
    packer.scan("<b>1</b>", "unknown-code")
    wait_for("what was read is in the list", lambda: chromium.js("return document.querySelector('.scans .code').textContent") == "<b>1</b>")
    assert chromium.js("return document.querySelectorAll('img, b, script:not([src])').length") == 0
    assert "owned" not in chromium.js("return document.title")
    chromium.assert_calm()


def test_a_station_that_is_gone_is_said_and_comes_back(scene, chromium):
    open_bench(scene, chromium, "ja", "b2")
    scene.rig.stop("station")
    chromium.wait_text(".head", "画面停止")
    assert chromium.light() == "amber"
    scene.rig.start("station")
    wait_for("the bench is shown again", lambda: chromium.light() != "amber" or "画面停止" not in chromium.text(".head"), timeout=20)
    chromium.assert_calm()


def test_a_packer_does_not_see_the_floor_and_a_leader_does(scene, chromium):
    chromium.open(f"{scene.address}/floor?lang=ja")
    wait_for("the form", lambda: chromium.js("return document.querySelector('form.sign') !== null"))
    enter = "const i = document.querySelector('.sign input'); i.value = arguments[0]; i.form.requestSubmit()"
    chromium.js(enter, "OKURU-P-NOBODY")
    chromium.wait_text(".said", "登録のない名札")
    chromium.js(enter, "P017")
    chromium.wait_text(".said", "リーダーの名札が要る")
    chromium.js(enter, "OKURU-P-L002")
    chromium.wait_ready()
    chromium.wait_text(".floor", "締め切り")
    assert "S-ja" in chromium.text(".todo"), "what was parked is to do"
    chromium.js("document.querySelector('input[name=q]').value = 'S-en'; document.querySelector('form[role=search]').requestSubmit()")
    chromium.wait_text(".found", "S-en")
    chromium.js("""window.changes = 0; new MutationObserver(all => { changes += all.length; }).observe(document.querySelector('.results'), {childList: true, subtree: true, characterData: true, attributes: true});
        window.tiles_ = document.querySelector('.tiles')""")
    scene.packers[0].light.drain()  # the station began anew meanwhile
    scene.packers[0].scan("NOT-A-CODE", "unknown-code", "not-yet-known", "not-now")
    wait_for("the rest is drawn anew", lambda: not chromium.js("return window.tiles_.isConnected"))
    assert chromium.js("return changes") == 0, "what was found is not read out again with each document"
    assert chromium.js("return document.querySelector('.found').closest('[aria-live=polite]') !== null")
    chromium.assert_calm("401 (Unauthorized)", "403 (Forbidden)")
