"""Random models written by transformers' CLIPModel, in the Hugging Face layout."""
import checkpoints
import conftest
import pytest
import random_weights
import torch
from PIL import Image
from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPModel, CLIPTokenizer

from texts import COMMON

END = 49407
SHAPES = {
    "quick_gelu": {
        "projection_dim": 40, "size": 48,
        "vision": {"hidden_size": 64, "intermediate_size": 100, "num_hidden_layers": 2, "num_attention_heads": 4, "image_size": 48,
                   "patch_size": 16, "hidden_act": "quick_gelu"},
        "text": {"hidden_size": 48, "intermediate_size": 192, "num_hidden_layers": 3, "num_attention_heads": 3,
                 "hidden_act": "quick_gelu", "eos_token_id": 2}},
    "gelu": {
        "projection_dim": 24, "size": 72,
        "vision": {"hidden_size": 96, "intermediate_size": 300, "num_hidden_layers": 3, "num_attention_heads": 2, "image_size": 64,
                   "patch_size": 8, "hidden_act": "gelu", "layer_norm_eps": 1e-3},
        "text": {"hidden_size": 64, "intermediate_size": 111, "num_hidden_layers": 2, "num_attention_heads": 8, "hidden_act": "gelu",
                 "eos_token_id": END, "max_position_embeddings": 40}},
    "tanh, one layer, patches that do not fill the picture": {
        "projection_dim": 16, "size": 50,
        "vision": {"hidden_size": 40, "intermediate_size": 80, "num_hidden_layers": 1, "num_attention_heads": 5, "image_size": 50,
                   "patch_size": 12, "hidden_act": "gelu_pytorch_tanh"},
        "text": {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2,
                 "hidden_act": "gelu_pytorch_tanh", "eos_token_id": END}},
}


@pytest.fixture(scope="module", params=SHAPES)
def model(request, tmp_path_factory, pictures, embed):
    """The reference with its tokenizer and processor, and what the binary gives for the texts and for the pictures."""
    shape = SHAPES[request.param]
    folder = tmp_path_factory.mktemp("transformers")
    config = CLIPConfig(text_config=shape["text"], vision_config=shape["vision"], projection_dim=shape["projection_dim"])
    clip = random_weights.randomise(CLIPModel(config), seed=len(request.param))
    clip.save_pretrained(folder)
    checkpoints.write_huggingface_vocabulary(folder)
    tokenizer = CLIPTokenizer.from_pretrained(folder)
    if request.param != "quick_gelu":  # the other form of the same vocabulary
        (folder / "vocab.json").unlink()
        (folder / "merges.txt").unlink()
        tokenizer.save_pretrained(folder)
        assert (folder / "tokenizer.json").exists() and not (folder / "vocab.json").exists()
    side = shape["vision"]["image_size"]
    processor = CLIPImageProcessorPil(size={"shortest_edge": shape["size"]}, crop_size={"height": side, "width": side})
    processor.save_pretrained(folder)
    found = embed(folder, texts=COMMON, pictures=pictures)
    return clip, tokenizer, processor, found[:len(COMMON)], found[len(COMMON):]


@torch.inference_mode()
def test_pictures(model, pictures):
    clip, _, processor, _, found = model
    pixels = torch.cat([processor(Image.open(p).convert("RGB"), return_tensors="pt")["pixel_values"] for p in pictures])
    conftest.check_rows(found, conftest.pooled(clip.get_image_features(pixel_values=pixels)), pictures)


@torch.inference_mode()
def test_texts(model):
    clip, tokenizer, _, found, _ = model
    length = clip.config.text_config.max_position_embeddings
    rows = tokenizer(list(COMMON), padding=True, truncation=True, max_length=length, return_tensors="pt")
    conftest.check_rows(found, conftest.pooled(clip.get_text_features(**rows)), COMMON)
