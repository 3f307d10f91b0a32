#!/usr/bin/env python3
"""asyncio on the workloads, on a loop whose clock is virtual. Talks to `compare` as the peers in Rust do (common/src/serve.rs)."""

import argparse
import asyncio
import json
import resource
import time

MASK = (1 << 64) - 1
CROWD = 1000


class NoEvents:
    """In place of a selector: there are no files to wait for, so whoever would wait lets the clock jump."""

    def __init__(self, loop):
        self.loop = loop

    def select(self, timeout):
        if timeout is None:
            raise RuntimeError("a deadlock: nothing is ready and no timer is armed")
        self.loop.now += timeout
        return []

    def close(self):
        pass


class VirtualClock(asyncio.base_events.BaseEventLoop):
    """Nothing but the queue of handles and the heap of timers that every loop of asyncio has."""

    def __init__(self):
        super().__init__()
        self.now = 0.0
        # Deadlines are sums of floats: what is due within a tenth of a microsecond is due.
        self._clock_resolution = 1e-7
        self._selector = NoEvents(self)

    def time(self):
        return self.now

    def _process_events(self, events):
        pass

    def _write_to_self(self):
        pass


def fold(checksum, value):
    product = ((checksum ^ value) * 0x0100000001B3) & MASK
    return ((product << 17) | (product >> 47)) & MASK


async def join_all(tasks, checksum=0):
    for task in tasks:
        checksum = fold(checksum, await task)
    return checksum


async def sleeping(ms, value):
    await asyncio.sleep(ms / 1000)
    return value


async def yielding(yields):
    for _ in range(yields):
        await asyncio.sleep(0)
    return yields


async def w1(_):
    start = asyncio.create_task
    return await join_all([start(sleeping(ms, ms)) for ms in (100, 200, 300)])


async def w1y(_):
    start = asyncio.create_task
    return await join_all([start(yielding(yields)) for yields in (1, 2, 3)])


async def w2(size):
    to_pong, to_ping = asyncio.Queue(1), asyncio.Queue(1)

    async def ping():
        total = 0
        for ball in range(size // 2):
            await to_pong.put(ball)
            total += await to_ping.get()
        await to_pong.put(None)
        return total

    async def pong():
        total = 0
        while (ball := await to_pong.get()) is not None:
            total += ball
            await to_ping.put(ball)
        return total

    return await join_all([asyncio.create_task(ping()), asyncio.create_task(pong())])


async def w3(size):
    return await join_all([asyncio.create_task(yielding(size)) for _ in range(CROWD)])


async def w4(size):
    durations = (index * 7919 % size + 1 for index in range(size))
    return await join_all([asyncio.create_task(sleeping(ms, ms)) for ms in durations])


def w5(tasks):
    async def rounds(size):
        checksum = 0
        for _ in range(size):
            checksum = await join_all([asyncio.create_task(sleeping(1, index)) for index in range(tasks)], checksum)
        return checksum

    return rounds


PROGRAMS = {"w1": w1, "w1y": w1y, "w2": w2, "w3": w3, "w4": w4}
PROGRAMS |= {f"w5-{tasks}": w5(tasks) for tasks in (10, 100, 1_000, 10_000, 100_000)}


def describe():
    few, single = ["w1", "w1y"], [name for name in PROGRAMS if name not in ("w1", "w1y")]
    searches = {"workloads": ["w6-2x5", "w6-3x3"], "why": "it has one order: there are no schedules to search"}
    same = {"workloads": single, "why": "an execution by itself is the same as in the line above"}

    def variant(name, style, how, slow, missing):
        works = [{"workload": workload, "slow": divisor, "note": None} for workload, divisor in slow.items()]
        return {"name": name, "style": style, "how": how, "works": works, "missing": missing}

    slow = dict.fromkeys(few, 100) | {name: 10 for name in single} | {"w2": 20, "w3": 10}
    fresh = "a loop with a virtual clock for each execution, run as `asyncio.run` does it"
    return {
        "name": "asyncio",
        "variants": [
            variant("fresh", "as_used", fresh, slow, [searches]),
            variant("kept", "bare", "one such loop for all executions", dict.fromkeys(few, 100), [same, searches]),
        ],
    }


def resident():
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS:"))
    except OSError:
        return None


def run(variant, workload, size):
    program, executions = PROGRAMS[workload], size if workload in ("w1", "w1y") else 1
    operations = size
    if workload == "w3":
        operations = size * CROWD
    elif workload.startswith("w5-"):
        operations = size * int(workload.removeprefix("w5-"))
    before, started, total = resident(), time.process_time(), 0
    if variant == "kept":
        with asyncio.Runner(loop_factory=VirtualClock) as runner:
            for _ in range(executions):
                total += runner.run(program(size))
    else:
        for _ in range(executions):
            with asyncio.Runner(loop_factory=VirtualClock) as runner:
                total += runner.run(program(size))
    seconds = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {
        "operations": operations,
        "executions": executions,
        "checksum": total & MASK,
        "cpu_seconds": seconds,
        "peak_bytes": None if before is None else max(0, peak - before),
        "complete": None,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True, dest="command")
    commands.add_parser("describe")
    job = commands.add_parser("run")
    job.add_argument("variant", choices=["fresh", "kept"])
    job.add_argument("workload", choices=PROGRAMS)
    job.add_argument("size", type=int)
    given = parser.parse_args()
    answer = describe() if given.command == "describe" else run(given.variant, given.workload, given.size)
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
