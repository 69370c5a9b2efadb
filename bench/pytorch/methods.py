"""Every method of `bench -- methods` as a PyTorch user would write it: what is trained beside the student, its loss, its opponent. Names, weights and options are
those of ours/methods.mjs; the losses are in losses.py, held to the packages' fixtures by check.py.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

import losses as L
from discriminators import Patch, Sagan, per_image

CLASSES = 2


class Answer(NamedTuple):
    """What a network gives: logits, and its encoder's and decoder's map at a quarter of the picture."""

    logits: Tensor
    encoder: Tensor
    decoder: Tensor

    @property
    def maps(self):
        return self.encoder, self.decoder


def chain(widths):
    layers = [(nn.Conv2d(a, b, 3, padding=1), nn.LeakyReLU(0.1)) for a, b in zip(widths, widths[1:])]
    return nn.Sequential(*(part for layer in layers for part in layer))


class Paraphraser(nn.Module):
    """Built whole, as ours is; the bench does not train it, so its way back stands idle."""

    def __init__(self, from_, to):
        super().__init__()
        self.encode, self.decode = chain([from_, from_, to, to]), chain([to, to, from_, from_])

    def forward(self, x):
        return self.encode(x)


class Regressor(nn.Module):
    def __init__(self, from_, to):
        super().__init__()
        self.guess = nn.Sequential(*(part for a in (from_, to) for part in (nn.Conv2d(a, to, 1, bias=False), nn.ReLU())), nn.Conv2d(to, to, 1, bias=False))
        self.alpha = nn.Parameter(torch.full((to,), 4.9932))

    def variance(self):
        return nn.functional.softplus(self.alpha) + 1e-6


class Method(nn.Module):
    """Its parameters learn with the student; the forward pass is the loss beside the supervised one, of float32 maps. `channels`: (student's, teacher's) at a quarter."""

    paraphrased = False
    opponent = None

    def __init__(self, channels, bfloat16=False):
        super().__init__()
        self.bfloat16 = bfloat16

    def layers(self):
        """What its own layers run under; losses do not."""
        return torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.bfloat16)

    def forward(self, own, other, known):
        return own.logits.new_zeros(())


class Plain(Method):
    """The teacher runs, and nothing is made of it."""


class Paraphrased(Method):
    """The same, its maps brought to the student's channels."""

    paraphrased = True


class Logits(Method):
    def forward(self, own, other, known):
        return L.divergence(own.logits, other.logits, 4, known.valid)


class Attention(Method):
    def forward(self, own, other, known):
        return sum(L.attention_difference(s, t) for s, t in zip(own.maps, other.maps))


class Fsp(Method):
    paraphrased = True

    def forward(self, own, other, known):
        return nn.functional.mse_loss(L.flow(*own.maps), L.flow(*other.maps))


class FactorTransfer(Method):
    paraphrased = True

    def __init__(self, channels, bfloat16=False):
        super().__init__(channels, bfloat16)
        self.translators = nn.ModuleList(chain([channels[0]] * 4) for _ in range(2))

    def forward(self, own, other, known):
        with self.layers():
            made = [translate(s) for translate, s in zip(self.translators, own.maps)]
        return 200 * sum(L.factor_difference(s.float(), t) for s, t in zip(made, other.maps))


class VariationalInformation(Method):
    def __init__(self, channels, bfloat16=False):
        super().__init__(channels, bfloat16)
        self.regressors = nn.ModuleList(Regressor(*channels) for _ in range(2))

    def forward(self, own, other, known):
        total = 0
        for regressor, s, t in zip(self.regressors, own.maps, other.maps):
            with self.layers():
                guess = regressor.guess(s)
            total = total + L.negative_log_likelihood(t, guess.float(), regressor.variance())
        return total


class StructuredKnowledge(Method):
    def forward(self, own, other, known):
        pairs = nn.functional.mse_loss(L.cell_similarity(own.encoder), L.cell_similarity(other.encoder))
        return L.soft_cross_entropy(own.logits, other.logits, known.valid) + 0.1 * pairs


class IntraClassVariation(Method):
    def forward(self, own, other, known):
        where = L.regions(known.labels, known.valid, known.labelled, CLASSES, own.decoder.shape[2:])
        return L.intra_class_variation(own.decoder, other.decoder, where)


class Emkd(Method):
    def forward(self, own, other, known):
        where = L.regions(known.labels, known.valid, known.labelled, CLASSES, own.decoder.shape[2:])
        pairs = list(zip(own.maps, other.maps))
        importance = sum(L.attention_difference(s, t, 4) for s, t in pairs)
        affinity = L.region_difference([(s, t, where) for s, t in pairs])
        return 0.1 * L.divergence(own.logits, other.logits, 4, known.valid) + 0.9 * importance + 0.9 * affinity


def probabilities(logits, known):
    return logits.softmax(1) * known.valid[:, None]


class Opponent(nn.Module):
    """A discriminator and what it sees of a step; `look` gives scores and hidden layer of one map. `weight` is the student's term's."""

    def __init__(self, d, weight=0.1):
        super().__init__()
        self.d, self.weight = d.to(memory_format=torch.channels_last), weight
        self.optimiser = torch.optim.Adam(self.d.parameters(), lr=3e-5, betas=(0.9, 0.99), fused=True)

    def shown(self, q, known):
        return torch.cat([known.images, q], 1)

    def fake(self, own, known):
        return probabilities(own.logits, known)

    def real(self, other, known):
        return probabilities(other.logits, known)

    def student(self, look, own, other, known):
        return -self.weight * per_image(look(self.fake(own, known))[0]).mean()


class OfLogits(Opponent):
    """Graph Flow's."""

    def __init__(self):
        super().__init__(Sagan(CLASSES))

    def shown(self, q, known):
        return q

    def fake(self, own, known):
        return own.logits

    def real(self, other, known):
        return other.logits


class OfPictures(Opponent):
    """CoCoD's: of pictures with class probabilities."""

    def __init__(self):
        super().__init__(Patch(1 + CLASSES))


class OfAnnotations(OfPictures):
    """LightVessel's, variant A: the student relates to the annotation as the teacher does."""

    def real(self, other, known):
        q = nn.functional.one_hot(known.labels, CLASSES).permute(0, 3, 1, 2) * known.valid[:, None]
        return q.contiguous(memory_format=torch.channels_last)

    def student(self, look, own, other, known):
        with torch.no_grad():
            marked, taught = (look(q)[1] for q in (self.real(other, known), probabilities(other.logits, known)))
        scores, hidden = look(self.fake(own, known))
        return self.weight * (L.annotation_distance(marked, taught, hidden, known.labelled) - per_image(scores).mean())


class Cocod(Method):
    paraphrased = True
    opponent = OfPictures

    def forward(self, own, other, known):
        return nn.functional.mse_loss(L.correlation(*own.maps), L.correlation(*other.maps))


def graph_flow(reading, adversarial=True, logits=True):
    weights = (1, 1) if reading == "R3" else (1e-5, 1e-9)

    class GraphFlow(Method):
        paraphrased = True
        opponent = OfLogits if adversarial else None

        def forward(self, own, other, known):
            vertex, edge = L.graph_flow(reading, own.maps, other.maps)
            loss = weights[0] * vertex + weights[1] * edge
            return loss + L.divergence(own.logits, other.logits, 1, known.valid) if logits else loss

    return GraphFlow


class Features(Method):
    def forward(self, own, other, known):
        return L.feature_similarity(own.maps, other.maps)


class LightVessel(Features):
    opponent = OfAnnotations


METHODS = {
    "plain": Plain,
    "paraphrased": Paraphrased,
    "kd": Logits,
    "at": Attention,
    "fsp": Fsp,
    "ft": FactorTransfer,
    "vid": VariationalInformation,
    "skd": StructuredKnowledge,
    "ifvd": IntraClassVariation,
    "emkd": Emkd,
    "cocod": Cocod,
    "graph-flow-graph": graph_flow("R1", adversarial=False, logits=False),
    "graph-flow-r1-no-adversary": graph_flow("R1", adversarial=False),
    "graph-flow-r1": graph_flow("R1"),
    "graph-flow-r3-no-adversary": graph_flow("R3", adversarial=False),
    "graph-flow-r3": graph_flow("R3"),
    "light-vessel-features": Features,
    "light-vessel": LightVessel,
}
