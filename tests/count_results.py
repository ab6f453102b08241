"""Prints one line, "N passed, N failed[, N skipped]", for the results that scripts/test left in a folder.

Reads JUnit files (ctest, pytest), the closing lines of `node --test`, and each suite's exit code. A suite that ended badly
without naming a failed test counts as one failure, as does one that ran no test at all.
"""
import pathlib
import re
import sys
import xml.etree.ElementTree as xml

Counts = tuple[int, int, int]  # passed, failed, skipped


def of_junit(file: pathlib.Path) -> Counts:
    root = xml.parse(file).getroot()
    suites = [root] if root.tag == "testsuite" else list(root)
    total = failed = skipped = 0
    for suite in suites:
        total += int(suite.get("tests", 0))
        failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped += int(suite.get("skipped", 0)) + int(suite.get("disabled", 0))
    return total - failed - skipped, failed, skipped


def of_node(log: pathlib.Path) -> Counts:
    found = dict(re.findall(r"^\W+ (pass|fail|cancelled|skipped|todo) (\d+)$", log.read_text(), re.MULTILINE))
    count = {key: int(found.get(key, 0)) for key in ("pass", "fail", "cancelled", "skipped", "todo")}
    return count["pass"], count["fail"] + count["cancelled"], count["skipped"] + count["todo"]


def of_suite(folder: pathlib.Path, name: str) -> Counts:
    passed = failed = skipped = 0
    if (folder / f"{name}.xml").exists():
        passed, failed, skipped = of_junit(folder / f"{name}.xml")
    elif (folder / f"{name}.log").exists():
        passed, failed, skipped = of_node(folder / f"{name}.log")
    ended_well = (folder / f"{name}.exit").read_text().strip() == "0"
    if failed == 0 and (not ended_well or passed == 0):
        failed = 1
    return passed, failed, skipped


def main() -> int:
    folder = pathlib.Path(sys.argv[1])
    passed = failed = skipped = 0
    for exit_file in sorted(folder.glob("*.exit")):
        suite = of_suite(folder, exit_file.stem)
        print(f"{exit_file.stem}: {suite[0]} passed, {suite[1]} failed, {suite[2]} skipped")
        passed, failed, skipped = passed + suite[0], failed + suite[1], skipped + suite[2]
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
