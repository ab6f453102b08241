"""The exports of one tower that transformers writes, new ones and halves of a whole model, with projection and without."""
import json
import os
import subprocess

import checkpoints
import conftest
import pytest
import random_weights
import torch
import transformers
from PIL import Image
from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPModel, CLIPTokenizer

from texts import COMMON

VISION = {"hidden_size": 64, "intermediate_size": 100, "num_hidden_layers": 2, "num_attention_heads": 4, "image_size": 48, "patch_size": 16,
          "projection_dim": 24}
TEXT = {"hidden_size": 48, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 3, "projection_dim": 24, "hidden_act": "gelu"}


@pytest.fixture(params=("new", "half of a whole"))
def made(request, tmp_path):
    """made(name of a class): a model of it in a folder; the tensors' names depend on how it came about."""
    def make(name):
        one = getattr(transformers, name)
        if request.param == "new":
            settings = VISION if "Vision" in name else TEXT
            clip = random_weights.randomise(one(one.config_class(**settings)), seed=3)
        else:
            whole = random_weights.randomise(CLIPModel(CLIPConfig(text_config=TEXT, vision_config=VISION, projection_dim=24)), seed=4)
            whole.save_pretrained(tmp_path / "whole")
            clip = one.from_pretrained(tmp_path / "whole").eval()
        folder = tmp_path / name
        clip.save_pretrained(folder)
        return folder, clip
    return make


def fault_of(folder, *arguments) -> str:
    command = [os.environ["FOVEA_BINARY"], "embed", "--model", str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=conftest.environment())
    assert done.returncode == 1 and "Traceback" not in done.stderr
    return [line for line in done.stderr.splitlines() if line.startswith("fovea: ")][-1]


def features_of(output) -> torch.Tensor:
    for name in ("image_embeds", "text_embeds", "pooler_output"):
        if getattr(output, name, None) is not None:
            return getattr(output, name)
    raise AssertionError(output.keys())


@torch.inference_mode()
@pytest.mark.parametrize("name", ("CLIPVisionModelWithProjection", "CLIPVisionModel"))
def test_pictures(name, made, pictures, embed):
    folder, clip = made(name)
    processor = CLIPImageProcessorPil(size={"shortest_edge": 48}, crop_size={"height": 48, "width": 48})
    processor.save_pretrained(folder)
    pixels = torch.cat([processor(Image.open(p).convert("RGB"), return_tensors="pt")["pixel_values"] for p in pictures[:8]])
    expected = features_of(clip(pixel_values=pixels))
    assert expected.shape[1] == (24 if "Projection" in name else 64)
    conftest.check_rows(embed(folder, pictures=pictures[:8]), expected, pictures)
    assert "no text tower" in fault_of(folder, "--text", "x")


@torch.inference_mode()
@pytest.mark.parametrize("name", ("CLIPTextModelWithProjection", "CLIPTextModel"))
def test_texts(name, made, pictures, embed):
    folder, clip = made(name)
    checkpoints.write_huggingface_vocabulary(folder)
    tokenizer = CLIPTokenizer.from_pretrained(folder)
    rows = tokenizer(list(COMMON), padding=True, truncation=True, max_length=77, return_tensors="pt")
    expected = features_of(clip(**rows))
    assert expected.shape[1] == (24 if "Projection" in name else 48)
    conftest.check_rows(embed(folder, texts=COMMON), expected, COMMON)
    assert "no image tower" in fault_of(folder, "--image", str(pictures[0]))


def test_inspect(made):
    folder, _ = made("CLIPTextModel")
    checkpoints.write_huggingface_vocabulary(folder)
    command = [os.environ["FOVEA_BINARY"], "model", "inspect", str(folder)]
    facts = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, env=conftest.environment()).stdout)
    assert facts["towers"] == ["text"] and facts["dim"] == 48 and "image_size_px" not in facts
    assert any("no projection" in note for note in facts["notes"])
