#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sums test logs of Meson, prints what failed, and ends with `N passed, N failed, N skipped`. usage: tally.py LOG.json..."""

import json
import re
import sys

TAP = re.compile(r"^(not )?ok\b(.*)$")
GOOD = ("OK", "SKIP", "EXPECTEDFAIL")


def subtests(stdout):
    """(passed, failed, skipped) of TAP text; cmocka writes a skipped test as `not ok ... # SKIP`."""
    passed = failed = skipped = 0
    for line in stdout.splitlines():
        m = TAP.match(line)
        if not m:
            continue
        if re.search(r"#\s*SKIP", m.group(2), re.I):
            skipped += 1
        elif m.group(1):
            failed += 1
        else:
            passed += 1
    return passed, failed, skipped


def count(test):
    passed, failed, skipped = subtests(test.get("stdout", ""))
    if passed + failed + skipped == 0:
        result = test["result"]
        passed, skipped = int(result in ("OK", "EXPECTEDFAIL")), int(result == "SKIP")
    # Killed, timed out, or fewer tests than planned: no subtest says so.
    if test["result"] not in GOOD and failed == 0:
        failed = 1
    return passed, failed, skipped


def main(logs):
    sums = [0, 0, 0]
    for path in logs:
        with open(path, encoding="utf-8") as f:
            tests = [json.loads(line) for line in f]
        if not tests:
            print(f"{path}: no test was run", file=sys.stderr)
            sums[1] += 1
        for t in tests:
            counts = count(t)
            sums = [a + b for a, b in zip(sums, counts)]
            if counts[1]:
                print(f"==== {path}: {t['name']}: {t['result']} ({t['duration']:.1f} s)")
                print(t.get("stdout", "")[-20000:])
                print(t.get("stderr", "")[-10000:])
    print(f"{sums[0]} passed, {sums[1]} failed, {sums[2]} skipped")
    return 1 if sums[1] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
