# SPDX-License-Identifier: Apache-2.0
"""Ways out of a kiosk's browser (firmware/docs/guides/kiosk.md): real Chromium under the policy that we give along, in a mount namespace of its own,
and our pages held against the list."""
import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
import browser  # noqa: E402
from scene import Scene  # noqa: E402
from waiting import wait_for  # noqa: E402

POLICY = TOP / "board/kiosk-policy.example.json"
MANAGED = "/etc/chromium/policies/managed"
GUARDS = {"DeveloperToolsAvailability": 2, "DownloadRestrictions": 3, "AllowFileSelectionDialogs": False, "IncognitoModeAvailability": 1, "PrintingEnabled": False,
          "DefaultPopupsSetting": 2, "BrowserSignin": 0, "SyncDisabled": True, "BrowserGuestModeEnabled": False, "BrowserAddPersonEnabled": False,
          "ExtensionInstallBlocklist": ["*"], "URLBlocklist": ["*", "chrome://*", "chrome-untrusted://*", "devtools://*"], "AudioCaptureAllowed": False, "VideoCaptureAllowed": False}


def can_mount() -> bool:
    return os.geteuid() == 0 and subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0


@pytest.fixture(scope="module")
def scene(build, tmp_path_factory):
    s = Scene(build, tmp_path_factory.mktemp("floor"), benches=1).open()
    s.address = s.rig.start_web()
    yield s
    s.close()


def browser_under(folder: Path, policy: dict, monkeypatch) -> browser.Browser:
    """A driver, and so a browser, for which the folder of managed policies holds @policy and nothing else."""
    managed, driver = folder / "managed", folder / "chromedriver"
    managed.mkdir(parents=True)
    (managed / "okuru.json").write_text(json.dumps(policy))
    # /etc itself is put anew, so that nothing has to be made in the machine's own
    driver.write_text(f"""#!/bin/sh
exec unshare -m sh -c 'mount --make-rprivate / && cp -a /etc {folder}/etc && mkdir -p {folder}/etc/chromium/policies && cp -r {managed} {folder}/etc/chromium/policies/ &&
        mount --bind {folder}/etc /etc && exec {browser.DRIVER} "$@"' sh "$@"
""")
    driver.chmod(driver.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(browser, "DRIVER", str(driver))
    return browser.Browser(folder / "own")


def adapted(scene, **more) -> dict:
    """As an installer writes it: the one address is where okuru-web is. Its tools are what drives the browser here, so they alone are let in."""
    text = POLICY.read_text().replace("http://127.0.0.1:8080", scene.address)
    return {**json.loads(text), "DeveloperToolsAvailability": 1, **more}


@pytest.fixture
def kiosk(scene, tmp_path, monkeypatch):
    if not can_mount():
        pytest.skip("a policy of its own for one browser wants a mount namespace")
    b = browser_under(tmp_path, adapted(scene), monkeypatch)
    yield b
    b.close()


# ---- the policy ----

def test_the_policy_has_each_guard_that_the_guide_names():
    policy = json.loads(POLICY.read_text())
    assert {k: policy.get(k) for k in GUARDS} == GUARDS
    assert policy["URLAllowlist"] == policy["AutoplayAllowlist"] == ["http://127.0.0.1:8080"]
    guide = (TOP / "firmware/docs/guides/kiosk.md").read_text()
    for name in re.findall(r"`([A-Z][A-Za-z]+(?:[A-Z][a-z]+)+)`", guide):
        assert name in policy or name in ("URLBlocklist", "NAutoVTs", "ReserveVT"), name


def test_chromium_knows_every_name_of_it(scene, tmp_path, monkeypatch):
    """A name that is misspelt, or a value of the wrong kind, is passed over in silence."""
    if not can_mount():
        pytest.skip("a policy of its own for one browser wants a mount namespace")
    b = browser_under(tmp_path, {**adapted(scene), "URLBlocklist": ["file://*"], "NoSuchPolicy": True}, monkeypatch)
    try:
        b.open("chrome://policy")
        read = """let out = ''; const walk = n => { if (n.nodeType === 3 && n.data.trim()) out += n.data.trim() + '|'; if (n.shadowRoot) walk(n.shadowRoot);
                if (!['STYLE', 'SCRIPT', 'TEMPLATE'].includes(n.tagName)) n.childNodes.forEach(walk); }; walk(document.documentElement); return out"""
        wait_for("the policies", lambda: "|SyncDisabled|" in b.js(read))
        text = b.js(read)
        said = {name: (re.findall(rf"\|{name}\|[^|]*\|Platform\|Machine\|Mandatory\|([^|]+)\|", text) or ["not read"])[0] for name in (*json.loads(POLICY.read_text()), "NoSuchPolicy")}
        assert said.pop("NoSuchPolicy") != "OK" and {n: v for n, v in said.items() if v != "OK"} == {}
        b.assert_calm("chrome://")
    finally:
        b.close()


def test_its_tools_are_shut(scene, tmp_path, monkeypatch):
    """So well that a driver gets no hold of it, which is why the other tests let them in."""
    from selenium.common.exceptions import WebDriverException

    if not can_mount():
        pytest.skip("a policy of its own for one browser wants a mount namespace")
    with pytest.raises(WebDriverException, match="Not allowed"):
        browser_under(tmp_path, adapted(scene, DeveloperToolsAvailability=2), monkeypatch)


@pytest.mark.parametrize("address", ["file:///etc/passwd", "file:///", "chrome://settings", "chrome://version", "view-source:{0}/bench/b1", "https://example.org/", "http://localhost:1/",
                                     "http://127.0.0.1:1/", "data:text/html,<h1>out</h1>", "ftp://127.0.0.1/", "devtools://devtools/bundled/inspector.html", "javascript:document.write('out')"])
def test_no_other_address_opens(scene, kiosk, address):
    from selenium.common.exceptions import WebDriverException

    kiosk.open(f"{scene.address}/bench/b1")
    kiosk.wait_ready()
    try:
        kiosk.open(address.format(scene.address))
    except WebDriverException as e:
        assert any(said in str(e) for said in ("ERR_", "blocked", "invalid argument", "unsupported protocol", "Unsafe")), e
    text = kiosk.js("return document.documentElement.innerText")
    assert "root:" not in text and "out" not in text.split() and not kiosk.js("return Boolean(document.querySelector('settings-ui, body.version'))")
    kiosk.open(f"{scene.address}/bench/b1")
    kiosk.wait_ready()
    kiosk.listen()
    kiosk.forget()  # it asked for what it was led to; that nothing came of it is what is looked at


def test_keys_that_would_lead_out_leave_the_bench_where_it_is(scene, kiosk):
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys as K

    kiosk.open(f"{scene.address}/bench/b1")
    kiosk.wait_ready()
    chords = [(K.F1,), (K.F3,), (K.F6,), (K.F10,), (K.F11,), (K.F12,), (K.ESCAPE,), (K.META,), *((K.CONTROL, c) for c in "oplntwsdhjufgke"), (K.CONTROL, K.SHIFT, "i"), (K.CONTROL, K.SHIFT, "j"),
              (K.CONTROL, K.SHIFT, "n"), (K.CONTROL, K.SHIFT, K.DELETE), (K.ALT, "f"), (K.ALT, "d"), (K.ALT, K.HOME), (K.ALT, K.ARROW_LEFT), (K.ALT, K.ARROW_RIGHT), (K.SHIFT, K.ESCAPE)]
    for chord in chords:
        actions = ActionChains(kiosk.driver, duration=0)
        for key in chord:
            actions.key_down(key)
        for key in reversed(chord):
            actions.key_up(key)
        actions.perform()
    wait_for("the bench", lambda: kiosk.js("return location.pathname") == "/bench/b1")
    kiosk.wait_ready()
    bench, *others = kiosk.driver.window_handles
    for handle in others:  # without --kiosk, which no headless browser knows, Ctrl+T and Ctrl+N make one
        kiosk.driver.switch_to.window(handle)
        assert "This page is blocked" in kiosk.js("return document.documentElement.innerText") or kiosk.js("return location.href") in ("about:blank", f"{scene.address}/bench/b1")
    kiosk.driver.switch_to.window(bench)


def test_no_download_no_permission(scene, kiosk, tmp_path):
    kiosk.open(f"{scene.address}/bench/b1")
    kiosk.wait_ready()
    kiosk.js("const a = document.createElement('a'); a.href = '/static/bench.js'; a.download = 'x'; document.body.append(a); a.click()")
    kiosk.js("return new Promise(done => setTimeout(done, 1000))")  # a download that comes would have come
    assert not [p for p in (*tmp_path.rglob("x"), *tmp_path.rglob("x.*"), *Path.cwd().glob("x.*"), *(Path.home() / "Downloads").glob("x*")) if "policies" not in str(p)]
    for name in ("camera", "microphone", "geolocation", "notifications"):
        assert kiosk.js("return navigator.permissions.query({name: arguments[0]}).then(p => p.state)", name) == "denied", name
    kiosk.listen()
    kiosk.forget()


def test_control_without_the_policy_the_same_addresses_open(scene, chromium):
    chromium.open("file:///etc/hostname")
    assert chromium.js("return document.documentElement.innerText").strip()
    chromium.open("data:text/html,<h1>out</h1>")
    assert "out" in chromium.js("return document.documentElement.innerText")
    chromium.open(f"{scene.address}/bench/b1")
    chromium.wait_ready()


# ---- our pages ----

PAGES = TOP / "services/web/pages"
OUT = [r"window\.open", r"\btarget=[\"']|\btarget:", r"_blank", r"type\s*[=:]\s*[\"']file", r"showOpenFilePicker|showSaveFilePicker|showDirectoryPicker", r"\bdownload\s*[:=]", r"mailto:|tel:",
       r"\bprint\(\)", r"requestFullscreen|exitFullscreen", r"contenteditable", r"navigator\.(clipboard|share|usb|serial|hid|bluetooth)", r"registerProtocolHandler", r"draggable\s*[:=]\s*[\"']?true"]


@pytest.mark.parametrize("page", sorted(p.name for p in PAGES.iterdir()))
def test_our_pages_offer_no_way_out(page):
    text = (PAGES / page).read_text()
    assert [what for what in OUT if re.search(what, text)] == []
    elsewhere = [u for u in re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}[^\s\"'`)]*", text) if not u.startswith("http://www.w3.org/")]
    assert elsewhere == [], "an address that is not ours"


def test_a_bench_links_nowhere(scene, chromium):
    """Neither by a link nor by a form: a finger finds nothing on it that leaves the page."""
    chromium.open(f"{scene.address}/bench/b1")
    chromium.wait_ready()
    assert chromium.js("return document.querySelectorAll('a[href], area, form[action], iframe, object, embed, input[type=file]').length") == 0
    scene.packers[0].scan("https://example.org/", "unknown-code", "not-now", "not-yet-known")
    wait_for("it is shown", lambda: "le.org/" in chromium.text(".scans"))
    assert chromium.js("return document.querySelectorAll('a[href]').length") == 0, "a code that is an address is text"
