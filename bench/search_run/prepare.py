"""What bench/search needs and may have to make first: the peers, our program, the vectors."""
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DEPS = pathlib.Path(os.environ.get("FOVEA_DEPS") or ROOT / ".deps").resolve()
PEERS = ROOT / "bench" / "search_peers"
PYTHON = DEPS / "venv-search" / "bin" / "python"
DEBIAN = DEPS / "faiss-debian"
QUERIES = 64  # different ones, used in turn
SLOW = "FAISS 1.7.3, Debian"  # compiled without SIMD: asked for one query at a time only, sixteen take it ten seconds


def say(*what):
    print("bench/search:", *what, file=sys.stderr, flush=True)


def quietly(command, log, **arguments):
    """Runs `command`; its output goes to `log` and, when it fails, to the reader."""
    with open(log, "w") as out:
        done = subprocess.run([str(c) for c in command], stdout=out, stderr=subprocess.STDOUT, **arguments)
    if done.returncode != 0:
        sys.exit(f"bench/search: {command[0]} failed:\n" + "\n".join(log.read_text().splitlines()[-30:]))


def wheel(work):
    wanted, installed = (PEERS / "requirements.txt").read_text(), PYTHON.parent.parent / "installed.txt"
    if installed.exists() and installed.read_text() == wanted:
        return
    say("installing", ", ".join(wanted.split()))
    quietly([sys.executable, "-m", "venv", "--clear", PYTHON.parent.parent], work / "venv.log")
    quietly([PYTHON, "-m", "pip", "install", "-q", "-r", PEERS / "requirements.txt"], work / "pip.log")
    installed.write_text(wanted)


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
    wheel(options.work)
    debian(options.work)
    avx2(options.work)
    peers(options.work, [])
    quietly(["cmake", "--preset", "bench", "-B", options.build], options.work / "cmake.log", cwd=ROOT)
    quietly(["cmake", "--build", options.build, "-j", options.cores, "--target", "fovea_search_bench"], options.work / "build.log", cwd=ROOT)
    data = options.work / f"vectors-{options.rows}x{options.dim}.f32"
    if not data.exists():
        say("making", options.rows, "vectors (once)")
        part = data.with_suffix(".part")
        quietly([options.build / "bench" / "fovea_search_bench", "make", part, options.rows, options.dim, QUERIES], options.work / "make.log")
        part.rename(data)
    return data


def restart(options, data):
    """Seconds that an index needs to come back from its snapshot."""
    snapshot = options.work / "snapshot"
    command = [options.build / "bench" / "fovea_search_bench", "load", data, options.rows, options.dim, snapshot]
    done = subprocess.run([str(c) for c in command], check=True, capture_output=True, text=True)
    snapshot.unlink()
    return json.loads(done.stdout)["seconds"]
