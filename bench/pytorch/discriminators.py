"""Both discriminators of methods.md 3.2.3 and 3.3.2, and WGAN-GP's losses, as PyTorch modules.

A pass gets its kernels first, so that spectral norm is computed once however many maps are scored: `kernels(moves)`, then `forward(x, kernels)`, which gives
scores and the last hidden layer.
"""

import torch
import torch.nn.functional as F
from torch import nn


class Attention(nn.Module):
    """x + gamma * softmax(q k^T) v over all positions, q and k of an eighth of the channels."""

    def __init__(self, channels):
        super().__init__()
        self.query, self.key, self.value = (nn.Conv2d(channels, out, 1) for out in (channels // 8, channels // 8, channels))
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        q, k, v = (part(x).flatten(2).transpose(1, 2) for part in (self.query, self.key, self.value))  # [B, positions, channels]
        attended = (q @ k.transpose(1, 2)).softmax(-1) @ v
        return x + self.gamma * attended.transpose(1, 2).reshape(x.shape)


class Sagan(nn.Module):
    """Of class logits; kernels divided by their largest singular value, whose vectors move in the discriminator's own step only."""

    def __init__(self, classes, width=64):
        super().__init__()
        widths = [classes, *(width * 2**i for i in range(4))]
        self.stages = nn.ModuleList(nn.Conv2d(a, b, 4, stride=2, padding=1) for a, b in zip(widths, widths[1:]))
        self.attention = nn.ModuleList([Attention(widths[3]), Attention(widths[4])])
        self.last = nn.Conv2d(widths[4], 1, 4)
        for i, stage in enumerate(self.stages):
            self.register_buffer(f"u{i}", torch.randn(stage.out_channels))
            self.register_buffer(f"v{i}", torch.zeros(stage.weight[0].numel()))
        self.kernels(True)

    def kernels(self, moves):
        out = []
        for i, stage in enumerate(self.stages):
            flat, u, v = stage.weight.flatten(1), getattr(self, f"u{i}"), getattr(self, f"v{i}")
            if moves:
                with torch.no_grad():
                    v.copy_(F.normalize(flat.T @ u, dim=0))
                    u.copy_(F.normalize(flat @ v, dim=0))
            out.append(stage.weight / (u.clone() @ flat @ v.clone()))
        return tuple(out)

    def forward(self, x, kernels):
        x = torch.tanh(x)
        for i, (stage, kernel) in enumerate(zip(self.stages, kernels)):
            x = F.leaky_relu(F.conv2d(x, kernel, stage.bias, stride=2, padding=1), 0.1)
            if i > 1:
                x = self.attention[i - 2](x)
        return self.last(x), x


def instance_norm(x):
    """By its formula: for a batch of one PyTorch 2.15's own second order disagrees with its central differences."""
    variance, mean = torch.var_mean(x, (2, 3), correction=0, keepdim=True)
    return (x - mean) * (variance + 1e-5).rsqrt()


class Patch(nn.Module):
    """Conditional PatchGAN of pictures with probabilities."""

    def __init__(self, channels, width=64):
        super().__init__()
        widths = [channels, *(width * 2**i for i in range(4))]
        self.stages = nn.ModuleList(nn.Conv2d(a, b, 4, stride=s, padding=1) for a, b, s in zip(widths, widths[1:], (2, 2, 2, 1)))
        self.last = nn.Conv2d(widths[4], 1, 4, padding=1)

    def kernels(self, moves):
        return ()

    def forward(self, x, kernels):
        for i, stage in enumerate(self.stages):
            x = stage(x)
            x = F.leaky_relu(instance_norm(x) if i > 0 else x, 0.2)
        return self.last(x), x


def per_image(x):
    return x.flatten(1).mean(1)


def wasserstein(look, smooth, real, fake):
    """-E[D(real)] + E[D(fake)] + 10 E[(|slope| - 1)^2]; `smooth` looks as `look` does and has a second order."""
    a = torch.rand(real.shape[0], 1, 1, 1, dtype=real.dtype)
    between = (a * real + (1 - a) * fake).requires_grad_()
    slope = torch.autograd.grad(smooth(between)[0].sum(), between, create_graph=True)[0]
    steep = (slope.flatten(1).square().sum(1) + 1e-12).sqrt()
    return (per_image(look(fake)[0]) - per_image(look(real)[0]) + 10 * (steep - 1).square()).mean()
