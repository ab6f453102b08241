"""Tables from a run's results, and the section of BENCHMARKS.md that they fill."""
import json
import pathlib

import limits
import rows
from turns import best, middle

REASONS = json.loads((pathlib.Path(__file__).parent / "reasons.json").read_text())


def table(heads, lines):
    return ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads), *("| " + " | ".join(line) + " |" for line in lines), ""]


def limit_of(result, entry):
    """The rate that a number format is held against, and its name."""
    number_format = entry["number_format"]
    if number_format in ("fp32", "fp16"):
        return result["limits"].get(f"{number_format}_gemm", 0)
    return limits.peak(result["limits"], number_format)


def tower_table(result, model, measured):
    batches = list(dict.fromkeys(b for e in measured["contenders"] for b in e["seconds"]))
    lines = []
    for entry in measured["contenders"]:
        if entry["missing"]:
            lines.append([entry["name"], *["-"] * len(batches), entry["missing"].splitlines()[0][:80].replace("|", "/")])
            continue
        cells, limit = [], limit_of(result, entry)
        for batch in batches:
            seconds = entry["seconds"].get(batch)
            part = f", {100 * rows.share(model, batch, seconds, limit):.0f} %" if seconds and limit else ""
            cells.append(f"{int(batch) / middle(seconds):,.1f} ({int(batch) / best(seconds):,.1f}{part})" if seconds else "-")
        lines.append([entry["name"], *cells, f"{entry['cosine'].get('images', float('nan')):.6f}"])
    gflop = rows.MODELS[model].picture_flops() / 1e9
    return [f"**{model}**, {gflop:.1f} GFLOP a picture", "",
            *table(["pictures/s: median (best, share of limit)", *(f"batch {b}" for b in batches), f"cosine to torch eager {'fp16' if result['device'] == 'cuda' else 'fp32'}"], lines)]


def percentile(seconds, part):
    ordered = sorted(seconds)
    return 1000 * ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def text_table(measured):
    lines, columns = [], ("short", "full", "padded")
    for entry in measured["contenders"]:
        if not entry["missing"]:
            cells = [f"{percentile(s, 0.5):.2f} / {percentile(s, 0.99):.2f}" if (s := entry["seconds"].get(c)) else "-" for c in columns]
            lines.append([entry["name"], *cells, f"{min(v for k, v in entry['cosine'].items() if k.startswith('texts')):.6f}"])
    return ["**Texts, ViT-B/32**, batch 1: p50 / p99 in ms; fovea's include making the ids", "",
            *table(["", "10 tokens", "77 tokens", "10 tokens padded to 77", "cosine"], lines)]


def limits_table(result):
    names = {"fp32_gemm": "fp32 GEMM, best of MKL and oneDNN", "bf16_gemm": "bf16 GEMM, oneDNN", "int8_gemm": "int8 GEMM, oneDNN", "fp16_gemm": "fp16 GEMM, cuBLAS",
             "fp32_gemm_small": "fp32 GEMM of 50 rows (one picture of ViT-B/32)",
             "bf16_gemm_small": "bf16 GEMM of 50 rows", "fp32_peak": "fp32 multiply-adds in registers", "bf16_peak": "bf16 multiply-adds in registers (AVX512-BF16)",
             "amx_bf16_peak": "bf16 multiply-adds in tiles (AMX)", "int8_peak": "int8 multiply-adds in registers (VNNI)"}
    lines = [[text, f"{result['limits'][key] / 1e9:,.0f} GFLOP/s"] for key, text in names.items() if key in result["limits"]]
    if "memory_copy" in result["limits"]:
        lines.append(["memory, copied (read and written)", f"{result['limits']['memory_copy'] / 1e9:.1f} GB/s"])
    if "jpeg_decode" in result["limits"]:
        lines.append([f"libjpeg-turbo, 12 megapixels at scale {result['jpeg_scale']}/8, one core", f"{result['limits']['jpeg_decode']:.1f} pictures/s"])
    return ["**The machine's limits**, best of those measured between the models", "", *table(["all cores, or the GPU", "rate"], lines)]


def goal_table(result):
    lines, said = [], []
    for row in (rows.gpu_rows if result["device"] == "cuda" else rows.all_rows)(result):
        lines.append([row.work, row.goal, row.reached.replace("|", "/"), row.verdict])
        if row.verdict == rows.MISSED and row.key in REASONS and row.key not in said:
            said.append(row.key)
    notes = [f"- {REASONS[key]['row']}: {REASONS[key]['reason']} Next: {REASONS[key]['next']}" for key in said]
    return [*table(["work", "goal", "reached", "verdict"], lines), *(["Why rows miss, and the next idea:", "", *notes, ""] if notes else [])]


def text_of(result):
    waited = max([m["waited"] for m in result["images"].values()] + [result.get("texts", {}).get("waited", 0)])
    busy = " **Other programs were running: these figures are not final.**" if result["load"] > result["cores"] / 2 else ""
    lines = [f"## Encoder beside its peers{' on a GPU' if result['device'] == 'cuda' else ''}", "",
             f"{result['machine']}; {result['date']}; `{result['command']}`; {result['versions']}", "",
             f"Contenders run in turn, round after round, each on {result['cores']} threads, on the same random weights and pictures. Waiting processes used "
             f"{100 * waited:.1f} % of one core. Load of the machine when the run began: {result['load']:.1f}.{busy} Shares are of the GEMM rate for fp32 and fp16 and of the "
             "multiply-add peak for bf16 and int8, at the best run; multiplications are those that the mathematics needs.", "", *goal_table(result)]
    for model, measured in result["images"].items():
        lines += tower_table(result, model, measured)
    if "texts" in result:
        lines += text_table(result["texts"])
    lines += limits_table(result)
    return "\n".join(lines)
