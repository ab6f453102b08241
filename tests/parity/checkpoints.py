"""Writes one model in each of the layouts that its users meet. Every writer takes (clip, config, folder)."""
import gzip
import json
import pathlib
import shutil

import open_clip
import torch
from open_clip.tokenizer import default_bpe
from safetensors.torch import save_file

TEXT_KEYS = ("text_projection", "positional_embedding", "token_embedding", "transformer", "ln_final")
MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)  # of OpenAI; what .pt files imply


def flat(clip: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {k: v.contiguous() for k, v in clip.state_dict().items()}


def write_open_clip_config(config: dict, folder: pathlib.Path, mean=MEAN, std=STD) -> None:
    preprocess = {"mean": mean, "std": std, "interpolation": "bicubic", "resize_mode": "shortest"}
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": config, "preprocess_cfg": preprocess}))
    shutil.copy(default_bpe(), folder)


def open_clip_flat(clip, config: dict, folder: pathlib.Path) -> None:
    write_open_clip_config(config, folder)
    save_file(flat(clip), folder / "open_clip_model.safetensors")


def open_clip_nested_wrapped(clip, config: dict, folder: pathlib.Path) -> None:
    """As a training run of open_clip leaves it: text keys under `text.`, all under `module.`, beside the optimizer's state."""
    write_open_clip_config({**config, "custom_text": True}, folder)
    state = {f"module.{'text.' if k.startswith(TEXT_KEYS) else ''}{k}": v for k, v in flat(clip).items()}
    state["module.logit_scale"] = state["module.logit_scale"].reshape(1)
    torch.save({"epoch": 3, "name": "run", "state_dict": state}, folder / "open_clip_pytorch_model.bin")


def plain_state_dict(clip, config: dict, folder: pathlib.Path) -> None:
    shutil.copy(default_bpe(), folder)
    torch.save(flat(clip), folder / "tuned.pt")


def wrapped_state_dict(clip, config: dict, folder: pathlib.Path) -> None:
    shutil.copy(default_bpe(), folder)
    torch.save({"state_dict": {f"module.{k}": v for k, v in flat(clip).items()}}, folder / "tuned.pth")


def openai_archive(clip, config: dict, folder: pathlib.Path) -> None:
    """A TorchScript archive as OpenAI published them: traced, the matrices in half precision, three sizes beside the weights.

    Rounds the weights of `clip` itself, so that its features afterwards are those of the archive.
    """
    shutil.copy(default_bpe(), folder)
    side, context = config["vision_cfg"]["image_size"], config["text_cfg"]["context_length"]
    mask = clip.attn_mask
    del clip.attn_mask, clip.context_length, clip.vocab_size
    clip.attn_mask = mask  # a plain tensor becomes a constant of the graph, as in the originals
    for name, size in (("input_resolution", side), ("context_length", context), ("vocab_size", config["text_cfg"]["vocab_size"])):
        clip.register_buffer(name, torch.tensor(size))
    with torch.no_grad():
        example = {"encode_image": torch.zeros(1, 3, side, side), "encode_text": torch.zeros(1, context, dtype=torch.long)}
        traced = torch.jit.trace_module(clip, example, check_trace=False)
    open_clip.model.convert_weights_to_fp16(clip)  # the traced module shares these tensors
    torch.jit.save(traced, folder / "model.pt")
    clip.float()


def write_huggingface_vocabulary(folder: pathlib.Path) -> None:
    """vocab.json and merges.txt of the published models, from the file that open_clip ships."""
    lines = gzip.open(default_bpe()).read().decode().split("\n")
    tokenizer = open_clip.tokenizer.SimpleTokenizer()
    ids = dict(tokenizer.encoder)
    ids["<|startoftext|>"], ids["<|endoftext|>"] = ids.pop("<start_of_text>"), ids.pop("<end_of_text>")
    (folder / "vocab.json").write_text(json.dumps(ids))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(lines[1:49152 - 256 - 2 + 1]) + "\n")


def huggingface(clip, folder: pathlib.Path, shard="50GB") -> None:
    clip.save_pretrained(folder, max_shard_size=shard)
    write_huggingface_vocabulary(folder)
    side = clip.config.vision_config.image_size
    (folder / "preprocessor_config.json").write_text(json.dumps(
        {"do_resize": True, "size": side, "resample": 3, "do_center_crop": True, "crop_size": side, "do_normalize": True,
         "image_mean": MEAN, "image_std": STD}))


def huggingface_sharded(clip, folder: pathlib.Path) -> None:
    bytes_in_all = sum(p.numel() * 4 for p in clip.parameters())
    huggingface(clip, folder, shard=bytes_in_all // 3)
    assert len(list(folder.glob("model-*-of-*.safetensors"))) > 1


def huggingface_pickled(clip, folder: pathlib.Path) -> None:
    """As transformers wrote them before safetensors, with the integer buffers that it stored then."""
    huggingface(clip, folder)
    (folder / "model.safetensors").unlink()
    state = flat(clip)
    state["text_model.embeddings.position_ids"] = torch.arange(clip.config.text_config.max_position_embeddings).expand(1, -1)
    tokens = state["vision_model.embeddings.position_embedding.weight"].shape[0]
    state["vision_model.embeddings.position_ids"] = torch.arange(tokens).expand(1, -1)
    torch.save(state, folder / "pytorch_model.bin")
