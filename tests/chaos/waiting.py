"""Waiting for conditions. Used by everything that run.py does."""

import time


class Late(RuntimeError):
    """A condition did not come true in time."""


def wait_until(condition, seconds, what):
    """The first truthy value of `condition()`."""
    end = time.monotonic() + seconds
    while True:
        if found := condition():
            return found
        if time.monotonic() > end:
            raise Late(f"{what} did not come within {seconds:.0f} s")
        time.sleep(0.05)
