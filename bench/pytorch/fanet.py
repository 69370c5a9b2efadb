"""FANet as a PyTorch module, written from the specification (methods.md 2.1)."""

import torch
import torch.nn.functional as F
from torch import nn


def normed(inside, out, size=1, bias=False, relu=True):
    """Convolution that keeps the size, batch norm, and ReLU if asked for; `size` a number or (rows, columns)."""
    padding = tuple(k // 2 for k in size) if isinstance(size, tuple) else size // 2
    layers = [nn.Conv2d(inside, out, size, padding=padding, bias=bias), nn.BatchNorm2d(out)]
    return nn.Sequential(*layers, *([nn.ReLU(inplace=True)] if relu else []))


class SelectiveKernel(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.large, self.small = normed(width, width, 5, bias=True), normed(width, width, 3, bias=True)
        self.squeeze = normed(width, width // 2, bias=True)
        self.choose = nn.ModuleList(nn.Conv2d(width // 2, width, 1) for _ in range(2))

    def forward(self, x):
        large, small = self.large(x), self.small(x)
        squeezed = self.squeeze(F.adaptive_avg_pool2d(large + small, 1))
        shares = torch.stack([choose(squeezed) for choose in self.choose]).softmax(0)
        return shares[0] * large + shares[1] * small


class Block(nn.Module):
    def __init__(self, inside, width, first):
        super().__init__()
        after = [SelectiveKernel(width), nn.BatchNorm2d(width), nn.ReLU(inplace=True), normed(width, width, relu=False)]
        self.path = nn.Sequential(normed(inside, width), *after)
        self.shortcut = normed(inside, width, relu=False) if first else nn.Identity()

    def forward(self, x):
        return F.relu(self.path(x) + self.shortcut(x))


def stage(inside, width):
    return nn.Sequential(Block(inside, width, True), Block(width, width, False))


class Strip(nn.Module):
    """Strip-pooling attention; the last level multiplies its input by it."""

    def __init__(self, width, cells, last):
        super().__init__()
        self.cells, self.last = cells, last
        self.first, self.second = normed(width, width), normed(width, width)
        self.whole = normed(width, width, 3, relu=False)
        self.coarse = nn.ModuleList(normed(width, width, 3, relu=False) for _ in cells)
        self.rows, self.columns = normed(width, width, (1, 3), relu=False), normed(width, width, (3, 1), relu=False)
        self.fuse = nn.ModuleList(normed(width, width, 3) for _ in range(2))
        self.join = normed(2 * width, width, relu=False)

    def forward(self, x):
        size = x.shape[2:]
        up = lambda y: F.interpolate(y, size, mode="bilinear", align_corners=False)  # noqa: E731
        a, b = self.first(x), self.second(x)
        square = self.whole(a)
        for cells, layer in zip(self.cells, self.coarse):
            square = square + up(layer(F.adaptive_avg_pool2d(a, cells)))
        strips = up(self.rows(F.adaptive_avg_pool2d(b, (1, size[1])))) + up(self.columns(F.adaptive_avg_pool2d(b, (size[0], 1))))
        found = self.join(torch.cat([self.fuse[0](F.relu(square)), self.fuse[1](F.relu(strips))], 1))
        return x * found.sigmoid() if self.last else F.relu(x + found)


class FANet(nn.Module):
    def __init__(self, classes, channels=1):
        super().__init__()
        widths = [64, 128, 256, 512]
        self.down = nn.ModuleList(stage(a, b) for a, b in zip([channels, *widths], widths))
        self.up = nn.ModuleList(nn.ConvTranspose2d(2 * w, w, 2, stride=2) for w in widths[:-1])
        self.fuse = nn.ModuleList(stage(2 * w, w) for w in widths[:-1])
        self.strip = nn.ModuleList(Strip(w, cells, w == 64) for w, cells in zip(widths, [(3, 6), (12, 18), (3, 6)]))
        self.drop = nn.Dropout2d(0.5)
        self.head = nn.Conv2d(64, classes, 1)

    def forward(self, x):
        skips = []
        for level, down in enumerate(self.down):
            x = down(x if level == 0 else F.max_pool2d(x, 2))
            skips.append(x)
        for level in reversed(range(3)):
            x = self.strip[level](self.fuse[level](torch.cat([skips[level], self.up[level](x)], 1)))
        return self.head(self.drop(x))
