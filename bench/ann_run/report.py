"""Tables from a run's result, and the section of BENCHMARKS.md that they fill."""
import datetime
import statistics

from benchmarks_file import machine, table


def rate(seconds):
    return f"{1 / min(seconds):,.0f} ({1 / statistics.median(seconds):,.0f})"


def ms(seconds):
    return f"{1000 * min(seconds):.3g} ({1000 * statistics.median(seconds):.3g})"


def built(facts):
    build = facts["built"]
    return f"{build['processor']:,.0f} s of processor time ({build['shape']})" if "shape" in build else f"{build['processor']:,.0f} s of processor time ({build['lists']:,} lists)"


def contender_lines(size, result):
    lines = []
    for name, facts in result["contenders"].items():
        width = f", ef {facts['width']}" if name != "fovea" else ""
        version = f" {facts['version']}" if "version" in facts else ""
        lines.append([name + version + width, f"{facts['recall']:.3f}", rate(facts["seconds"]["1"]), rate(facts["seconds"]["2"]),
                      f"{facts['bytes'] / size:,.0f}", built(facts)])
    return lines


def goal_lines(sizes):
    """Queries/s of ours over the best peer's, at least 1; filters within 2 x."""
    lines = []
    for size, result in sizes:
        ours = result["contenders"]["fovea"]
        for threads in ("1", "2"):
            peers = {name: min(facts["seconds"][threads]) for name, facts in result["contenders"].items() if name != "fovea"}
            if peers:
                best = min(peers, key=peers.get)
                ratio = peers[best] / min(ours["seconds"][threads])
                lines.append([f"{size:,} vectors, {threads} thread{'s' if threads != '1' else ''}: queries/s over the best peer's", ">= 1 x",
                              f"{ratio:.2f} x ({best})", "met" if ratio >= 1 else "**missed**"])
        lines.append([f"{size:,} vectors: recall@10", ">= 0.95", f"{ours['recall']:.3f}", "met" if ours["recall"] >= 0.95 else "**missed**"])
        plain = min(ours["seconds"]["1"])
        worst = max(min(kept["seconds"]) for kept in result["filters"].values()) / plain
        least = min(kept["recall"] for kept in result["filters"].values())
        lines.append([f"{size:,} vectors, filters that keep 0.1 to 50 %", "<= 2 x the time; recall >= 0.95", f"{worst:.2f} x; {least:.3f} at worst",
                      "met" if worst <= 2 and least >= 0.95 else "**missed**"])
    return lines


def pays_lines(sizes):
    return [[f"{size:,}", ms(result["exact"]), ms(result["contenders"]["fovea"]["seconds"]["1"]), ms(result["best"]),
             f"{result['contenders']['fovea']['load_s']:.2f} s"] for size, result in sizes]


def filter_lines(sizes):
    lines = []
    for size, result in sizes:
        for key, kept in result["filters"].items():
            share, kind = key.split("/")
            lines.append([f"{size:,}", f"{int(share) / 10:g} %, {'at random' if kind == 'random' else 'one folder'}", ms(kept["seconds"]), ms(kept["first"]), f"{kept['recall']:.3f}"])
    return lines


def text_of(result):
    sizes = [(int(size), facts) for size, facts in result["sizes"].items()]
    load = max(facts["load"] for _, facts in sizes)
    busy = " **Other programs were running: these figures are not final.**" if load > 1.5 else ""
    lines = ["## Approximate search beside its peers", "",
             f"{machine()}; {datetime.date.today()}; `{result['command']}`; {result['dim']} values, k = 10, {result['queries']:,} text-like queries over clustered "
             f"vectors (`bench/synthetic_vectors.h`)", "",
             f"Contenders are asked in turn, {result['rounds']} rounds; peers search as widely as a recall@10 of 0.95 takes. They get all queries in one call of "
             f"theirs, fovea gets them one by one. fovea's lists were trained with the mean of 24 other texts, as in a library.{busy}", "",
             *table(["work", "goal", "reached", "verdict"], goal_lines(sizes))]
    lines += ["![recall against queries/s](docs/images/approximate-search.svg)", ""]
    for size, facts in sizes:
        lines += [f"{size:,} vectors:", "", *table(["queries/s: best (median)", "recall@10", "1 thread", "2 threads", "bytes per vector", "build"],
                                                    contender_lines(size, facts))]
    lines += [*table(["vectors", "exact, ms a query", "approximate, ms", "the 1,000 best, ms", "back from disk"], pays_lines(sizes)),
              *table(["vectors", "kept by the filter", "ms: best (median)", "the first with it, ms", "recall@10"], filter_lines(sizes)),
              "Photos of the library as questions, whose best lie close together, take more than twice as long under filters of 1 to 10 %: reason and next idea in docs/decisions/010.", ""]
    return "\n".join(lines)
