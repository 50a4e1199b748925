"""When the cluster itself takes writes, seen past everything that is tested: a transaction straight to each node,
all the time. Started by run.py; what it saw is set against what the clients saw, in report.py."""

import itertools
import threading
import time

from pgwire import PgError

PERIOD = 0.05  # seconds
PATIENCE = 1.0  # for one answer
# Writes to the log and waits for the standby like any commit, but locks nothing and leaves nothing; null of a standby.
WRITE = "SELECT CASE WHEN NOT pg_is_in_recovery() THEN pg_logical_emit_message(true, 'chaos', '') END"


class Watch:
    def __init__(self, cluster):
        self.cluster = cluster
        self.taken = []  # (when, node's name), in order of time
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._look, args=(node,), daemon=True) for node in cluster.nodes]
        for thread in self._threads:
            thread.start()

    def _look(self, node):
        session = None
        while not self._ended.is_set():
            try:
                session = session or self.cluster.session(node, seconds=PATIENCE)
                if session.query(WRITE, PATIENCE) != [[None]]:
                    self.taken.append((time.monotonic(), node.name))
            except (OSError, PgError):
                session = self._drop(session)
            self._ended.wait(PERIOD)
        self._drop(session)

    @staticmethod
    def _drop(session):
        if session:
            session.close()

    def takes_writes(self, since):
        """Whether a node has taken a write since then."""
        return bool(self.taken) and self.taken[-1][0] > since

    def stop(self):
        self._ended.set()
        for thread in self._threads:
            thread.join()


def longest_pause(moments, start, end):
    """The longest time in [start, end] without one of the moments, which are in order."""
    inside = [start, *(moment for moment in moments if start < moment < end), end]
    return max(later - earlier for earlier, later in itertools.pairwise(inside))
