"""Writes a trained run as a model folder in open_clip's layout, fp16.

Usage: export.py RUN VOCABULARY OUT      (RUN/checkpoint.pt, the averaged weights; OUT: for example models/fovea-tiny)
"""
import json
import shutil
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

from model import CONFIG, MEAN, STD, Clip


def main(run: Path, vocabulary: Path, out: Path) -> None:
    saved = torch.load(run / "checkpoint.pt")
    model = Clip()
    model.load_state_dict(saved["average"])
    tensors = {}
    for name, value in model.state_dict().items():
        if not name.endswith("num_batches_tracked"):
            tensors[name] = (value.half() if value.is_floating_point() else value).contiguous()
            if not torch.isfinite(tensors[name]).all():
                sys.exit(f"{name} does not fit fp16")
    config = json.loads(json.dumps(CONFIG))
    config["vision_cfg"].pop("patch_size")
    preprocess = {"size": CONFIG["vision_cfg"]["image_size"], "mode": "RGB", "mean": list(MEAN), "std": list(STD),
                  "interpolation": "bicubic", "resize_mode": "shortest", "fill_color": 0}
    out.mkdir(parents=True, exist_ok=True)
    save_file(tensors, out / "open_clip_model.safetensors", metadata={"format": "pt"})
    (out / "open_clip_config.json").write_text(
        json.dumps({"model_cfg": config, "preprocess_cfg": preprocess}, indent=2) + "\n")
    for name in ("vocab.json", "merges.txt"):
        shutil.copyfile(vocabulary / name, out / name)
    size = (out / "open_clip_model.safetensors").stat().st_size
    print(f"step {saved['step']}, {saved['elapsed_s'] / 60:.0f} min: {len(tensors)} tensors, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
