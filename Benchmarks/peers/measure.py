"""Timing that bears repeating: a lock for the whole machine, medians, and one JSON line per measurement."""
import contextlib
import fcntl
import json
import os
import pathlib
import platform
import resource
import statistics
import time


@contextlib.contextmanager
def alone(lock):
    """Holds a lock file that every measurement on this machine takes; without one, nothing is held."""
    if lock is None:
        yield
        return
    with open(lock, "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def repeat(action, seconds, least=5):
    """(times of single calls, CPU time / wall time) over at least `seconds` and at least `least` calls."""
    times, begun, used = [], time.perf_counter(), time.process_time()
    while time.perf_counter() - begun < seconds or len(times) < least:
        start = time.perf_counter()
        action(len(times))
        times.append(time.perf_counter() - start)
    return times, (time.process_time() - used) / (time.perf_counter() - begun)


def rates(times, units):
    """Units per second of the median call and of the fastest."""
    return {"median": round(units / statistics.median(times), 1), "best": round(units / min(times), 1)}


def processor():
    """The processor's name."""
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.processor()


def report(**values):
    """One JSON line: the measurement, the peak memory, the machine and its load, what libraries were told."""
    told = ("GLIBC_", "KMP_", "LD_PRELOAD", "MALLOC_", "MKL_", "OMP_", "ONEDNN_")
    if settings := {name: value for name, value in os.environ.items() if name.startswith(told)}:
        values["settings"] = settings
    values |= {"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "processor": processor(),
               "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}
    print(json.dumps(values), flush=True)
