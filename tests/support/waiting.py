# SPDX-License-Identifier: Apache-2.0
"""Waiting in tests. Never a bare sleep: the condition is what is waited for."""
import socket
import time
from pathlib import Path
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


def listens(path: Path) -> bool:
    """Somebody takes connections there. That the file is there says less: it comes before the listening, and outlives who made it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
        try:
            s.connect(str(path))
        except OSError:
            return False
    return True
