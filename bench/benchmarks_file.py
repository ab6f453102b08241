"""BENCHMARKS.md: a section per benchmark, between two markers, and what all of them say in the same words."""
import os
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
FILE = ROOT / "BENCHMARKS.md"


def machine():
    info = pathlib.Path("/proc/cpuinfo").read_text()
    name, flags = re.search(r"model name\s*:\s*(.*)", info), set(re.search(r"flags\s*:\s*(.*)", info)[1].split())
    here = [flag for flag in ("avx2", "avx_vnni", "avx512f", "avx512_vnni") if flag in flags]
    return f"{name[1] if name else 'unknown CPU'}, {len(os.sched_getaffinity(0))} cores, {' '.join(here)}"


def table(heads, lines):
    return ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads), *("| " + " | ".join(line) + " |" for line in lines), ""]


def write(name, text, file=FILE):
    """Replaces the section of the benchmark, or adds it at the end."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    section = f"{begin}\n{text.strip()}\n{end}"
    old = file.read_text() if file.exists() else "# Benchmarks\n"
    if begin in old:
        before, _, rest = old.partition(begin)
        file.write_text(before + section + rest.partition(end)[2])
    else:
        file.write_text(f"{old.rstrip()}\n\n{section}\n")
