# SPDX-License-Identifier: Apache-2.0
"""Real Chromium, driven by WebDriver, on this machine alone: what it asks for is written down, and what it complains of."""
from __future__ import annotations

import contextlib
import json
import os
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from waiting import wait_for

CHROMIUM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
SILENT = ("--disable-background-networking --disable-component-update --disable-sync --disable-quic --no-first-run --disable-gpu "
          "--disable-default-apps --disable-extensions --no-default-browser-check --disable-domain-reliability "
          "--disable-features=Translate,OptimizationHints,MediaRouter,AutofillServerCommunication,CertificateTransparencyComponentUpdater "
          "--autoplay-policy=no-user-gesture-required --mute-audio --force-device-scale-factor=1 --hide-scrollbars").split()


def is_there() -> bool:
    return bool(shutil.which(CHROMIUM) and shutil.which(DRIVER))


class Browser:
    unheard: list["Browser"] = []  # whose logs a test has not been held to yet

    def __init__(self, folder: Path, size: tuple[int, int] = (800, 480)):
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for argument in ["--headless=new", f"--user-data-dir={folder / 'profile'}", *SILENT] + (["--no-sandbox"] if os.geteuid() == 0 else []):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(service=Service(DRIVER), options=options)
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.expected: list[str] = []
        self.is_open = True
        self.size(*size)
        Browser.unheard.append(self)

    def close(self) -> None:
        self.listen()
        self.is_open = False
        self.driver.quit()

    def size(self, width: int, height: int) -> None:
        """Of the page, whatever frame the window has."""
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def open(self, address: str) -> None:
        self.driver.get(address)

    @contextlib.contextmanager
    def hurried(self, *delays_ms: int, by: int = 10):
        """In pages that are opened meanwhile, timers of exactly these delays go @by times as fast."""
        source = ("for (const name of ['setTimeout', 'setInterval']) { const real = window[name].bind(window);"
                  f" window[name] = (f, ms, ...more) => real(f, {list(delays_ms)}.includes(ms) ? ms / {by} : ms, ...more); }}")
        script = self.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": source})
        try:
            yield
        finally:
            self.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)

    def js(self, script: str, *arguments):
        return self.driver.execute_script(script, *arguments)

    def text(self, selector: str) -> str:
        return self.js("const e = document.querySelector(arguments[0]); return e ? e.innerText : ''", selector) or ""

    def light(self) -> str:
        return self.js("return document.body.dataset.light || ''")

    def wait_text(self, selector: str, part: str, timeout: float = 10) -> str:
        wait_for(f"{part!r} in {selector} (it says {self.text(selector)!r})", lambda: part in self.text(selector), timeout)
        return self.text(selector)

    def wait_ready(self) -> None:
        wait_for("the page has its first document", lambda: self.js("return document.body.dataset.ready === 'yes'"))

    def shoot(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.driver.save_screenshot(str(path))

    def listen(self) -> None:
        """Takes what the browser has logged since."""
        if not self.is_open:
            return
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                self.asked.append(message["params"]["request"]["url"])
        self.complaints += [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]

    def assert_calm(self, *expected: str) -> None:
        """Nothing but our own server was asked, and nothing complained of but what is @expected, now and until forget()."""
        self.listen()
        self.expected += expected
        elsewhere = [url for url in self.asked if urlsplit(url).scheme in ("http", "https", "ws", "wss") and urlsplit(url).hostname not in ("127.0.0.1", "localhost")]
        assert not elsewhere, elsewhere
        odd = [text for text in self.complaints if not any(part in text for part in self.expected)]
        assert not odd, odd

    def forget(self) -> None:
        self.asked, self.complaints, self.expected = [], [], []
