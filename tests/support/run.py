#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the tests of one build: the executables that ctest knows, and the pytest files. Results go to a file, one JSON object
a line; count.py adds them up. Two run at a time; tests marked `alone` come after the others, one by one."""
import argparse
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import count  # noqa: E402  (found beside this file)

TOP = Path(__file__).resolve().parents[2]
N_JOBS = 2
# What begins first, so that both cores are done at about the same time. A name that is wrong here costs some seconds only.
LONGEST = ("vm", "fault/test_disks.py", "browser/test_demo_roles.py", "browser/test_screen_counter.py", "integration/test_sync.py", "fault/test_notice_outage.py",
           "fault/test_notice_kills.py", "integration/test_lines.py", "integration/test_slips.py", "integration/test_site.py", "unit-link", "fuzz-oms", "fuzz-bench")
OUTPUT_SHOWN_BYTES = 6000
PYTEST_TIMEOUT_SEC = 540
PYTEST_LONG_TIMEOUT_SEC = 7200
VM_TIMEOUT_SEC = 900
VM_LONG_TIMEOUT_SEC = 3900
SANITIZER_ENV = {
    "ASAN_OPTIONS": "detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1:check_initialization_order=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1",
}


@dataclass
class Job:
    name: str
    argv: list[str]
    kind: str  # cmocka, program, pytest
    timeout_sec: float
    cwd: str = str(TOP)
    env: dict[str, str] = field(default_factory=dict)


def ctest_jobs(build: Path, labels: list[str], only: str | None, wrapper: list[str]) -> list[Job]:
    listing = subprocess.run(["ctest", "--test-dir", str(build), "--show-only=json-v1"], check=True, capture_output=True)
    jobs = []
    for test in json.loads(listing.stdout)["tests"]:
        properties = {p["name"]: p["value"] for p in test.get("properties", [])}
        have = properties.get("LABELS", [])
        if not set(labels) & set(have) or (only and only not in test["name"]):
            continue
        env = dict(pair.split("=", 1) for pair in properties.get("ENVIRONMENT", []))
        jobs.append(Job(test["name"], wrapper + test.get("command", ["/nonexistent/" + test["name"]]),
                        "cmocka" if "unit" in have else "program", float(properties.get("TIMEOUT", 120)),
                        properties.get("WORKING_DIRECTORY", str(build)), env))
    return jobs


def pytest_jobs(expression: str, only: str | None, timeout_sec: float, one_process: bool) -> list[Job]:
    files = sorted(str(path.relative_to(TOP)) for path in TOP.glob("tests/*/**/test_*.py"))
    chosen = [path for path in files if only and only in path]
    keyword = ["-k", only] if only and not chosen else []
    # "-o addopts=": what pytest.ini leaves out by default must not narrow the expression given here.
    base = [sys.executable, "-m", "pytest", "-q", "-rs", "--durations=3", "-o", "addopts=--strict-markers",
            "-m", expression, *keyword]
    groups = [chosen or files] if one_process else [[path] for path in chosen or files]
    return [Job("alone" if one_process else group[0].removeprefix("tests/"), base + group, "pytest", timeout_sec)
            for group in groups if group]


class Runner:
    def __init__(self, build: Path, folder: Path, prefix: str, results: Path):
        self.build, self.folder, self.prefix, self.results = build, folder, prefix, results
        self.lock = threading.Lock()
        self.failed = False
        self.n_run = 0

    def run_all(self, jobs: list[Job], n_jobs: int) -> None:
        with ThreadPoolExecutor(n_jobs) as pool:
            list(pool.map(self.run, jobs))

    def run(self, job: Job) -> None:
        folder = self.folder / re.sub(r"[^A-Za-z0-9._-]", "_", job.name)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        argv = job.argv + ([f"--junitxml={folder}/report.xml"] if job.kind == "pytest" else [])
        env = os.environ | SANITIZER_ENV | {
            "OKURU_BUILD": str(self.build), "CMOCKA_MESSAGE_OUTPUT": "XML",
            "CMOCKA_XML_FILE": str(folder / "report-%g.xml"), "PYTHONDONTWRITEBYTECODE": "1"} | job.env
        began = time.monotonic()
        returncode = run_bounded(argv, job.cwd, env, folder, job.timeout_sec)
        seconds = time.monotonic() - began
        found = self.read(job, folder, returncode, seconds)
        with self.lock:
            self.tell(job, folder, found, seconds)
            count.save(self.results, found)

    def read(self, job: Job, folder: Path, returncode: int | None, seconds: float) -> list[count.Result]:
        name = self.prefix + job.name
        reports = [path.read_text(errors="replace") for path in sorted(folder.glob("report*.xml"))]
        if job.kind == "pytest":
            return count.from_junit(name, reports[0] if reports else None, returncode)
        if job.kind == "program":
            results = count.from_program(name, returncode)
        else:
            stderr = (folder / "stderr").read_text(errors="replace")
            results = count.from_cmocka(name, reports, stderr, returncode)
            # cmocka's skip() takes no reason; by custom a test prints a line about it before.
            said = [line for line in (folder / "stdout").read_text(errors="replace").splitlines() if "skip" in line.lower()]
            for result, reason in zip((r for r in results if r.outcome == count.SKIPPED), said):
                result.text = reason
        # An executable is the unit that a person can make faster: its time stands at its first result.
        for result in results:
            result.seconds = 0.0
        results[0].seconds, results[0].timed = seconds, name
        return results

    def tell(self, job: Job, folder: Path, found: list[count.Result], seconds: float) -> None:
        self.n_run += len(found)
        failed = [r for r in found if r.outcome == count.FAILED]
        if found:
            print(f"{'FAIL' if failed else 'ok  '} {self.prefix}{job.name}: {count.summary(found)}, {seconds:.1f} s", flush=True)
        if failed:
            self.failed = True
            for result in failed:
                print(f"     {result.name}\n       " + result.text[:OUTPUT_SHOWN_BYTES].replace("\n", "\n       "))
            for stream in ("stdout", "stderr"):
                text = (folder / stream).read_text(errors="replace")[-OUTPUT_SHOWN_BYTES:]
                if text.strip():
                    print(f"     {stream}:\n       " + text.strip().replace("\n", "\n       "), flush=True)


def run_bounded(argv: list[str], cwd: str, env: dict[str, str], folder: Path, timeout_sec: float) -> int | None:
    """Exit code, negative signal, or None when it had to be ended: with all the processes of its session."""
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        try:
            process = subprocess.Popen(argv, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                       start_new_session=True)
        except OSError as error:
            err.write(f"{argv[0]}: {error.strerror}\n".encode())
            return 127
        try:
            return process.wait(timeout_sec)
        except subprocess.TimeoutExpired:
            # pytest gets a moment to end what it started.
            os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                pass
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
            return None


def tsan_wrapper() -> list[str]:
    """gcc 12's TSan does not know the wider address randomisation of newer kernels; a container may forbid to turn it off."""
    wrapper = ["setarch", platform.machine(), "-R"]
    usable = subprocess.run([*wrapper, "true"], check=False, capture_output=True).returncode == 0
    return wrapper if usable else []


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, required=True, help="build folder under test")
    parser.add_argument("--results", type=Path, required=True, help="file that results are added to")
    parser.add_argument("--label", action="append", default=[], help="run ctest executables with this label")
    parser.add_argument("--pytest", metavar="EXPRESSION", help="run the pytest files, tests with these markers")
    parser.add_argument("--vm", action="store_true", help="run the cases of the test machine")
    parser.add_argument("--only", help="only what has this in its name")
    parser.add_argument("--long", action="store_true", help="give pytest files hours, not minutes")
    parser.add_argument("--broken", metavar="WHAT", help="run nothing: note that WHAT failed")
    arguments = parser.parse_args()

    if arguments.broken:
        count.save(arguments.results, [count.Result(arguments.broken, count.FAILED)])
        return 1
    build = arguments.build.resolve()
    prefix = "" if build.name == "dev" else f"{build.name}/"
    runner = Runner(build, arguments.results.resolve().parent / build.name, prefix, arguments.results)
    jobs, alone = [], []
    if arguments.pytest:
        timeout_sec = PYTEST_LONG_TIMEOUT_SEC if arguments.long else PYTEST_TIMEOUT_SEC
        jobs = pytest_jobs(f"({arguments.pytest}) and not alone", arguments.only, timeout_sec, False)
        alone = pytest_jobs(f"({arguments.pytest}) and alone", arguments.only, timeout_sec, True)
    if arguments.vm and (not arguments.only or arguments.only in "vm"):
        vm_timeout_sec = VM_LONG_TIMEOUT_SEC if arguments.long else VM_TIMEOUT_SEC
        jobs.append(Job("vm", [str(TOP / "scripts/vm"), "test"], "pytest", vm_timeout_sec))
    if arguments.label:
        wrapper = tsan_wrapper() if build.name == "tsan" else []
        jobs += ctest_jobs(build, arguments.label, arguments.only, wrapper)
    jobs.sort(key=lambda job: LONGEST.index(job.name) if job.name in LONGEST else len(LONGEST))  # the others as they come
    runner.run_all(jobs, N_JOBS)
    runner.run_all(alone, 1)
    return 1 if runner.failed else 0


if __name__ == "__main__":
    sys.exit(main())
