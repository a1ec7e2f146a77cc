"""A model built with `offramp build --emit so`, used from Python through its C interface (runtime/abi/Offramp.h)."""

import ctypes
import re
import pathlib

import numpy


class Input(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("offsets", ctypes.c_void_p)]


class Result(ctypes.Structure):
    _fields_ = [("samples", ctypes.c_int64), ("classes", ctypes.c_int64), ("logits", ctypes.POINTER(ctypes.c_float)),
                ("prediction", ctypes.POINTER(ctypes.c_int32)), ("stage", ctypes.POINTER(ctypes.c_int32)),
                ("decision", ctypes.POINTER(ctypes.c_float))]


class Library:
    """`path` names the .so; the header beside it names the model's entry."""

    def __init__(self, path):
        path = pathlib.Path(path).resolve()
        entry = re.search(r"\b(offramp_model_\w+)\(void\)", path.with_suffix(".h").read_text()).group(1)
        self.library = ctypes.CDLL(str(path))
        getattr(self.library, entry).restype = ctypes.c_void_p
        self.library.offramp_error.restype = ctypes.c_char_p
        self.context = ctypes.c_void_p()
        model = ctypes.c_void_p(getattr(self.library, entry)())
        self.check(self.library.offramp_context_create(model, None, ctypes.byref(self.context)), None)

    def check(self, status, context):
        if status:
            raise RuntimeError(self.library.offramp_error(context).decode())

    def set_exits(self, on):
        self.check(self.library.offramp_set_exits(self.context, ctypes.c_int32(on)), self.context)

    def run(self, *fields):
        """Each field: a list of id lists, one per sample. Returns logits [samples, classes] and stages [samples]."""
        kept, inputs = [], (Input * len(fields))()
        for place, sequences in enumerate(fields):
            ids = numpy.concatenate([numpy.asarray(sequence, numpy.int32) for sequence in sequences])
            offsets = numpy.cumsum([0] + [len(sequence) for sequence in sequences]).astype(numpy.int64)
            kept += [ids, offsets]
            inputs[place] = Input(ids.ctypes.data, offsets.ctypes.data)
        result = Result()
        self.check(self.library.offramp_run(self.context, ctypes.c_int64(len(fields[0])), inputs, ctypes.c_int64(len(fields)), ctypes.byref(result)),
                   self.context)
        shape = (result.samples, result.classes)
        return numpy.ctypeslib.as_array(result.logits, shape).copy(), numpy.ctypeslib.as_array(result.stage, shape[:1]).copy()
