# SPDX-License-Identifier: Apache-2.0
"""A scale on a pseudo-terminal, written from the manuals and not from our driver: it does what real ones do badly.

It sends by itself, or when it is asked; swings before it rests; shows less than nothing; is overloaded; is set to pounds or to counting;
falls silent; breaks frames off, leaves their end away, sends garbage; is unplugged and comes back.

    with Scale(folder / "scale", "and") as scale: ... scale.put(480) ... scale.swing() ... scale.silent = True ... scale.unplug() ...

Source: A&D, manuals of the EK and GC series (standard format, command Q); METTLER TOLEDO, MT-SICS reference (S, SI)."""
import os
import pty
import select
import threading
import time
import tty
from contextlib import suppress
from pathlib import Path

PERIOD_S = 0.05


class Scale:
    def __init__(self, link: Path, dialect: str = "and"):
        self.link, self.dialect = Path(link), dialect
        self.asks = dialect == "sics"  # sends nothing by itself
        self.grams = 0.0
        self.moving = self.overloaded = self.silent = False
        self.unit = "g"  # "kg", "lb", "PC"
        self.half_frames = 0  # so many frames break off
        self.endless_frames = 0  # so many have no terminator
        self.garbage = False
        self.asked: list[bytes] = []
        self.sent = 0
        self._master = self._slave = None
        self._buffer = b""
        self._stop, self._lock = threading.Event(), threading.RLock()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.plug()
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join(10)
        self.unplug()

    # what people do to it

    def plug(self) -> None:
        with self._lock:
            self._master, self._slave = pty.openpty()
            tty.setraw(self._slave)
            os.set_blocking(self._master, False)
            new = self.link.with_suffix(".new")
            new.symlink_to(os.ttyname(self._slave))
            new.rename(self.link)

    def unplug(self) -> None:
        with self._lock:
            self.link.unlink(missing_ok=True)
            for fd in (self._master, self._slave):
                if fd is not None:
                    os.close(fd)
            self._master = self._slave = None

    def put(self, grams: float) -> None:
        """It lies there, at rest, and has been shown."""
        self.grams, self.moving = grams, False
        self.show()

    def swing(self) -> None:
        self.moving = True
        self.show()

    def show(self, frames: int = 3) -> None:
        """Until what it shows now was sent a few times."""
        goal, limit = self.sent + frames, time.monotonic() + 20
        while self.sent < goal:
            assert time.monotonic() < limit, "nobody asks"
            time.sleep(PERIOD_S / 5)

    def calm(self) -> None:
        """All that it did badly is over."""
        self.moving = self.overloaded = self.silent = self.garbage = False
        self.half_frames = self.endless_frames = 0
        self.unit, self.grams = "g", 0.0
        if self._master is None:
            self.plug()

    # its own life

    def _run(self) -> None:
        while not self._stop.is_set():
            with self._lock, suppress(OSError):
                if self._master is not None:
                    questions = self._hear()
                    for _ in range(questions if self.asks else 1):
                        self._send()
            time.sleep(PERIOD_S)

    def _hear(self) -> int:
        while select.select([self._master], [], [], 0)[0]:
            data = os.read(self._master, 256)
            if not data:
                break
            self._buffer += data
        *lines, self._buffer = self._buffer.split(b"\r\n")
        self.asked += lines
        return lines.count(b"SI" if self.dialect == "sics" else b"Q")

    def _frame(self) -> bytes:
        shown = self.grams + (37.5 * (1 if time.monotonic() % 0.2 < 0.1 else -1) if self.moving else 0)
        number = shown / 1000 if self.unit == "kg" else shown / 453.6 if self.unit == "lb" else shown
        decimals = 1 if self.unit == "g" else 3
        if self.dialect == "sics":
            return b"S +" if self.overloaded else f"S {'D' if self.moving else 'S'} {number:10.{decimals}f} {self.unit}".encode()
        if self.dialect == "plain":
            return f"{number:9.{decimals}f} {self.unit}".encode()
        if self.overloaded:
            return b"OL,+9999999E+19"
        if self.unit == "PC":
            return f"QT,{int(shown):+09d} PC".encode()
        return f"{'US' if self.moving else 'ST'},{number:+09.{decimals}f}{self.unit:>3}".encode()

    def _send(self) -> None:
        if self.silent:
            self.sent += 1
            return
        frame = self._frame() + b"\r\n"
        if self.garbage:
            frame = bytes((b * 7 + 129) % 256 for b in frame) + b"\r\n"
        elif self.half_frames > 0:
            self.half_frames -= 1
            frame = frame[:len(frame) // 2]
        elif self.endless_frames > 0:
            self.endless_frames -= 1
            frame = frame[:-2]
        os.write(self._master, frame)
        self.sent += 1
