"""What the benchmarks beside peers make first, once: virtual environments, our programs, files of vectors."""
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEPS = pathlib.Path(os.environ.get("FOVEA_DEPS") or ROOT / ".deps").resolve()
NAME = f"bench/{pathlib.Path(sys.argv[0]).name}"
QUERIES = 64  # texts behind the pictures in a file of vectors


def say(*what):
    print(f"{NAME}:", *what, file=sys.stderr, flush=True)


def quietly(command, log, **arguments):
    """Runs `command`; its output goes to `log` and, when it fails, to the reader."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "w") as out:
        done = subprocess.run([str(c) for c in command], stdout=out, stderr=subprocess.STDOUT, **arguments)
    if done.returncode != 0:
        sys.exit(f"{NAME}: {command[0]} failed:\n" + "\n".join(log.read_text().splitlines()[-30:]))


def environment(python, requirements, work, *options):
    """A virtual environment with these packages, whose interpreter is `python`. Says whether it was made."""
    wanted, venv = requirements.read_text(), python.parent.parent
    installed = venv / "installed.txt"
    if installed.exists() and installed.read_text() == wanted:
        return False
    say("installing", ", ".join(wanted.split()))
    quietly([sys.executable, "-m", "venv", "--clear", venv], work / "venv.log")
    quietly([python, "-m", "pip", "install", "-q", *options, "-r", requirements], work / "pip.log")
    installed.write_text(wanted)
    return True


def programs(build, work, cores, targets):
    """Ours, in Release; `build` is kept between runs."""
    quietly(["cmake", "--preset", "bench", "-B", build], work / "cmake.log", cwd=ROOT)
    quietly(["cmake", "--build", build, "-j", cores, "--target", *targets], work / "build.log", cwd=ROOT)


def vectors(build, work, file, rows, dim):
    """Made-up vectors of pictures, and of QUERIES texts behind them, as raw floats."""
    if file.exists():
        return
    say("making", rows, "vectors (once)")
    part = file.with_suffix(".part")
    quietly([build / "bench" / "fovea_search_bench", "make", part, rows, dim, QUERIES], work / "make.log")
    part.rename(file)
