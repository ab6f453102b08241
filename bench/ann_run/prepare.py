"""What bench/ann needs and may have to make first: the peers, our program, vectors, graphs."""
import os

import peers as common
from peers import DEPS, ROOT, quietly, say

PEERS = ROOT / "bench" / "ann_peers"
PYTHON = DEPS / "venv-ann" / "bin" / "python"
NAMES = {"hnswlib": "hnswlib", "usearch": "usearch", "faiss": "faiss-cpu, HNSW32"}


def queries(options):
    return options.work / f"queries-{options.queries}x{options.dim}.f32"


def graph(options, peer, size):
    return options.work / f"{peer}-{size}x{options.dim}.graph"


def ours(options, size):
    return options.work / f"fovea-{size}x{options.dim}"


def shape(options, size):
    return [options.vectors.resolve(), size, options.dim]


def peers(options, size):
    return [peer for peer in NAMES if peer not in options.without and (not options.ready or graph(options, peer, size).exists())]


def everything(options):
    options.work.mkdir(parents=True, exist_ok=True)
    common.environment(PYTHON, PEERS / "requirements.txt", options.work)
    common.programs(options.build, options.work, options.build_threads, ["fovea_ann_bench", "fovea_search_bench"])
    options.vectors = options.vectors or options.work / f"vectors-{max(options.sizes)}x{options.dim}.f32"
    common.vectors(options.build, options.work, options.vectors, max(options.sizes), options.dim)
    program = options.build / "bench" / "fovea_ann_bench"
    if not queries(options).exists():
        quietly([program, "queries", queries(options), options.dim, options.queries], options.work / "make.log")
    environment = os.environ | {"OMP_NUM_THREADS": str(options.build_threads)}
    for size in options.sizes:
        if not (ours(options, size) / "built.json").exists():
            say(f"{size:,}: building fovea's lists (once)")
            quietly([program, "build", *shape(options, size), ours(options, size)], options.work / "ours.log")
        for peer in peers(options, size):
            path = graph(options, peer, size)
            if not path.exists():
                say(f"{size:,}: building the graph of {peer} (once)")
                quietly([PYTHON, PEERS / "graph.py", "build", peer, *shape(options, size), path, options.build_threads],
                        options.work / f"{peer}.log", env=environment)


def contenders(options, size):
    """Name -> command of each; the first is ours."""
    own = {"fovea": [options.build / "bench" / "fovea_ann_bench", "serve", *shape(options, size), ours(options, size), queries(options)]}
    serve = [PYTHON, PEERS / "graph.py", "serve"]
    return own | {NAMES[peer]: [*serve, peer, *shape(options, size), graph(options, peer, size), queries(options)] for peer in peers(options, size)}
