"""ENet as a PyTorch module, written from the specification (methods.md 2.5)."""

import torch
import torch.nn.functional as F
from torch import nn


def act(encoder):
    return nn.PReLU() if encoder else nn.ReLU(inplace=True)


def normed(convolution, encoder):
    return nn.Sequential(convolution, nn.BatchNorm2d(convolution.out_channels), act(encoder))


def conv(inside, out, size=1, **options):
    return nn.Conv2d(inside, out, size, bias=False, **options)


class Bottleneck(nn.Module):
    """kind: "regular", "asymmetric", or the rate of a dilated one."""

    def __init__(self, width, kind, rate, encoder=True):
        super().__init__()
        inner = width // 4
        if kind == "asymmetric":
            main = [conv(inner, inner, (5, 1), padding=(2, 0)), conv(inner, inner, (1, 5), padding=(0, 2))]
        else:
            dilation = 1 if kind == "regular" else kind
            main = [conv(inner, inner, 3, padding=dilation, dilation=dilation)]
        layers = [conv(width, inner), *main, conv(inner, width)]
        self.path = nn.Sequential(*(normed(layer, encoder) for layer in layers), nn.Dropout2d(rate))
        self.act = act(encoder)

    def forward(self, x):
        return self.act(x + self.path(x))


class Down(nn.Module):
    def __init__(self, inside, out, rate):
        super().__init__()
        inner = inside // 4
        layers = [conv(inside, inner, 2, stride=2), conv(inner, inner, 3, padding=1), conv(inner, out)]
        self.path = nn.Sequential(*(normed(layer, True) for layer in layers), nn.Dropout2d(rate))
        self.act, self.more = act(True), out - inside

    def forward(self, x):
        pooled, indices = F.max_pool2d(x, 2, return_indices=True)
        return self.act(F.pad(pooled, (0, 0, 0, 0, 0, self.more)) + self.path(x)), indices


class Up(nn.Module):
    def __init__(self, inside, out, rate):
        super().__init__()
        inner = inside // 4
        self.main = nn.Sequential(conv(inside, out), nn.BatchNorm2d(out))
        layers = [conv(inside, inner), nn.ConvTranspose2d(inner, inner, 2, stride=2, bias=False), conv(inner, out)]
        self.path = nn.Sequential(*(normed(layer, False) for layer in layers), nn.Dropout2d(rate))
        self.act = act(False)

    def forward(self, x, indices):
        return self.act(F.max_unpool2d(self.main(x), indices, 2) + self.path(x))


KINDS = ["regular", 2, "asymmetric", 4, "regular", 8, "asymmetric", 16]


class ENet(nn.Module):
    def __init__(self, classes, channels=1):
        super().__init__()
        self.initial = conv(channels, 16 - channels, 3, stride=2, padding=1)
        self.norm = nn.Sequential(nn.BatchNorm2d(16), act(True))
        self.down1 = Down(16, 64, 0.01)
        self.stage1 = nn.Sequential(*(Bottleneck(64, "regular", 0.01) for _ in range(4)))
        self.down2 = Down(64, 128, 0.1)
        self.stage23 = nn.Sequential(*(Bottleneck(128, kind, 0.1) for _ in range(2) for kind in KINDS))
        self.up4 = Up(128, 64, 0.1)
        self.stage4 = nn.Sequential(*(Bottleneck(64, "regular", 0.1, False) for _ in range(2)))
        self.up5 = Up(64, 16, 0.1)
        self.stage5 = Bottleneck(16, "regular", 0.1, False)
        self.head = nn.ConvTranspose2d(16, classes, 3, stride=2, padding=1, output_padding=1, bias=False)

    def forward(self, x):
        x = self.norm(torch.cat([self.initial(x), F.max_pool2d(x, 2)], 1))
        x, first = self.down1(x)
        x, second = self.down2(self.stage1(x))
        x = self.stage4(self.up4(self.stage23(x), second))
        return self.head(self.stage5(self.up5(x, first)))
