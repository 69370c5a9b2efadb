"""A process that predicts some batches in PyTorch and prints their times: the same work as ours/predict.mjs, under inference_mode."""

import json
import sys

import torch

from make import count, make
from pace import measured

asked = json.loads(sys.argv[1])
torch.set_num_threads(asked["threads"])
torch.manual_seed(0)
net = make(asked["network"]).eval()
images = torch.rand(asked["batch"], 1, asked["size"], asked["size"]).to(memory_format=torch.channels_last)
forward = torch.compile(net) if asked["mode"] == "compile" else net


def step():
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=asked["precision"] == "bfloat16"):
        return forward(images).float()


measured(asked, step, parameters=count(net))
