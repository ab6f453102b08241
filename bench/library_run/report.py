"""The table of bench/library."""

def micro(figure):
    return f"{figure['p50']:.0f} / {figure['p99']:.0f} µs"


def milli(figure):
    return f"{figure['p50']:.1f} / {figure['p99']:.1f} ms"


def below(seconds, limit):
    return f"{seconds:.2f} s" + ("" if seconds <= limit else " (**missed**)")


def at_least(rate, limit):
    return f"{rate:,.0f}" + ("" if rate >= limit else " (**missed**)")


def rows(tiny_dim):
    """Name, goal, and how a size's figures are said."""
    reads = lambda name: lambda f: micro(f["store"]["reads"][name])  # noqa: E731
    return [
        ("bulk write, photos/s (batches of 1,000, each synced)", ">= 20,000", lambda f: at_least(f["write"]["store_photos_per_s"], 20_000)),
        ("disk, store without thumbnails", "", lambda f: f"{f['disk'] / 1e6:,.0f} MB"),
        ("disk, snapshot of the index", "", lambda f: f"{f['snapshot_bytes'] / 1e6:,.0f} MB"),
        ("point read of a record, p50 / p99", "microseconds", reads("photo_us")),
        ("point read of a vector", "microseconds", reads("vector_us")),
        ("point read of a path", "microseconds", reads("path_us")),
        ("page of 100 by cursor, in order of id", "microseconds", reads("page_us")),
        ("page of 100 of a folder", "microseconds", reads("folder_page_us")),
        ("page of 100 by date", "microseconds", reads("date_page_us")),
        ("opening the store", "", lambda f: f"{f['start_snapshot']['open_ms'] / 1000:.2f} s"),
        ("start to first answer, from the snapshot, 512 values", "<= 3 s", lambda f: below(f["start_snapshot"]["whole_ms"] / 1000, 3)),
        ("start to first answer, no snapshot, 512 values", "<= 3 s", lambda f: below(f["start_store"]["whole_ms"] / 1000, 3)),
        ("the same, memory not touched before", "<= 3 s", lambda f: below(f["start_store"]["first_ms"] / 1000, 3)),
        ("writing the snapshot", "", lambda f: f"{f['start_store']['save_ms'] / 1000:.2f} s"),
        ("what filters ask, loaded beside searches", "", lambda f: f"{f['start_snapshot']['facts_ms'] / 1000:.2f} s"),
        *((f"which photos fit a filter: {name}", "", fitting(name)) for name in ("year", "ten years", "month", "camera", "folder", "width", "radius")),
        ("resident after the start, 512 values", "", lambda f: f"{f['start_snapshot']['resident_mb']:,} MB"),
        (f"`fovea serve` from exec to first answer, no snapshot, {tiny_dim} values", "<= 3 s", lambda f: below(f["daemon"]["store"], 3)),
        (f"`fovea serve`, from the snapshot, {tiny_dim} values", "<= 3 s", lambda f: below(f["daemon"]["snapshot"], 3)),
        (f"`fovea serve`, after a kill, {tiny_dim} values", "<= 3 s", lambda f: below(f["daemon"]["kill"], 3)),
        (f"`fovea serve`, resident, {tiny_dim} values", "", lambda f: f"{f['daemon']['resident_mb']:,.0f} MB"),
        ("rename of the folder that holds all", "", lambda f: work(f["destroy"]["destroy"]["rename"])),
        ("removal of the root", "", lambda f: work(f["destroy"]["destroy"]["remove"])),
        ("resident of the store alone while that runs", "bounded", lambda f: f"{f['destroy']['peak_mb']:,} MB"),
        (f"`fovea serve`, removal of a root, a search always beside it, {tiny_dim} values", "", lambda f: work(f["removal"])),
        ("search over HTTP alone, p50 / p99", "", lambda f: milli(f["removal"]["alone"])),
        ("search over HTTP while the root goes", "", lambda f: milli(f["removal"]["meanwhile"])),
    ]


def fitting(name):
    """How long it took, and which share of the photos it left."""
    def say(figures):
        asked = figures["start_snapshot"]["filters"][name]
        return f"{asked['ms']:.2f} ms, {100 * asked['photos'] / figures['start_snapshot']['vectors']:.0f} %"
    return say


def work(step):
    return f"{step['seconds']:.1f} s, {step['paths'] / step['seconds']:,.0f} paths/s"


def section(results, tiny_dim, conditions):
    sizes = sorted(results)
    lines = ["## Store and start, by size of the library", "", conditions, "",
             "| what | goal | " + " | ".join(f"{size:,} photos" for size in sizes) + " |", "|---|---|" + "---|" * len(sizes)]
    for name, goal, say in rows(tiny_dim):
        lines.append(f"| {name} | {goal} | " + " | ".join(say(results[size]) for size in sizes) + " |")
    lines += ["", "![growth](docs/images/library-growth.svg)", "",
              "Photos are made up (`make_library`): paths, facts and vectors through the same code that fovea stores with, no thumbnails. Files lie in",
              "the page cache when starts are measured. Memory that no process has touched yet is cleared page by page, on a virtual machine by its host: most of what",
              "the first start without a snapshot takes (docs/decisions/009); next idea: answer from the byte codes, a fifth of it, until the vectors are there too."]
    return "\n".join(lines) + "\n"
