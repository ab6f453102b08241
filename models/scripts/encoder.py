"""Reads an exported model folder back and gives unit vectors for pictures and texts."""
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file

from model import Clip
from tokenizer import Tokenizer


class Encoder:
    def __init__(self, folder: Path):
        config = json.loads((folder / "open_clip_config.json").read_text())
        self.preprocess = config["preprocess_cfg"]
        self.model = Clip(config["model_cfg"]).eval()
        tensors = {k: v.float() for k, v in load_file(folder / "open_clip_model.safetensors").items()}
        missing, unexpected = self.model.load_state_dict(tensors, strict=False)
        missing = [k for k in missing if not k.endswith("num_batches_tracked")]
        if missing or unexpected:
            raise ValueError(f"{folder}: missing {missing}, unexpected {unexpected}")
        self.tokenizer = Tokenizer(folder)

    def pixels(self, image: Image.Image) -> torch.Tensor:
        """Shorter side to n (bicubic), centre crop, normalise: [3, n, n]."""
        n, (w, h) = self.preprocess["size"], image.size
        short = min(w, h)
        image = image.resize((n * w // short, n * h // short), Image.BICUBIC)
        left, top = round((image.width - n) / 2), round((image.height - n) / 2)
        crop = np.asarray(image.crop((left, top, left + n, top + n)).convert("RGB"), np.float32) / 255
        crop = (crop - np.float32(self.preprocess["mean"])) / np.float32(self.preprocess["std"])
        return torch.from_numpy(crop.transpose(2, 0, 1).copy())

    @torch.inference_mode()
    def images(self, images: list[Image.Image], unit: bool = True) -> torch.Tensor:
        parts = [self.model.encode_image(torch.stack([self.pixels(i) for i in images[k:k + 128]]))
                 for k in range(0, len(images), 128)]
        return F.normalize(torch.cat(parts), dim=-1) if unit else torch.cat(parts)

    @torch.inference_mode()
    def texts(self, texts: list[str], unit: bool = True) -> torch.Tensor:
        rows = [torch.tensor(self.tokenizer.rows(texts[k:k + 128], self.model.context)) for k in range(0, len(texts), 128)]
        features = torch.cat([self.model.encode_text(r) for r in rows])
        return F.normalize(features, dim=-1) if unit else features
