"""Runs the real binary beside the Python libraries whose features it must reproduce.

FOVEA_BINARY names the binary. The libraries are installed by `scripts/deps --tests`; torchvision comes without its
compiled operators there, so the two that it looks up while it is imported are declared here.
"""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import numpy as np
import pytest
import torch
from PIL import Image

OPERATORS = torch.library.Library("torchvision", "DEF")
OPERATORS.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
OPERATORS.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

LONG = bool(os.environ.get("FOVEA_TEST_LONG"))
SIZES = ((97, 61), (61, 97), (20, 13), (70, 64), (257, 31), (5, 128), (333, 501))


def environment() -> dict[str, str]:
    """Ours without what the binary would read as settings."""
    return {k: v for k, v in os.environ.items() if not k.startswith("FOVEA_")}


@pytest.fixture(scope="session")
def embed():
    """embed(folder, texts, pictures, precision): one row of features per text, then one per picture."""
    binary = os.environ.get("FOVEA_BINARY")
    if not binary:
        pytest.skip("FOVEA_BINARY is not set")

    def run(folder: pathlib.Path, texts=(), pictures=(), precision="fp32") -> np.ndarray:
        device = "auto" if precision in ("fp16", "auto") else "cpu"
        command = [binary, "embed", "--model", str(folder), "--raw", "--parity", "--device", device, "--precision", precision]
        for text in texts:
            command += ["--text", text]
        for picture in pictures:
            command += ["--image", str(picture)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=1800 if LONG else 300, env=environment())
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


@pytest.fixture
def scratch(tmp_path):
    """A folder for the files of one model, in memory where there is room."""
    memory = pathlib.Path("/dev/shm")
    if LONG or not memory.is_dir() or shutil.disk_usage(memory).free < 6 << 30:
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="fovea-parity-", dir=memory, ignore_cleanup_errors=True) as folder:
        yield pathlib.Path(folder)


def check_rows(found: np.ndarray, expected: np.ndarray, names) -> None:
    """Cosine at least 0.99999, and no component further off than 5e-5 of the norm."""
    expected = np.asarray(expected, dtype=np.float64)
    assert found.shape == expected.shape
    for row, want, name in zip(found, expected, names):
        norm = np.linalg.norm(want)
        cosine = row @ want / np.linalg.norm(row) / norm
        assert cosine >= 0.99999, f"{name}: cosine {cosine}"
        assert np.abs(row - want).max() <= 5e-5 * norm, f"{name}: off by {np.abs(row - want).max() / norm} of the norm"


def pooled(output) -> torch.Tensor:
    """The features in what get_image_features and get_text_features of transformers give."""
    return getattr(output, "pooler_output", output)
