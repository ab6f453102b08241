"""The programs that the benchmarks run: how they are built, and what they say."""
import json
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent


def build(*targets):
    """Builds them with the preset `bench`; gives the folder of it."""
    subprocess.run(["cmake", "--preset", "bench"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", "build/bench", "--target", *targets], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return ROOT / "build" / "bench"


def run_json(*command, **options):
    """What the program prints, which is JSON."""
    return json.loads(subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True, **options).stdout)
