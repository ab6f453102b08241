"""make_model.py NAME FOLDER: a model of that open_clip name with random weights, in open_clip's layout, and what the peers
need of it: both towers as ONNX and 32 pictures as bytes. What is there already is kept."""
import json
import pathlib
import shutil
import sys
import warnings

import numpy as np
import torch

import clip_parts
import open_clip
from open_clip.tokenizer import default_bpe
from safetensors.torch import save_file

PREPROCESS = {"mean": open_clip.OPENAI_DATASET_MEAN, "std": open_clip.OPENAI_DATASET_STD, "interpolation": "bicubic", "resize_mode": "shortest"}


def write_weights(name, folder):
    torch.manual_seed(1)
    clip = open_clip.create_model(name, pretrained=None)
    settle_batch_norms(clip.visual)
    save_file({k: v.contiguous() for k, v in clip.state_dict().items()}, folder / "open_clip_model.safetensors")
    config = open_clip.get_model_config(name)
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": config, "preprocess_cfg": PREPROCESS}))
    shutil.copy(default_bpe(), folder)


@torch.no_grad()
def settle_batch_norms(visual):
    """Lets batch norms take the mean and variance of what reaches them; without, activations of a deep ResNet fade to nothing."""
    norms = [m for m in visual.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    for module in norms:
        module.momentum, module.weight.data = 1.0, torch.ones_like(module.weight)
    if norms:
        visual.train()
        visual(torch.randn(4, 3, 224, 224))
        visual.eval()


def write_pictures(side, path):
    """Smooth colour fields with some grain."""
    random = np.random.default_rng(7)
    y, x = np.mgrid[0:side, 0:side] / side
    out = []
    for _ in range(32):
        waves = [[np.sin(a * x + b * y + c) for a, b, c in random.uniform(-12, 12, (3, 3))] for _ in range(3)]
        field = np.stack([np.sum(w, axis=0) for w in waves], axis=-1) * 35 + 120 + random.normal(0, 8, (side, side, 3))
        out.append(np.clip(field, 0, 255).astype(np.uint8))
    path.write_bytes(np.stack(out).tobytes())


def write_texts(path):
    """A text of ten ids (start and end counted) and one that fills the context, with the ids that all get."""
    tokenize, out = open_clip.SimpleTokenizer(), {}
    for name, text in (("short", "a photo of a dog on the grass"), ("full", "a photo of a dog on the grass " * 12)):
        padded = tokenize([text])[0].tolist()
        out[name] = {"text": text, "padded": padded, "ids": padded[:padded.index(max(padded)) + 1]}
    assert [len(out[name]["ids"]) for name in ("short", "full")] == [10, 77]
    path.write_text(json.dumps(out))


def export(module, example, path, axes):
    """Through TorchScript: the newer exporter needs packages of its own and gives the same operators."""
    warnings.filterwarnings("ignore")
    torch.onnx.export(module, (example,), str(path.with_suffix(".new")), dynamo=False, opset_version=17, input_names=["in"],
                      output_names=["features"], dynamic_axes={"in": axes, "features": {0: "batch"}})
    path.with_suffix(".new").rename(path)


def main(name, folder):
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "open_clip_config.json").exists():
        write_weights(name, folder)
    clip = clip_parts.load(name, folder)
    side = open_clip.get_model_config(name)["vision_cfg"]["image_size"]
    torch.backends.mha.set_fastpath_enabled(False)  # its fused operator has no ONNX form
    with torch.no_grad():
        if not (folder / "image.onnx").exists():
            export(clip.visual, torch.randn(2, 3, side, side), folder / "image.onnx", {0: "batch"})
        if not (folder / "text.onnx").exists():
            export(clip_parts.AnyLengthText(clip), torch.randint(1, 49000, (2, 77)), folder / "text.onnx", {0: "batch", 1: "length"})
    write_pictures(side, folder / "pictures.u8")
    write_texts(folder / "texts.json")


if __name__ == "__main__":
    main(sys.argv[1], pathlib.Path(sys.argv[2]))
