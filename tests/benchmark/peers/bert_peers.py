"""BERT encoders in PyTorch, ONNX Runtime and OpenVINO on the CPU, as their users run them: padded batches of real lengths.

Each peer is an object with a `name` and `run(batch)`; a batch is the pair (input_ids, attention_mask), int64 [samples, longest].
"""
import pathlib

import numpy
import torch
from tokenizers import BertWordPieceTokenizer
from transformers import BertConfig, BertForSequenceClassification

SIZES = {"base": {}, "minilm": dict(num_hidden_layers=6, hidden_size=384, num_attention_heads=12, intermediate_size=1536)}


def network(size):
    torch.manual_seed(1)
    return BertForSequenceClassification(BertConfig(num_labels=2, **SIZES[size])).eval()


def tokenizer(vocabulary, longest=128):
    """text -> ids, at most `longest`, by the reference implementation."""
    encoder = BertWordPieceTokenizer(str(vocabulary), lowercase=True)
    encoder.enable_truncation(longest)
    return lambda text: encoder.encode(text).ids


def padded(sequences):
    longest = max(len(sequence) for sequence in sequences)
    ids = numpy.zeros((len(sequences), longest), numpy.int64)
    mask = numpy.zeros_like(ids)
    for row, sequence in enumerate(sequences):
        ids[row, :len(sequence)] = sequence
        mask[row, :len(sequence)] = 1
    return ids, mask


class PyTorch:
    def __init__(self, size, threads, dtype="f32"):
        torch.set_num_threads(threads)
        self.name, self.network = f"PyTorch {dtype}", network(size)
        if dtype == "bf16":
            self.network = self.network.to(torch.bfloat16)

    def run(self, batch):
        with torch.inference_mode():
            return self.network(input_ids=torch.from_numpy(batch[0]), attention_mask=torch.from_numpy(batch[1])).logits


def made_whole(path, make):
    """`path`, made by make(other path) unless it is there; one that was interrupted leaves nothing that could be taken for it."""
    if not path.exists():
        part = path.with_suffix(".part")
        make(str(part))
        part.rename(path)
    return path


def onnx_file(size, folder):
    example = tuple(torch.from_numpy(part) for part in padded([[101, 2023, 102], [101, 102]]))
    axes = {"input_ids": {0: "batch", 1: "length"}, "attention_mask": {0: "batch", 1: "length"}, "logits": {0: "batch"}}
    return made_whole(pathlib.Path(folder) / f"{size}.onnx", lambda path: torch.onnx.export(
        network(size), example, path, input_names=["input_ids", "attention_mask"], output_names=["logits"], dynamic_axes=axes, opset_version=17,
        dynamo=False))


class OnnxRuntime:
    def __init__(self, size, threads, folder, dtype="f32"):
        import onnxruntime
        path = onnx_file(size, folder)
        if dtype == "int8":
            from onnxruntime.quantization import QuantType, quantize_dynamic
            plain = str(path)
            path = made_whole(path.with_suffix(".int8.onnx"), lambda quantized: quantize_dynamic(plain, quantized, weight_type=QuantType.QInt8))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.name, self.session = f"ONNX Runtime {dtype}", onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def run(self, batch):
        return self.session.run(None, {"input_ids": batch[0], "attention_mask": batch[1]})[0]


class OpenVino:
    def __init__(self, size, threads, folder, dtype="f32"):
        import openvino
        core = openvino.Core()
        self.name = f"OpenVINO {dtype}"
        self.model = core.compile_model(core.read_model(str(onnx_file(size, folder))), "CPU",
                                        {"INFERENCE_PRECISION_HINT": dtype, "INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"})
        self.request = self.model.create_infer_request()

    def run(self, batch):
        return self.request.infer({"input_ids": batch[0], "attention_mask": batch[1]})[0]


def peers(size, threads, folder, dtypes):
    """Those whose package is installed; a missing one is named by the caller's report."""
    made, missing = [], []
    for dtype in dtypes:
        for build, known in ((lambda: PyTorch(size, threads, dtype), ("f32", "bf16")), (lambda: OnnxRuntime(size, threads, folder, dtype), ("f32", "int8")),
                             (lambda: OpenVino(size, threads, folder, dtype), ("f32", "bf16"))):
            if dtype not in known:
                continue
            try:
                made.append(build())
            except ImportError as error:
                missing.append(str(error))
    return made, missing
