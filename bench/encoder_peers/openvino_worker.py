"""openvino_worker.py NAME FOLDER THREADS DEVICE: OpenVINO as a peer on the same ONNX files, in fp32 and bf16, with its hint
for latency (one request at a time on all cores) and the shape fixed, which is what it is fastest with."""
import functools
import sys

import openvino

import worker
from picture_numbers import MEAN, STD, SIDE

FORMATS = {"fp32": "f32", "bf16": "bf16"}


class OpenVinoPeer:
    def __init__(self, folder, threads):
        self.version, self.folder, self.threads = openvino.__version__.split("-")[0], folder, threads
        self.core = openvino.Core()

    @functools.lru_cache(maxsize=2)  # both formats of the shape in hand; more would keep the weights many times over
    def request(self, tower, shape, number_format):
        model = self.core.read_model(f"{self.folder}/{tower}.onnx")
        model.reshape(list(shape))
        settings = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": self.threads, "NUM_STREAMS": 1,
                    "INFERENCE_PRECISION_HINT": FORMATS[number_format]}
        return self.core.compile_model(model, "CPU", settings).create_infer_request()

    def runner(self, tower, variant, given):
        request = self.request(tower, given.shape, variant)
        tensor = openvino.Tensor(given, shared_memory=True)

        def run():
            request.set_input_tensor(tensor)
            request.infer()
            return request.get_output_tensor().data.copy()
        return run

    def images(self, variant, count, path):
        return self.runner("image", variant, worker.pictures(path, count, SIDE, MEAN, STD))

    def texts(self, variant, ids):
        return self.runner("text", variant, ids)


if __name__ == "__main__":
    worker.serve(lambda: OpenVinoPeer(sys.argv[2], int(sys.argv[3])))
