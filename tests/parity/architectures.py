"""The architectures that fovea promises to run, as open_clip configures them: OpenAI's nine and the three large ones of LAION.

The short form keeps every width, head size and resolution and drops layers. FOVEA_TEST_LONG=1 asks for all of them whole.
"""
import copy

import open_clip

OPENAI = ("RN50", "RN101", "RN50x4", "RN50x16", "RN50x64", "ViT-B-32", "ViT-B-16", "ViT-L-14", "ViT-L-14-336")
LAION = ("ViT-H-14", "ViT-g-14", "ViT-bigG-14")
ALL = OPENAI + LAION
VITS = tuple(name for name in ALL if name.startswith("ViT"))


def config_of(name: str, whole: bool) -> dict:
    config = copy.deepcopy(open_clip.get_model_config(name + "-quickgelu" if name in OPENAI else name))
    if not whole:
        vision = config["vision_cfg"]
        vision["layers"] = [1, 2, 1, 1] if isinstance(vision["layers"], list) else 2
        config["text_cfg"]["layers"] = 2
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
