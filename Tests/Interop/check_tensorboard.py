#!/usr/bin/env python3
"""Event files written by Cloze, read by TensorBoard itself: checksums, version, and scalars whose steps go forward.

    check_tensorboard.py checkpoints/NAME/tensorboard [--tag train/loss …] [--last-step 2000]
"""
import argparse
import math
import pathlib

from common import Findings
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.compat.tensorflow_stub import errors
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import PyRecordReader_New


def records(path):
    """(number of whole records, what stopped the reader). Both checksums of every record are compared."""
    reader, count = PyRecordReader_New(str(path)), 0
    while True:
        try:
            reader.GetNext()
        except errors.OutOfRangeError:
            return count, None
        except errors.DataLossError as error:
            return count, str(error)
        count += 1


def scalars(event):
    """(tag, value) pairs of an event, old form and new."""
    for value in event.summary.value:
        if value.HasField("simple_value"):
            yield value.tag, value.simple_value
        elif value.HasField("tensor"):
            tensor = value.tensor
            yield value.tag, tensor.float_val[0] if tensor.float_val else math.nan


def check_file(path, findings):
    count, stopped = records(path)
    findings.claim(stopped is None and count > 0,
                   f"{path.name}: {count} records" + (f", then {stopped}" if stopped else ""))
    events = list(EventFileLoader(str(path)).Load())
    version = events[0].file_version if events else ""
    findings.claim(version == "brain.Event:2", f"{path.name}: the first event says {version or 'nothing'}")
    last, back, odd = {}, set(), set()
    for event in events:
        for tag, value in scalars(event):
            if event.step <= last.get(tag, -1):
                back.add(tag)
            if not math.isfinite(value):
                odd.add(tag)
            last[tag] = event.step
    findings.claim(not back, f"{path.name}: steps go forward" + "".join(f"; not {tag}" for tag in sorted(back)))
    findings.claim(not odd, f"{path.name}: values are finite" + "".join(f"; not {tag}" for tag in sorted(odd)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--tag", action="append", default=[])
    parser.add_argument("--last-step", type=int)
    options = parser.parse_args()
    findings = Findings(f"TensorBoard on {options.folder.name}")
    files = sorted(options.folder.rglob("*tfevents*"))
    findings.claim(bool(files), f"{len(files)} event files")
    for path in files:
        check_file(path, findings)
    accumulator = EventAccumulator(str(options.folder), size_guidance={"scalars": 0, "tensors": 0})
    accumulator.Reload()
    tags = accumulator.Tags()
    found = {tag: [(e.step, e.value) for e in accumulator.Scalars(tag)] for tag in tags["scalars"]}
    found |= {tag: [(e.step, math.nan) for e in accumulator.Tensors(tag)] for tag in tags["tensors"]}
    findings.claim(bool(found), f"{len(found)} tags")
    for tag, points in sorted(found.items()):
        print(f"    {tag}: {len(points)} points, steps {points[0][0]} to {points[-1][0]}, last {points[-1][1]:.6g}")
    for tag in options.tag:
        findings.claim(tag in found, f"{tag} is there")
    if options.last_step is not None:
        last = max((points[-1][0] for points in found.values()), default=None)
        findings.claim(last == options.last_step, f"the last step is {last}, wanted {options.last_step}")
    findings.finish()


if __name__ == "__main__":
    main()
