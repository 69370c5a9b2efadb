"""A process that trains some steps of one method of distillation in PyTorch and prints their times: `python method.py '{"method", "network", "teacher", "precision",
"mode", "threads", …}'`.

The same work as ours/method.mjs: teacher and paraphrasers frozen, in inference form and without gradients; the student's step; then the discriminator's, on what the
student gave before its update, with the discriminator without gradients in the student's part. Settings that make PyTorch faster on a CPU are on, as in step.py; in
mode "compile" both networks, the method's losses and the discriminator are compiled, but for the penalty's score: torch.compile has no second order.
"""

import torch
import torch.nn.functional as F
from torch import nn

from discriminators import wasserstein
from make import count, make
from methods import METHODS, Answer, Paraphraser
from pace import measured
from setting import asked, autocast, bfloat16, known, prepared


class Teacher(nn.Module):
    """The teacher's answer, its maps through paraphrasers where the method reads them so."""

    def __init__(self, net, paraphrasers):
        super().__init__()
        self.net, self.paraphrasers = net, nn.ModuleList(paraphrasers)

    def forward(self, x):
        logits, *maps = self.net.answer(x)
        return logits, *([p(f) for p, f in zip(self.paraphrasers, maps)] if self.paraphrasers else maps)


net = make(asked["network"])
made = make(asked["teacher"])
with torch.no_grad():
    channels = [f.answer(torch.zeros(1, 1, 32, 32))[1].shape[1] for f in (net.eval(), made.eval())]
net.train()
method = METHODS[asked["method"]](channels, bfloat16).to(memory_format=torch.channels_last)
paraphrasers = [Paraphraser(channels[1], channels[0]).to(memory_format=torch.channels_last) for _ in range(2 if method.paraphrased else 0)]
teacher = Teacher(made, paraphrasers).eval().requires_grad_(False)
opponent = method.opponent() if method.opponent else None
optimiser = torch.optim.Adam([*net.parameters(), *method.parameters()], lr=1e-3, fused=True)
answer, target, loss_of, score = prepared(net.answer), prepared(teacher), prepared(method), opponent and prepared(opponent.d)


def exact(maps):
    return Answer(*(x.float() for x in maps))


def looking(run, kernels):
    """Scores and hidden layer of a map, by the discriminator or its compiled form, with the kernels of one pass."""

    def look(q):
        with autocast():
            scores, hidden = run(opponent.shown(q, known), kernels)
        return scores.float(), hidden.float()

    return look


def step():
    optimiser.zero_grad()
    with autocast():
        own = answer(known.images)
        with torch.no_grad():
            other = target(known.images)
    own, other = exact(own), exact(other)
    loss = F.cross_entropy(own.logits, known.labels) + loss_of(own, other, known)
    if opponent:
        opponent.d.requires_grad_(False)
        loss = loss + opponent.student(looking(score, opponent.d.kernels(False)), own, other, known)
        opponent.d.requires_grad_(True)
    loss.backward()
    if opponent:
        opponent.optimiser.zero_grad()
        kernels = opponent.d.kernels(True)
        fake = opponent.fake(own, known).detach()
        wasserstein(looking(score, kernels), looking(opponent.d, kernels), opponent.real(other, known), fake).backward()
        opponent.optimiser.step()
    optimiser.step()
    return loss.item()


measured(asked, step, parameters=count(net) + count(method) + (count(opponent.d) if opponent else 0))
