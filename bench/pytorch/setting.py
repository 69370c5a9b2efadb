"""What a process that measures steps of a method was asked for, and the batch that it trains on."""

import json
import sys
from typing import NamedTuple

import torch
from torch import Tensor


class Known(NamedTuple):
    images: Tensor
    labels: Tensor
    valid: Tensor
    labelled: Tensor


asked = json.loads(sys.argv[1])
torch.set_num_threads(asked["threads"])
torch.manual_seed(0)
batch, size = asked["batch"], asked["size"]
bfloat16 = asked["precision"] == "bfloat16"
known = Known(
    torch.rand(batch, 1, size, size).to(memory_format=torch.channels_last),
    torch.randint(0, 2, (batch, size, size)),
    torch.ones(batch, size, size),
    torch.ones(batch),
)


def prepared(f):
    """Compiled where that was asked for; for every size anew, which is faster than once for all sizes."""
    return torch.compile(f, dynamic=False) if asked["mode"] == "compile" else f


def autocast():
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=bfloat16)
