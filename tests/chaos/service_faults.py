"""Faults of our own programs. Entered into faults.FAULTS."""

import signal

from cluster import send
from faults import fault


def _kill(scene, instances):
    instance = scene.rng.choice(instances)
    instance.kill()
    scene.last(0, 2)
    instance.start()


@fault("kill-records", "kill -9 of a records-service, started again within 2 s")
def kill_records(scene):
    _kill(scene, scene.stack.records)


@fault("kill-both", "kill -9 of the primary's PostgreSQL and of a records-service at once")
def kill_both(scene):
    pids = scene.primary().postgres()
    instance = scene.rng.choice(scene.stack.records)
    send(pids, signal.SIGKILL)
    instance.kill()
    instance.start()
    scene.until_writes(60)


@fault("kill-analytics", "kill -9 of an analytics-service, started again within 2 s")
def kill_analytics(scene):
    _kill(scene, scene.stack.analytics)


@fault("kill-gateway", "kill -9 of a gateway, started again within 2 s", excuses=("broken",))
def kill_gateway(scene):
    _kill(scene, scene.stack.gateways)


def _roll(scene, instances):
    """One after the other, each when the one before is back."""
    for instance in instances:
        code = instance.stop()
        if code != 0:
            raise RuntimeError(f"{instance} ended with exit code {code} after SIGTERM")
        instance.start()
        scene.stack.wait_ready()


@fault("roll-records", "SIGTERM and restart of each records-service, one after the other", services=2)
def roll_records(scene):
    _roll(scene, scene.stack.records)


@fault("roll-analytics", "SIGTERM and restart of each analytics-service, one after the other", services=2)
def roll_analytics(scene):
    _roll(scene, scene.stack.analytics)


@fault("roll-gateways", "SIGTERM and restart of each gateway, one after the other", gateways=2)
def roll_gateways(scene):
    _roll(scene, scene.stack.gateways)
