# SPDX-License-Identifier: Apache-2.0
"""An LLRP reader on loopback, written from the standard and not from our codec: it does what real readers do, and what they do badly.

It greets, answers, keeps one ROSpec, holds back reads while nobody is there, refuses a second client, and on command falls silent, sends
half messages, loses power, overflows or talks rubbish. Times are its own clock's. Frames of both sides are kept, for other decoders.

    with LlrpReader() as reader: ... reader.port ... reader.see("e280", antenna=1) ...

Source: LLRP 1.0.1, sections 16 (encoding), 13 (reports and events), 20.1 (connection); LLRP 1.1, 9.1 (versions)."""
import asyncio
import socket
import ssl
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

NAMES = {
    1: "GET_READER_CAPABILITIES", 2: "GET_READER_CONFIG", 3: "SET_READER_CONFIG", 14: "CLOSE_CONNECTION", 20: "ADD_ROSPEC",
    21: "DELETE_ROSPEC", 22: "START_ROSPEC", 23: "STOP_ROSPEC", 24: "ENABLE_ROSPEC", 26: "GET_ROSPECS", 41: "DELETE_ACCESSSPEC",
    46: "GET_SUPPORTED_VERSION", 47: "SET_PROTOCOL_VERSION", 64: "ENABLE_EVENTS_AND_REPORTS", 72: "KEEPALIVE_ACK",
}
ANSWERS = {1: 11, 2: 12, 3: 13, 14: 4, 20: 30, 21: 31, 22: 32, 23: 33, 24: 34, 26: 36, 41: 51, 46: 56, 47: 57}
SUCCESS, FIELD_ERROR, PARAMETER_ERROR, UNSUPPORTED_MESSAGE, UNSUPPORTED_VERSION = 0, 101, 100, 109, 110
DISABLED, INACTIVE, ACTIVE = 0, 1, 2
IMMEDIATE, GPI = 1, 3


def tlv(number: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">HH", number, 4 + len(body)) + body


def tv(number: int, body: bytes) -> bytes:
    return bytes([0x80 | number]) + body


def message(number: int, ident: int, *parts: bytes, version: int = 1) -> bytes:
    body = b"".join(parts)
    return struct.pack(">HII", version << 10 | number, 10 + len(body), ident) + body


def status(code: int = SUCCESS, text: str = "", *errors: bytes) -> bytes:
    return tlv(287, struct.pack(">HH", code, len(text)), text.encode(), *errors)


def parameters(body: bytes) -> list[tuple[int, bytes]]:
    """The TLV parameters of a body that has no others."""
    found = []
    while body:
        number, length = struct.unpack(">HH", body[:4])
        found.append((number & 0x3FF, body[4:length]))
        body = body[length:]
    return found


def one(body: bytes, number: int) -> bytes | None:
    return next((inside for found, inside in parameters(body) if found == number), None)


@dataclass
class RoSpec:
    whole: bytes  # the parameter, as it was added
    state: int = DISABLED
    ends: asyncio.TimerHandle | None = None

    @property
    def ident(self) -> int:
        return struct.unpack(">I", self.whole[4:8])[0]

    def boundary(self, number: int) -> bytes:
        return one(one(self.whole[10:], 178), number)

    def start(self) -> tuple[int, tuple[int, bool] | None]:
        """The type of the start trigger; input and level of a GPI trigger."""
        trigger = self.boundary(179)
        gpi = one(trigger[1:], 181)
        return trigger[0], (struct.unpack(">H", gpi[:2])[0], bool(gpi[2] & 0x80)) if gpi else None

    def stop_ms(self) -> int:
        kind, duration = struct.unpack(">BI", self.boundary(182)[:5])
        return duration if kind == 1 else 0


@dataclass
class LlrpReader:
    """Settings are read whenever they matter: change them while it runs."""
    antennas: int = 4
    gpis: int = 4
    gpos: int = 4
    holds: bool = True
    version: int = 1  # the newest that it offers; 0: one that does not answer what it does not know
    chokes: bool = False  # on a version that it does not know: nothing in that connection is answered any more
    greets: bool = True
    silent: bool = False  # takes everything, says nothing, keepalives included
    piece: int = 0  # bytes that it sends at a time; 0: whole messages
    refuse: dict = field(default_factory=dict)  # message number -> LLRPStatus to answer with
    rubbish: bytes = b""  # sent in place of the greeting
    clock_ahead: float = 0.0  # seconds
    tls: ssl.SSLContext | None = None  # speaks plain without

    def __post_init__(self):
        self.seen: list[str] = []  # names of what the clients sent, all connections
        self.sent_to_us: list[bytes] = []  # frames
        self.sent_by_us: list[bytes] = []
        self.outputs: dict[int, bool] = {}
        self.on_output = lambda output, high: None
        self.inputs = {i: False for i in range(1, self.gpis + 1)}
        self.n_connections = 0
        self.refused = 0
        self.port = 0
        self.forget()

    def forget(self) -> None:
        """A power cut."""
        self.rospecs: dict[int, RoSpec] = {}
        self.keepalive_ms = 0
        self.hold_configured = False
        self.holding = False
        self.held: list[bytes] = []
        self.booted = time.time()

    # ---- from the test's thread

    def __enter__(self):
        self.loop = asyncio.new_event_loop()
        self.writer = self.stuck = None
        self.keeper = None
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self.listener.getsockname()[1]
        self.server = self.loop.run_until_complete(asyncio.start_server(self.serve, sock=self.listener, ssl=self.tls))
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.do(self.hang_up)
        self.do(self.server.close)

        async def finish():
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(finish(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()

    def do(self, what, *arguments):
        """Calls in the reader's own thread, and waits."""
        async def call():
            return what(*arguments)
        return asyncio.run_coroutine_threadsafe(call(), self.loop).result(10)

    def see(self, epc: str, antenna: int = 1, rssi: int = -50, count: int = 1) -> None:
        """A tag is in the field; told when an inventory runs, held back when nobody is there."""
        self.do(self.report, self.tag(epc, antenna, rssi, count))

    def press(self, port: int, level: bool = True) -> None:
        self.do(self.input_changes, port, level)

    def overflow(self) -> None:
        self.do(self.event, tlv(250, b"\x5a"))
        self.do(self.event, tlv(251))

    def say(self, frame: bytes) -> None:
        self.do(self.send, frame)

    def drop(self, reset: bool = False) -> None:
        """The network goes; the reader does not notice that it has nobody any more but by this."""
        self.do(self.hang_up, reset)

    def restart(self) -> None:
        self.do(self.hang_up, True)
        self.do(self.forget)

    # ---- from here on in its own thread

    def now_usec(self) -> int:
        return int((time.time() + self.clock_ahead) * 1e6)

    def send(self, frame: bytes) -> None:
        if self.silent or not self.writer:
            return
        self.sent_by_us.append(frame)
        piece = self.piece or len(frame)
        for at in range(0, len(frame), piece):
            self.writer.write(frame[at:at + piece])

    def event(self, parameter: bytes) -> None:
        self.tell(message(63, 0, tlv(246, tlv(128, struct.pack(">Q", self.now_usec())), parameter)))

    def tell(self, frame: bytes) -> None:
        """A report or an event: held back as configured."""
        if not self.writer or self.holding:
            if self.hold_configured:
                self.held.append(frame)
            return
        self.send(frame)

    def tag(self, epc: str, antenna: int, rssi: int, count: int) -> bytes:
        raw = bytes.fromhex(epc)
        code = tv(13, raw) if len(raw) == 12 else tlv(241, struct.pack(">H", 8 * len(raw)), raw)
        now = struct.pack(">Q", self.now_usec())
        return tlv(240, code, tv(1, struct.pack(">H", antenna)), tv(6, struct.pack(">b", rssi)), tv(2, now), tv(4, now),
                   tv(8, struct.pack(">H", count)))

    def report(self, *tags: bytes) -> None:
        if any(r.state == ACTIVE for r in self.rospecs.values()):
            self.tell(message(61, 0, *tags))

    def hang_up(self, reset: bool = False) -> None:
        if self.keeper:
            self.keeper.cancel()
        if self.writer:
            if reset:
                self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.writer.transport.abort() if reset else self.writer.close()
        self.writer = None

    async def serve(self, stream: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        greeting = tlv(128, struct.pack(">Q", self.now_usec()))
        if self.writer:
            self.refused += 1
            writer.write(message(63, 0, tlv(246, greeting, tlv(256, struct.pack(">H", 2)))))
            self.send(message(63, 0, tlv(246, greeting, tlv(256, struct.pack(">H", 4)))))
            writer.close()
            return
        self.n_connections += 1
        self.writer = writer
        self.holding = self.hold_configured
        if self.rubbish:
            writer.write(self.rubbish)
        elif self.greets:
            self.send(message(63, 0, tlv(246, greeting, tlv(256, struct.pack(">H", 0)))))
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                header = await stream.readexactly(10)
                number, length, ident = struct.unpack(">HII", header)
                body = await stream.readexactly(length - 10)
                self.sent_to_us.append(header + body)
                self.take(number & 0x3FF, number >> 10 & 7, ident, body)
        if self.writer is writer:
            self.hang_up()

    def take(self, number: int, version: int, ident: int, body: bytes) -> None:
        self.seen.append(NAMES.get(number, str(number)))
        if number in (64, 72):
            if number == 64:
                self.let_go()
            return
        if self.chokes and version > 1:
            self.stuck = self.writer
        if self.stuck and self.stuck is self.writer:
            return
        if number in (46, 47) and self.version < 2:
            if self.version == 1:
                self.send(message(100, ident, status(UNSUPPORTED_VERSION, "1.0.1 only")))
            return
        if number in self.refuse:
            self.send(message(ANSWERS[number], ident, self.refuse[number], version=version))
            return
        if number not in ANSWERS:
            self.send(message(100, ident, status(UNSUPPORTED_MESSAGE, "what?"), version=version))
            return
        answer = getattr(self, "on_" + NAMES[number].lower())(body)
        if isinstance(answer, tuple):
            answer, afterwards = answer
        else:
            afterwards = None
        self.send(message(ANSWERS[number], ident, answer, version=version))
        if afterwards:
            afterwards()

    def let_go(self) -> None:
        self.holding = False
        held, self.held = self.held, []
        for frame in held:
            self.send(frame)

    # ---- answers: parameters, or parameters and what is done afterwards

    def on_get_supported_version(self, _) -> bytes:
        return bytes([1, self.version]) + status()

    def on_set_protocol_version(self, _) -> bytes:
        return status()

    def on_get_reader_capabilities(self, _) -> bytes:
        general = tlv(137, struct.pack(">HHII", self.antennas, 0x4000, 25882, 2001007), struct.pack(">H", 5), b"5.0.0",
                      tlv(139, struct.pack(">Hh", 1, 0)), tlv(141, struct.pack(">HH", self.gpis, self.gpos)),
                      *(tlv(140, struct.pack(">HHB", i, 1, 1)) for i in range(1, self.antennas + 1)))
        can = tlv(142, struct.pack(">BBHIIIII", 0x40 | self.holds << 3, 1, 0, 1, 32, 4, 64, 8))
        powers = (tlv(145, struct.pack(">Hh", i, 975 + 25 * i)) for i in range(1, 82))
        mode = tlv(328, tlv(329, struct.pack(">IBBBBIIIII", 1000, 0x40, 0, 2, 2, 40000, 1500, 20000, 20000, 0)))
        hops = tlv(146, b"\x80", tlv(147, bytes([1, 0]), struct.pack(">HI", 1, 916800)))
        band = tlv(143, struct.pack(">HH", 392, 0), tlv(144, *powers, hops, mode))
        return status() + general + can + band + tlv(327, struct.pack(">BH", 0, 2))

    def on_get_reader_config(self, body: bytes) -> bytes:
        wanted = body[2]
        found = status()
        if wanted in (0, 3):
            found += b"".join(tlv(222, struct.pack(">H", i), tlv(224, struct.pack(">HHH", 1, 3, 81))) for i in range(1, self.antennas + 1))
        if wanted in (0, 9):
            found += b"".join(tlv(225, struct.pack(">HBB", i, 0x80, level)) for i, level in self.inputs.items())
        return found

    def on_set_reader_config(self, body: bytes) -> bytes:
        for number, inside in parameters(body[1:]):
            if number == 220:
                self.keepalive_ms = struct.unpack(">I", inside[1:5])[0] if inside[0] else 0
                self.keep_alive()
            elif number == 226:
                self.hold_configured = bool(inside[0] & 0x80)
            elif number == 219:
                output, high = struct.unpack(">H", inside[:2])[0], bool(inside[2] & 0x80)
                self.outputs[output] = high
                self.on_output(output, high)
        return status()

    def keep_alive(self) -> None:
        if self.keeper:
            self.keeper.cancel()
        if self.keepalive_ms:
            self.keeper = self.loop.call_later(self.keepalive_ms / 1000, self.keepalive_due)

    def keepalive_due(self) -> None:
        self.send(message(62, 0))
        self.keep_alive()

    def on_get_rospecs(self, _) -> bytes:
        return status() + b"".join(r.whole[:9] + bytes([r.state]) + r.whole[10:] for r in self.rospecs.values())

    def on_delete_accessspec(self, _) -> bytes:
        return status()

    def on_delete_rospec(self, body: bytes) -> bytes:
        ident = struct.unpack(">I", body)[0]
        for spec in [r for r in self.rospecs.values() if ident in (0, r.ident)]:
            self.end(spec)
            del self.rospecs[spec.ident]
        return status()

    def on_add_rospec(self, body: bytes) -> bytes:
        spec = RoSpec(body)
        if spec.ident in self.rospecs:
            return status(PARAMETER_ERROR, "twice", tlv(289, struct.pack(">HH", 177, 201)))
        self.rospecs[spec.ident] = spec
        return status()

    def with_spec(self, body: bytes, what) -> bytes | tuple:
        spec = self.rospecs.get(struct.unpack(">I", body)[0])
        if not spec:
            return status(FIELD_ERROR, "", tlv(288, struct.pack(">HH", 1, 300)))
        return status(), lambda: what(spec)

    def on_enable_rospec(self, body: bytes):
        def enable(spec: RoSpec) -> None:
            spec.state = INACTIVE
            if spec.start()[0] == IMMEDIATE:
                self.begin(spec)
        return self.with_spec(body, enable)

    def on_start_rospec(self, body: bytes):
        spec = self.rospecs.get(struct.unpack(">I", body)[0])
        if spec and spec.state != INACTIVE:
            return status(FIELD_ERROR, "not inactive", tlv(288, struct.pack(">HH", 1, 300)))
        return self.with_spec(body, self.begin)

    def on_stop_rospec(self, body: bytes):
        return self.with_spec(body, self.end)

    def on_close_connection(self, _):
        return status(), self.hang_up

    # ---- inventories

    def begin(self, spec: RoSpec) -> None:
        spec.state = ACTIVE
        self.event(tlv(249, struct.pack(">BII", 0, spec.ident, 0)))
        if spec.stop_ms():
            spec.ends = self.loop.call_later(spec.stop_ms() / 1000, self.end, spec)

    def end(self, spec: RoSpec) -> None:
        if spec.ends:
            spec.ends.cancel()
        if spec.state == ACTIVE:
            spec.state = INACTIVE
            self.event(tlv(249, struct.pack(">BII", 1, spec.ident, 0)))

    def input_changes(self, port: int, level: bool) -> None:
        self.inputs[port] = level
        self.event(tlv(248, struct.pack(">HB", port, level << 7)))
        for spec in self.rospecs.values():
            if spec.state == INACTIVE and spec.start() == (GPI, (port, level)):
                self.begin(spec)
