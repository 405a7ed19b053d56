# SPDX-License-Identifier: Apache-2.0
"""What the screens' tests share. Where there is no Chromium each test is skipped by itself, so that the last line counts them."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import browser  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def chromium_is_there() -> None:
    if not browser.is_there():
        pytest.skip("Chromium and its driver are not installed")


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    b = browser.Browser(tmp_path_factory.mktemp("chromium"))
    yield b
    b.close()
