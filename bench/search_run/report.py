"""Tables from a run's result, and the section of BENCHMARKS.md that they fill."""
import datetime
import statistics

from benchmarks_file import machine, table

GOALS = [("FAISS 1.7.3, Debian", 1, 5), ("FAISS 1.7.3, AVX2", 1, 2), ("faiss-cpu 1.15.1", 1, 3), ("faiss-cpu 1.15.1", 16, 4)]


def ms(seconds):
    return f"{1000 * min(seconds):.1f} ({1000 * statistics.median(seconds):.1f})"


def both(result, name, key):
    """Time by the clock, and the least processor time of all threads together."""
    if key not in result["seconds"][name]:
        return "-"
    return f"{ms(result['seconds'][name][key])}; {1000 * min(result['processor'][name][key]):.0f}"


def goal_lines(result):
    """A goal is met when it is by the clock and by processor time, which other programs disturb less."""
    ours, lines = result["seconds"]["fovea"], []
    for peer, together, wanted in GOALS:
        key = f"{together}/0"
        best, processor = (min(result[kind][peer][key]) / min(result[kind]["fovea"][key]) for kind in ("seconds", "processor"))
        what = "one query" if together == 1 else f"{together} queries together"
        lines.append([f"{what}, beside {peer}", f">= {wanted} x", f"{best:.1f} x; by processor time {processor:.1f} x",
                      "met" if min(best, processor) >= wanted else "**missed**"])
    plain = min(ours["1/0"])
    worst = max(min(seconds) for seconds in result["filters"].values()) / plain
    lines.append(["one query among 0.1, 1, 10, 50 % of the rows", "<= 2 x the unfiltered one", f"{worst:.2f} x at worst", "met" if worst <= 2 else "**missed**"])
    back = min(result["load_s"])
    lines.append(["restart: snapshot read and checked, table of ids, every row coded", "<= 3 s for the whole start", f"{back:.2f} s", "met" if back <= 3 else "**missed**"])
    return lines


def contender_lines(result):
    size = result["rows"] * result["dim"]
    lines = []
    for name in result["seconds"]:
        weight = size * (5 if name == "fovea" else 4) + (8 * result["rows"] if name == "fovea" else 0)
        lines.append([name, both(result, name, "1/0"), both(result, name, "16/0"), f"{weight / 1e9:.2f} GB", f"{100 * result['agreement'][name]:.1f} %" if name in result["agreement"] else "-"])
    return lines


def kernel_lines(result):
    return [[name, both(result, "fovea", f"1/{i}"), both(result, "fovea", f"16/{i}")] for i, name in enumerate(result["hello"]["fovea"]["kernels"])]


def text_of(result):
    rate = result["rows"] * result["dim"] / min(result["memory"])
    own = result["rows"] * result["dim"] / min(result["seconds"]["fovea"]["1/0"])
    busy = " **Other programs were running: these figures are not final.**" if result["load"] > 1 else ""
    lines = ["## Exact search beside its peers", "",
             f"{machine()}; {result['hello']['fovea']['threads']} threads each; {datetime.date.today()}; `{result['command']}`; {result['rows']:,} x {result['dim']}, k = 10", "",
             f"Contenders are asked in turn, {result['rounds']} rounds, for the same text-like queries over clustered vectors (`bench/synthetic_vectors.h`). "
             f"Load of the machine when the run began: {result['load']:.1f}.{busy}", "",
             *table(["work", "goal", "reached", "verdict"], goal_lines(result)),
             *table(["ms: best (median); processor", "one query", "16 together", "memory", "same ten as fovea"], contender_lines(result)),
             f"Plain reading of the byte codes on all cores: {rate / 1e9:.1f} GB/s; one query goes through them at {own / 1e9:.1f} GB/s, {100 * own / rate:.0f} % of it"
             f"{' (other programs slowed the plain reading: the share is not known yet)' if own > rate else ''}. "
             f"Of each query {result['rescored']['1']:.0f} rows are read in fp32.", "",
             *table(["fovea's kernels, ms: best (median); processor", "one query", "16 together"], kernel_lines(result)),
             *table(["among", "one query, ms: best (median)"], [[f"{int(kept) / 10:g} %", ms(seconds)] for kept, seconds in result["filters"].items()]),
             *table(["callers at once, each with one query after the other", "queries/s: best (median)"],
                    [[count, f"{1 / min(seconds):,.0f} ({1 / statistics.median(seconds):,.0f})"] for count, seconds in result["callers"].items()])]
    return "\n".join(lines)
