"""The protocol between bench/encoder and a peer: one JSON command a line in, one JSON answer a line out.

Commands are those of fovea_encoder_bench (bench/encoder_run/README.md), with "variant" where a peer runs in several ways. What a library
prints to standard output goes to standard error, so that the answers stay alone.
"""
import json
import os
import sys
import time

import numpy as np


def pictures(path, count, side, mean, std):
    """`count` pictures as the peers take them: scaled, n x 3 x side x side."""
    pixels = np.fromfile(path, dtype=np.uint8).reshape(-1, side, side, 3)
    pixels = pixels[np.arange(count) % len(pixels)].astype(np.float32) / 255
    return np.ascontiguousarray(((pixels - np.float32(mean)) / np.float32(std)).transpose(0, 3, 1, 2))


def timed(work, command):
    """Runs `work` once untimed when the command says so, then for its seconds, once at least."""
    if command.get("warm_up", True):
        work()
    runs, start = [], time.perf_counter()
    while not runs or time.perf_counter() - start < command.get("seconds", 0):
        before = time.perf_counter()
        work()
        runs.append(time.perf_counter() - before)
    return {"seconds": runs}


def answer(peer, command):
    """`peer` has images(variant, count, path) and texts(variant, ids); each gives a function that runs once and gives features."""
    if command["do"] == "images":
        work = peer.images(command["variant"], command["batch"], command["pictures"])
    elif command["do"] == "texts":
        work = peer.texts(command["variant"], np.array(command["ids"], dtype=np.int64))
    elif command["do"] == "gemm":
        return peer.gemm(command)
    else:
        return {"error": f"unknown command {command['do']}"}
    if command.get("features"):
        return {"features": np.asarray(work(), dtype=np.float32).tolist()}
    return timed(work, command)


def serve(make_peer):
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    try:
        peer = make_peer()
    except Exception as error:  # whatever a library throws while it loads: the table says that the peer is not there
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), file=out)
        return
    print(json.dumps({"ready": True, "version": peer.version}), file=out)
    for line in sys.stdin:
        try:
            print(json.dumps(answer(peer, json.loads(line))), file=out)
        except Exception as error:
            print(json.dumps({"error": f"{type(error).__name__}: {error}"[:2000]}), file=out)
