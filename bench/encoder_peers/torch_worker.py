"""torch_worker.py NAME FOLDER THREADS DEVICE: PyTorch as a peer, in the variants eager and compile, each in fp32, bf16 or fp16;
and the rates of its matrix products, which stand for the machine's own (MKL and oneDNN)."""
import copy
import functools
import sys

import torch

import clip_parts
import worker
from picture_numbers import MEAN, SIDE, STD

FORMATS = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


class TorchPeer:
    def __init__(self, name, folder, threads, device):
        torch.set_num_threads(threads)
        torch._dynamo.config.cache_size_limit = 64
        self.version, self.device = torch.__version__, device
        clip = clip_parts.load(name, folder)
        self.towers = {"images": clip.visual, "padded": clip_parts.PaddedText(clip).eval(),
                       "short": clip_parts.AnyLengthText(clip).eval()}

    @functools.cache
    def tower(self, which, variant):
        how, number_format = variant.split(" ")
        # clip.visual and its text share no weights; fp32 needs no copy
        base = self.towers[which] if number_format == "fp32" else copy.deepcopy(self.towers[which])
        module = base.to(device=self.device, dtype=FORMATS[number_format])
        if how == "eager":
            return module
        return torch.compile(module, dynamic=False, mode="max-autotune" if self.device == "cuda" else None)

    def runner(self, which, variant, tensor):
        module = self.tower(which, variant)

        def run():
            with torch.inference_mode():
                given = tensor.to(self.device, non_blocking=True) if self.device == "cuda" else tensor
                return module(given).float().cpu().numpy()  # the copy to the host waits for the device
        return run

    def images(self, variant, count, path):
        pixels = torch.from_numpy(worker.pictures(path, count, SIDE, MEAN, STD)).to(FORMATS[variant.split(" ")[1]])
        return self.runner("images", variant, pixels.pin_memory() if self.device == "cuda" else pixels)

    def texts(self, variant, ids):
        return self.runner("padded" if ids.shape[1] == 77 else "short", variant, torch.from_numpy(ids))

    def gemm(self, command):
        """One product m x k by k x n over and over, the way `variant` says; the seconds of each."""
        m, k, n = command["shape"]
        return worker.timed(PRODUCTS[command["variant"]](m, k, n), command)


def plain(dtype, m, k, n):
    a, b, out = torch.randn(m, k).to(dtype), torch.randn(n, k).to(dtype).t(), torch.empty(m, n, dtype=dtype)
    return lambda: torch.mm(a, b, out=out)


@torch.inference_mode()
def packed(dtype, m, k, n):
    """oneDNN with the weights in the order it likes best."""
    a, bias = torch.randn(m, k).to(dtype), torch.zeros(n, dtype=dtype)
    weight = torch.ops.mkldnn._reorder_linear_weight(torch.randn(n, k).to(dtype), m)
    return lambda: torch.ops.mkldnn._linear_pointwise(a, weight, bias, "none", [], "")


def on_gpu(m, k, n):
    a, b = (torch.randn(rows, columns, device="cuda", dtype=torch.float16) for rows, columns in ((m, k), (k, n)))

    def run():
        torch.mm(a, b)
        torch.cuda.synchronize()
    return run


def integers(m, k, n):
    a, b = torch.randint(-127, 127, (m, k), dtype=torch.int8), torch.randint(-127, 127, (n, k), dtype=torch.int8).t()
    return lambda: torch._int_mm(a, b)


PRODUCTS = {"MKL fp32": functools.partial(plain, torch.float32), "oneDNN fp32": functools.partial(packed, torch.float32),
            "bf16": functools.partial(plain, torch.bfloat16), "oneDNN bf16": functools.partial(packed, torch.bfloat16),
            "int8": integers, "cuBLAS fp16": on_gpu}

if __name__ == "__main__":
    worker.serve(lambda: TorchPeer(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]))
