"""faiss_wheel.py FILE ROWS DIM QUERIES: the IndexFlatIP of the faiss-cpu wheel behind the lines of fovea_search_bench."""
import json
import sys
import time

import faiss
import numpy

BEST = 10
rows, dim, kept = map(int, sys.argv[2:5])
data = numpy.memmap(sys.argv[1], dtype=numpy.float32, mode="r", shape=(rows + kept, dim))
index = faiss.IndexFlatIP(dim)
for begin in range(0, rows, 100_000):
    index.add(numpy.ascontiguousarray(data[begin:min(begin + 100_000, rows)]))
queries = numpy.array(data[rows:])
print(json.dumps({"version": faiss.__version__, "options": faiss.get_compile_options()}), flush=True)
turn = 0
for line in sys.stdin:
    what, _, *rest = line.split() + ["0"]
    count, repeat = map(int, rest[:2]) if what == "search" else (16, 1)
    turn = 0 if what == "checked" or turn + count > kept else turn
    seconds, processor = [], []
    for _ in range(repeat):
        turn = 0 if turn + count > kept else turn
        start, before = time.perf_counter(), time.process_time()
        _, ids = index.search(queries[turn:turn + count], BEST)
        seconds.append(time.perf_counter() - start)
        processor.append(time.process_time() - before)
        turn += count
    print(json.dumps({"seconds": seconds, "processor": processor, "ids": ids.ravel().tolist()}), flush=True)
