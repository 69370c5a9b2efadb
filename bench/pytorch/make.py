"""A network by the name and options that our configurations give it."""

import torch

from enet import ENet
from erfnet import ERFNet
from fanet import FANet
from networks import MobileUNet, UNet
from transunet import TransUNet

CLASSES = 2
NETWORKS = {
    "u-net": lambda width=64, levels=5: UNet(width, CLASSES, levels),
    "mobile-u-net": lambda: MobileUNet(CLASSES),
    "fanet": lambda: FANet(CLASSES),
    "enet": lambda: ENet(CLASSES),
    "erfnet": lambda: ERFNet(CLASSES),
    "transunet": lambda **options: TransUNet(CLASSES, **options),
}


def make(network):
    """`network` is { "use": name, …options }. channels_last makes a CPU faster."""
    options = dict(network)
    return NETWORKS[options.pop("use")](**options).to(memory_format=torch.channels_last)


def count(net):
    return sum(p.numel() for p in net.parameters())
