"""Rows of SST-2 for the text twin: sentences, labels, token ids, padded batches. Checks only what would mislead a comparison."""

import gzip
import pathlib

import torch

import bert_peers


def rows(path, limit=0):
    """Sentences and labels of a GLUE table with the columns `sentence` and `label`, plain or .gz; the first `limit` of them unless 0."""
    path = pathlib.Path(path)
    text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()
    header, *lines = text.splitlines()
    if header.split("\t") != ["sentence", "label"]:
        raise SystemExit(f"{path}: the header is {header!r}; expected the columns sentence and label")
    split = [line.split("\t") for line in (lines[:limit] if limit else lines)]
    return [sentence for sentence, _ in split], torch.tensor([int(label) for _, label in split])


def encoded(sentences, vocabulary, longest=128):
    """Token ids of each sentence, [CLS] and [SEP] included, at most `longest`."""
    encode = bert_peers.tokenizer(vocabulary, longest)
    return [encode(sentence) for sentence in sentences]


def batch(sequences, chosen):
    """ids and mask int64 [N, longest of the batch] of the chosen sequences."""
    ids, mask = bert_peers.padded([sequences[index] for index in chosen])
    return torch.from_numpy(ids), torch.from_numpy(mask)
