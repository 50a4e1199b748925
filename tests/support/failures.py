#!/usr/bin/env python3
"""What each failed test said last, from ctest's JUnit file: a long log's middle is not where one looks, or is cut out.

    failures.py FILE

Used by run.sh, after a run that failed.
"""

import sys
import xml.etree.ElementTree as ElementTree

LAST_LINES = 25
LINES_OF_A_STEP = 12  # from TAP's "not ok" on, which may stand far from the end


def told(output):
    lines = output.rstrip().splitlines()
    wanted = set(range(len(lines) - LAST_LINES, len(lines)))
    for number, line in enumerate(lines):
        if line.lstrip().startswith("not ok"):
            wanted.update(range(number, number + LINES_OF_A_STEP))
    return [line for number, line in enumerate(lines) if number in wanted]


def main():
    suite = ElementTree.parse(sys.argv[1]).getroot()
    failed = [case for case in suite.iter("testcase") if case.get("status") == "fail"]
    for case in failed:
        print(f"\n---- {case.get('name')} failed; its last lines, all of it stands above:")
        print("\n".join(told(case.findtext("system-out") or "")))
    tests = len(list(suite.iter("testcase")))
    print(f"\n{100 * (tests - len(failed)) // tests}% tests passed, {len(failed)} tests failed out of {tests}")


if __name__ == "__main__":
    main()
