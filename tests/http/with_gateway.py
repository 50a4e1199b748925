#!/usr/bin/env python3
"""Runs a command with BASE_URL naming a gateway of its own, both services behind it; ends with the command's exit code.

    with_gateway.py [--store sqlite|cluster] [--demo N] [--set NAME=VALUE]... -- COMMAND...

Used by the browser tests, by schemathesis and by hand. Needs RECORDS_BIN_DIR and, for the cluster, TEST_DATABASE_URL.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile

from programs import Deployment


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--store", choices=("sqlite", "cluster"), default="sqlite")
    parser.add_argument("--demo", type=int, default=0, metavar="N", help="load N realistic records first")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the gateway")
    parser.add_argument("command", nargs="+", metavar="COMMAND")
    return parser.parse_args()


def main():
    options = arguments()
    # A signal ends the command; the programs are stopped on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="with-gateway-") as folder:
        deployment = Deployment(options.store, folder, options.demo, **dict(one.split("=", 1) for one in options.set))
        try:
            return subprocess.run(options.command, env={**os.environ, "BASE_URL": deployment.url}).returncode
        finally:
            deployment.stop()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (RuntimeError, OSError, KeyboardInterrupt) as problem:
        sys.exit(f"with_gateway.py: {problem or type(problem).__name__}")
