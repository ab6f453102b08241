"""The architectures that fovea promises to run, as open_clip configures them: OpenAI's nine and the three large ones of LAION.

Three forms: whole; short, which keeps every width and drops layers; narrow, which is short and keeps two heads of each transformer and
an eighth of a ResNet's channels. All keep resolution, patches, head size, MLP ratio and activation.
"""
import copy
import enum

import open_clip


class Form(enum.Enum):
    WHOLE, SHORT, NARROW = "whole", "short", "narrow"


OPENAI = ("RN50", "RN101", "RN50x4", "RN50x16", "RN50x64", "ViT-B-32", "ViT-B-16", "ViT-L-14", "ViT-L-14-336")
LAION = ("ViT-H-14", "ViT-g-14", "ViT-bigG-14")
ALL = OPENAI + LAION
VITS = tuple(name for name in ALL if name.startswith("ViT"))


def config_of(name: str, form: Form) -> dict:
    config = copy.deepcopy(open_clip.get_model_config(name + "-quickgelu" if name in OPENAI else name))
    vision, text = config["vision_cfg"], config["text_cfg"]
    resnet = isinstance(vision["layers"], list)
    if form != Form.WHOLE:
        vision["layers"] = [1, 2, 1, 1] if resnet else 2
        text["layers"] = 2
    if form == Form.NARROW:
        vision["width"] = vision["width"] // 8 if resnet else 2 * vision.get("head_width", 64)
        text["width"], text["heads"] = 2 * text["width"] // text["heads"], 2
        config["embed_dim"] //= 8
    return config


def huggingface_config(config: dict) -> dict:
    """The arguments of CLIPConfig for the same network."""
    vision, text = config["vision_cfg"], config["text_cfg"]
    act = "quick_gelu" if config.get("quick_gelu") else "gelu"
    ratio = vision.get("mlp_ratio", 4.0)
    return {
        "projection_dim": config["embed_dim"],
        "vision_config": {
            "hidden_size": vision["width"], "intermediate_size": int(vision["width"] * ratio), "num_hidden_layers": vision["layers"],
            "num_attention_heads": vision["width"] // vision.get("head_width", 64), "image_size": vision["image_size"],
            "patch_size": vision["patch_size"], "hidden_act": act, "projection_dim": config["embed_dim"]},
        "text_config": {
            "hidden_size": text["width"], "intermediate_size": 4 * text["width"], "num_hidden_layers": text["layers"],
            "num_attention_heads": text["heads"], "hidden_act": act, "eos_token_id": 49407, "projection_dim": config["embed_dim"]}}
