# SPDX-License-Identifier: Apache-2.0
"""The LLRP driver alone, run by the program llrp-watch, and what it says."""
import re
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path

from llrp_reader import LlrpReader
from rig import die_with_parent, wait_for


class Watch:
    """llrp-watch and the lines that it has written so far."""

    def __init__(self, build: Path, port: int, *settings: str, host: str = "127.0.0.1"):
        self.lines: list[str] = []
        self.process = subprocess.Popen([str(build / "tests" / "llrp-watch"), host, str(port), "retry_ms=100", *settings],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def listen(self) -> None:
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def expect(self, pattern: str, since: int = 0, timeout: float = 20) -> int:
        """Waits for a line; returns the number of lines up to it, for the next."""
        def found():
            return next((i + 1 for i, line in enumerate(self.lines) if i >= since and re.fullmatch(pattern, line)), None)
        try:
            return wait_for(f"a line {pattern}", found, timeout)
        except Exception as error:
            raise AssertionError(f"{error}; lines: {self.lines}") from error

    def command(self, line: str) -> None:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def end(self) -> int:
        if not self.process.stdin.closed:
            self.process.stdin.close()
        code = self.process.wait(20)
        self.thread.join(20)
        return code


@contextmanager
def watching(build: Path, reader: LlrpReader, *settings: str, host: str = "127.0.0.1"):
    watch = Watch(build, reader.port, *settings, host=host)
    try:
        yield watch
        assert watch.end() == 0
    finally:
        watch.process.kill()
        watch.process.wait()
