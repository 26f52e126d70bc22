#!/usr/bin/env python3
"""Milliseconds and GB/s of PyTorch's all-reduce over gloo, one JSON line a size; 12 bytes an element count.

    torchrun --nproc-per-node 2 reduce.py
"""
import statistics
import time

import torch
from measure import report

SIZES = {"4 MB": 1 << 20, "45 MB": 45 << 18, "440 MB": 440 << 18}


def main():
    torch.set_num_threads(1)
    torch.distributed.init_process_group("gloo")
    rank = torch.distributed.get_rank()
    for name, count in SIZES.items():
        numbers, times = torch.ones(count), []
        for _ in range(16):
            torch.distributed.barrier()
            start = time.perf_counter()
            torch.distributed.all_reduce(numbers)
            torch.distributed.barrier()
            times.append(time.perf_counter() - start)
        median = statistics.median(times[1:])
        if rank == 0:
            report(what="all-reduce", peer=f"torch {torch.__version__}, gloo", size=name, ms=round(median * 1e3, 2),
                   gb_per_second=round(12 * count / median / 1e9, 1))
    torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main()
