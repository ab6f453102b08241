"""What a run needs and may have to make first: the peers' Python, our programs, the models and the pictures."""
import pathlib
import subprocess
import sys

from peers import DEPS, ROOT, environment, quietly, say

PYTHON = DEPS / "venv-bench" / "bin" / "python"
PEERS = ROOT / "bench" / "encoder_peers"
OUR_PROGRAMS = ["fovea_encoder_bench", "fovea_bench", "make_pictures"]
HOOKS = ["fovea_picture_bench", "fovea_lanes_bench"]  # built when the tree has them


def python_of_the_peers(work):
    """A virtual environment with the peers, beside the Torch that scripts/deps found or installed."""
    torch = DEPS / "torch-dir"
    if not torch.exists():
        sys.exit("bench/encoder: run scripts/deps first")
    if environment(PYTHON, PEERS / "requirements.txt", work, "--no-deps"):
        packages = next((PYTHON.parent.parent / "lib").glob("python3*")) / "site-packages"
        (packages / "torch.pth").write_text(str(pathlib.Path(torch.read_text().strip()).parent) + "\n")


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
