"""What a run needs and may have to make first: the peers' Python, our programs, the models and the pictures."""
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DEPS = pathlib.Path(os.environ.get("FOVEA_DEPS") or ROOT / ".deps").resolve()
PYTHON = DEPS / "venv-bench" / "bin" / "python"
PEERS = ROOT / "bench" / "encoder_peers"
OUR_PROGRAMS = ["fovea_encoder_bench", "fovea_bench", "make_pictures"]
HOOKS = ["fovea_picture_bench", "fovea_lanes_bench"]  # built when the tree has them


def say(*what):
    print("bench/encoder:", *what, file=sys.stderr, flush=True)


def quietly(command, log, **arguments):
    """Runs `command`; its output goes to `log` and, when it fails, to the reader."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "w") as out:
        done = subprocess.run([str(c) for c in command], stdout=out, stderr=subprocess.STDOUT, **arguments)
    if done.returncode != 0:
        sys.exit(f"bench/encoder: {command[0]} failed:\n" + "\n".join(log.read_text().splitlines()[-30:]))


def python_of_the_peers(work):
    """A virtual environment with the peers, beside the Torch that scripts/deps found or installed."""
    wanted, venv = PEERS / "requirements.txt", PYTHON.parent.parent
    installed = venv / "installed.txt"
    if installed.exists() and installed.read_text() == wanted.read_text():
        return
    torch = DEPS / "torch-dir"
    if not torch.exists():
        sys.exit("bench/encoder: run scripts/deps first")
    say("installing the peers into", venv)
    quietly([sys.executable, "-m", "venv", "--clear", venv], work / "venv.log")
    quietly([PYTHON, "-m", "pip", "install", "-q", "--no-deps", "-r", wanted], work / "pip.log")
    packages = next((venv / "lib").glob("python3*")) / "site-packages"
    (packages / "torch.pth").write_text(str(pathlib.Path(torch.read_text().strip()).parent) + "\n")
    installed.write_text(wanted.read_text())


def programs(build, work, cores):
    """Ours, in Release; `build` is kept between runs."""
    quietly(["cmake", "--preset", "bench", "-B", build], work / "cmake.log", cwd=ROOT)
    quietly(["cmake", "--build", build, "-j", cores, "--target", *OUR_PROGRAMS], work / "build.log", cwd=ROOT)
    known = subprocess.run(["cmake", "--build", build, "--target", "help"], capture_output=True, text=True, cwd=ROOT).stdout
    for hook in HOOKS:
        if f"{hook}:" in known:
            quietly(["cmake", "--build", build, "-j", cores, "--target", hook], work / "build.log", cwd=ROOT)
    source, limits = ROOT / "bench" / "encoder_limits" / "machine_limits.c", work / "machine_limits"
    quietly(["gcc", "-O2", "-march=native", "-o", limits, source, "-ljpeg", "-lpthread"], work / "gcc.log")


def model(wanted, work):
    """The folder of a model with random weights, its ONNX files and its pictures; made once."""
    folder = work / wanted.open_clip
    if not (folder / "made").exists():
        say("making", wanted.name, "(once)")
        quietly([PYTHON, PEERS / "make_model.py", wanted.open_clip, folder], work / "make_model.log")
        (folder / "made").touch()
    return folder


def big_pictures(build, work, count):
    """JPEGs of 12 megapixels with the entropy of photos."""
    folder = work / f"pictures-12mp-{count}"
    folder.mkdir(parents=True, exist_ok=True)
    quietly([build / "bench" / "make_pictures", folder, count, 4000, 3000], work / "pictures.log")
    return folder
