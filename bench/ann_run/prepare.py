"""What bench/ann needs and may have to make first: the peers, our program, vectors, graphs."""
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DEPS = pathlib.Path(os.environ.get("FOVEA_DEPS") or ROOT / ".deps").resolve()
PEERS = ROOT / "bench" / "ann_peers"
PYTHON = DEPS / "venv-ann" / "bin" / "python"
SEARCH_QUERIES = 64  # behind the vectors in a file of bench/search
NAMES = {"hnswlib": "hnswlib", "usearch": "usearch", "faiss": "faiss-cpu, HNSW32"}


def say(*what):
    print("bench/ann:", *what, file=sys.stderr, flush=True)


def quietly(command, log, **arguments):
    """Runs `command`; its output goes to `log` and, when it fails, to the reader."""
    with open(log, "w") as out:
        done = subprocess.run([str(c) for c in command], stdout=out, stderr=subprocess.STDOUT, **arguments)
    if done.returncode != 0:
        sys.exit(f"bench/ann: {command[0]} failed:\n" + "\n".join(log.read_text().splitlines()[-30:]))


def packages(work):
    wanted, installed = (PEERS / "requirements.txt").read_text(), PYTHON.parent.parent / "installed.txt"
    if installed.exists() and installed.read_text() == wanted:
        return
    say("installing", ", ".join(wanted.split()))
    quietly([sys.executable, "-m", "venv", "--clear", PYTHON.parent.parent], work / "venv.log")
    quietly([PYTHON, "-m", "pip", "install", "-q", "-r", PEERS / "requirements.txt"], work / "pip.log")
    installed.write_text(wanted)


def programs(options):
    quietly(["cmake", "--preset", "bench", "-B", options.build], options.work / "cmake.log", cwd=ROOT)
    targets = ["fovea_ann_bench", "fovea_search_bench"]
    quietly(["cmake", "--build", options.build, "-j", options.build_threads, "--target", *targets], options.work / "build.log", cwd=ROOT)


def vectors(options):
    if options.vectors is None:
        options.vectors = options.work / f"vectors-{max(options.sizes)}x{options.dim}.f32"
    if options.vectors.exists():
        return
    say("making", max(options.sizes), "vectors (once)")
    part = options.vectors.with_suffix(".part")
    command = [options.build / "bench" / "fovea_search_bench", "make", part, max(options.sizes), options.dim, SEARCH_QUERIES]
    quietly(command, options.work / "make.log")
    part.rename(options.vectors)


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
    packages(options.work)
    programs(options)
    vectors(options)
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
