"""The model in the box, loaded by open_clip (networks) and transformers (vocabulary), beside the binary."""
import json
import pathlib

import conftest
import open_clip
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from transformers import CLIPTokenizer

from texts import COMMON

FOLDER = pathlib.Path(__file__).parents[2] / "models" / "fovea-tiny"


@pytest.fixture(scope="module")
def found(embed, pictures):
    """What the binary gives for the texts, then for the pictures."""
    return embed(FOLDER, texts=COMMON, pictures=pictures)


@pytest.fixture(scope="module")
def model():
    config = json.loads((FOLDER / "open_clip_config.json").read_text())
    clip = open_clip.CLIP(**config["model_cfg"]).eval()
    weights = {k: v.float() for k, v in load_file(FOLDER / "open_clip_model.safetensors").items()}
    missing, unexpected = clip.load_state_dict(weights, strict=False)
    assert not unexpected and all(name.endswith(("num_batches_tracked", "attn_mask")) for name in missing)
    return clip, config


@torch.inference_mode()
def test_pictures(model, pictures, found):
    clip, config = model
    preprocess = config["preprocess_cfg"]
    transform = open_clip.image_transform(config["model_cfg"]["vision_cfg"]["image_size"], is_train=False, mean=preprocess["mean"],
                                          std=preprocess["std"])
    pixels = torch.stack([transform(Image.open(p)) for p in pictures])
    conftest.check_rows(found[len(COMMON):], clip.encode_image(pixels), pictures)


@torch.inference_mode()
def test_texts(model, found):
    clip, config = model
    length = config["model_cfg"]["text_cfg"]["context_length"]
    rows = CLIPTokenizer.from_pretrained(FOLDER)(list(COMMON), padding="max_length", truncation=True, max_length=length, return_tensors="pt")
    conftest.check_rows(found[:len(COMMON)], clip.encode_text(rows["input_ids"]), COMMON)
