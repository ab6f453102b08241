"""Random weights under which a wrong formula shows.

A network of plain random weights hides mistakes: its attention is nearly flat, its activations hardly bend, an epsilon drowns in the
variance beside it. Here the embeddings are small (a variance of 0.002, against which an epsilon of 1e-6 instead of 1e-5
counts), ln_pre keeps them small, queries and keys are large enough for attention that chooses, the MLP's inner numbers
reach where the GELUs part, and batch norms carry the statistics of real activations, as trained ones do. What a bottleneck adds is
small, as in trained ResNets: otherwise 26 of them blow rounding up, and open_clip's own fp32 is 2e-5 off its fp64 in RN50x4, 1e-7 so.
test_random_weights.py makes each mistake and looks at what it changes.
"""
import math

import torch
from torch.overrides import TorchFunctionMode

EMBEDDINGS, PATCHES = 0.04, 0.04
LN_PRE = 0.15
LAST_NORM = 0.3
# Gains of matrices: the standard deviation of what comes out, for an input of standard deviation 1.
GAINS = (("in_proj_weight", 1.5), (".q_proj.weight", 1.5), (".k_proj.weight", 1.5), (".out_proj.weight", 0.3),
         (".c_proj.weight", 0.6), (".fc2.weight", 0.6), (".c_fc.weight", 2.0), (".fc1.weight", 2.0))


class WithoutFirstValues(TorchFunctionMode):
    """A network built under it keeps whatever its memory held: what torch would draw first is drawn over by randomise()."""
    DRAWS = ("normal_", "uniform_", "trunc_normal_", "kaiming_uniform_", "kaiming_normal_", "xavier_uniform_")

    def __torch_function__(self, function, types, args=(), kwargs=None):
        if function.__name__ in self.DRAWS:
            return args[0] if args else kwargs["tensor"]
        return function(*args, **(kwargs or {}))


def gain_of(name: str) -> float:
    if "attnpool.c_proj" in name:
        return 1.0
    return next((gain for ending, gain in GAINS if name.endswith(ending)), 1.0)


def draw(name: str, value: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    noise = torch.randn(value.shape, generator=generator)
    if "patch_embedding" in name or (name.endswith("conv1.weight") and value.shape[-1] > 7):
        return noise * (PATCHES / math.sqrt(value[0].numel()))
    if "embedding" in name:
        return noise * EMBEDDINGS
    if value.dim() > 1:
        right_hand = name.endswith((".proj", "text_projection"))  # multiplied from the right: not transposed
        return noise * (gain_of(name) / math.sqrt(value.shape[0] if right_hand else value[0].numel()))
    if "bias" in name:
        return 0.1 * noise
    gain = LN_PRE if "ln_pre" in name or "pre_layrnorm" in name else LAST_NORM if ".layer" in name and name.endswith("bn3.weight") else 1
    return (1 + 0.1 * noise) * gain


def measure_batch_norms(visual: torch.nn.Module, generator: torch.Generator) -> None:
    """Lets every batch norm of a ResNet take the mean and variance of what reaches it from two pictures."""
    norms = [m for m in visual.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    if not norms:
        return
    side = visual.image_size[0] if isinstance(visual.image_size, tuple) else visual.image_size
    noise = torch.randn(1, 3, side, side, generator=generator)
    smooth = torch.nn.functional.interpolate(torch.randn(1, 3, 8, 8, generator=generator), size=side, mode="bicubic")
    for norm in norms:
        norm.momentum = 1.0
    visual.train()
    visual(torch.cat([noise[..., :side // 2], smooth[..., side // 2:]], dim=-1))
    visual.eval()


@torch.no_grad()
def randomise(model: torch.nn.Module, seed: int) -> torch.nn.Module:
    generator = torch.Generator().manual_seed(seed)
    for name, value in model.named_parameters():
        if value.dim() > 0:
            value.copy_(draw(name, value, generator))
    if hasattr(model, "visual"):
        measure_batch_norms(model.visual, generator)
    return model.eval()
