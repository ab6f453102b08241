"""onnx_worker.py NAME FOLDER THREADS DEVICE: ONNX Runtime as a peer, variant fp32, at its default (highest) optimisation."""
import functools
import sys

import onnxruntime

import worker
from picture_numbers import MEAN, STD, SIDE


class OnnxPeer:
    def __init__(self, folder, threads):
        self.version, self.folder, self.threads = onnxruntime.__version__, folder, threads

    @functools.cache
    def session(self, tower):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.log_severity_level = self.threads, 3
        # Its threads may spin while a network runs, as they do by default, but not while others are measured.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        return onnxruntime.InferenceSession(f"{self.folder}/{tower}.onnx", options, providers=["CPUExecutionProvider"])

    def runner(self, tower, given):
        session = self.session(tower)
        return lambda: session.run(None, {"in": given})[0]

    def images(self, variant, count, path):
        return self.runner("image", worker.pictures(path, count, SIDE, MEAN, STD))

    def texts(self, variant, ids):
        return self.runner("text", ids)


if __name__ == "__main__":
    worker.serve(lambda: OnnxPeer(sys.argv[2], int(sys.argv[3])))
