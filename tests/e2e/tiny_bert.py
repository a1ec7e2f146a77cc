"""A small BERT in a Hugging Face folder, and sentences for it, without any package: tiny_bert.py FOLDER ROWS [POSITIONS HIDDEN]

Writes FOLDER/hf (config.json, vocab.txt, model.safetensors: 2 layers of width 32, random weights) and FOLDER/{train,test}.tsv, test.txt, pairs.jsonl.
Sentences are good or bad by one word of theirs.
"""
import array
import json
import pathlib
import random
import struct
import sys

folder, rows = pathlib.Path(sys.argv[1]), int(sys.argv[2])
(folder / "hf").mkdir(parents=True)
draw = random.Random(7)

GOOD, BAD = ["fine", "lovely", "warm", "superb"], ["dull", "bad", "awful", "cold"]
PLAIN = ["the", "film", "actor", "story", "was", "is", "a", "and", "scene", "##s", "very", ",", "."]
words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *PLAIN, *GOOD, *BAD]
(folder / "hf/vocab.txt").write_text("\n".join(words) + "\n")
layers, width, heads = 2, 32, 4
positions, hidden = map(int, sys.argv[3:5] or (24, 64))
(folder / "hf/config.json").write_text(json.dumps({
    "model_type": "bert", "hidden_act": "gelu", "num_hidden_layers": layers, "hidden_size": width, "num_attention_heads": heads,
    "intermediate_size": hidden, "vocab_size": len(words), "max_position_embeddings": positions, "type_vocab_size": 2}))

shapes = {f"embeddings.{name}_embeddings.weight": [rows_, width] for name, rows_ in (("word", len(words)), ("position", positions), ("token_type", 2))}
norms = ["embeddings.LayerNorm"]
for layer in range(layers):
    at = f"encoder.layer.{layer}."
    for name, (out, into) in {"attention.self.query": (width, width), "attention.self.key": (width, width), "attention.self.value": (width, width),
                              "attention.output.dense": (width, width), "intermediate.dense": (hidden, width), "output.dense": (width, hidden)}.items():
        shapes[f"{at}{name}.weight"], shapes[f"{at}{name}.bias"] = [out, into], [out]
    norms += [at + "attention.output.LayerNorm", at + "output.LayerNorm"]
for name in norms:
    shapes[name + ".weight"], shapes[name + ".bias"] = [width], [width]
header, data = {}, b""
for name, shape in shapes.items():
    count = shape[0] * (shape[1] if len(shape) > 1 else 1)
    gain = name.endswith("LayerNorm.weight")
    values = array.array("f", ((1.0 if gain else 0.0) + draw.gauss(0, 0.15) for _ in range(count)))
    header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + 4 * count]}
    data += values.tobytes()
text = json.dumps(header).encode()
(folder / "hf/model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)


def sentence(good):
    body = [draw.choice(PLAIN) for _ in range(draw.randint(0, 12))]
    body.insert(draw.randint(0, len(body)), draw.choice(GOOD if good else BAD))
    return " ".join(body).replace(" ##", "").capitalize()


for name in ("train", "test"):
    labelled = [(sentence(good), good) for good in (draw.random() < 0.5 for _ in range(rows))]
    (folder / f"{name}.tsv").write_text("sentence\tlabel\n" + "".join(f"{line}\t{int(good)}\n" for line, good in labelled))
(folder / "test.txt").write_text("".join(line + "\n" for line, _ in labelled))
(folder / "pairs.jsonl").write_text("".join(json.dumps({"sentence1": sentence(good), "sentence2": sentence(not good), "label": int(good)}) + "\n"
                                            for good in (draw.random() < 0.5 for _ in range(rows))))
