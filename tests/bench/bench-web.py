#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The screens: how soon the pixels change, whether screens slow the light, how soon a page is of use, what okuru-web weighs."""
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import browser  # noqa: E402
import shipments as goods  # noqa: E402
from measure import BUILD, anon_kib, figure, median_of, pid_of, say, scan, station  # noqa: E402
from packer import Lines  # noqa: E402
from pixels import BARE, OURS, USABLE, BarePage, Watched, delays_ms, usable_ms  # noqa: E402
from rig import RigError  # noqa: E402
from waiting import wait_for  # noqa: E402

SCREENS = 64
PIXEL_ROUNDS, PIXEL_SCANS = 4, 75
GREEN_ROUNDS, EACH, GAP_US = 5, 8, 1_000_000  # every bench scans once a second
SPINNING, NICE = 4, 10                        # okuru-web.service says Nice=
ONE, ONE_GAP_US = 250, 20_000                 # all screens before one bench
LOADS, LINK_BYTES_S, LATENCY_MS = 9, 125_000, 40
MINUTE, SETTLED_S = 60, 4


def percentile(values: list[float], percent: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * percent / 100))]


def wait_alone(pid: int) -> None:
    """A thread serves each connection, and notices within some seconds that its screen is gone; an address has no more than 16."""
    def threads() -> int:
        return len(list(Path(f"/proc/{pid}/task").iterdir()))
    wait_for("the last screens are forgotten", lambda: threads() < 8)


# ---- scan to pixels ----

def scan_watched(hands, count: int) -> list[float]:
    """@count scans at no even pace, each answered by green: when each was read."""
    lines, begun = Lines(hands.bench.light_fd), []
    lines.drain()
    for code in hands.take(count):
        begun.append(time.monotonic())
        os.write(hands.bench.master, code.encode("ascii") + b"\r")
        while (line := lines.read(10)) and line["kind"] == "saving":
            pass
        if not line or line["light"] != "green":
            raise RigError(f"a light was not green: {line}")
        time.sleep(random.uniform(0.15, 0.3))
        try:
            os.read(hands.bench.labels_fd, 65536)  # paper is taken
        except BlockingIOError:
            pass
    return begun


def flip_watched(page: BarePage, count: int) -> list[float]:
    begun = []
    for _ in range(count):
        begun.append(time.monotonic())
        page.flip()
        time.sleep(random.uniform(0.1, 0.2))
    return begun


def pixels(address: str, hands, chromium) -> None:
    page = BarePage()
    ours, bare, changed, unseen, width_s = [], [], [], 0, 0.0
    for i in range(PIXEL_ROUNDS):
        page.open(chromium)
        watched = Watched(chromium, BARE)
        bare += delays_ms(flip_watched(page, PIXEL_SCANS), watched.changes(), "frame")
        chromium.open(f"{address}/bench/{hands.bench.name}?lang=ja")
        chromium.wait_ready()
        watched = Watched(chromium, OURS)
        width_s = max(width_s, watched.clock.width_s)
        begun = scan_watched(hands, PIXEL_SCANS)
        seen = watched.changes()
        ours += delays_ms(begun, seen, "frame")
        changed += delays_ms(begun, seen, "dom")
        unseen += max(0, len(begun) - len(seen))
        say(f"round {i + 1}: scan to pixels {percentile(ours, 50):.1f} ms, bare page {percentile(bare, 50):.1f} ms, clocks agree to {width_s * 500:.1f} ms")
    page.close()
    figure("scan-to-changed-document-p50", percentile(changed, 50), "ms")
    figure("scan-to-pixels-p50", percentile(ours, 50), "ms", percentile(bare, 50))
    figure("scan-to-pixels-p99", percentile(ours, 99), "ms", percentile(bare, 99), "value <= 100")
    figure("scans-that-no-frame-showed", unseen, "scans", None, "value <= 0")


# ---- a page on a thin link ----

def link(chromium, latency_ms: float, bytes_s: float) -> None:
    chromium.driver.execute_cdp_cmd("Network.emulateNetworkConditions", {
        "offline": False, "latency": latency_ms, "downloadThroughput": bytes_s, "uploadThroughput": bytes_s})


def load(chromium, url: str, latency_ms: float) -> tuple[float, int]:
    """A first visit, nothing cached: milliseconds from the start of the navigation, and the bytes that came with the answers that ended."""
    chromium.open("about:blank")
    for command in ("Network.clearBrowserCache", "Network.clearBrowserCookies"):
        chromium.driver.execute_cdp_cmd(command, {})
    link(chromium, latency_ms, LINK_BYTES_S)
    chromium.driver.get_log("performance")
    chromium.open(url)
    took = usable_ms(chromium)
    log = [json.loads(entry["message"])["message"] for entry in chromium.driver.get_log("performance")]
    link(chromium, 0, -1)
    return took, int(sum(m["params"]["encodedDataLength"] for m in log if m["method"] == "Network.loadingFinished"))


def thin_link(pid: int, address: str, chromium) -> None:
    """Beside a page in one piece that has as many bytes, which tell as little apart, and a stream: what the link itself needs."""
    page, times, direct, bare = BarePage(), [], [], []
    chromium.driver.execute_cdp_cmd("Network.enable", {})
    made = chromium.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": USABLE})
    url, came = f"{address}/bench/b1?lang=ja", 0
    for i in range(LOADS):
        wait_alone(pid)
        took, came = load(chromium, url, LATENCY_MS)
        times.append(took)
        direct.append(load(chromium, url, 0)[0])
        page.ballast = random.randbytes(came).replace(b"-", b"_")
        bare.append(load(chromium, page.address, LATENCY_MS)[0])
        say(f"load {i + 1}: {times[-1]:.0f} ms, without latency {direct[-1]:.0f} ms, one piece {bare[-1]:.0f} ms")
    chromium.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": made["identifier"]})
    page.close()
    figure(f"page-usable-1-mbit-s-{LATENCY_MS}-ms", statistics.median(times), "ms", statistics.median(bare), "value <= 300")
    figure("page-usable-1-mbit-s-no-latency", statistics.median(direct), "ms")
    figure("page-bytes", came, "bytes")


# ---- screens beside the light ----

@contextmanager
def screens(address: str, benches: list[str]):
    """A stream for each of @benches, all told what is shown there."""
    command = [str(BUILD / "tests" / "stream-client"), str(urlsplit(address).port), *(f"/api/v1/live/bench/{b}" for b in benches)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
        try:
            if client.stdout.readline() != "ready\n":
                raise RigError("not every screen was shown something")
            yield
        finally:
            told = client.communicate("")[0]
            if client.returncode:
                raise RigError("a stream ended by itself")
            say(f"streams: {told.strip()}")


@contextmanager
def in_memory():
    """Screens write nothing: where no disk comes between, what they cost is seen, and not which neighbour synced meanwhile."""
    before, tempfile.tempdir = tempfile.tempdir, "/dev/shm"
    try:
        yield
    finally:
        tempfile.tempdir = before


@contextmanager
def spinning(nice: int):
    """What a program that was taken over can do with its processors."""
    all_of_it = [subprocess.Popen([sys.executable, "-c", "while True: pass"], preexec_fn=lambda: os.nice(nice)) for _ in range(SPINNING)]
    try:
        yield
    finally:
        for p in all_of_it:
            p.kill()
            p.wait()


def beside(pid: int, address: str, benches: list[str], run) -> tuple[list[dict], list[dict], list[dict]]:
    """@run without and with screens in turn, the other way round each time: a neighbour comes to both. And without them once more, which is what
    the figures differ by themselves."""
    without, beside_them, again = [], [], []
    for i in range(GREEN_ROUNDS):
        for has_screens in (i % 2 == 1, i % 2 == 0):
            if has_screens:
                with screens(address, benches):
                    beside_them.append(run())
                wait_alone(pid)
            else:
                without.append(run())
        again.append(run())
        say(f"round {i + 1}: p50/p99 {without[-1]['p50_us']}/{without[-1]['p99_us']} us, with screens {beside_them[-1]['p50_us']}/{beside_them[-1]['p99_us']} us")
    return without, beside_them, again


def compare(name: str, without: list[dict], beside_them: list[dict], again: list[dict], goal: str | None) -> None:
    twice = statistics.median(b["p99_us"] / w["p99_us"] for w, b in zip(without, again))
    figure(f"{name}-p99-without-twice", median_of(again, "p99_us"), "us", median_of(without, "p99_us"), None, twice)
    for key in ("p50", "p99"):
        ratio = statistics.median(b[f"{key}_us"] / w[f"{key}_us"] for w, b in zip(without, beside_them))
        figure(f"{name}-{key}", median_of(beside_them, f"{key}_us"), "us", median_of(without, f"{key}_us"), goal if key == "p99" else None, ratio)


def greens(rig, hands, address: str, where: str, goal: str | None) -> None:
    names, pid = [b.name for b in rig.benches], pid_of(rig, "web")
    wait_alone(pid)
    compare(f"scan-to-green-{SCREENS}-screens{where}", *beside(pid, address, names, lambda: scan(hands, EACH, gap_us=GAP_US)), goal)
    compare(f"scan-to-green-{SCREENS}-screens-of-this-bench{where}",
            *beside(pid, address, names[:1] * SCREENS, lambda: scan(hands[:1], ONE, gap_us=ONE_GAP_US)), None)


def taken_over(hands) -> None:
    """Beside a program that spins, with the rights that the unit gives okuru-web and with the station's own."""
    rounds = {nice: [] for nice in (0, NICE)}
    for i in range(GREEN_ROUNDS):
        for nice in (sorted(rounds) if i % 2 else sorted(rounds, reverse=True)):
            with spinning(nice):
                rounds[nice].append(scan(hands, EACH // 2, gap_us=GAP_US))
    figure(f"scan-to-green-beside-{SPINNING}-that-spin-p50", median_of(rounds[NICE], "p50_us"), "us", median_of(rounds[0], "p50_us"))


def weight(rig, hands, address: str) -> None:
    pid = pid_of(rig, "web")
    time.sleep(SETTLED_S)
    figure("web-rss-anon-idle", anon_kib(pid) / 1024, "MiB", None, "value <= 6")
    with screens(address, [b.name for b in rig.benches]):
        scan(hands, MINUTE * 1_000_000 // GAP_US, gap_us=GAP_US)
        figure(f"web-rss-anon-{SCREENS}-screens-a-minute-of-scans", anon_kib(pid) / 1024, "MiB", None, "value <= 6")


def main() -> int:
    if not browser.is_there():
        say("Chromium and its driver are not installed")
        return 1
    with station(SCREENS, goods.make(4000), at_first=1000) as (rig, hands):
        address = rig.start_web()
        weight(rig, hands, address)
        greens(rig, hands, address, "", None)
        with tempfile.TemporaryDirectory() as folder:
            chromium = browser.Browser(Path(folder))
            try:
                pixels(address, hands[0], chromium)
                thin_link(pid_of(rig, "web"), address, chromium)
            finally:
                chromium.close()
    with in_memory(), station(SCREENS, goods.make(4000), at_first=1000) as (rig, hands):
        address = rig.start_web()
        time.sleep(SETTLED_S)
        greens(rig, hands, address, "-in-memory", "ratio <= 1.1")
        taken_over(hands)
    return 0


if __name__ == "__main__":
    sys.exit(main())
