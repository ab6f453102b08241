"""The rows of the table: what was wanted, what was reached, and whether that is enough. A figure is the share of a limit at its
best run, because limits are best runs too, and the ratio to a peer in the middle of all runs."""
from dataclasses import dataclass

import limits
import shapes
from turns import best, middle

MET, MISSED, ABSENT, NO_MACHINE = "met", "**missed**", "not measured", "no such machine"
MODELS = {m.name: m for m in shapes.MODELS}


@dataclass
class Row:
    key: str      # by which reasons.json knows it
    work: str
    goal: str
    reached: str
    verdict: str


def verdict(met):
    return MET if met else MISSED


def absent(key, work, goal, why):
    return Row(key, work, goal, why, ABSENT)


def entry_of(measured, name):
    return next((e for e in measured["contenders"] if e["name"] == name and not e["missing"]), None)


def why_missing(measured, name):
    found = next((e for e in measured["contenders"] if e["name"] == name), None)
    return f"{name}: {found['missing'].splitlines()[0][:160]}" if found else f"{name} was not asked for"


def share(model, batch, seconds, limit):
    return int(batch) * MODELS[model].picture_flops() / best(seconds) / limit


def by_batch(entry, figure, form):
    """"batch 1: x, 8: y, 32: z" and the least of them."""
    values = {b: figure(b, s) for b, s in entry["seconds"].items()}
    return "batch " + ", ".join(f"{b}: {form.format(v)}" for b, v in values.items()), min(values.values())


def fp32_rows(result):
    rows = []
    for model, measured in result["images"].items():
        ours = entry_of(measured, "fovea fp32")
        work, goal = f"{model} image tower, fp32", ">= 95 % of the fp32 GEMM rate"
        if ours is None:
            rows.append(absent("fp32 limit", work, goal, why_missing(measured, "fovea fp32")))
            continue
        text, least = by_batch(ours, lambda b, s: 100 * share(model, b, s, result["limits"]["fp32_gemm"]), "{:.0f} %")
        rows.append(Row("fp32 limit", work, goal, text, verdict(least >= 95)))
        rows.append(peers_row(model, measured, ours))
    return rows


def peers_row(model, measured, ours):
    peers = [e for e in measured["contenders"] if e["name"].endswith(" fp32") and e is not ours and not e["missing"]]
    ratios = {}
    for batch, seconds in ours["seconds"].items():
        fastest = min((e for e in peers if batch in e["seconds"]), key=lambda e: middle(e["seconds"][batch]), default=None)
        if fastest:
            ratios[batch] = (middle(fastest["seconds"][batch]) / middle(seconds), fastest["name"].removesuffix(" fp32"))
    reached = "batch " + ", ".join(f"{b}: {r:.2f} x {name}" for b, (r, name) in ratios.items())
    goal = ">= the fastest of torch eager, torch.compile, ONNX Runtime, OpenVINO"
    if not ratios:
        return absent("fp32 peers", f"{model} image tower, fp32", goal, "no peer")
    return Row("fp32 peers", f"{model} image tower, fp32", goal, reached, verdict(min(r for r, _ in ratios.values()) >= 1))


def int8_rows(result):
    rows = []
    for model, measured in result["images"].items():
        work, goal = f"{model} image tower, int8 on request", ">= 1.5 x our fp32"
        ours, plain = entry_of(measured, "fovea int8"), entry_of(measured, "fovea fp32")
        if ours is None or plain is None:
            rows.append(absent("int8", work, goal, why_missing(measured, "fovea int8")))
            continue
        text, least = by_batch(ours, lambda b, s: middle(plain["seconds"][b]) / middle(s), "{:.2f} x")
        rows.append(Row("int8", work, goal, text, verdict(least >= 1.5)))
    return rows


def bf16_rows(result):
    limit, rows = limits.peak(result["limits"], "bf16"), []
    for model, measured in result["images"].items():
        work, goal = f"{model} image tower, bf16", ">= 35 % of the bf16 peak"
        if not limit:
            rows.append(Row("bf16", work, goal, "this CPU has no bf16 instructions", NO_MACHINE))
            continue
        ours, eager = entry_of(measured, "fovea bf16"), entry_of(measured, "torch eager bf16")
        if ours is None:
            rows.append(absent("bf16", work, goal, why_missing(measured, "fovea bf16")))
            continue
        text, least = by_batch(ours, lambda b, s: 100 * share(model, b, s, limit), "{:.0f} %")
        if eager:
            text += "; torch eager " + by_batch(eager, lambda b, s: 100 * share(model, b, s, limit), "{:.0f} %")[0]
        rows.append(Row("bf16", work, goal, text, verdict(least >= 35)))
    return rows


def text_rows(result):
    short, quick = ("text, 10 tokens, batch 1, ViT-B/32", "<= 1/5 of a padded 77-token pass"), ("the same beside ONNX Runtime", "p50 below ONNX Runtime's")
    measured = result.get("texts")
    ours = measured and entry_of(measured, "fovea fp32")
    if not ours:
        return [absent("text length", *short, "not in this run"), absent("text onnx", *quick, "not in this run")]
    mine, whole = middle(ours["seconds"]["short"]), middle(ours["seconds"]["full"])
    rows = [Row("text length", *short, f"{1000 * mine:.2f} of {1000 * whole:.2f} ms: 1/{whole / mine:.1f}", verdict(mine <= whole / 5))]
    onnx = entry_of(measured, "ONNX Runtime fp32")
    if onnx is None:
        return rows + [absent("text onnx", *quick, why_missing(measured, "ONNX Runtime fp32"))]
    padded, exact = middle(onnx["seconds"]["padded"]), middle(onnx["seconds"]["short"])
    reached = f"{1000 * mine:.2f} ms; ONNX Runtime {1000 * padded:.2f} ms padded to 77 as it is used, {1000 * exact:.2f} ms when exported for any length"
    return rows + [Row("text onnx", *quick, reached, verdict(mine < min(padded, exact)))]


def gpu_row(result):
    goal = "H200: ViT-L/14 >= 3,000, B/16 >= 13,000, B/32 >= 40,000 img/s"
    return Row("gpu", "GPU, fp16", goal, "`bench/encoder --device cuda` on a machine with a GPU measures it", NO_MACHINE)


def picture_row(result):
    work, goal, found = "12-megapixel JPEG to model input, one core", "within 10 % of libjpeg-turbo's bare decode", result.get("picture")
    if not found or "missing" in found:
        return absent("picture", work, goal, found["missing"] if found else "not in this run")
    reached = (f"{found['ours_ms']:.1f} ms at scale {found['scale']}: {found['min_ratio']:.3f} x (best), {found['median_ratio']:.3f} x (median), "
               f"{found['pictures']} pictures")
    return Row("picture", work, goal, reached, verdict(found["median_ratio"] <= 1.10))


def pipeline_row(result):
    work, goal, found = "pipeline, folder of such JPEGs to stored vectors, ViT-B/32", ">= 90 % of its slowest stage alone, memory bounded and stated", result.get("pipeline")
    if not found or "missing" in found:
        return absent("pipeline", work, goal, found["missing"] if found else "not in this run")
    slowest = min(found["stages"], key=found["stages"].get)
    part = found["rate"] / found["slowest"]
    both = 1 / (1 / found["stages"]["decode"] + 1 / found["stages"]["encode"])
    reached = (f"{found['rate']:.1f} photos/s of {found['files']}: {100 * part:.0f} % of {slowest} alone on all cores ({found['slowest']:.1f}), {100 * found['rate'] / both:.0f} % "
               f"of decode and encode one after the other on all cores; at most {found['memory'] / 2**20:,.0f} MiB")
    return Row("pipeline", work, goal, reached, verdict(part >= 0.9))


def lanes_row(result):
    work, goal, found = "text query while a bulk job runs, ViT-B/32", "waits for at most the batch in flight; bulk loses <= 5 %", result.get("lanes")
    if not found or "missing" in found:
        return absent("lanes", work, goal, found["missing"] if found else "not in this run")
    wait, batch, idle = found["text_during_bulk_ms"], found["batch_in_flight_ms"], found["text_idle_ms"]
    reached = (f"p50 {wait['p50']:.0f}, p99 {wait['p99']:.0f} ms (a batch takes {batch['p50']:.0f}, at most {batch['max']:.0f}; an idle device answers in "
               f"{idle['p50']:.1f}, p99 {idle['p99']:.1f}); bulk loses {found['bulk_loss_percent']:.1f} % at {found['texts_per_s']:g} texts/s")
    return Row("lanes", work, goal, reached, verdict(wait["p99"] <= batch["max"] + idle["p99"] and found["bulk_loss_percent"] <= 5))


def start_row(result):
    work, goal, found = "start to first encode of a text and a picture, ViT-B/32", "<= 1.5 s, resident <= 1.3 x the weights in use", result.get("start")
    if not found or "missing" in found:
        return absent("start", work, goal, found["missing"] if found else "not in this run")
    ratio = found["resident"] / found["weights"]
    reached = (f"{found['seconds']:.2f} s (median {found['median']:.2f}); resident {found['resident'] / 2**20:.0f} MiB, peak {found['peak'] / 2**20:.0f}, for "
               f"{found['weights'] / 2**20:.0f} MiB of {found['precision']} weights: {ratio:.2f} x")
    return Row("start", work, goal, reached, verdict(found["median"] <= 1.5 and ratio <= 1.3))


def all_rows(result):
    return [*fp32_rows(result), *int8_rows(result), *bf16_rows(result), *text_rows(result), gpu_row(result), picture_row(result), pipeline_row(result),
            lanes_row(result), start_row(result)]


def gpu_rows(result):
    """For a run with --device cuda, every goal beside what that machine gave."""
    goals, rows = {"ViT-L/14": 3000, "ViT-B/16": 13000, "ViT-B/32": 40000}, []
    for model, measured in result["images"].items():
        ours = entry_of(measured, "fovea fp16")
        work, goal = f"{model} image tower, {result['gpu']}, fp16", f"H200: >= {goals[model]:,} img/s"
        if ours is None:
            rows.append(absent("gpu", work, goal, why_missing(measured, "fovea fp16")))
            continue
        text, _ = by_batch(ours, lambda b, s: int(b) / middle(s), "{:,.0f}/s")
        rows.append(Row("gpu", work, goal, text, verdict(max(int(b) / middle(s) for b, s in ours["seconds"].items()) >= goals[model])))
    return rows
