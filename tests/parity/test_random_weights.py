"""The parity tests' weights must show every mistake: each one is made in the reference, and has to move the features by more than the gate.

Needs no binary. What the same mistakes do in fovea's own code is the business of tests/mutations.
"""
import copy
import math

import architectures
import open_clip
import pytest
import random_weights
import torch
from torch import nn

GATE = 5e-5  # of the norm, as in conftest.check_rows
IDS = 600    # a small vocabulary: the copies are cheap


def blocks(clip):
    return [*clip.transformer.resblocks, *(clip.visual.transformer.resblocks if hasattr(clip.visual, "transformer") else ())]


def each(kind, change):
    def apply(clip):
        for module in clip.modules():
            if isinstance(module, kind):
                change(module)
    return apply


def activation(function):
    def apply(clip):
        for block in blocks(clip):
            block.mlp.gelu = function
    return apply


def queries_not_scaled(clip):
    for attention in (block.attn for block in blocks(clip)):
        for value in (attention.in_proj_weight, attention.in_proj_bias):
            value[:attention.embed_dim] *= math.sqrt(attention.head_dim)


def keys_for_values(clip):
    for attention in (block.attn for block in blocks(clip)):
        for value in (attention.in_proj_weight, attention.in_proj_bias):
            q, k, v = value.chunk(3)
            value.copy_(torch.cat([q, v, k]))


def pools_omitted_behind_convolutions(clip):
    """Average pool before the 3 x 3 convolution in place of after it."""
    for block in (m for m in clip.visual.modules() if isinstance(m, open_clip.modified_resnet.Bottleneck) and m.stride > 1):
        block.conv2, block.avgpool = nn.Sequential(block.avgpool, block.conv2), nn.Identity()


MISTAKES = {  # name -> (what is done to the model, the towers whose features it must move)
    "erf GELU": (activation(nn.GELU()), "picture text"),
    "tanh GELU": (activation(nn.GELU(approximate="tanh")), "picture text"),
    "LayerNorm eps 1e-6": (each(nn.LayerNorm, lambda m: setattr(m, "eps", 1e-6)), "picture text"),
    "LayerNorm eps 1e-3": (each(nn.LayerNorm, lambda m: setattr(m, "eps", 1e-3)), "picture text"),
    "blue for red": (lambda clip: clip.visual.conv1.weight.copy_(clip.visual.conv1.weight.flip(1)), "picture"),
    "no ln_pre": (lambda clip: setattr(clip.visual, "ln_pre", nn.Identity()), "picture"),
    "no causal mask": (lambda clip: clip.attn_mask.zero_(), "text"),
    "queries not scaled": (queries_not_scaled, "picture text"),
    "keys for values": (keys_for_values, "picture text"),
    "patches column by column": (lambda clip: clip.visual.conv1.weight.copy_(clip.visual.conv1.weight.transpose(2, 3).clone()), "picture"),
    "the last row pooled": (lambda clip: setattr(clip, "text_pool_type", "last"), "text"),
}
RESNET_MISTAKES = {
    "blue for red": MISTAKES["blue for red"],
    "BatchNorm eps 1e-3": (each(nn.BatchNorm2d, lambda m: setattr(m, "eps", 1e-3)), "picture"),
    "pool before the convolution": (pools_omitted_behind_convolutions, "picture"),
    "keys for values": (lambda clip: clip.visual.attnpool.k_proj.weight.copy_(clip.visual.attnpool.v_proj.weight), "picture"),
}


def features(clip) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    side = clip.visual.image_size[0] if isinstance(clip.visual.image_size, tuple) else clip.visual.image_size
    y, x = torch.meshgrid(torch.arange(side) / side, torch.arange(side) / side, indexing="ij")
    pictures = torch.stack([torch.randn(3, side, side, generator=generator).clamp(-2, 2), torch.stack([3 * x - 1.5, 2 * y - 1, torch.sin(40 * x + 9 * y)])])
    texts = torch.zeros(2, 77, dtype=torch.long)
    for row, length in zip(texts, (4, 30)):
        row[:length] = torch.randint(0, IDS - 1, (length,), generator=generator)
        row[length] = IDS - 1
    return {"picture": clip.encode_image(pictures), "text": clip.encode_text(texts)}


@pytest.fixture(scope="module")
def models():
    made = {}
    for name in ("ViT-B-32", "RN50"):
        config = architectures.config_of(name, architectures.Form.SHORT)
        config["text_cfg"]["vocab_size"] = IDS
        made[name] = random_weights.randomise(open_clip.CLIP(**config), seed=3)
    return made


@pytest.mark.parametrize("name, mistake", [("ViT-B-32", m) for m in MISTAKES] + [("RN50", m) for m in RESNET_MISTAKES])
@torch.inference_mode()
def test_shows(name, mistake, models):
    change, towers = (MISTAKES if name == "ViT-B-32" else RESNET_MISTAKES)[mistake]
    right, wrong_model = features(models[name]), copy.deepcopy(models[name])
    change(wrong_model)
    wrong = features(wrong_model)
    for tower in towers.split():
        moved = (wrong[tower] - right[tower]).abs().amax(1) / right[tower].norm(dim=1)
        assert moved.min() > 2 * GATE, f"{tower}: {moved.tolist()} of the norm"
