# SPDX-License-Identifier: Apache-2.0
"""The counter behind scripts/test's last line. The cmocka samples are what cmocka 1.1.5 wrote, the pytest ones pytest 7.2."""
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SUPPORT = Path(__file__).resolve().parents[1] / "support"
sys.path.insert(0, str(SUPPORT))
import count  # noqa: E402  (found beside this file)
import run  # noqa: E402

HEAD = '<?xml version="1.0" encoding="UTF-8" ?>\n'
PASSING = """<testsuites>
  <testsuite name="two" time="0.000" tests="2" failures="0" errors="0" skipped="0" >
    <testcase name="scan_is_read" time="0.010" >
    </testcase>
    <testcase name="scan_is_kept" time="0.000" >
    </testcase>
  </testsuite>
</testsuites>
"""
MIXED = """<testsuites>
  <testsuite name="one" time="0.000" tests="5" failures="1" errors="2" skipped="1" >
    <testcase name="passes" time="0.000" >
    </testcase>
    <testcase name="fails" time="0.000" >
      <failure><![CDATA["a\x01 b<" != "b"
a.c:9: error: Failure!]]></failure>
    </testcase>
    <testcase name="skips" time="0.000" >
      <skipped/>
    </testcase>
    <testcase name="passes" time="0.000" >
      <failure><![CDATA[Test setup failed]]></failure>
    </testcase>
    <testcase name="passes" time="0.000" >
      <failure><![CDATA[Test teardown failed]]></failure>
    </testcase>
  </testsuite>
</testsuites>
"""
SEGFAULT = """<testsuites>
  <testsuite name="two" time="0.000" tests="2" failures="1" errors="0" skipped="0" >
    <testcase name="passes" time="0.000" >
    </testcase>
    <testcase name="segv" time="0.000" >
      <failure><![CDATA[Test failed with exception: Segmentation fault(11)]]></failure>
    </testcase>
  </testsuite>
</testsuites>
"""
GROUP_SETUP_FAILED = """<testsuites>
  <testsuite name="one" time="0.000" tests="0" failures="0" errors="1" skipped="0" >
  </testsuite>
</testsuites>
"""
SKIPPED_ONLY = """<testsuites>
  <testsuite name="one" time="0.000" tests="1" failures="0" errors="0" skipped="1" >
    <testcase name="needs_root" time="0.000" >
      <skipped/>
    </testcase>
  </testsuite>
</testsuites>
"""
BROKEN_CDATA = MIXED.replace("error: Failure!", "]]> & more")

CMOCKA = [
    # name, reports, stderr, exit code, what the last line says
    ("all pass", [HEAD + PASSING], "noise\n", 0, "2 passed, 0 failed"),
    ("fail, skip, set-up and tear-down", [HEAD + MIXED], "", 3, "1 passed, 3 failed, 1 skipped"),
    ("a skip is not a failure", [HEAD + SKIPPED_ONLY], "", 0, "0 passed, 0 failed, 1 skipped"),
    ("segfault caught by cmocka", [HEAD + SEGFAULT], "", 1, "1 passed, 1 failed"),
    ("set-up of a group", [HEAD + GROUP_SETUP_FAILED], "", 1, "0 passed, 1 failed"),
    ("groups of one name are appended without a head", [HEAD + PASSING + SEGFAULT], "", 1, "3 passed, 1 failed"),
    ("second group on stderr among noise", [HEAD + PASSING], "<b>\n" + SEGFAULT + "x\n", 1, "3 passed, 1 failed"),
    ("abort before any report", [], "Aborted\n", -signal.SIGABRT, "0 passed, 1 failed"),
    ("abort in a later group", [HEAD + PASSING], "", -signal.SIGABRT, "2 passed, 1 failed"),
    ("abort after a failure is one more", [HEAD + SEGFAULT], "", -signal.SIGABRT, "1 passed, 2 failed"),
    ("leak found at exit", [HEAD + PASSING], "LeakSanitizer\n", 1, "2 passed, 1 failed"),
    ("exit 0 in spite of a failure", [HEAD + SEGFAULT], "", 0, "1 passed, 2 failed"),
    ("no report and exit 0", [], "", 0, "0 passed, 1 failed"),
    ("no test in a group", [HEAD + "<testsuites></testsuites>"], "", 0, "0 passed, 1 failed"),
    ("cut report", [(HEAD + PASSING)[:-40]], "", 0, "0 passed, 1 failed"),
    ("text that breaks the XML", [HEAD + BROKEN_CDATA], "", 3, "0 passed, 1 failed"),
    ("fewer cases than announced", [HEAD + PASSING.replace('tests="2"', 'tests="3"')], "", 0, "0 passed, 1 failed"),
    ("time-out", [HEAD + PASSING], "", None, "2 passed, 1 failed"),
]


@pytest.mark.parametrize("reports,stderr,returncode,line", [c[1:] for c in CMOCKA], ids=[c[0] for c in CMOCKA])
def test_cmocka_run_is_counted(reports, stderr, returncode, line):
    assert count.summary(count.from_cmocka("unit-x", reports, stderr, returncode)) == line


JUNIT = """<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest" errors="1" failures="1" skipped="1"
 tests="5" time="0.2" timestamp="2026-11-21T21:00:00" hostname="box">
<testcase classname="t" name="test_a" time="0.001" />
<testcase classname="t" name="test_b[x]" time="0.001"><failure message="assert 0">t.py:3: AssertionError</failure></testcase>
<testcase classname="t" name="test_c" time="0.000"><skipped type="pytest.skip" message="no root">t.py:9: no root</skipped>
</testcase>
<testcase classname="t" name="test_d" time="0.001" />
<testcase classname="t" name="test_d" time="0.003"><error message="failed on teardown">boom</error></testcase>
</testsuite></testsuites>"""
JUNIT_PASSING = JUNIT[:JUNIT.index('<testcase classname="t" name="test_b')] + "</testsuite></testsuites>"
JUNIT_EMPTY = '<?xml version="1.0"?><testsuites><testsuite name="pytest" tests="0" time="0.01" /></testsuites>'

PYTEST = [
    ("pass, fail, skip, error in tear-down", JUNIT, 1, "1 passed, 2 failed, 1 skipped"),
    ("all pass", JUNIT_PASSING, 0, "1 passed, 0 failed"),
    ("missing report", None, 0, "0 passed, 1 failed"),
    ("killed", None, -signal.SIGKILL, "0 passed, 1 failed"),
    ("cut report", JUNIT[:200], 1, "0 passed, 1 failed"),
    ("internal error after passes", JUNIT_PASSING, 3, "1 passed, 1 failed"),
    ("usage error", None, 4, "0 passed, 1 failed"),
    ("nothing matches the markers", JUNIT_EMPTY, 5, "0 passed, 0 failed"),
    ("time-out", None, None, "0 passed, 1 failed"),
]


@pytest.mark.parametrize("report,returncode,line", [c[1:] for c in PYTEST], ids=[c[0] for c in PYTEST])
def test_pytest_run_is_counted(report, returncode, line):
    assert count.summary(count.from_junit("integration/test_x.py", report, returncode)) == line


def test_what_was_wrong_comes_before_where():
    wrong = [r.text for r in count.from_junit("integration/test_x.py", JUNIT, 1) if r.outcome == count.FAILED]
    assert wrong == ["assert 0\nt.py:3: AssertionError", "failed on teardown\nboom"]


@pytest.mark.parametrize("returncode,line", [(0, "1 passed, 0 failed"), (1, "0 passed, 1 failed"), (-6, "0 passed, 1 failed"),
                                             (None, "0 passed, 1 failed")])
def test_program_is_one_test(returncode, line):
    assert count.summary(count.from_program("fuzz-x", returncode)) == line


def test_last_line_and_exit_code_follow_the_results(tmp_path):
    def report(*results):
        path = tmp_path / "results.jsonl"
        path.unlink(missing_ok=True)
        count.save(path, list(results))
        done = subprocess.run([sys.executable, SUPPORT / "count.py", path], check=False, capture_output=True, text=True)
        return done.returncode, done.stdout.splitlines()

    good, bad = count.Result("a", count.PASSED, 2.0), count.Result("b", count.FAILED, 1.0, "why\nmore")
    code, lines = report(good, bad)
    assert (code, lines[-1]) == (1, "1 passed, 1 failed")
    assert "  b - why" in lines
    assert report(good)[0] == 0 and report(good)[1][-1] == "1 passed, 0 failed"
    code, lines = report()
    assert (code, lines[-1]) == (1, "0 passed, 1 failed"), "a run without tests is no success"


def test_the_ten_slowest_come_first():
    results = [count.Result(str(i), count.PASSED, float(i)) for i in range(20)]
    assert [r.name for r in count.slowest(results)] == [str(i) for i in range(19, 9, -1)]


def run_one(tmp_path, argv, kind, timeout_sec=20.0):
    runner = run.Runner(tmp_path, tmp_path / "out", "", tmp_path / "results.jsonl")
    runner.run(run.Job("one", argv, kind, timeout_sec))
    return count.load(tmp_path / "results.jsonl")


def test_runner_ends_what_hangs_and_counts_it(tmp_path):
    results = run_one(tmp_path, ["sh", "-c", "sleep 60 & sleep 60"], "program", timeout_sec=0.2)
    assert [(r.outcome, r.text) for r in results] == [(count.FAILED, "it did not end in time")]


def test_runner_counts_an_executable_that_is_not_there(tmp_path):
    assert count.summary(run_one(tmp_path, ["/nonexistent/x-test"], "cmocka")) == "0 passed, 1 failed"


def test_runner_reads_a_real_pytest_file(tmp_path):
    (tmp_path / "test_sample.py").write_text(
        "import pytest\ndef test_a(): pass\ndef test_b(): assert 0\n@pytest.mark.skip(reason='r')\ndef test_c(): pass\n")
    argv = [sys.executable, "-m", "pytest", "-q", "-c", "/dev/null", "--rootdir", str(tmp_path), str(tmp_path / "test_sample.py")]
    assert count.summary(run_one(tmp_path, argv, "pytest")) == "1 passed, 1 failed, 1 skipped"


def test_runner_reads_a_real_cmocka_executable(tmp_path):
    (tmp_path / "sample.c").write_text("""
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
static void passes(void **state) { (void) state; }
static void fails(void **state) { (void) state; assert_int_equal(1, 2); }
static void skips(void **state) { (void) state; skip(); }
static void aborts(void **state) { (void) state; abort(); }
int main(void) {
        const struct CMUnitTest mixed[] = { cmocka_unit_test(passes), cmocka_unit_test(fails), cmocka_unit_test(skips) };
        const struct CMUnitTest last[] = { cmocka_unit_test(passes), cmocka_unit_test(aborts) };
        int n_failed = cmocka_run_group_tests(mixed, NULL, NULL);
        return n_failed + cmocka_run_group_tests(last, NULL, NULL);
}
""")
    subprocess.run(["cc", "-o", tmp_path / "sample", tmp_path / "sample.c", "-lcmocka"], check=True)
    assert count.summary(run_one(tmp_path, [str(tmp_path / "sample")], "cmocka")) == "1 passed, 2 failed, 1 skipped"
