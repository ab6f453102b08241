"""Writes one model in each of the layouts that its users meet. Every writer takes (clip, config, folder)."""
import gzip
import json
import pathlib
import shutil

import open_clip
import torch
from open_clip.tokenizer import default_bpe
from safetensors.torch import save_file

MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)  # of OpenAI; what .pt files imply


def flat(clip: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {k: v.contiguous() for k, v in clip.state_dict().items()}


def write_open_clip_config(config: dict, folder: pathlib.Path, mean=MEAN, std=STD) -> None:
    preprocess = {"mean": mean, "std": std, "interpolation": "bicubic", "resize_mode": "shortest"}
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": config, "preprocess_cfg": preprocess}))
    shutil.copy(default_bpe(), folder)


def open_clip_flat(clip, config: dict, folder: pathlib.Path) -> None:
    write_open_clip_config(config, folder)
    save_file(flat(clip), folder / "open_clip_model.safetensors")


def write_huggingface_vocabulary(folder: pathlib.Path) -> None:
    """vocab.json and merges.txt of the published models, from the file that open_clip ships."""
    lines = gzip.open(default_bpe()).read().decode().split("\n")
    tokenizer = open_clip.tokenizer.SimpleTokenizer()
    ids = dict(tokenizer.encoder)
    ids["<|startoftext|>"], ids["<|endoftext|>"] = ids.pop("<start_of_text>"), ids.pop("<end_of_text>")
    (folder / "vocab.json").write_text(json.dumps(ids))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(lines[1:49152 - 256 - 2 + 1]) + "\n")


def huggingface(clip, folder: pathlib.Path, shard="50GB") -> None:
    clip.save_pretrained(folder, max_shard_size=shard)
    write_huggingface_vocabulary(folder)
    side = clip.config.vision_config.image_size
    (folder / "preprocessor_config.json").write_text(json.dumps(
        {"do_resize": True, "size": side, "resample": 3, "do_center_crop": True, "crop_size": side, "do_normalize": True,
         "image_mean": MEAN, "image_std": STD}))


def huggingface_sharded(clip, folder: pathlib.Path) -> None:
    bytes_in_all = sum(p.numel() * 4 for p in clip.parameters())
    huggingface(clip, folder, shard=bytes_in_all // 3)
    assert len(list(folder.glob("model-*-of-*.safetensors"))) > 1
