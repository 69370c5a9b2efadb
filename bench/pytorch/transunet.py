"""TransUNet as a PyTorch module, written from the specification (methods.md 2.3) in the form of the published R50-ViT-B/16: group norm after standardised
convolutions. `size` "base" or "small"."""

import torch
import torch.nn.functional as F
from torch import nn

SIZES = {
    "base": dict(stem=64, groups=32, blocks=(3, 4, 9), hidden=768, layers=12, heads=12, inner=3072, decoder=(256, 128, 64, 16)),
    "small": dict(stem=32, groups=16, blocks=(1, 2, 2), hidden=192, layers=4, heads=3, inner=768, decoder=(128, 64, 32, 16)),
}


class Standardised(nn.Conv2d):
    def forward(self, x):
        variance, mean = torch.var_mean(self.weight, dim=(1, 2, 3), unbiased=False, keepdim=True)
        return F.conv2d(x, (self.weight - mean) * torch.rsqrt(variance + 1e-8), None, self.stride, self.padding)


def resnet_conv(inside, out, size, groups, stride=1, relu=True):
    layers = [Standardised(inside, out, size, stride, size // 2, bias=False), nn.GroupNorm(groups, out, eps=1e-6)]
    return nn.Sequential(*layers, *([nn.ReLU(inplace=True)] if relu else []))


class Block(nn.Module):
    def __init__(self, inside, out, groups, stride):
        super().__init__()
        inner = out // 4
        self.path = nn.Sequential(
            resnet_conv(inside, inner, 1, groups),
            resnet_conv(inner, inner, 3, groups, stride),
            resnet_conv(inner, out, 1, groups, relu=False),
        )
        widens = stride != 1 or inside != out
        self.shortcut = resnet_conv(inside, out, 1, groups, stride, relu=False) if widens else nn.Identity()

    def forward(self, x):
        return F.relu(self.shortcut(x) + self.path(x))


class Layer(nn.Module):
    def __init__(self, width, heads, inner):
        super().__init__()
        self.heads = heads
        self.before, self.qkv, self.out = nn.LayerNorm(width, eps=1e-6), nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.LayerNorm(width, eps=1e-6), nn.Linear(width, inner), nn.GELU(), nn.Linear(inner, width))

    def forward(self, x):
        b, n, c = x.shape
        q, k, v = self.qkv(self.before(x)).reshape(b, n, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4)
        x = x + self.out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, n, c))
        return x + self.mlp(x)


def plain(inside, out):
    return nn.Sequential(nn.Conv2d(inside, out, 3, padding=1, bias=False), nn.BatchNorm2d(out), nn.ReLU(inplace=True))


class TransUNet(nn.Module):
    def __init__(self, classes, size="base", image=224, channels=1):
        super().__init__()
        sizes = SIZES[size]
        stem, groups, hidden, wide = sizes["stem"], sizes["groups"], sizes["hidden"], sizes["decoder"]
        self.stem = resnet_conv(channels, stem, 7, groups, 2)
        inside, self.stages = stem, nn.ModuleList()
        for i, count in enumerate(sizes["blocks"]):
            out = stem * 2 ** (2 + i)
            strides = [1 if i == 0 else 2] + [1] * (count - 1)
            self.stages.append(nn.Sequential(*(Block(inside if n == 0 else out, out, groups, s) for n, s in enumerate(strides))))
            inside = out
        self.embed = nn.Conv2d(inside, hidden, 1)
        self.positions = nn.Parameter(torch.randn(1, hidden, image // 16, image // 16) * 0.02)
        self.layers = nn.Sequential(*(Layer(hidden, sizes["heads"], sizes["inner"]) for _ in range(sizes["layers"])), nn.LayerNorm(hidden, eps=1e-6))
        self.reduce = plain(hidden, 2 * wide[0])
        froms = [2 * wide[0] + 8 * stem, wide[0] + 4 * stem, wide[1] + stem, wide[2]]
        self.up = nn.ModuleList(nn.Sequential(plain(a, b), plain(b, b)) for a, b in zip(froms, wide))
        self.head = nn.Conv2d(wide[-1], classes, 3, padding=1)

    def forward(self, x):
        skips = [self.stem(x)]
        skips.append(self.stages[0](F.max_pool2d(skips[0], 3, 2, 1)))
        skips.append(self.stages[1](skips[1]))
        x = self.embed(self.stages[2](skips[2]))
        b, c, h, w = x.shape
        grid = self.positions
        if grid.shape[2:] != (h, w):
            grid = F.interpolate(grid, (h, w), mode="bilinear", align_corners=False)
        x = self.layers((x + grid).flatten(2).transpose(1, 2)).transpose(1, 2).reshape(b, c, h, w)
        x = self.reduce(x)
        for up, skip in zip(self.up, [*reversed(skips), None]):
            x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
            x = up(x if skip is None else torch.cat([x, skip], 1))
        return self.head(x)
