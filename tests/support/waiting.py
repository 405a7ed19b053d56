# SPDX-License-Identifier: Apache-2.0
"""Waiting in tests. Never a bare sleep: the condition is what is waited for."""
import time
from typing import Callable


class TimedOut(AssertionError):
    """What was waited for did not come; the text says what."""


def wait_for(what: str, test: Callable, timeout: float = 20.0, step: float = 0.02):
    """Poll @test until it is truthy; its value."""
    deadline = time.monotonic() + timeout
    while not (value := test()):
        if time.monotonic() > deadline:
            raise TimedOut(f"timed out after {timeout:g} s: {what}")
        time.sleep(step)
    return value
