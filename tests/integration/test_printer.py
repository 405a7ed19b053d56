# SPDX-License-Identifier: Apache-2.0
"""The printer driver against a printer on loopback, or on a pseudo-terminal, that behaves badly."""
import re
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from printer import Printer  # noqa: E402
from rig import die_with_parent, wait_for  # noqa: E402


class Watch:
    """printer-watch and the lines that it has written so far."""

    def __init__(self, build: Path, *arguments: str):
        self.lines: list[str] = []
        self.seen = 0
        self.process = subprocess.Popen([str(build / "tests" / "printer-watch"), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, preexec_fn=die_with_parent)
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def listen(self) -> None:
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def expect(self, *lines: str, timeout: float = 20) -> None:
        """Exactly these come next."""
        for line in lines:
            wait_for(f"a line {line}; there are {self.lines}", lambda: len(self.lines) > self.seen, timeout)
            assert re.fullmatch(line, self.lines[self.seen]), self.lines
            self.seen += 1

    def command(self, line: str) -> None:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def zpl(self, text: str) -> None:
        self.command(f"print ^XA^FD{text}^FS^XZ")
        self.expect("accepted")

    def escpos(self, text: str) -> None:
        self.command(f"print {text}\\x1dV\\x00")
        self.expect("accepted")

    def end(self) -> None:
        self.process.stdin.close()
        assert self.process.wait(20) == 0
        self.thread.join(20)


@contextmanager
def watching(build: Path, printer: Printer, link: str = "tcp"):
    where = ["127.0.0.1", str(printer.port)] if link == "tcp" else [printer.path]
    watch = Watch(build, printer.language, link, *where)
    try:
        yield watch
        watch.end()
        assert watch.lines[watch.seen:] == [], "nothing else was told"
    finally:
        watch.process.kill()
        watch.process.wait()


@pytest.mark.parametrize("language", ["zpl", "escpos", "none"])
@pytest.mark.parametrize("link", ["tcp", "serial", "usb"])
def test_a_label_comes_out_and_counts_when_it_is_out(build, language, link):
    with Printer(language, on_pty=link != "tcp") as printer, watching(build, printer, link) as watch:
        watch.expect("up")
        for n in range(3):
            begun = time.monotonic()
            {"zpl": watch.zpl, "escpos": watch.escpos, "none": lambda text: (watch.command(f"print {text}"), watch.expect("accepted"))}[language](f"label {n}")
            watch.expect("printed")
            assert time.monotonic() - begun < 2
            wait_for("paper", lambda: len(printer.whole) == n + 1)
        assert printer.whole == ["label 0", "label 1", "label 2"]


@pytest.mark.parametrize("language", ["zpl", "escpos"])
def test_paper_out_in_the_middle_counts_once_and_says_maybe(build, language):
    with Printer(language) as printer, watching(build, printer) as watch:
        watch.expect("up")
        printer.print_s = 0.5
        getattr(watch, language)("one")
        time.sleep(0.15)
        printer.labels_left = 0
        watch.expect("down paper-out")
        assert printer.paper == [("one", False)]
        printer.load_paper()
        watch.expect("up", "printed maybe")
        assert printer.paper == [("one", False), ("one", True)], "once, by the printer itself"
        getattr(watch, language)("two")
        watch.expect("printed")


@pytest.mark.parametrize("language, what, word", [
    ("zpl", "head_open", "head-open"), ("zpl", "ribbon_out", "ribbon-out"), ("zpl", "paused", "paused"),
    ("escpos", "head_open", "head-open"), ("escpos", "paused", "offline")])
def test_trouble_is_told_in_words_and_nothing_is_taken_meanwhile(build, language, what, word):
    with Printer(language) as printer:
        setattr(printer, what, True)
        with watching(build, printer) as watch:
            watch.expect(f"down {word}")
            watch.command("print ^XA^XZ")
            watch.expect("not ready")
            setattr(printer, what, False)
            watch.expect("up")
            assert printer.paper == []


def test_a_printer_that_is_silent_without_paper_is_asked_for_its_errors(build):
    with Printer("zpl") as printer, watching(build, printer) as watch:
        watch.expect("up")
        printer.silent_in_trouble = True
        printer.print_s = 0.5
        watch.zpl("one")
        time.sleep(0.15)
        printer.labels_left = 0
        watch.expect("down paper-out")
        printer.load_paper()
        watch.expect("up", "printed maybe")
        assert printer.whole == ["one"]


def test_half_answers_are_asked_for_again(build):
    with Printer("zpl") as printer:
        printer.half_replies = 1
        with watching(build, printer) as watch:
            watch.expect("up")
            printer.half_replies = 1
            watch.zpl("one")
            watch.expect("printed")
            assert printer.whole == ["one"]


def test_a_printer_that_never_answers_is_no_printer(build):
    with Printer("zpl") as printer:
        printer.silent = True
        with watching(build, printer) as watch:
            watch.expect("down ETIMEDOUT")
            watch.command("print ^XA^XZ")
            watch.expect("not ready")
            printer.silent = False
            watch.expect("up")


def test_silence_in_the_middle_is_told_and_waited_for(build):
    with Printer("zpl") as printer, watching(build, printer) as watch:
        watch.expect("up")
        printer.silent = True
        watch.zpl("one")
        watch.expect("down silent")
        printer.silent = False
        watch.expect("up", "printed maybe")
        assert printer.whole == ["one"]


def test_power_lost_in_the_middle_brings_the_label_again_once(build):
    with Printer("zpl") as printer, watching(build, printer) as watch:
        watch.expect("up")
        printer.print_s = 1
        watch.zpl("one")
        wait_for("the label to begin", lambda: printer._printing_since is not None)
        printer.power_off()
        watch.expect("down (ECONNRESET|EPIPE)", "up")
        watch.expect("printed maybe")
        assert printer.paper == [("one", False), ("one", True)]


def test_a_label_that_nobody_wants_any_more_does_not_come_again(build):
    with Printer("zpl") as printer, watching(build, printer) as watch:
        watch.expect("up")
        printer.print_s = 1
        watch.zpl("one")
        wait_for("the label to begin", lambda: printer._printing_since is not None)
        watch.command("cancel")
        printer.power_off()
        watch.expect("down (ECONNRESET|EPIPE)", "up|refused maybe", "up|refused maybe")
        assert printer.paper == [("one", False)], "what had begun, and no more"
        watch.command("print ^XA^XZ")
        watch.expect(r"Operation canceled|ECANCELED")


def test_a_label_that_is_lost_twice_is_given_up(build):
    with Printer("zpl") as printer, watching(build, printer) as watch:
        watch.expect("up")
        printer.print_s = 30
        watch.zpl("one")
        for told in (["down (ECONNRESET|EPIPE)", "up"], ["failed maybe", "down (ECONNRESET|EPIPE)", "up"]):
            wait_for("the label to begin", lambda: printer._printing_since is not None)
            printer.power_off()
            watch.expect(*told)
        assert printer.whole == [] and len(printer.paper) == 2


@pytest.mark.parametrize("language", ["zpl", "none"])
def test_a_printer_that_takes_data_slowly_gets_all_of_it(build, language):
    with Printer(language) as printer:
        printer.bytes_per_s = 200_000
        with watching(build, printer) as watch:
            watch.expect("up")
            watch.command("fill 300000 ^XA^FDbig^FS^XZ")
            watch.expect("accepted")
            watch.command("print ^XA^XZ")
            watch.expect("not ready")
            watch.expect("printed")
            wait_for("all of it", lambda: printer.taken >= 300000 + len("^XA^FDbig^FS^XZ"))


def test_a_printer_that_another_computer_has_is_had_when_it_is_free(build):
    with Printer("zpl") as printer:
        other = socket.create_connection(("127.0.0.1", printer.port))
        wait_for("the other computer", lambda: printer._connection is not None)
        with watching(build, printer) as watch:
            watch.expect("down (ECONNRESET|EPIPE)")
            wait_for("a refusal", lambda: printer.refused > 0)
            other.close()
            watch.expect("up")


def test_what_has_no_print_data_is_refused(build):
    with Printer("zpl") as printer, watching(build, printer) as watch:
        watch.expect("up")
        watch.command("fill 0 ")
        watch.expect("no data")
