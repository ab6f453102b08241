"""Random models of open_clip, in its own layout: ResNets, Vision Transformers, flat and nested text towers."""
import json
import pathlib
import shutil

import conftest
import open_clip
import pytest
import random_weights
import torch
from open_clip.tokenizer import SimpleTokenizer, default_bpe
from PIL import Image
from safetensors.torch import save_file

from texts import CLEANED, COMMON

TEXT = {"context_length": 77, "vocab_size": 49408, "width": 48, "heads": 3, "layers": 2}
MODELS = {
    "resnet": {"embed_dim": 24, "quick_gelu": True, "text_cfg": TEXT,
               "vision_cfg": {"layers": [1, 2, 1, 1], "width": 16, "image_size": 64, "patch_size": None}},
    "wider resnet with small heads": {
        "embed_dim": 40, "text_cfg": {**TEXT, "context_length": 33, "width": 64, "heads": 2, "layers": 3},
        "vision_cfg": {"layers": [2, 1, 1, 2], "width": 24, "head_width": 32, "image_size": 96, "patch_size": None}},
    "transformer": {"embed_dim": 32, "text_cfg": TEXT,
                    "vision_cfg": {"layers": 2, "width": 120, "head_width": 40, "mlp_ratio": 4.3637, "image_size": 48, "patch_size": 16}},
    "transformer with a nested text tower": {
        "embed_dim": 20, "quick_gelu": True, "custom_text": True, "text_cfg": {**TEXT, "width": 64, "heads": 4},
        "vision_cfg": {"layers": 3, "width": 64, "head_width": 16, "image_size": 56, "patch_size": 14}},
    "transformer with LayerScale and a projection bias": {
        "embed_dim": 28, "custom_text": True, "text_cfg": {**TEXT, "ls_init_value": 0.2, "proj_bias": True},
        "vision_cfg": {"layers": 2, "width": 64, "head_width": 32, "image_size": 48, "patch_size": 16, "ls_init_value": 0.3}},
}
TEXTS = COMMON + CLEANED
MEAN, STD = (0.5, 0.4, 0.3), (0.3, 0.25, 0.2)


@pytest.fixture(scope="module", params=MODELS)
def model(request, tmp_path_factory, pictures, embed):
    """The reference, its configuration, and what the binary gives for the texts and for the pictures."""
    config = MODELS[request.param]
    folder: pathlib.Path = tmp_path_factory.mktemp("open_clip")
    kind = open_clip.CustomTextCLIP if config.get("custom_text") else open_clip.CLIP
    arguments = {k: v for k, v in config.items() if k != "custom_text"}
    clip = random_weights.randomise(kind(**arguments), seed=len(request.param))
    save_file({k: v.contiguous() for k, v in clip.state_dict().items()}, folder / "open_clip_model.safetensors")
    preprocess = {"mean": MEAN, "std": STD, "interpolation": "bicubic", "resize_mode": "shortest"}
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": config, "preprocess_cfg": preprocess}))
    shutil.copy(default_bpe(), folder)
    found = embed(folder, texts=TEXTS, pictures=pictures)
    return clip, config, found[:len(TEXTS)], found[len(TEXTS):]


@torch.inference_mode()
def test_pictures(model, pictures):
    clip, config, _, found = model
    transform = open_clip.image_transform(config["vision_cfg"]["image_size"], is_train=False, mean=MEAN, std=STD)
    pixels = torch.stack([transform(Image.open(p)) for p in pictures])
    conftest.check_rows(found, clip.encode_image(pixels), pictures)


@torch.inference_mode()
def test_texts(model):
    clip, config, found, _ = model
    rows = SimpleTokenizer(context_length=config["text_cfg"]["context_length"])(list(TEXTS))
    conftest.check_rows(found, clip.encode_text(rows), TEXTS)
