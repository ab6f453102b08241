"""What bench/search needs and may have to make first: the peers, our program, the vectors."""
import json
import subprocess

import peers as common
from peers import DEPS, QUERIES, ROOT, quietly, say

PEERS = ROOT / "bench" / "search_peers"
PYTHON = DEPS / "venv-search" / "bin" / "python"
DEBIAN = DEPS / "faiss-debian"
SLOW = "FAISS 1.7.3, Debian"  # compiled without SIMD: asked for one query at a time only, sixteen take it ten seconds


def debian(work):
    """Debian's library, unpacked and not installed."""
    if (DEBIAN / "usr").exists():
        return
    DEBIAN.mkdir(parents=True, exist_ok=True)
    quietly(["apt-get", "download", "libfaiss-dev"], work / "apt.log", cwd=DEBIAN)
    quietly(["dpkg", "-x", next(DEBIAN.glob("*.deb")), DEBIAN], work / "dpkg.log")


def avx2(work):
    if not (DEPS / "faiss" / "built").exists():
        say("building FAISS with AVX2 (once, two minutes)")
        quietly([ROOT / "scripts" / "deps", "--peers"], work / "deps.log")


def compiled(work, name, include, library):
    program, source = work / name, PEERS / "faiss_flat.cc"
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        quietly(["g++", "-std=c++17", "-O2", "-fopenmp", "-isystem", include, source, library, "-llapack", "-lblas", "-o", program], work / f"{name}.log")
    return program


def peers(work, shape):
    """Name -> command of each."""
    fast = compiled(work, "faiss_avx2", DEPS / "faiss" / "include", DEPS / "faiss" / "lib" / "libfaiss_avx2.a")
    plain = compiled(work, "faiss_debian", DEBIAN / "usr" / "include", next((DEBIAN / "usr" / "lib").rglob("libfaiss.a")))
    return {SLOW: [plain, *shape], "FAISS 1.7.3, AVX2": [fast, *shape], "faiss-cpu 1.15.1": [PYTHON, PEERS / "faiss_wheel.py", *shape]}


def everything(options):
    """The file of vectors; all else lies where `peers` looks for it."""
    options.work.mkdir(parents=True, exist_ok=True)
    common.environment(PYTHON, PEERS / "requirements.txt", options.work)
    debian(options.work)
    avx2(options.work)
    peers(options.work, [])
    common.programs(options.build, options.work, options.cores, ["fovea_search_bench"])
    data = options.work / f"vectors-{options.rows}x{options.dim}.f32"
    common.vectors(options.build, options.work, data, options.rows, options.dim)
    return data


def restart(options, data):
    """Seconds that an index needs to come back from its snapshot."""
    snapshot = options.work / "snapshot"
    command = [options.build / "bench" / "fovea_search_bench", "load", data, options.rows, options.dim, snapshot]
    done = subprocess.run([str(c) for c in command], check=True, capture_output=True, text=True)
    snapshot.unlink()
    return json.loads(done.stdout)["seconds"]
