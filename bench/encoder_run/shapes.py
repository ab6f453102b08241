"""The models that are measured and how many multiplications their pictures and texts need.

Counted is what the mathematics asks for: of the last block only the row that is pooled, of causal attention the lower half. A
program that works out more is no faster for it.
"""
from dataclasses import dataclass


@dataclass(frozen=True)
class Model:
    name: str        # as people know it
    open_clip: str   # as open_clip knows it
    embed: int
    vision: tuple    # ("vit", width, layers, patch) or ("resnet", width, layers)
    text: tuple      # width, layers
    rounds: int      # of a whole run; fewer where one takes minutes

    def picture_flops(self):
        macs = vit_macs(*self.vision[1:], self.embed) if self.vision[0] == "vit" else resnet_macs(*self.vision[1:], self.embed)
        return 2 * macs

    def text_flops(self, tokens):
        width, layers = self.text
        attention = tokens * (tokens + 1) * width
        full = tokens * 12 * width * width + attention
        last = 2 * tokens * width * width + 10 * width * width + 2 * tokens * width
        return 2 * ((layers - 1) * full + last + width * self.embed)


def vit_macs(width, layers, patch, embed, side=224):
    tokens = (side // patch) ** 2 + 1
    embedding = (tokens - 1) * 3 * patch * patch * width
    full = tokens * 12 * width * width + 2 * tokens * tokens * width
    last = 2 * tokens * width * width + 10 * width * width + 2 * tokens * width
    return embedding + (layers - 1) * full + last + width * embed


def resnet_macs(width, layers, embed, side=224):
    half = (side // 2) ** 2
    macs = half * 9 * (3 * width // 2 + (width // 2) ** 2 + width * width // 2)
    inputs, size = width, side // 4
    for stage, blocks in enumerate(layers):
        planes = width << stage
        for block in range(blocks):
            stride = 2 if stage > 0 and block == 0 else 1
            before, after = size * size, (size // stride) ** 2
            macs += before * (inputs * planes + 9 * planes * planes) + after * planes * 4 * planes
            if block == 0:
                macs += after * inputs * 4 * planes
            inputs, size = 4 * planes, size // stride
    tokens = size * size + 1
    return macs + inputs * inputs * (2 * tokens + 1) + 2 * tokens * inputs + inputs * embed


MODELS = [
    Model("ViT-B/32", "ViT-B-32-quickgelu", 512, ("vit", 768, 12, 32), (512, 12), 3),
    Model("RN50", "RN50-quickgelu", 1024, ("resnet", 64, (3, 4, 6, 3)), (512, 12), 3),
    Model("ViT-B/16", "ViT-B-16-quickgelu", 512, ("vit", 768, 12, 16), (512, 12), 3),
    Model("ViT-L/14", "ViT-L-14-quickgelu", 768, ("vit", 1024, 24, 14), (768, 12), 2),
]
# Products whose rate stands for the machine: the models' largest layers and a square one.
GEMM_SHAPES = [(1600, 768, 3072), (1600, 3072, 768), (2056, 1024, 4096), (2048, 2048, 2048)]
# One picture of ViT-B/32: what batch 1 can reach at most.
SMALL_SHAPE = (50, 768, 3072)
GPU_SHAPE = (8192, 8192, 8192)
