"""The two towers of an open_clip model as plain modules: pictures to features, ids of any length to features."""
import torch

# open_clip imports torchvision, which comes here without its compiled operators; these two it looks up while it is imported.
OPERATORS = torch.library.Library("torchvision", "DEF")
OPERATORS.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
OPERATORS.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

import open_clip  # noqa: E402


class PaddedText(torch.nn.Module):
    """open_clip's own encode_text, for ids padded to the context."""

    def __init__(self, clip):
        super().__init__()
        self.clip = clip

    def forward(self, ids):
        return self.clip.encode_text(ids)


class AnyLengthText(torch.nn.Module):
    """The same tower for ids of any length: what a careful user would export for short texts."""

    def __init__(self, clip):
        super().__init__()
        self.tokens, self.blocks, self.norm = clip.token_embedding, clip.transformer.resblocks, clip.ln_final
        self.positions, self.projection = clip.positional_embedding, clip.text_projection
        self.register_buffer("mask", clip.attn_mask.clone())

    def attend(self, attention, x, mask):
        heads = attention.num_heads
        parts = torch.nn.functional.linear(x, attention.in_proj_weight, attention.in_proj_bias).chunk(3, dim=-1)
        q, k, v = (p.unflatten(-1, (heads, p.shape[-1] // heads)).transpose(1, 2) for p in parts)
        mixed = torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        return attention.out_proj(mixed.transpose(1, 2).flatten(2))

    def forward(self, ids):
        length = ids.shape[1]
        x = self.tokens(ids) + self.positions[:length]
        mask = self.mask[:length, :length]
        for block in self.blocks:
            x = x + self.attend(block.attn, block.ln_1(x), mask)
            x = x + block.mlp(block.ln_2(x))
        rows = torch.arange(x.shape[0], device=ids.device)
        return self.norm(x)[rows, ids.argmax(dim=-1)] @ self.projection


def load(name, folder):
    """The model of that open_clip name with the weights of `folder`."""
    from safetensors.torch import load_file
    clip = open_clip.create_model(name, pretrained=None)
    clip.load_state_dict(load_file(f"{folder}/open_clip_model.safetensors"))
    return clip.eval()
