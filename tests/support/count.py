#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Counts tests truly: what an executable or a pytest file left behind, read into one list of results.

Rules, each with a test in tests/integration/test_count.py:
- one result per test case; a test that failed in its set-up or tear-down has failed;
- a run that ended badly and shows no failed case (crash, sanitizer report at exit, time-out, broken report) counts as
  one failure under its own name; so does one that a signal ended, whatever it reported before;
- a run that says it went well but shows no test case has failed too: it tested nothing;
- skipped is neither passed nor failed.

cmocka's TAP prints a skipped test as "not ok"; its XML tells the three apart. cmocka writes the XML of a group when the
group is done: to the file named by CMOCKA_XML_FILE, or to stderr when it cannot open that file.
"""
import argparse
import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import asdict, dataclass
from pathlib import Path

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
PYTEST_NOTHING_COLLECTED = 5
N_SLOWEST = 10


@dataclass
class Result:
    name: str
    outcome: str
    seconds: float = 0.0
    text: str = ""
    timed: str = ""  # what the seconds are of, when not of this test alone


def from_cmocka(run: str, reports: list[str], stderr: str, returncode: int | None) -> list[Result]:
    """Results of one cmocka executable; returncode None stands for a time-out."""
    results, trouble = [], []
    for report in reports + re.findall(r"<testsuites>.*?</testsuites>", stderr, re.DOTALL):
        try:
            results += _cmocka_cases(run, report)
        except (ElementTree.ParseError, ValueError) as error:
            trouble.append(f"its report cannot be read: {error}")
    return results + _verdict_of_run(run, results, trouble, returncode, empty_is_failure=True)


def from_junit(run: str, report: str | None, returncode: int | None) -> list[Result]:
    """Results of one pytest process; report None stands for a file that was not written."""
    results, trouble = [], []
    if report is None:
        trouble.append("it left no report")
    else:
        try:
            results = _junit_cases(run, report)
        except (ElementTree.ParseError, ValueError) as error:
            trouble.append(f"its report cannot be read: {error}")
    if returncode == PYTEST_NOTHING_COLLECTED and not results and not trouble:
        return []
    return results + _verdict_of_run(run, results, trouble, returncode, empty_is_failure=False)


def from_program(run: str, returncode: int | None) -> list[Result]:
    """A program that is one test by itself: a fuzz corpus replayed, a script."""
    return _verdict_of_run(run, [], [], returncode, empty_is_failure=False) or [Result(run, PASSED)]


def summary(results: list[Result]) -> str:
    """The last line of scripts/test."""
    count = {outcome: sum(r.outcome == outcome for r in results) for outcome in (PASSED, FAILED, SKIPPED)}
    line = f"{count[PASSED]} passed, {count[FAILED]} failed"
    return line + (f", {count[SKIPPED]} skipped" if count[SKIPPED] else "")


def slowest(results: list[Result], n: int = N_SLOWEST) -> list[Result]:
    return sorted((r for r in results if r.seconds > 0), key=lambda r: -r.seconds)[:n]


def _cmocka_cases(run: str, report: str) -> list[Result]:
    results = []
    for suite in _parse(report).iter("testsuite"):
        cases = [_case(f"{run}: {case.get('name')}", case) for case in suite.iter("testcase")]
        if len(cases) != int(suite.get("tests", "-1")):
            raise ValueError(f"group {suite.get('name')} announces {suite.get('tests')} tests and shows {len(cases)}")
        # A group whose own set-up fails runs no test and counts one error.
        if not cases and int(suite.get("errors", "0")) > 0:
            cases = [Result(f"{run}: set-up of group {suite.get('name')}", FAILED)]
        results += cases
    return results


def _junit_cases(run: str, report: str) -> list[Result]:
    """pytest reports a test that passed and then failed in its tear-down twice: the worse one counts."""
    worst: dict[str, Result] = {}
    for case in _parse(report).iter("testcase"):
        name = f"{run}: {case.get('name')}"
        key = f"{case.get('classname')}::{case.get('name')}"
        result = _case(name, case)
        if key not in worst or result.outcome == FAILED:
            worst[key] = result
    return list(worst.values())


def _case(name: str, case: ElementTree.Element) -> Result:
    seconds = float(case.get("time", "0"))
    for tag in ("failure", "error"):
        found = case.find(tag)
        if found is not None:
            # pytest's text begins with the source of the test: what was wrong comes first here, for it may be all that is shown.
            wrong, where = (found.get("message") or "").strip(), (found.text or "").strip()
            return Result(name, FAILED, seconds, f"{wrong}\n{where}".strip())
    found = case.find("skipped")
    if found is not None:
        return Result(name, SKIPPED, seconds, found.get("message") or "")
    return Result(name, PASSED, seconds)


def _verdict_of_run(run: str, results: list[Result], trouble: list[str], returncode: int | None,
                    empty_is_failure: bool) -> list[Result]:
    failed = any(r.outcome == FAILED for r in results)
    if returncode is None:
        trouble.append("it did not end in time")
    elif returncode < 0:
        trouble.append(f"signal {-returncode} ended it")
    elif returncode > 0 and not failed:
        trouble.append(f"it ended with {returncode} though no test failed")
    elif returncode == 0 and failed:
        trouble.append("it ended with 0 though a test failed")
    if empty_is_failure and not results and not trouble:
        trouble.append("it ran no test")
    return [Result(run, FAILED, text="; ".join(trouble))] if trouble else []


def _parse(report: str) -> ElementTree.Element:
    """Several documents after one another, as cmocka appends them; control bytes that XML forbids are shown as ?."""
    text = re.sub(r"<\?xml[^>]*\?>", "", report)
    text = re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd]", "?", text)
    return ElementTree.fromstring(f"<all>{text}</all>")


def load(path: Path) -> list[Result]:
    if not path.exists():
        return []
    return [Result(**json.loads(line)) for line in path.read_text().splitlines()]


def save(path: Path, results: list[Result]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.writelines(json.dumps(asdict(r)) + "\n" for r in results)


def main() -> int:
    parser = argparse.ArgumentParser(description="prints failed, skipped and slowest tests, then the line that counts")
    parser.add_argument("results", type=Path, help="file of JSON lines that the runner wrote")
    results = load(parser.parse_args().results)
    if not results:
        results = [Result("scripts/test", FAILED, text="no test was run")]
    for outcome in (SKIPPED, FAILED):
        chosen = [r for r in results if r.outcome == outcome]
        if chosen:
            print(f"\n{outcome}:")
        for r in chosen:
            print(f"  {r.name}" + (f" - {r.text.splitlines()[0]}" if r.text else ""))
    print(f"\nthe {N_SLOWEST} slowest:")
    for r in slowest(results):
        print(f"  {r.seconds:8.2f} s  {r.timed or r.name}")
    print()
    print(summary(results))
    return 1 if any(r.outcome == FAILED for r in results) else 0


if __name__ == "__main__":
    sys.exit(main())
