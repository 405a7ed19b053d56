# SPDX-License-Identifier: Apache-2.0
"""A label printer on loopback or on a pseudo-terminal, written from the manuals and not from our driver: it does what real ones do badly.

It has a roll of so many labels, a head that opens, a ribbon; prints in its own time; keeps what it was sent while its paper is out, and
prints the label that broke off again when it is back; lets in one connection; takes its data slowly; answers half, or not at all; loses
everything when its power goes.

    with Printer("zpl") as printer: ... printer.port ... printer.labels_left = 0 ... printer.paper ...

Source: ZPL II Programming Guide (~HS, ~HQES, ^JZ); ESC/POS command reference (DLE EOT, GS r, GS V)."""
import os
import pty
import re
import select
import socket
import threading
import time
import tty
from contextlib import suppress

STX, ETX = b"\x02", b"\x03"
ZPL = re.compile(rb"~HS|~HQES|\^XA.*?\^XZ", re.S)
ESCPOS = re.compile(rb"\x10\x04(?P<ask>[\x01-\x04])|\x1dr\x01|(?:[^\x10\x1d]|\x1dv0.{5})*\x1dV(?:\x00|B\x00)", re.S)
ESCPOS_WORDS = re.compile(rb"\x1b@|\x1b[Rtad!].|\x1c&|\x1c[C!].", re.S)
ESCPOS_PICTURE = re.compile(rb"\x1dv0\x00(..)(..)", re.S)


class Printer:
    def __init__(self, language: str = "zpl", on_pty: bool = False):
        self.language, self.on_pty = language, on_pty
        self.labels_left = 1000  # on the roll; one that begins on the last bit of it comes out half
        self.head_open = self.ribbon_out = self.paused = False
        self.silent = False  # answers nothing
        self.silent_in_trouble = False  # as some are while something is wrong
        self.half_replies = 0  # so many answers end in the middle
        self.bytes_per_s: float | None = None  # how fast it takes data
        self.print_s = 0.02
        self.paper: list[tuple[str, bool]] = []  # what came out: text, and whether it is whole
        self.refused = 0  # connections
        self.taken = 0  # bytes
        self.asked: list[bytes] = []
        self._buffer, self._queue = b"", []  # bytes that are no command yet; labels that are not on paper yet
        self._marks: list[int] = []  # of ESC/POS: answered when so many labels more are out
        self._printing_since: float | None = None
        self._broke_off = False
        self._connection: int | socket.socket | None = None
        self._stop = threading.Event()
        self._lock = threading.RLock()
        if on_pty:
            self.master, self.slave = pty.openpty()
            tty.setraw(self.slave)
            os.set_blocking(self.master, False)
            self.path = os.ttyname(self.slave)
        else:
            self.listener = socket.create_server(("127.0.0.1", 0))
            self.listener.setblocking(False)
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
            self.port = self.listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join(10)
        self.hang_up()
        for fd in (self.master, self.slave) if self.on_pty else ():
            os.close(fd)
        if not self.on_pty:
            self.listener.close()

    # what people do to it

    def hang_up(self) -> None:
        with self._lock:
            if isinstance(self._connection, socket.socket):
                self._connection.close()
            self._connection = None

    def power_off(self) -> None:
        """All that is not on paper is lost; a label that is on its way stays half."""
        with self._lock:
            if self._printing_since is not None:
                self.paper.append((self._queue[0], False))
            self._buffer, self._queue, self._marks, self._printing_since = b"", [], [], None
            self.hang_up()

    def load_paper(self, labels: int = 1000) -> None:
        self.labels_left = labels

    @property
    def whole(self) -> list[str]:
        return [text for text, is_whole in self.paper if is_whole]

    @property
    def is_in_trouble(self) -> bool:
        return self.labels_left <= 0 or self.head_open or self.ribbon_out or self.paused

    # its own life

    def _run(self) -> None:
        while not self._stop.is_set():
            with self._lock:
                if not self.on_pty:
                    self._accept()
                self._take()
                self._read_commands()
                self._print()
            time.sleep(0.002)

    def _accept(self) -> None:
        with suppress(BlockingIOError):
            connection, _ = self.listener.accept()
            if self._connection is not None:
                self.refused += 1
                connection.close()
                return
            connection.setblocking(False)
            self._connection = connection

    def _take(self) -> None:
        if self.on_pty:
            source = self.master
        elif self._connection is not None:
            source = self._connection
        else:
            return
        size = max(1, int(self.bytes_per_s * 0.002)) if self.bytes_per_s else 4096
        if not select.select([source], [], [], 0)[0]:
            return
        try:
            data = os.read(source, size) if self.on_pty else source.recv(size)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.hang_up()
            return
        self.taken += len(data)
        self._buffer += data

    def _answer(self, data: bytes) -> None:
        if self.silent or (self.silent_in_trouble and self.is_in_trouble and b"ERRORS" not in data):
            return
        if self.half_replies > 0:
            self.half_replies -= 1
            data = data[:len(data) // 2]
        with suppress(OSError):
            if self.on_pty:
                os.write(self.master, data)
            elif self._connection is not None:
                self._connection.sendall(data)

    def _read_commands(self) -> None:
        pattern = ZPL if self.language == "zpl" else ESCPOS
        while found := pattern.search(self._buffer):
            command, self._buffer = found.group(), self._buffer[found.end():]
            if self.language == "zpl":
                self._zpl(command)
            else:
                self._escpos(command, found.group("ask"))
        if self.language == "none" and self._buffer:
            self.paper.append((self._buffer.decode("latin-1"), True))
            self._buffer = b""

    def _zpl(self, command: bytes) -> None:
        if command == b"~HS":
            self.asked.append(command)
            waiting = len(self._queue) - (self._printing_since is not None)
            partial = b"^XA" in self._buffer
            first = f"030,{int(self.labels_left <= 0)},{int(self.paused)},1245,{waiting:03d},0,0,{int(partial)},000,0,0,0"
            second = f"000,0,{int(self.head_open)},{int(self.ribbon_out)},0,2,6,0,{int(self._printing_since is not None):08d},1,000"
            self._answer(b"".join(STX + text.encode() + ETX + b"\r\n" for text in (first, second, "1234,0")))
        elif command == b"~HQES":
            self.asked.append(command)
            flags = int(self.labels_left <= 0) | 2 * self.ribbon_out | 4 * self.head_open | 0x10000 * self.paused
            text = f"\r\n  PRINTER STATUS                        \r\n   ERRORS:         {int(flags != 0)} 00000000 {flags:08X}        \r\n" \
                   f"   WARNINGS:       0 00000000 00000000        \r\n"
            self._answer(STX + text.encode() + ETX + b"\r\n")
        else:
            self._queue.append(re.sub(rb"\^XA|\^XZ|\^FD|\^FS", b"", command).decode("latin-1"))

    def _escpos(self, command: bytes, ask: bytes | None) -> None:
        if ask:
            self.asked.append(command)
            out = self.labels_left <= 0
            self._answer(bytes([0x12 | {1: 8 * self.is_in_trouble, 2: 4 * self.head_open | 0x20 * out, 3: 0, 4: 0x60 * out}[ask[0]]]))
        elif command == b"\x1dr\x01":
            self._marks.append(len(self._queue))
        else:
            self._queue.append(command[:command.rindex(b"\x1dV")].decode("latin-1"))

    def _print(self) -> None:
        while self._marks and self._marks[0] <= 0 and not self.is_in_trouble:
            self._marks.pop(0)
            self._answer(b"\x00")
        if self._printing_since is None:
            if self._queue and not self.is_in_trouble:
                self._printing_since = time.monotonic()
            return
        if self.is_in_trouble:  # in the middle of it: it begins anew when all is well
            self.paper.append((self._queue[0], False))
            self._printing_since = None
        elif time.monotonic() - self._printing_since >= self.print_s:
            self.paper.append((self._queue.pop(0), True))
            self.labels_left -= 1
            self._marks = [left - 1 for left in self._marks]
            self._printing_since = None


def read_page(paper: str) -> tuple[str, list[tuple[int, int, bytes]]]:
    """What stands on a receipt printer's paper: its letters, and its pictures (width, height, a byte of grey each dot)."""
    data, pictures = paper.encode("latin-1"), []
    while found := ESCPOS_PICTURE.search(data):
        row, high = (int.from_bytes(found.group(i), "little") for i in (1, 2))
        bits = data[found.end():found.end() + row * high]
        pictures.append((row * 8, high, bytes(0 if byte >> (7 - bit) & 1 else 255 for byte in bits for bit in range(8))))
        data = data[:found.start()] + data[found.end() + row * high:]
    return ESCPOS_WORDS.sub(b"", data).decode("cp932").replace("\\", "¥"), pictures  # its letters are Japan's
