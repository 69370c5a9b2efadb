"""Runs steps, decides when it was enough, and prints what was found: the same rule as ours/pace.mjs."""

import json
import os
import resource
import sys
import time

import torch


def measured(asked, step, **more):
    """Up to `warmUp` steps that do not count (fewer where one takes half of `seconds`), then `steps` that do, or at least two where they take longer."""
    budget = asked.get("seconds") or float("inf")
    warm, times, first = [], [], None
    while len(warm) < asked["warmUp"] and sum(warm) < budget / 2:
        warm.append(timed(step))
        first = first or (time.time() - asked["started"] / 1000)
        yield_turn()
    cpu = time.process_time()

    def enough():
        return len(times) >= asked["steps"] or (len(times) >= 2 and sum(times) >= budget)

    while not enough():
        times.append(timed(step))
        if not enough():
            yield_turn()
    cpu = (time.process_time() - cpu) / len(times)
    # bytes on macOS, kibibytes elsewhere
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)
    found = {"ms": [1000 * t for t in times], "cpuMs": 1000 * cpu, "firstSeconds": first, "peakMb": peak, "torch": torch.__version__}
    print(json.dumps({**found, **more}))


def yield_turn():
    """Where steps are taken by turns (child.mjs): says that this one is over and waits to be let go on."""
    if "SEGDISTILL_BENCH_TURNS" in os.environ:
        print("turn", flush=True)
        sys.stdin.readline()


def timed(step):
    start = time.perf_counter()
    step()
    return time.perf_counter() - start
