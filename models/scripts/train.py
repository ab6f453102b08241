"""Trains fovea-tiny: pictures and sentences that belong together get neighbouring features.

Usage: train.py BANK VOCABULARY RUN --minutes 100 [--batch 320] [--rate 2e-3] [--workers 2]
Stops after so many minutes of wall clock with the learning rate annealed to zero; called again, it goes on from
RUN/checkpoint.pt (written every five minutes). Besides CLIP's loss over the batch, each picture and each sentence is
told apart from *all* things by a table of prototypes that is used in training only. Each worker is a process of one
thread with its share of the batch, and gradients are averaged: on a busy machine two threads would wait for each other
at every operation, two workers wait once per step.
"""
import argparse
import copy
import math
import os
import tempfile
import time
from pathlib import Path

import torch
import torch.distributed as dist
import torch.multiprocessing
import torch.nn.functional as F
from torch import nn

from model import Clip
from scenes import Composer
from tokenizer import Tokenizer

SAVE_EVERY_S = 300


class Prototypes(nn.Module):
    """One direction per thing; a feature is compared with all of them."""

    def __init__(self, things: int, dim: int):
        super().__init__()
        self.weight = nn.Parameter(F.normalize(torch.randn(things, dim), dim=-1))
        self.scale = nn.Parameter(torch.tensor(math.log(20.0)))

    def loss(self, features: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        logits = self.scale.exp().clamp(max=50) * features @ F.normalize(self.weight, dim=-1).T
        return -(target * F.log_softmax(logits, -1)).sum(-1).mean()


def targets(things: list[list[int]], count: int) -> torch.Tensor:
    """Rows that sum to 1: the weight of each thing in each picture, with a little smoothing."""
    rows = torch.full((len(things), count), 0.05 / count)
    for row, members in zip(rows, things):
        for thing in members:
            row[thing] += 0.95 / len(members)
    return rows


def clip_loss(image, text, scale, meanings: list[tuple]):
    """Both directions; where two pictures mean the same, either caption is a right answer."""
    keys = {}
    key = torch.tensor([keys.setdefault(m, len(keys)) for m in meanings])
    same = key[:, None] == key
    want = same.float() / same.sum(1, keepdim=True)
    logits = scale * image @ text.T
    return (F.cross_entropy(logits, want) + F.cross_entropy(logits.T, want)) / 2


class Run:
    """Everything that a checkpoint holds, and one step."""

    def __init__(self, args, rank: int):
        torch.manual_seed(1)  # the same first weights in every worker
        self.tokenizer = Tokenizer(args.vocabulary)
        self.model, self.workers = Clip().to(memory_format=torch.channels_last), args.workers
        self.composer = Composer(args.bank, seed=int(time.time()) + 1000 * rank)
        self.table = Prototypes(len(self.composer.catalogue.names), self.model.text_projection.shape[1])
        parameters = [*self.model.parameters(), *self.table.parameters()]
        self.optimizer = torch.optim.AdamW(
            [{"params": [p for p in parameters if p.ndim > 1], "weight_decay": args.decay},
             {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0}], lr=args.rate, betas=(0.9, 0.98), fused=True)
        self.parameters, self.step_count, self.elapsed_s = parameters, 0, 0.0
        self.average, self.file = copy.deepcopy(self.model.state_dict()), args.run / "checkpoint.pt"
        args.run.mkdir(parents=True, exist_ok=True)
        if self.file.exists():
            self._load()

    def _load(self):
        saved = torch.load(self.file)
        self.model.load_state_dict(saved["model"])
        self.table.load_state_dict(saved["table"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.average, self.step_count, self.elapsed_s = saved["average"], saved["step"], saved["elapsed_s"]
        print(f"go on from step {self.step_count}, {self.elapsed_s / 60:.1f} min", flush=True)

    def save(self):
        part = self.file.with_suffix(".part")
        torch.save({"model": self.model.state_dict(), "table": self.table.state_dict(), "average": self.average,
                    "optimizer": self.optimizer.state_dict(), "step": self.step_count, "elapsed_s": self.elapsed_s}, part)
        part.replace(self.file)

    def step(self, args, progress: float) -> list[float]:
        rate = args.rate * min(1.0, (self.step_count + 1) / 200) * 0.5 * (1 + math.cos(math.pi * progress))
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        pictures, plan = self.composer.batch(args.batch // args.workers, progress)
        ids = torch.tensor(self.tokenizer.rows([p.caption for p in plan], self.model.context))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            image, text = self.model.encode_image(pictures), self.model.encode_text(ids)
        image, text = F.normalize(image.float(), dim=-1), F.normalize(text.float(), dim=-1)
        target = targets([p.things for p in plan], len(self.table.weight))
        scale = self.model.logit_scale.exp().clamp(max=100)
        losses = [clip_loss(image, text, scale, [p.meaning for p in plan]),
                  self.table.loss(image, target), self.table.loss(text, target)]
        self.optimizer.zero_grad()
        (losses[0] + 0.6 * losses[1] + 0.2 * losses[2]).backward()
        self._share_gradients()
        nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        self.step_count += 1
        if self.step_count % 5 == 0:
            self._average()
        return [loss.item() for loss in losses]

    def _share_gradients(self):
        if self.workers == 1:
            return
        flat = torch.cat([p.grad.flatten() for p in self.parameters])
        dist.all_reduce(flat)
        for parameter, part in zip(self.parameters, flat.div_(self.workers).split([p.numel() for p in self.parameters])):
            parameter.grad.copy_(part.view_as(parameter))

    @torch.no_grad()
    def _average(self):
        keep = min(0.96, self.step_count / (self.step_count + 100))
        for name, value in self.model.state_dict().items():
            if value.is_floating_point():
                self.average[name].lerp_(value, 1 - keep)
            else:
                self.average[name].copy_(value)


def agreed(value: float, workers: int) -> float:
    """The first worker's value, in every worker."""
    box = torch.tensor([value], dtype=torch.float64)
    if workers > 1:
        dist.broadcast(box, 0)
    return box.item()


def work(rank: int, args, meeting: str) -> None:
    """One worker's life; the first one reports and saves."""
    torch.set_num_threads(1)
    if args.workers > 1:
        dist.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=args.workers)
    run = Run(args, rank)
    begin, before, first = time.time(), run.elapsed_s, run.step_count
    saved, mean = begin, None
    while run.elapsed_s < args.minutes * 60:
        losses = run.step(args, run.elapsed_s / 60 / args.minutes)
        mean = losses if mean is None else [0.98 * m + 0.02 * v for m, v in zip(mean, losses)]
        run.elapsed_s = agreed(before + time.time() - begin, args.workers)
        if rank == 0 and run.step_count % 50 == 0:
            speed = (run.step_count - first) * args.batch / (time.time() - begin)
            print(f"{run.step_count} {run.elapsed_s / 60:.1f} min  clip {mean[0]:.3f}  pictures {mean[1]:.3f}  "
                  f"words {mean[2]:.3f}  {speed:.0f}/s", flush=True)
        if rank == 0 and time.time() - saved > SAVE_EVERY_S:
            run.save()
            saved = time.time()
    if rank == 0:
        run.save()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bank", type=Path)
    parser.add_argument("vocabulary", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--minutes", type=float, default=100)
    parser.add_argument("--batch", type=int, default=320)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--decay", type=float, default=0.1)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as folder:
        if args.workers == 1:
            work(0, args, "")
        else:
            torch.multiprocessing.spawn(work, (args, f"{folder}/meeting"), nprocs=args.workers)


if __name__ == "__main__":
    main()
