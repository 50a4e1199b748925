"""What a fault is, and what it works on. The faults themselves: database_faults.py, network_faults.py,
service_faults.py; run.py carries them out in the order of schedule.py, and mends behind each."""

import dataclasses
import time
import typing

from waiting import wait_until

FAULTS = {}


@dataclasses.dataclass(frozen=True)
class Fault:
    """`run(scene)` does the harm, lets it last, and takes away what would not end by itself."""

    name: str
    about: str
    run: typing.Callable
    excuses: frozenset  # what calls may end with beside an answer: statuses, "broken"
    services: int  # how many instances of each it needs
    gateways: int
    small_disks: bool
    often: int  # how often it comes in a round of the schedule


def fault(name, about, *, excuses=(), services=1, gateways=1, small_disks=False, often=1):
    """Enters the function below under this name."""

    def enter(run):
        FAULTS[name] = Fault(name, about, run, frozenset(excuses), services, gateways, small_disks, often)
        return run

    return enter


class Scene:
    """All that runs, and the chance of this run."""

    def __init__(self, cluster, proxy, stack, watch, load, rng):
        self.cluster, self.proxy, self.stack, self.watch, self.load, self.rng = cluster, proxy, stack, watch, load, rng

    def primary(self):
        return wait_until(self.cluster.primary, 30, "a primary")

    def standby(self):
        """The synchronous one or the other, as chance has it."""
        standbys = wait_until(self.cluster.standbys, 30, "a standby")
        return self.rng.choice(standbys)

    def last(self, least, most):
        """The harm lasts for a time between these seconds."""
        time.sleep(self.rng.uniform(least, most))

    def until_writes(self, seconds):
        """Until the cluster takes a write that has begun after now."""
        moment = time.monotonic() + 0.2
        wait_until(lambda: self.watch.takes_writes(moment), seconds, "a primary that takes writes")

    def mend(self):
        """Everything is as at the start, and the clients' writes flow."""
        self.proxy.open_all()
        self.cluster.restore()
        self.stack.wait_ready()
        goal = self.load.acknowledged + 30
        wait_until(lambda: self.load.acknowledged >= goal, 90, "the flow of writes")
