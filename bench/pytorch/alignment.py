"""The semantic autoencoder (P-SAE) and the alignment networks (MSAN) as PyTorch modules, written from the specification (methods.md 3.4.1, 3.4.2)."""

import torch
import torch.nn.functional as F
from torch import nn

from fanet import stage


class Headers(nn.Module):
    """Between a map [B, C, h, w] and a vector [B, C]: linear layers over the positions, shared by the channels."""

    def __init__(self, size, hidden=64):
        super().__init__()
        self.size, positions = tuple(size), size[0] * size[1]
        self.down = nn.Sequential(nn.Linear(positions, hidden), nn.GELU(), nn.Linear(hidden, 1))
        self.up = nn.Sequential(nn.Linear(1, hidden), nn.GELU(), nn.Linear(hidden, positions))

    def encode(self, x):
        return self.down(x.flatten(2)).squeeze(2)

    def decode(self, v):
        return self.up(v.unsqueeze(2)).unflatten(2, self.size).contiguous(memory_format=torch.channels_last)


class Aligner(Headers):
    """TAN or SAN, with a conv 1x1 on both ways where the network's channels are not the vector's."""

    def __init__(self, size, channels, d, hidden=64):
        super().__init__(size, hidden)
        same = channels == d
        self.enter, self.leave = (nn.Identity() if same else nn.Conv2d(*ends, 1) for ends in ((channels, d), (d, channels)))

    def encode(self, x):
        return super().encode(self.enter(x))

    def decode(self, v):
        return self.leave(super().decode(v))


class MaskAutoencoder(nn.Module):
    """FANet's encoder on masks, and a decoder without skips."""

    def __init__(self, channels=1, width=64):
        super().__init__()
        widths = [width * factor for factor in (1, 2, 4, 8)]
        self.down = nn.ModuleList(stage(a, b) for a, b in zip([channels, *widths], widths))
        self.up = nn.Sequential(*(nn.ConvTranspose2d(2 * w, w, 2, stride=2) for w in reversed(widths[:-1])))
        self.drop, self.head = nn.Dropout2d(0.5), nn.Conv2d(width, channels, 1)

    def encode(self, x):
        for level, down in enumerate(self.down):
            x = down(x if level == 0 else F.max_pool2d(x, 2))
        return x

    def decode(self, x):
        return self.head(self.drop(self.up(x)))

    def forward(self, x):
        return self.decode(self.encode(x))
