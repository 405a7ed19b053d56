# SPDX-License-Identifier: Apache-2.0
"""What the screens' tests share. Where there is no Chromium each test is skipped by itself, so that the last line counts them."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import browser  # noqa: E402
from scene import Scene  # noqa: E402
from store import Store  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def chromium_is_there() -> None:
    if not browser.is_there():
        pytest.skip("Chromium and its driver are not installed")


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    b = browser.Browser(tmp_path_factory.mktemp("chromium"))
    yield b
    b.close()


@pytest.fixture(autouse=True)
def calm():
    """Of every test, whatever it looks at: the console stays free of errors but those that it said it expects, and no request leaves this machine."""
    yield
    heard, browser.Browser.unheard = browser.Browser.unheard, [b for b in browser.Browser.unheard if b.is_open]
    try:
        for b in heard:
            b.assert_calm()
    finally:
        for b in heard:
            b.forget()


@pytest.fixture(scope="module")
def scene(build, tmp_path_factory):
    """A floor with two benches, and its screens."""
    s = Scene(build, tmp_path_factory.mktemp("floor"), benches=2).open()
    s.address = s.rig.start_web()
    yield s
    s.close()


@pytest.fixture(scope="module")
def store(build, tmp_path_factory):
    s = Store(build, tmp_path_factory.mktemp("store")).open()
    yield s
    s.close()


@pytest.fixture
def nobody_is_served(store):
    """What one test leaves behind is not the next one's."""
    yield
    case = store.rig.ask_station({"verb": "status"})["benches"][1]["case"]
    if case["shipments"] or case["step"]:
        store.scan("OKURU-C-UNDO")
