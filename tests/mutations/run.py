#!/usr/bin/env python3
"""Makes each mistake of mistakes.py in a copy of the tree, one by one, and shows that its tests turn red.

usage: run.py [--only TEXT] [--jobs N] [--resume] [--list]
The copy and its build live in build/mutations and are used again: a mistake costs one source file and one link.
What was noticed is written down there at once: after a break, --resume goes on behind it, as long as the tree is the same.
Exit code 0 only when the tests are green without a mistake, and every mistake applies, compiles, and fails the tests it names.
"""
import argparse
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

from mistakes import MISTAKES, Mistake

SOURCE = pathlib.Path(__file__).resolve().parents[2]
COPY = SOURCE / "build" / "mutations"
BUILD = COPY / "build" / "dev"
TARGETS = ("encoder_clip_towers_test", "encoder_model_weights_test")  # the test programs
NOTICED = COPY / "build" / "noticed"  # a line per mistake: digest_of()
LEFT_OUT = {"build", ".git", ".deps", "node_modules", "samples"}


def copy_tree() -> None:
    """Brings COPY up to date; a file that has not changed keeps its time, so that it is not compiled again."""
    wanted = set()
    for folder, folders, files in os.walk(SOURCE):
        relative = pathlib.Path(folder).relative_to(SOURCE)
        if relative == pathlib.Path("."):
            folders[:] = [f for f in folders if f not in LEFT_OUT]
        for name in files:
            source, target = SOURCE / relative / name, COPY / relative / name
            wanted.add(target)
            if target.exists() and target.read_bytes() == source.read_bytes():
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    for target in COPY.rglob("*"):
        inside = target.relative_to(COPY).parts[0]
        if inside not in ("build", ".deps") and target.is_file() and target not in wanted:
            target.unlink()


def digest_of_tree() -> str:
    """Of all that the two test programs are built from."""
    sources = sorted(p for folder in ("base", "encoder", "indexer", "storage", "cmake", "tests/encoder", "tests/support") for p in (COPY / folder).rglob("*") if p.is_file())
    return hashlib.sha256(b"".join(str(p).encode() + p.read_bytes() for p in sources)).hexdigest()


def digest_of(mistake: Mistake, tree: str) -> str:
    return hashlib.sha256(f"{tree} {mistake}".encode()).hexdigest()


def link_dependencies() -> None:
    """The copy's .deps points into ours, by paths of its own: the compiler cache then knows our objects again."""
    ours, theirs = pathlib.Path(os.environ.get("FOVEA_DEPS", SOURCE / ".deps")), COPY / ".deps"
    theirs.mkdir(parents=True, exist_ok=True)
    for entry in ours.iterdir():
        if not (theirs / entry.name).exists() and entry.name != "torch-dir":
            (theirs / entry.name).symlink_to(entry)
    torch = (ours / "torch-dir").read_text().strip()
    (theirs / "torch-dir").write_text(torch.replace(str(ours), str(theirs)) + "\n")


def command(arguments: list, what: str) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "FOVEA_DEPS"}
    done = subprocess.run(arguments, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        raise RuntimeError(f"{what} failed:\n" + "\n".join((done.stdout + done.stderr).splitlines()[-25:]))


def build(jobs: int) -> None:
    command(["cmake", "--build", str(BUILD), "--target", *TARGETS, "-j", str(jobs)], "build")


def failed_tests(tests: tuple = ()) -> set:
    """The names of the tests that fail; "crash" for a program that ends without a report."""
    failed, report = set(), COPY / "build" / "report.json"
    chosen = [f"--gtest_filter={':'.join(tests)}"] if tests else []
    for target in TARGETS:
        report.unlink(missing_ok=True)
        subprocess.run([str(BUILD / "tests" / target), *chosen, f"--gtest_output=json:{report}"], capture_output=True, timeout=600)
        if not report.exists():
            failed.add("crash")
            continue
        suites = json.loads(report.read_text())["testsuites"]
        failed |= {f"{suite['name']}.{test['name']}" for suite in suites for test in suite["testsuite"] if test.get("failures")}
    return failed


def judge(mistake: Mistake, jobs: int) -> str:
    """Makes the mistake, builds, runs its tests and takes it back. An empty string: every named test noticed."""
    file = COPY / "encoder" / mistake.file
    right = file.read_text()
    wrong, count = re.subn(mistake.pattern, mistake.replacement, right)
    if count != 1:
        return f"does not apply any more: its pattern is found {count} times in encoder/{mistake.file}"
    try:
        file.write_text(wrong)
        build(jobs)
        failed = failed_tests(mistake.tests)
    except RuntimeError as error:
        return str(error)
    finally:
        file.write_text(right)
    blind = [] if "crash" in failed else [test for test in mistake.tests if test not in failed]
    return f"NOT NOTICED by {', '.join(blind)}" if blind else ""


def try_each(mistakes: list, options) -> int:
    bad, begin, tree = 0, time.monotonic(), digest_of_tree()
    shown = set(NOTICED.read_text().split()) if options.resume and NOTICED.exists() else set()
    with NOTICED.open("a" if options.resume else "w") as noticed:
        for mistake in mistakes:
            before, start = digest_of(mistake, tree) in shown, time.monotonic()
            verdict = "" if before else judge(mistake, options.jobs)
            bad += bool(verdict)
            took = "before" if before else f"{time.monotonic() - start:.0f} s"
            print(f"{'BAD ' if verdict else 'ok  '} {mistake.name} ({took}){': ' + verdict if verdict else ''}", flush=True)
            if not verdict and not before:
                print(digest_of(mistake, tree), file=noticed, flush=True)
    print(f"{len(mistakes) - bad} of {len(mistakes)} mistakes noticed, {time.monotonic() - begin:.0f} s")
    return 1 if bad else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="mistakes whose name contains this")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--resume", action="store_true", help="leave out what an earlier run on the same tree has shown")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    chosen = [m for m in MISTAKES if options.only in m.name]
    flags = pathlib.Path("/proc/cpuinfo").read_text().split()
    for mistake in chosen:
        if mistake.needs and mistake.needs not in flags:
            print(f"left out: {mistake.name}: this CPU has no {mistake.needs}")
    chosen = [m for m in chosen if not m.needs or m.needs in flags]
    if options.list:
        print("\n".join(f"{m.name}: encoder/{m.file}" for m in chosen))
        return 0
    if not chosen:
        print(f"no mistake is called {options.only!r}")
        return 1
    copy_tree()
    link_dependencies()
    command(["cmake", "--preset", "dev", "-S", str(COPY), "-B", str(BUILD)], "configure")
    build(options.jobs)
    if red := failed_tests():
        print("red without any mistake:", ", ".join(sorted(red)))
        return 1
    return try_each(chosen, options)


if __name__ == "__main__":
    sys.exit(main())
