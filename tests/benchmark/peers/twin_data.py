"""Reads the four gzip IDX files of Fashion-MNIST. Reads nothing else and checks only what would mislead a comparison."""

import gzip
import os
import struct

import numpy
import torch

DEFAULT_ROOT = "/usr/share/datasets/fashion-mnist"


def read_idx(path):
    """uint8 array of an IDX file; the magic number is 0x08 for uint8, then the number of dimensions."""
    with gzip.open(path, "rb") as file:
        content = file.read()
    zero, dtype, dimensions = struct.unpack(">HBB", content[:4])
    if zero != 0 or dtype != 8:
        raise SystemExit(f"{path}: not an IDX file of bytes (magic {content[:4].hex()})")
    shape = struct.unpack(f">{dimensions}I", content[4:4 + 4 * dimensions])
    values = numpy.frombuffer(content, numpy.uint8, offset=4 + 4 * dimensions)
    if values.size != int(numpy.prod(shape)):
        raise SystemExit(f"{path}: {values.size} values, its header says {shape}")
    return values.reshape(shape)


def load(root, split):
    """images uint8 [N, 28, 28] and labels int64 [N] of `train` or `t10k`."""
    images = read_idx(os.path.join(root, f"{split}-images-idx3-ubyte.gz"))
    labels = read_idx(os.path.join(root, f"{split}-labels-idx1-ubyte.gz"))
    if len(images) != len(labels):
        raise SystemExit(f"{root}: {len(images)} images but {len(labels)} labels in {split}")
    return torch.from_numpy(images.copy()), torch.from_numpy(labels.astype(numpy.int64))
