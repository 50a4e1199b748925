#!/usr/bin/env python3
"""Counts the instructions of the hot paths under callgrind and holds them against instructions.json: counts, not times,
so that they are the same on a busy machine. Fails where a path has become dearer by more than --tolerance.

    instructions.py HOT_PATHS           HOT_PATHS: the program that tests/bench builds, in the build that CI tests
    instructions.py HOT_PATHS --write   after a change that is meant: writes what it counted
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

BUDGET = pathlib.Path(__file__).resolve().with_suffix(".json")


def count(program):
    """Instructions for one run of each path, by its name."""
    with tempfile.TemporaryDirectory(prefix="instructions-") as folder:
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", program]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=300)
        if ran.returncode:
            raise RuntimeError(f"{program} ended with {ran.returncode}:\n{ran.stdout}{ran.stderr}")
        times = int(ran.stdout)
        counted = {}
        for dump in pathlib.Path(folder).glob("out.*"):
            text = dump.read_text()
            if name := re.search(r"^desc: Trigger: Client Request: (.*)$", text, re.MULTILINE):
                counted[name[1]] = int(re.search(r"^(?:summary|totals): (\d+)$", text, re.MULTILINE)[1]) // times
        return counted


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--tolerance", type=float, default=0.10, help="how much more is let pass; a part of the budget")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    counted = count(options.program)
    if options.write:
        BUDGET.write_text(json.dumps(counted, indent=2, sort_keys=True) + "\n")
    budget = json.loads(BUDGET.read_text())
    if counted.keys() != budget.keys():
        sys.exit(f"the paths are {sorted(counted)}, {BUDGET.name} has {sorted(budget)}")
    dearer = [name for name in budget if counted[name] > budget[name] * (1 + options.tolerance)]
    for name in sorted(budget):
        mark = "  DEARER" if name in dearer else ""
        ratio = counted[name] / budget[name]
        print(f"{name:40} {counted[name]:9} instructions, budget {budget[name]:9} {ratio:6.2f}{mark}")
    sys.exit(1 if dearer else 0)


if __name__ == "__main__":
    main()
