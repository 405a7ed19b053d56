# SPDX-License-Identifier: Apache-2.0
"""Every text that the office may write, and every code that may lie on a box, is a script for once: put through real commands and scans, and looked at in
real Chromium on each screen, in both languages. No script ran, nothing was taken for markup, and it is there to be read."""
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from hostile import INJECTED, OTHERWISE, Corpus, free_texts  # noqa: E402
from packer import Packer  # noqa: E402
from store import STORE, Store  # noqa: E402
from story import HAT, SOCKS  # noqa: E402
from waiting import wait_for  # noqa: E402

CODES = ("<b>owned</b>", "\"'><img src=x onerror=owned()>", "</script><script>owned()</script>", "{n}${owned()}")
WATCH = "Object.defineProperty(window, 'owned', {value: () => { document.documentElement.dataset.owned = 'yes'; }}); window.alert = window.owned;"


@pytest.fixture(scope="module")
def corpus():
    return Corpus()


@pytest.fixture(scope="module")
def store(build, tmp_path_factory, corpus):
    s = Store(build, tmp_path_factory.mktemp("store")).open()
    s.packer = Packer(s.rig.benches[0])
    told = lambda kind, verb, document: say(s, kind, verb, document)  # noqa: E731
    told("policy.changed", "policy", corpus.policy(STORE))
    told("people.changed", "people", corpus.people())
    told("bay.scheduled", "bay", corpus.bay())
    told("item.codes", "codes", corpus.codes())
    told("keys.changed", "keys", corpus.keys())
    told("offer.changed", "offer", corpus.offer())
    shipments = [corpus.shipment("X-1"), corpus.shipment("X-2"), corpus.held("X-3")]
    s.rig.oms("push", s.file("push.jsonl", *shipments), "--station", "dc1/pack-01")
    wait_for("the shipments", lambda: all(s.count("contact.received", w["shipment"]) for w in shipments))
    s.push(corpus.order("X-8"))
    s.packer.scan("OKURU-P-P017", "signed-in")
    s.clerk.scan("OKURU-P-K041", "signed-in", "already")
    yield s
    s.close()


def say(s: Store, kind: str, verb: str, document: dict) -> None:
    before = s.count(kind)
    s.rig.oms(verb, s.file(f"{verb}.json", document))
    wait_for(kind, lambda: s.count(kind) > before)


@pytest.fixture(scope="module")
def page(chromium):
    """The trap lies in each page before its own scripts."""
    chromium.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
    chromium.size(1920, 1080)  # where all of it is shown
    return chromium


def look(page, corpus, seen: set) -> None:
    """Nothing ran, nothing is markup; which texts stand there is added to @seen."""
    page.js("return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.js("return document.documentElement.dataset.owned") is None, "a script ran"
    assert page.js("return [...document.querySelectorAll(arguments[0])].map(e => e.outerHTML)", INJECTED) == [], "text became markup"
    assert "<" not in page.js("return document.title")
    text = page.js("return document.body.innerText")
    seen |= {place for place, evil in corpus.made.items() if evil in text}


def enter(page, badge: str) -> None:
    page.driver.delete_all_cookies()
    page.js("location.reload()")
    wait_for("the form", lambda: page.js("return document.querySelector('form.sign') !== null"))
    page.js("const i = document.querySelector('.sign input'); i.value = arguments[0]; i.form.requestSubmit()", badge)
    page.wait_ready()


def of(seen: set, language: str, *places: str) -> None:
    missing = [place for place in places if not any(p.startswith(place) and (not p.endswith(("/ja", "/en")) or p.endswith(language)) for p in seen)]
    assert not missing, f"not to be read: {missing}; seen: {sorted(seen)}"


def test_the_corpus_has_every_text_that_a_command_may_hold(store, corpus):
    assert corpus.missing() == [] and set(OTHERWISE) <= set(free_texts())


@pytest.mark.parametrize("language, name", [("ja", "X-1"), ("en", "X-2")])
def test_bench(store, page, corpus, language, name):
    seen: set = set()
    page.open(f"{store.address}/bench/b1?lang={language}")
    page.wait_ready()

    def scan(code: str, *kinds: str) -> None:
        verdict = store.packer.scan(code, *kinds)
        wait_for(code, lambda: page.js("return doc.shown && doc.shown.kind") == verdict["kind"])
        look(page, corpus, seen)
    scan(corpus.made[f"shipment.json /open_codes[] {name}"], "opened")
    wait_for("its lines", lambda: page.js("return document.querySelectorAll('.line').length") >= 3)
    look(page, corpus, seen)
    for code in CODES:
        store.packer.scan(code, "unknown-code", "not-now", "wrong-item")
        wait_for(f"{code} stands in the list", lambda code=code: code.endswith(page.js("return doc.scans[0].scanned").lstrip("…")))
        look(page, corpus, seen)
    scan(corpus.made["item.codes.json /items[]/code"], "wrong-item")
    scan(corpus.made["shipment.json /lines[]/codes[]/code"], "ok")
    scan("OKURU-C-PARK", "parked")
    scan("X-3", "held")
    of(seen, language, "shipment.json /lines[]/name", "shipment.json /lines[]/label", "shipment.json /inserts[]/name", "policy.json /merchants[]/name", "people.json")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_counter(store, page, corpus, language):
    seen: set = set()
    order = store.orders["X-8"]
    page.open(f"{store.address}/counter/c1?lang={language}")
    page.wait_ready()

    def scan(code: str, *kinds: str) -> None:
        verdict = store.clerk.scan(code, *kinds)
        wait_for(code, lambda: page.js("return doc.shown && doc.shown.kind") == verdict["kind"])
        look(page, corpus, seen)
    if language == "ja":
        scan(corpus.made["expected.json /parcels[]/crate"])
        store.clerk.light.drain()
        for code in store.codes(order):
            scan(code)
            scan("OKURU-S-B-3")
    for code in CODES:
        scan(code)
    scan(corpus.coupon(), "offer", "offer-gone", "no-hand-over", "not-now", "already")
    store.clerk.scan("OKURU-C-UNDO")
    scan(order["orders"][0])
    wait_for("the case", lambda: page.js("return document.body.dataset.mode") == "case")
    look(page, corpus, seen)
    store.clerk.scan("OKURU-C-UNDO")
    of(seen, language, "shipment.json /lines[]/label", "offer.json /headline", "offer.json /terms", "policy.json /merchants[]/name")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_floor_and_its_search(store, page, corpus, language):
    seen: set = set()
    page.open(f"{store.address}/floor?lang={language}")
    enter(page, "L002")
    wait_for("what was parked", lambda: page.js("return doc.lists.parked.length > 0"))
    look(page, corpus, seen)
    for text in (*CODES, corpus.made["shipment.json /open_codes[] X-1"], "X-3"):
        page.js("document.querySelector('input[name=q]').value = arguments[0]; document.querySelector('form[role=search]').requestSubmit()", text)
        page.js("return new Promise(done => setTimeout(done, 300))")  # an answer that finds nothing looks as one that is not there yet
        look(page, corpus, seen)
    assert "X-3" in page.text(".found")
    page.open(f"{store.address}/floor?lang={language}#<img src=x onerror=owned()>")
    page.wait_ready()
    look(page, corpus, seen)
    of(seen, language, "policy.json /merchants[]/name", "bay.json /name", "people.json")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_settings(store, page, corpus, language):
    seen: set = set()
    page.open(f"{store.address}/settings?lang={language}")
    enter(page, "E090")
    page.wait_text(".people", "p-p017")
    look(page, corpus, seen)
    page.open(f"{store.address}/settings/sheet?lang={language}&bays=%3Cscript%3Eowned()%3C/script%3E")
    look(page, corpus, seen)
    of(seen, language, "people.json")
    page.assert_calm("400 (Bad Request)")


def test_names_of_devices_and_benches_are_names(store, tmp_path):
    """What the board file calls them comes to every screen: it takes nothing but names."""
    board = (store.rig.folder / "etc/board.yaml").read_text()
    config = (store.rig.folder / "etc/station.yaml").read_text()
    for name in ("hand-1", "b1"):
        (tmp_path / "board.yaml").write_text(board.replace(f"name: {name}", "name: \"<b>owned</b>\"", 1))
        (tmp_path / "station.yaml").write_text(config.replace(str(store.rig.folder / "etc/board.yaml"), str(tmp_path / "board.yaml")))
        done = subprocess.run([store.rig.program("okuru-station"), "--check", "--config", str(tmp_path / "station.yaml")], capture_output=True, text=True)
        assert done.returncode and "name" in done.stderr, (name, done)


def test_control_the_trap_closes(store, page):
    page.open(f"{store.address}/?lang=en")
    wait_for("the links", lambda: page.js("return document.querySelectorAll('nav a').length") > 1)
    page.js("owned()")
    assert page.js("return document.documentElement.dataset.owned") == "yes"
    page.js("document.body.append(document.createRange().createContextualFragment(arguments[0]))", "<x-owned onfocus=owned()>")
    assert page.js("return document.querySelectorAll(arguments[0]).length", INJECTED) == 1
    page.assert_calm("Content Security Policy")


def test_control_what_got_in_would_still_not_run(store, page):
    """The content policy behind it: markup that is put into the page by force runs no script."""
    page.open(f"{store.address}/?lang=en")
    wait_for("the links", lambda: page.js("return document.querySelectorAll('nav a').length") > 1)
    page.js("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=owned()><svg onload=owned()></svg>')")
    page.js("return new Promise(done => setTimeout(done, 300))")
    assert page.js("return document.documentElement.dataset.owned") is None
    page.assert_calm("Content Security Policy", "404 (Not Found)")  # the picture that is none
