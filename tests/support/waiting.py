"""Waiting for conditions, the one way for all tests: whoever uses it puts this folder on the path."""

import time


class Late(AssertionError):
    """A condition did not come true in time."""


def wait_until(condition, seconds=30, what="what was awaited"):
    """The first truthy value of `condition()`."""
    end = time.monotonic() + seconds
    while True:
        if found := condition():
            return found
        if time.monotonic() > end:
            raise Late(f"{what} did not come within {seconds:.0f} s")
        time.sleep(0.05)
