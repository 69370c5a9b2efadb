"""A process that trains some steps in PyTorch and prints their times: `python step.py '{"network", "teacher", "precision", "mode", "threads", …}'`.

The same work as ours/step.mjs: networks of one specification, float32 or autocast to bfloat16, cross-entropy (with a teacher also the divergence from its
softened prediction), Adam; the loss is read after every step. Settings that make PyTorch faster on a CPU are on: channels_last, Adam in one fused kernel,
the frozen teacher without gradients in inference form, torch.compile in mode "compile".
"""

import json
import sys

import torch
import torch.nn.functional as F

from make import count, make
from pace import measured

asked = json.loads(sys.argv[1])
torch.set_num_threads(asked["threads"])
torch.manual_seed(0)
batch, size, tau = asked["batch"], asked["size"], 4
net = make(asked["network"])
teacher = make(asked["teacher"]).eval().requires_grad_(False) if asked.get("teacher") else None
optimiser = torch.optim.Adam(net.parameters(), lr=1e-3, fused=True)
images = torch.rand(batch, 1, size, size).to(memory_format=torch.channels_last)
labels = torch.randint(0, 2, (batch, size, size))
prepared = torch.compile if asked["mode"] == "compile" else lambda module: module
forward, target = prepared(net), prepared(teacher) if teacher else None


def kd(student, soft):
    """τ² · KL, the mean over pixels."""
    log_q, log_p = F.log_softmax(student / tau, 1), F.log_softmax(soft / tau, 1)
    return tau**2 * F.kl_div(log_q, log_p, reduction="none", log_target=True).sum(1).mean()


def step():
    optimiser.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=asked["precision"] == "bfloat16"):
        logits = forward(images)
        if teacher:
            with torch.no_grad():
                soft = target(images)
    loss = F.cross_entropy(logits.float(), labels)
    if teacher:
        loss = loss + kd(logits.float(), soft.float())
    loss.backward()
    optimiser.step()
    return loss.item()


measured(asked, step, parameters=count(net))
