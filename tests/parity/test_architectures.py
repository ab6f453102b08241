"""Every architecture in every layout that exists for it, on random weights, beside open_clip and transformers.

Narrow forms run in every layout; what depends on a width, in one more layout at full width with few layers.
With FOVEA_TEST_LONG=1 the full widths run in every layout, and all models whole. RN50 and ViT-B/32 are always held whole, by
tests/encoder/clip_full_size_test.cc.
"""
import dataclasses
import shutil

import architectures
import checkpoints
import conftest
import open_clip
import pytest
import random_weights
import torch
from architectures import ALL, LAION, OPENAI, VITS, Form
from open_clip.tokenizer import SimpleTokenizer
from PIL import Image
from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPModel

TEXTS = ("a photo of a cat", "", "caf\u00e9 cr\u00e8me, ПРИВЕТ \U0001F600 you should've", "a very long story of a dog that went " * 20)

OPEN_CLIP = [checkpoints.open_clip_flat, checkpoints.open_clip_nested_wrapped]
WITHOUT_CONFIG = [checkpoints.plain_state_dict, checkpoints.wrapped_state_dict, checkpoints.openai_archive]  # the last one rounds
HUGGING_FACE = [checkpoints.huggingface, checkpoints.huggingface_sharded, checkpoints.huggingface_pickled]


def cases(table: dict) -> list:
    """The parameters ((name, form), writer) of {form: {name: writers}}. Those of one model share one tuple: pytest then keeps the model."""
    found = []
    for form, writers_of in table.items():
        for name, writers in writers_of.items():
            model = (name, form)
            found += [pytest.param(model, write, id=f"{name}-{form.value}-{write.__name__}") for write in writers]
    return found


def open_clip_cases() -> list:
    layouts = {name: OPEN_CLIP + (WITHOUT_CONFIG if name in OPENAI else []) for name in ALL}
    whole = {name: [checkpoints.openai_archive if name in OPENAI else checkpoints.open_clip_nested_wrapped] for name in ALL}
    if conftest.LONG:
        return cases({Form.SHORT: layouts, Form.WHOLE: whole})
    return cases({Form.NARROW: layouts, Form.SHORT: {name: [checkpoints.open_clip_flat] for name in ALL}})


def hugging_face_cases() -> list:
    if conftest.LONG:
        return cases({Form.SHORT: {name: HUGGING_FACE for name in VITS}, Form.WHOLE: {name: [checkpoints.huggingface_sharded] for name in VITS}})
    return cases({Form.NARROW: {name: HUGGING_FACE for name in VITS}})


@dataclasses.dataclass
class Reference:
    """A model of one of the reference libraries, and what it says of a few pictures and texts."""
    config: dict
    clip: torch.nn.Module
    pictures: list  # paths
    pixels: torch.Tensor
    features: tuple | None = None  # of the pictures, of the texts

    @torch.inference_mode()
    def run(self, encode_image, encode_text) -> None:
        self.features = encode_image(self.pixels), encode_text(SimpleTokenizer()(list(TEXTS)))

    def check(self, folder, embed) -> None:
        """Holds the binary's features of `folder` against the reference's."""
        if conftest.LONG:
            self.clip = None  # the largest do not fit into memory twice
        try:
            found = embed(folder, texts=TEXTS, pictures=self.pictures)
        finally:
            shutil.rmtree(folder)  # as large as the model
        conftest.check_rows(found[:len(TEXTS)], self.features[1], TEXTS)
        conftest.check_rows(found[len(TEXTS):], self.features[0], self.pictures)


def model_scope(fixture_name, config) -> str:
    return "function" if conftest.LONG else "module"


def reference_of(clip, config: dict, name: str, pictures: list, transform) -> Reference:
    few = [p for p in pictures if p.name in ("noise-70x64.png", "ramps-333x501.jpg")]
    pixels = torch.stack([transform(Image.open(p).convert("RGB")) for p in few])
    return Reference(config, random_weights.randomise(clip, seed=len(name)), few, pixels)


@pytest.fixture(scope=model_scope)
def open_clip_model(request, pictures):
    name, form = request.param
    config = architectures.config_of(name, form)
    transform = open_clip.image_transform(config["vision_cfg"]["image_size"], is_train=False, mean=checkpoints.MEAN, std=checkpoints.STD)
    with random_weights.WithoutFirstValues():
        clip = open_clip.CLIP(**config)
    model = reference_of(clip, config, name, pictures, transform)
    model.run(model.clip.encode_image, model.clip.encode_text)
    return model


@pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning", "ignore:.torch.jit:DeprecationWarning")
@pytest.mark.parametrize("open_clip_model, write", open_clip_cases(), indirect=["open_clip_model"])
def test_open_clip(open_clip_model, write, embed, scratch):
    write(open_clip_model.clip, open_clip_model.config, scratch)
    if write == checkpoints.openai_archive:  # it rounds the weights
        open_clip_model.run(open_clip_model.clip.encode_image, open_clip_model.clip.encode_text)
    open_clip_model.check(scratch, embed)


@pytest.fixture(scope=model_scope)
def hugging_face_model(request, pictures):
    name, form = request.param
    config = architectures.config_of(name, form)
    side = config["vision_cfg"]["image_size"]
    processor = CLIPImageProcessorPil(size={"shortest_edge": side}, crop_size={"height": side, "width": side})
    with random_weights.WithoutFirstValues():
        clip = CLIPModel(CLIPConfig(**architectures.huggingface_config(config)))
    model = reference_of(clip, config, name, pictures, lambda image: processor(image, return_tensors="pt")["pixel_values"][0])
    model.run(lambda pixels: conftest.pooled(model.clip.get_image_features(pixels)),
              lambda rows: conftest.pooled(model.clip.get_text_features(rows)))
    return model


@pytest.mark.parametrize("hugging_face_model, write", hugging_face_cases(), indirect=["hugging_face_model"])
def test_hugging_face(hugging_face_model, write, embed, scratch):
    write(hugging_face_model.clip, scratch)
    hugging_face_model.check(scratch, embed)
