"""Runs the real binary beside the Python libraries whose features it must reproduce.

FOVEA_BINARY names the binary. The libraries are installed by `scripts/deps --tests`; torchvision comes without its
compiled operators there, so the two that it looks up while it is imported are declared here.
"""
import json
import os
import pathlib
import subprocess

import numpy as np
import pytest
import torch
from PIL import Image

OPERATORS = torch.library.Library("torchvision", "DEF")
OPERATORS.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
OPERATORS.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

SIZES = ((97, 61), (61, 97), (20, 13), (70, 64), (257, 31), (5, 128), (333, 501))


@pytest.fixture(scope="session")
def embed():
    """embed(folder, texts, pictures): one row of features per text, then one per picture."""
    binary = os.environ.get("FOVEA_BINARY")
    if not binary:
        pytest.skip("FOVEA_BINARY is not set")

    environment = {k: v for k, v in os.environ.items() if not k.startswith("FOVEA_")}  # those would be read as settings

    def run(folder: pathlib.Path, texts=(), pictures=()) -> np.ndarray:
        command = [binary, "embed", "--model", str(folder), "--raw", "--parity", "--device", "cpu"]
        for text in texts:
            command += ["--text", text]
        for picture in pictures:
            command += ["--image", str(picture)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)
        assert done.returncode == 0, done.stderr
        return np.array(json.loads(done.stdout)["features"])
    return run


@pytest.fixture(scope="session")
def pictures(tmp_path_factory) -> list[pathlib.Path]:
    """Noise and smooth ramps of odd sizes, as PNG and as JPEG."""
    folder, random = tmp_path_factory.mktemp("pictures"), np.random.default_rng(5)
    paths = []
    for width, height in SIZES:
        y, x = np.mgrid[0:height, 0:width]
        ramps = np.stack([255 * x / width, 255 * y / height, 127 + 120 * np.sin(x / 5 + y / 9)], axis=-1)
        noise = random.integers(0, 256, (height, width, 3))
        for name, pixels in (("ramps", ramps), ("noise", noise)):
            image = Image.fromarray(pixels.astype(np.uint8))
            for suffix, options in ((".png", {}), (".jpg", {"quality": 88})):
                paths.append(folder / f"{name}-{width}x{height}{suffix}")
                image.save(paths[-1], **options)
    return paths


def check_rows(found: np.ndarray, expected: np.ndarray, names) -> None:
    """Cosine at least 0.99999, and no component further off than 1e-4 of the norm."""
    assert found.shape == expected.shape
    for row, want, name in zip(found, expected.astype(np.float64), names):
        norm = np.linalg.norm(want)
        cosine = row @ want / np.linalg.norm(row) / norm
        assert cosine >= 0.99999, f"{name}: cosine {cosine}"
        assert np.abs(row - want).max() <= 1e-4 * norm, f"{name}: off by {np.abs(row - want).max() / norm} of the norm"


def randomise(model: torch.nn.Module, seed: int) -> torch.nn.Module:
    """Weights large enough that every part of the network shows in the features."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, value in [*model.named_parameters(), *model.named_buffers()]:
            if not value.is_floating_point() or value.dim() == 0:
                continue
            noise = torch.randn(value.shape, generator=generator)
            if name.endswith("running_var"):
                value.copy_(1 + 0.4 * torch.tanh(noise))
            elif name.endswith("mask"):
                continue
            elif "embedding" in name:
                value.copy_(0.4 * noise)
            elif value.dim() > 1:
                value.copy_(noise * (1.5 / value[0].numel()) ** 0.5)
            else:
                value.copy_(0.1 * noise if "bias" in name or name.endswith("running_mean") else 1 + 0.1 * noise)
    return model.eval()
