"""Fails on an include that points the wrong way between folders, or shows a third party's header where it may not be."""
import pathlib
import re
import sys

# folder -> own folders it may include
OWN = {
    "base": {"base"},
    "storage": {"storage", "base"},
    "encoder": {"encoder", "base"},
    "indexer": {"indexer", "encoder", "storage", "base"},
    "api": {"api", "base", "indexer"},
    "daemon": {"daemon", "api", "indexer", "encoder", "storage", "base"},
}
# what api may see of indexer: the facade alone
ONLY = {("api", "indexer"): {"indexer/library.h"}}
# first part of an outside header -> folders whose .cc files may include it
OUTSIDE = {
    "torch": {"encoder"}, "ATen": {"encoder"}, "c10": {"encoder"}, "vips": {"encoder"}, "unicode": {"encoder"},
    "exiv2": {"encoder"}, "rocksdb": {"storage"}, "faiss": set(), "roaring": {"indexer"}, "sys/inotify.h": {"indexer"},
    "boost": {"api", "daemon"}, "CLI": {"daemon"}, "nlohmann": {"api", "daemon", "encoder"}, "spdlog": {"base"},
    "prometheus": {"base"}, "openssl": {"base", "api", "daemon"}, "curl": {"daemon"},
}
# folders whose own headers (not shown to other folders by layering) may include these
IN_HEADERS = {"boost": {"api", "daemon"}, "nlohmann": {"api", "daemon", "encoder"}, "torch": {"encoder"}, "ATen": {"encoder"},
              "c10": {"encoder"}, "CLI": {"daemon"}, "rocksdb": {"storage"}, "roaring": {"indexer"}}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def outside_key(header: str) -> str | None:
    return next((key for key in OUTSIDE if header == key or header.startswith(key + "/")), None)


def faults(root: pathlib.Path):
    for folder, allowed in OWN.items():
        for file in sorted((root / folder).rglob("*")):
            if file.suffix not in (".h", ".cc"):
                continue
            for number, line in enumerate(file.read_text().splitlines(), 1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                kind, header = match.groups()
                where = f"{file.relative_to(root)}:{number}"
                target = header.split("/")[0]
                if kind == '"' and target in OWN:
                    if target not in allowed:
                        yield f"{where}: {folder} may not include {header}"
                    elif header not in ONLY.get((folder, target), {header}):
                        yield f"{where}: {folder} may include only {sorted(ONLY[(folder, target)])} of {target}"
                key = outside_key(header)
                if key and folder not in OUTSIDE[key]:
                    yield f"{where}: {folder} may not include {header}"
                elif key and file.suffix == ".h" and folder not in IN_HEADERS.get(key, set()):
                    yield f"{where}: {header} belongs into a .cc file"


def main() -> int:
    root = pathlib.Path(sys.argv[1])
    found = list(faults(root))
    print("\n".join(found) or "every include points the right way")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
