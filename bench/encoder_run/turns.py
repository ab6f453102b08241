"""Programs that wait for their turn: each contender is a process that answers one command at a time, all stay loaded, and they
are asked in turn, round after round, so that whatever else the machine does strikes all of them alike."""
import json
import os
import pathlib
import statistics
import subprocess
import time
from dataclasses import dataclass, field

from prepare import PEERS, PYTHON, say

TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Contender:
    name: str      # as the table shows it
    program: str   # "fovea", "torch", "onnx", "openvino"
    variant: str   # what the program is asked for: "eager fp32", "fp32", ...
    missing: str = ""                           # why it could not be measured
    seconds: dict = field(default_factory=dict) # what -> every run's seconds
    cosine: dict = field(default_factory=dict)  # "images", "texts" -> least cosine to torch eager fp32

    @property
    def number_format(self):
        return self.variant.split(" ")[-1]


def contenders(device, flags):
    """All that this machine can run; `flags` are the CPU's."""
    if device == "cuda":
        return [Contender("fovea fp16", "fovea", "fp16"), Contender("torch eager fp16", "torch", "eager fp16"),
                Contender("torch.compile fp16", "torch", "compile fp16")]
    found = [Contender("fovea fp32", "fovea", "fp32"), Contender("torch eager fp32", "torch", "eager fp32"),
             Contender("torch.compile fp32", "torch", "compile fp32"), Contender("ONNX Runtime fp32", "onnx", "fp32"),
             Contender("OpenVINO fp32", "openvino", "fp32"), Contender("fovea int8", "fovea", "int8")]
    if flags & {"avx512_bf16", "amx_bf16"}:
        found += [Contender("fovea bf16", "fovea", "bf16"), Contender("torch eager bf16", "torch", "eager bf16"),
                  Contender("torch.compile bf16", "torch", "compile bf16"), Contender("OpenVINO bf16", "openvino", "bf16")]
    return found


class Program:
    """One process and the line protocol to it."""

    def __init__(self, command, environment, log):
        self.log = open(log, "a")
        self.process = subprocess.Popen([str(c) for c in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log,
                                        text=True, env=environment)
        self.about = self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        return json.loads(line) if line else {"error": f"the program ended with {self.process.wait()}; see {self.log.name}"}

    def ask(self, **command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def cpu_seconds(self):
        numbers = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(numbers[11]) + int(numbers[12])) / TICK

    def stop(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.log.close()


class Field:
    """The programs of all contenders on one model."""

    def __init__(self, entries, model, folder, build, work, device, cores):
        self.entries, self.model, self.folder, self.programs = entries, model, folder, {}
        self.worked = self.waited = 0.0
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("FOVEA_", "OMP_", "MKL_", "KMP_", "GOMP_"))}
        environment |= {"OMP_NUM_THREADS": str(cores), "TORCHINDUCTOR_CACHE_DIR": str(work / "inductor"), "PYTHONUNBUFFERED": "1"}
        for entry in entries:
            key = self.key(entry)
            if key in self.programs:
                continue
            if entry.program == "fovea":
                command = [build / "bench" / "fovea_encoder_bench", "--model", folder, "--device", device, "--precision", entry.variant, "--threads", cores]
            else:
                command = [PYTHON, PEERS / f"{entry.program}_worker.py", model.open_clip, folder, cores, device]
            self.programs[key] = Program(command, environment, work / f"{entry.program}.log")
        for entry in entries:
            entry.missing = self.programs[self.key(entry)].about.get("error", "")
            if entry.missing:
                say(f"{entry.name} is missing: {entry.missing}")

    @staticmethod
    def key(entry):
        return f"fovea {entry.variant}" if entry.program == "fovea" else entry.program

    def ask(self, entry, **command):
        """The contender's answer; the CPU time that the others take meanwhile is counted."""
        program = self.programs[self.key(entry)]
        others = [p for p in self.programs.values() if p is not program and p.process.poll() is None]
        before, start = sum(p.cpu_seconds() for p in others), time.monotonic()
        answer = program.ask(variant=entry.variant, **command)
        self.worked += time.monotonic() - start
        self.waited += sum(p.cpu_seconds() for p in others) - before
        if "error" in answer and not entry.missing:
            entry.missing = answer["error"]
            say(f"{entry.name} fails: {entry.missing[:300]}")
        return answer

    def in_turn(self, what, rounds, **command):
        for _ in range(rounds):
            for entry in self.entries:
                if not entry.missing and "seconds" in (answer := self.ask(entry, **command)):
                    entry.seconds.setdefault(what, []).extend(answer["seconds"])

    def stop(self):
        for program in self.programs.values():
            program.stop()


def least_cosine(rows, expected):
    def cosine(a, b):
        dot = sum(x * y for x, y in zip(a, b))
        return dot / (sum(x * x for x in a) * sum(y * y for y in b)) ** 0.5
    return min(cosine(a, b) for a, b in zip(rows, expected, strict=True))


def best(seconds):
    return min(seconds)


def middle(seconds):
    return statistics.median(seconds)
