"""A process that trains some steps of one part of generalisable distillation in PyTorch and prints their times: `python gkd.py '{"method", "network", "teacher", "precision",
"mode", "threads", …}'`.

The same work as ours/gkd.mjs (methods.md 3.4 to 3.6): the parts of S1 and S2, and S3's step with and without them. All frozen networks are in inference form, and without gradients where
none goes through them; the views of all pictures go through the frozen teacher as one batch, through the student one after the other, because each has its own statistics; only
the pass over the pictures themselves moves running ones. What a mask means is computed once, since views of it are the mask itself. Settings that make PyTorch faster on a CPU are on, as in
step.py; in mode "compile" encoders, decoders, headers, views and losses are compiled.
"""

import contextlib

import torch
import torch.nn.functional as F
from torch import nn

import losses as L
from alignment import Aligner, MaskAutoencoder
from make import count, make
from pace import measured
from setting import asked, autocast, batch, known, prepared, size
from views import changed

LATENT, VIEWS = 512, 4
changed, graphs, mask_losses, picture_mse = (prepared(f) for f in (changed, L.graphs, L.mask_losses, L.picture_mse))
divergence, consistency = prepared(L.divergence), prepared(L.consistency)
mask = known.labels[:, None].float().contiguous(memory_format=torch.channels_last)
known_pixels = known.valid * known.labelled.view(-1, 1, 1)


class Halves:
    """A network's two ways, each by itself; `still` for passes that move no running statistics."""

    def __init__(self, net):
        self.net, self.encode, self.decode = net, prepared(net.encode), prepared(net.decode)
        self.norms = [part for part in net.modules() if isinstance(part, nn.BatchNorm2d)]

    @contextlib.contextmanager
    def still(self):
        for norm in self.norms:
            norm.track_running_stats = False
        yield
        for norm in self.norms:
            norm.track_running_stats = True


def frozen(net):
    return Halves(net.to(memory_format=torch.channels_last).eval().requires_grad_(False))


def learning(net):
    return Halves(net.to(memory_format=torch.channels_last))


def aligner(net):
    with torch.no_grad():
        _, channels, *map_size = net.eval().encode(torch.zeros(1, 1, size, size))[0].shape
    return Aligner(map_size, channels, LATENT)


def student():
    return make(asked["network"])


def teacher():
    return make(asked["teacher"])


def exact(*tensors):
    return [x.float() for x in tensors]


class Autoencoder:
    """S1 (i)."""

    def __init__(self):
        self.psae = learning(MaskAutoencoder())
        self.trained = self.psae.net

    def loss(self):
        with autocast():
            logits = self.psae.decode(self.psae.encode(mask))
        return sum(mask_losses(logits.float(), mask, known.valid, known.labelled * L.has_foreground(mask)))


class AutoencoderHeaders:
    """S1 (ii)."""

    def __init__(self):
        self.psae = frozen(MaskAutoencoder())
        self.headers = learning(Aligner((size // 8, size // 8), LATENT, LATENT))
        self.trained = self.headers.net

    def loss(self):
        counted = known.labelled * L.has_foreground(mask)
        with autocast():
            with torch.no_grad():
                found = self.psae.encode(mask)
            copy = self.headers.decode(self.headers.encode(found))
            logits = self.psae.decode(copy)
        logits, copy, found = exact(logits, copy, found)
        return sum(mask_losses(logits, mask, known.valid, counted)) + picture_mse(copy, found, counted)


class Consistency:
    """S2, of one network."""

    def __init__(self, make_net):
        self.psae, self.headers = (frozen(part) for part in (MaskAutoencoder(), Aligner((size // 8, size // 8), LATENT, LATENT)))
        net = make_net()
        self.aligner = learning(aligner(net))
        self.net = frozen(net)
        self.trained = self.aligner.net

    def loss(self):
        with autocast():
            with torch.no_grad():
                meant = self.headers.encode(self.psae.encode(mask))
                found, skips = self.net.encode(known.images)
                own = self.net.decode(found, skips)[0]
                viewed = self.net.encode(changed(known.images))[0]
            vector = self.aligner.encode(found)
            back = self.aligner.decode(vector)
            through = self.net.decode(back, skips)[0]
            of_view = self.aligner.encode(viewed)
        meant, found, own, vector, back, through, of_view = exact(meant, found, own, vector, back, through, of_view)
        latent, augmentation = (picture_mse(v, meant, known.labelled) for v in (vector, of_view))
        return latent + F.mse_loss(back, found) + consistency(through, own, known.labels, known_pixels) + 0.5 * augmentation


class Distillation:
    """S3, with DCGD, with DICD, with both or with neither: then the teacher runs, and nothing is made of it."""

    def __init__(self, dcgd, dicd):
        self.dcgd, self.dicd = dcgd, dicd
        nets = teacher(), student()
        self.tan, self.san = (frozen(aligner(net)) for net in nets)
        self.teacher, self.student = frozen(nets[0]), learning(nets[1].train())
        self.trained = self.student.net

    def loss(self):
        with autocast():
            with torch.no_grad():
                found, skips = self.teacher.encode(known.images)
                target = self.teacher.decode(found, skips)[0] if self.dicd or not self.dcgd else None
                vector = self.tan.encode(found) if self.dcgd or self.dicd else None
            own_found, own_skips = self.student.encode(known.images)
            logits = self.student.decode(own_found, own_skips)[0]
            own_vector = self.san.encode(own_found) if self.dcgd or self.dicd else None
        loss = F.cross_entropy(logits.float(), known.labels)
        if self.dcgd:
            loss = loss + sum(graphs(*self.nodes(vector, own_vector)))
        if self.dicd:
            with autocast():
                through_teacher = self.teacher.decode(self.tan.decode(own_vector), skips)[0]
                with self.student.still():
                    through_student = self.student.decode(self.san.decode(vector), own_skips)[0]
            pair = exact(through_teacher, through_student)
            loss = loss + 0.5 * sum(divergence(z, target.float(), 1, known.valid) for z in pair)
        return loss

    def nodes(self, vector, own_vector):
        """The student's and the teacher's vectors of the pictures and their views."""
        with torch.no_grad():
            views = changed(known.images.repeat(VIEWS, 1, 1, 1))
        with autocast():
            with torch.no_grad():
                others = self.tan.encode(self.teacher.encode(views)[0]).split(batch)
            with self.student.still():
                own = [self.san.encode(self.student.encode(view)[0]) for view in views.split(batch)]
        return (torch.stack([first, *more], 1).float() for first, more in ((own_vector, own), (vector, others)))


METHODS = {
    "psae": Autoencoder,
    "psae-headers": AutoencoderHeaders,
    "tan": lambda: Consistency(teacher),
    "san": lambda: Consistency(student),
    "plain": lambda: Distillation(dcgd=False, dicd=False),
    "dcgd": lambda: Distillation(dcgd=True, dicd=False),
    "dicd": lambda: Distillation(dcgd=False, dicd=True),
    "gkd": lambda: Distillation(dcgd=True, dicd=True),
}

work = METHODS[asked["method"]]()
optimiser = torch.optim.Adam(work.trained.parameters(), lr=1e-3, fused=True)


def step():
    optimiser.zero_grad()
    loss = work.loss()
    loss.backward()
    optimiser.step()
    return loss.item()


measured(asked, step, parameters=count(work.trained))
