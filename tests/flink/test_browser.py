"""What people see of a summary by a real Flink: tests/browser/flink.test.mjs on this system."""

import os
import subprocess

from local import CHECKOUT


def test_progress_giving_up_and_past_runs_in_frontend_and_console(system):
    system.by_flink()
    if system.counts()["total"] < 20_000:
        system.load([f"owner {number % 50}" for number in range(20_000)])
    done = subprocess.run(
        ["node", "--test", "--test-concurrency=1", "flink.test.mjs"],
        cwd=CHECKOUT / "tests" / "browser",
        env={**os.environ, "BASE_URL": system.url, "TASKMANAGER_PID": str(system.pid("flink-taskmanager"))},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stdout + done.stderr
