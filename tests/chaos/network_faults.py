"""Faults on the way between the services and a database node, by the proxy. The nodes themselves reach each other
all the time. Entered into faults.FAULTS."""

from faults import fault


def _between(scene, node, least, most, **way):
    scene.proxy.set(node.number, **way)
    try:
        scene.last(least, most)
    finally:
        scene.proxy.set(node.number)


@fault("cut-primary", "nothing comes through to the primary for 3 to 8 s, and nobody is told")
def cut_primary(scene):
    _between(scene, scene.primary(), 3, 8, mode="silent")


@fault("cut-standby", "nothing comes through to a standby for 3 to 8 s, and nobody is told")
def cut_standby(scene):
    _between(scene, scene.standby(), 3, 8, mode="silent")


@fault("refuse-primary", "the primary's connections break and new ones are refused for 3 to 8 s")
def refuse_primary(scene):
    _between(scene, scene.primary(), 3, 8, mode="refuse")


@fault("refuse-standby", "a standby's connections break and new ones are refused for 3 to 8 s")
def refuse_standby(scene):
    _between(scene, scene.standby(), 3, 8, mode="refuse")


@fault("delay-primary", "all that passes to and from the primary is held for 50 to 200 ms, for 4 to 8 s")
def delay_primary(scene):
    _between(scene, scene.primary(), 4, 8, delay=scene.rng.uniform(0.05, 0.2))


@fault("delay-standby", "all that passes to and from a standby is held for 50 to 200 ms, for 4 to 8 s")
def delay_standby(scene):
    _between(scene, scene.standby(), 4, 8, delay=scene.rng.uniform(0.05, 0.2))
