"""The measurements themselves, one function for each kind; their results are plain dictionaries that rows.py judges."""
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time

import limits
import prepare
from prepare import say
from turns import Field, contenders, least_cosine

AGREE = {"fp32": 0.9999, "bf16": 0.99, "fp16": 0.999, "int8": 0.98}


def agree(field, what, **command):
    """Every contender's features beside those of the first torch one, which is the reference."""
    reference = next(e for e in field.entries if e.program == "torch")
    answer = field.ask(reference, features=True, **command)
    for entry in field.entries:
        if entry.missing:
            continue
        mine = answer if entry is reference else field.ask(entry, features=True, **command)
        if "features" in mine and "features" in answer:
            entry.cosine[what] = least_cosine(mine["features"], answer["features"])
            if entry.cosine[what] < AGREE[entry.number_format]:
                say(f"{entry.name} does not agree ({what}): cosine {entry.cosine[what]:.6f}")


def start_field(run, model, only=lambda entry: True):
    entries = [e for e in contenders(run.device, run.flags) if only(e) and run.wants(e)]
    return Field(entries, model, prepare.model(model, run.work), run.build, run.work, run.device, run.cores)


def images(run, model):
    """Every contender on the same pictures, in turn; seconds of each run by batch."""
    field = start_field(run, model)
    pictures = str(field.folder / "pictures.u8")
    big = model.picture_flops() > 5e10
    agree(field, "images", do="images", pictures=pictures, batch=1 if big else 8)
    for batch in run.batches:
        for entry in field.entries:
            # A first call fills caches and, with torch.compile, compiles; where one call takes long, the others' caches matter little.
            if not entry.missing and (not big or batch <= 8 or entry.variant.startswith("compile")):
                field.ask(entry, do="images", pictures=pictures, batch=batch, warm_up=False)
        for _ in range(run.rounds_of(model)):
            field.in_turn(str(batch), 1, do="images", pictures=pictures, batch=batch, warm_up=False, seconds=run.seconds)
        say(f"{model.name}, batch {batch}:", ", ".join(f"{e.name} {batch / statistics.median(e.seconds[str(batch)]):.1f}/s"
                                                      for e in field.entries if str(batch) in e.seconds))
    field.stop()
    return {"contenders": field.entries, "waited": field.waited / max(field.worked, 1e-9)}


def compile_ahead(run, model):
    """Lets torch.compile fill its cache for every batch size, so that a run that measures does not wait for it."""
    field = start_field(run, model, lambda entry: entry.variant.startswith(("compile", "eager fp")))
    for batch in run.batches:
        for entry in field.entries:
            if entry.variant.startswith("compile"):
                field.ask(entry, do="images", pictures=str(field.folder / "pictures.u8"), batch=batch, warm_up=False)
    field.stop()


def texts(run, model):
    """Ten ids and a full context, batch 1; the peers also get the ten ids padded to the context, as they are used."""
    field = start_field(run, model, lambda entry: not (entry.program == "torch" and entry.variant == "compile bf16"))
    given = json.loads((field.folder / "texts.json").read_text())
    for what in ("short", "full"):
        text = given[what]
        command = {"do": "texts", "texts": [text["text"]], "ids": [text["ids"]]}
        agree(field, f"texts {what}", **command)
        field.in_turn(f"{what} warm", 1, **command)
        field.in_turn(what, run.rounds, seconds=run.seconds, warm_up=False, **command)
        if what == "short":
            peers = [e for e in field.entries if e.program != "fovea"]
            field.entries, everyone = peers, field.entries
            padded = {"do": "texts", "ids": [text["padded"]]}
            field.in_turn("padded warm", 1, **padded)
            field.in_turn("padded", run.rounds, seconds=run.seconds, warm_up=False, **padded)
            field.entries = everyone
    field.stop()
    return {"contenders": field.entries, "waited": field.waited / max(field.worked, 1e-9)}


def start(run, model):
    """A process that loads the model, encodes one text and one picture: wall time and memory, five times over."""
    folder = prepare.model(model, run.work)
    results = []
    for _ in range(2 if run.quick else 5):
        began = time.monotonic()
        process = subprocess.Popen([run.build / "bench" / "fovea_encoder_bench", "--model", folder, "--device", "cpu", "--threads", str(run.cores)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        commands = [{"do": "texts", "texts": ["a photo of a dog"], "features": True},
                    {"do": "images", "pictures": str(folder / "pictures.u8"), "batch": 1, "features": True}]
        process.stdin.write("".join(json.dumps(c) + "\n" for c in commands))
        process.stdin.flush()
        about, *answers = [json.loads(process.stdout.readline()) for _ in range(3)]
        seconds = time.monotonic() - began
        process.stdin.write('{"do": "memory"}\n')
        process.stdin.flush()
        memory = json.loads(process.stdout.readline())
        process.stdin.close()
        process.wait(timeout=60)
        if not all("features" in a for a in answers):
            return {"missing": str(answers)[:300]}
        weights = about["parameters"] * {"fp32": 4, "bf16": 2, "fp16": 2, "int8": 1}[about["precision"]]
        results.append({"seconds": seconds, "resident": memory["VmRSS"], "peak": memory["VmHWM"], "weights": weights, "precision": about["precision"]})
    return min(results, key=lambda r: r["seconds"]) | {"median": statistics.median(r["seconds"] for r in results)}


def big_picture(run):
    """fovea_picture_bench on pictures of 12 megapixels; its table's two ratios."""
    program = run.build / "bench" / "fovea_picture_bench"
    if not program.exists():
        return {"missing": "fovea_picture_bench is not built"}
    folder = prepare.big_pictures(run.build, run.work, run.big_pictures)
    files = sorted(str(f) for f in folder.rglob("*.jpg"))[:2 if run.quick else 8]
    command = ["taskset", "-c", "0", str(program), "--rounds", "5" if run.quick else "15", *files]
    lines = [line.strip("| \n").split(" | ") for line in subprocess.run(command, capture_output=True, text=True).stdout.splitlines() if line.startswith("|")]
    pictures = [dict(zip(lines[0], line, strict=True)) for line in lines[2:]]
    columns = [i for i, name in enumerate(lines[0]) if name == "ratio"] if lines else []
    if len(columns) != 2 or not pictures:
        return {"missing": "fovea_picture_bench printed no table"}
    ratios = [[float(line[c]) for line in lines[2:]] for c in columns]
    return {"min_ratio": statistics.median(ratios[0]), "median_ratio": statistics.median(ratios[1]), "scale": pictures[0]["scale"],
            "ours_ms": statistics.median(float(p["ours, min ms"]) for p in pictures), "pictures": len(pictures), "file": files[0]}


def pipeline(run, model):
    """fovea_bench on a folder of such pictures: the whole beside its slowest stage, and the most memory it took."""
    if not (run.build / "bench" / "fovea_bench").exists():
        return {"missing": "fovea_bench is not built"}
    folder = prepare.big_pictures(run.build, run.work, run.big_pictures)
    data = tempfile.mkdtemp(prefix="fovea-bench-")
    command = [run.build / "bench" / "fovea_bench", "--model", prepare.model(model, run.work), "--pictures", folder, "--data", f"{data}/data"]
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen([str(c) for c in command], stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read()
    shutil.rmtree(data)
    if process.returncode != 0:
        return {"missing": f"fovea_bench ended with {process.returncode}"}
    result = json.loads(text)
    return {"rate": result["whole"]["rate"], "slowest": result["slowest"], "stages": result["stages"], "memory": usage.ru_maxrss * 1024,
            "files": result["files"]}


def lanes(run, model):
    """fovea_lanes_bench: a text query's times while a bulk job runs, and what bulk loses."""
    program = run.build / "bench" / "fovea_lanes_bench"
    if not program.exists():
        return {"missing": "fovea_lanes_bench is not built"}
    command = [program, "--model", prepare.model(model, run.work)] + (["--rounds", 1, "--round-s", 5] if run.quick else [])
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode != 0:
        return {"missing": f"fovea_lanes_bench ended with {done.returncode}: {done.stderr[-200:]}"}
    return json.loads(done.stdout)


def machine(run, formats):
    """The machine's limits, with the Torch of the peers."""
    import shapes
    field = start_field(run, shapes.MODELS[0], lambda entry: entry.variant.startswith("eager fp"))
    found = limits.gemm(field.programs["torch"], 0.3 if run.quick else 1, formats)
    field.stop()
    return found if run.device == "cuda" else limits.better(found, limits.loops(run.work, run.cores, 0.3 if run.quick else 1))
