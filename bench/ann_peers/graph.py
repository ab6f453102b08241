"""graph.py build|serve KIND VECTORS ROWS DIM GRAPH [THREADS | QUERIES]: a peer's graph over the first ROWS vectors of a file of raw floats.

build  makes the graph with THREADS threads into the file GRAPH, and GRAPH.json says what it took.
serve  answers each line of standard input with one of JSON:
  search EF THREADS REPEAT   all vectors of QUERIES, REPEAT times; EF: how wide it looks
"""
import json
import os
import sys
import time
from importlib import metadata

import numpy

BEST = 10
PIECE = 50_000


class Hnswlib:
    def __init__(self, rows, dim):
        import hnswlib
        self.index, self.rows, self.version = hnswlib.Index(space="ip", dim=dim), rows, metadata.version("hnswlib")

    def create(self):
        self.index.init_index(max_elements=self.rows, M=16, ef_construction=100, random_seed=1)
        return "M 16, ef 100"

    def add(self, begin, vectors, threads):
        self.index.add_items(vectors, numpy.arange(begin, begin + len(vectors)), num_threads=threads)

    def save(self, path):
        self.index.save_index(path)

    def load(self, path):
        self.index.load_index(path, max_elements=self.rows)

    def search(self, queries, ef, threads):
        self.index.set_ef(max(ef, BEST))
        return self.index.knn_query(queries, k=BEST, num_threads=threads)[0]


class Usearch:
    def __init__(self, rows, dim):
        from usearch.index import Index
        self.version = metadata.version("usearch")
        self.index = Index(ndim=dim, metric="ip", dtype="f32", connectivity=16, expansion_add=128)

    def create(self):
        return "connectivity 16, expansion 128"

    def add(self, begin, vectors, threads):
        self.index.add(numpy.arange(begin, begin + len(vectors)), vectors, threads=threads)

    def save(self, path):
        self.index.save(path)

    def load(self, path):
        self.index.load(path)

    def search(self, queries, ef, threads):
        self.index.expansion_search = ef
        return self.index.search(queries, BEST, threads=threads).keys


class Faiss:
    def __init__(self, rows, dim):
        import faiss
        self.faiss, self.index, self.version = faiss, faiss.IndexHNSWFlat(dim, 32, faiss.METRIC_INNER_PRODUCT), faiss.__version__

    def create(self):
        return "HNSW32, efConstruction 40"

    def add(self, begin, vectors, threads):
        self.faiss.omp_set_num_threads(threads)
        self.index.add(vectors)

    def save(self, path):
        self.faiss.write_index(self.index, path)

    def load(self, path):
        self.index = self.faiss.read_index(path)

    def search(self, queries, ef, threads):
        self.faiss.omp_set_num_threads(threads)
        self.index.hnsw.efSearch = ef
        return self.index.search(queries, BEST)[1]


def memory():
    with open("/proc/self/status") as status:
        return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def build(kind, vectors, path, threads):
    graph = kind(*vectors.shape)
    start, processor = time.perf_counter(), time.process_time()
    shape = graph.create()
    for begin in range(0, len(vectors), PIECE):
        graph.add(begin, numpy.ascontiguousarray(vectors[begin:begin + PIECE]), threads)
        print(begin, round(time.process_time() - processor), file=sys.stderr, flush=True)
    facts = {"seconds": time.perf_counter() - start, "processor": time.process_time() - processor, "threads": threads, "shape": shape}
    graph.save(path + ".part")
    with open(path + ".json", "w") as out:
        json.dump(facts, out)
    os.rename(path + ".part", path)


def serve(kind, vectors, path, queries):
    graph, before = kind(*vectors.shape), memory()
    graph.load(path)
    with open(path + ".json") as facts:
        print(json.dumps({"version": graph.version, "bytes": memory() - before, "built": json.load(facts)}), flush=True)
    for line in sys.stdin:
        ef, threads, repeat = map(int, line.split()[1:])
        seconds = []
        for _ in range(repeat):
            start = time.perf_counter()
            found = graph.search(queries, ef, threads)
            seconds.append((time.perf_counter() - start) / len(queries))
        print(json.dumps({"seconds": seconds, "ids": numpy.asarray(found).astype(int).tolist()}), flush=True)


def main():
    what, kind, file, rows, dim, path, last = sys.argv[1:8]
    rows, dim, kind = int(rows), int(dim), {"hnswlib": Hnswlib, "usearch": Usearch, "faiss": Faiss}[kind]
    vectors = numpy.memmap(file, dtype=numpy.float32, mode="r")[:rows * dim].reshape(rows, dim)
    if what == "build":
        return build(kind, vectors, path, int(last))
    serve(kind, vectors, path, numpy.fromfile(last, dtype=numpy.float32).reshape(-1, dim))


if __name__ == "__main__":
    main()
