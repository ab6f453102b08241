"""What the machine itself can do, measured in the same run: multiply-add peaks, GEMM rates, memory, bare JPEG decode."""
import json
import subprocess

from prepare import say
from shapes import GEMM_SHAPES, GPU_SHAPE, SMALL_SHAPE

PRODUCTS = {"fp32": ["MKL fp32", "oneDNN fp32"], "bf16": ["bf16", "oneDNN bf16"], "int8": ["int8"], "fp16": ["cuBLAS fp16"]}


def loops(work, cores, seconds, jpeg=None, scale=8):
    """Rates of loops that touch registers only, of a big copy and of libjpeg-turbo; the better of what was there and now."""
    command = [work / "machine_limits", cores, seconds] + ([jpeg, scale] if jpeg else [])
    return json.loads(subprocess.run([str(c) for c in command], check=True, capture_output=True, text=True).stdout)


def better(old, new):
    return old | {k: max(v, old.get(k, 0)) for k, v in new.items()}


def shapes_of(number_format):
    return [GPU_SHAPE] if number_format == "fp16" else [*GEMM_SHAPES, SMALL_SHAPE]


def gemm(torch_program, seconds, formats):
    """The best rate over the ways that the CPU's libraries have and the shapes that matter."""
    rates = {}
    for number_format in formats:
        for way in PRODUCTS[number_format]:
            for shape in shapes_of(number_format):
                answer = torch_program.ask(do="gemm", variant=way, shape=shape, seconds=seconds)
                if "error" in answer:
                    say(f"no GEMM rate for {way}: {answer['error'][:200]}")
                    break
                rate = 2 * shape[0] * shape[1] * shape[2] / min(answer["seconds"])
                for key in [f"{number_format}_gemm"] + ([f"{number_format}_gemm_small"] if shape == SMALL_SHAPE else []):
                    rates[key] = max(rate, rates.get(key, 0))
    return rates


def peak(limits, number_format):
    """The highest multiply-add rate of the format: AMX where it is there."""
    return max(limits.get(f"{number_format}_peak", 0), limits.get(f"amx_{number_format}_peak", 0))
