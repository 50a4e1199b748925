"""Two addresses instead of the nodes' own: one leads to whoever is primary, one to the standbys in turn, as a virtual
address and a proxy for reading do. Started by run.py with --addresses virtual."""

import threading

from proxy import Proxy

PERIOD = 0.3  # seconds


class VirtualAddresses:
    def __init__(self, cluster, ports):
        """`ports`: of the nodes, in order."""
        self._cluster, self._ports = cluster, ports
        self._proxy = Proxy([ports[0], ports[0]])
        self._ended = threading.Event()
        self._seen = None
        self._look()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    @property
    def primary(self):
        return self._proxy.ports[0]

    @property
    def standbys(self):
        return self._proxy.ports[1]

    def _look(self):
        primary, members = self._cluster.primary(), self._cluster.members()
        running = [
            node
            for node in self._cluster.nodes
            if node is not primary and members.get(node.name, {}).get("state") in ("running", "streaming")
        ]
        found = [[self._ports[node.number] for node in nodes] for nodes in ([primary] if primary else [], running)]
        if found != self._seen:
            for address, targets in enumerate(found):
                self._proxy.lead(address, targets)
            self._seen = found

    def _follow(self):
        while not self._ended.wait(PERIOD):
            self._look()

    def stop(self):
        self._ended.set()
        self._thread.join()
        self._proxy.stop()
