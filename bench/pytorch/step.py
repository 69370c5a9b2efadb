"""A process that trains some steps in PyTorch and prints their times: `python step.py '{"net", "precision", "mode", "threads", …}'`.

The same work as ours/step.mjs: networks of one specification, float32 or autocast to bfloat16, cross-entropy, Adam; the loss is read after every
step. Settings that make PyTorch faster on a CPU are on: channels_last, Adam in one fused kernel, torch.compile in mode "compile".
"""

import json
import resource
import sys
import time

import torch
import torch.nn.functional as F

from networks import MobileUNet, UNet

asked = json.loads(sys.argv[1])
torch.set_num_threads(asked["threads"])
torch.manual_seed(0)
batch, size = asked["batch"], asked["size"]
net = UNet(32, 2) if asked["net"] == "u-net" else MobileUNet(2)
net = net.to(memory_format=torch.channels_last)
optimiser = torch.optim.Adam(net.parameters(), lr=1e-3, fused=True)
images = torch.rand(batch, 1, size, size).to(memory_format=torch.channels_last)
labels = torch.randint(0, 2, (batch, size, size))
forward = torch.compile(net) if asked["mode"] == "compile" else net


def step():
    optimiser.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=asked["precision"] == "bfloat16"):
        logits = forward(images)
    loss = F.cross_entropy(logits.float(), labels)
    loss.backward()
    optimiser.step()
    return loss.item()


times = []
for i in range(asked["warmUp"] + asked["steps"]):
    if i == asked["warmUp"]:
        cpu = time.process_time()
    start = time.perf_counter()
    loss = step()
    times.append(1000 * (time.perf_counter() - start))
cpu = 1000 * (time.process_time() - cpu) / asked["steps"]
# bytes on macOS, kibibytes elsewhere
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)
found = {"ms": times[asked["warmUp"] :], "cpuMs": cpu, "firstMs": times[0], "loss": loss, "parameters": sum(p.numel() for p in net.parameters())}
print(json.dumps({**found, "peakMb": peak, "torch": torch.__version__}))
