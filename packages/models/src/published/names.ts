/** The name or names (joined along their first axis) that a variable of ours has in a published file; undefined where the file has none. */
export type NamesOf = (ours: string) => string | readonly string[] | undefined;

const ends: Readonly<Record<string, string>> = {
  kernel: "weight",
  bias: "bias",
  scale: "weight",
  offset: "bias",
  mean: "running_mean",
  variance: "running_var",
};
const stages: Readonly<Record<string, number>> = { "encoder/4": 0, "encoder/8": 1, bottleneck: 2 };
const thirds: Readonly<Record<string, number>> = { first: 1, second: 2, third: 3 };

/** A ResNet's names from its parts. */
const resNet =
  (say: {
    readonly stem: (kind: string) => string;
    readonly block: (stage: number, block: number) => string;
    readonly part: (kind: string, i: number) => string;
    readonly shortcut: (kind: string) => string;
  }): NamesOf =>
  (ours) => {
    const [, kind, end = ""] = /^encoder\/2\/stem\/(conv|norm)\/(\w+)$/.exec(ours) ?? [];
    if (kind) return `${say.stem(kind)}.${ends[end]!}`;
    const found = /^(encoder\/4|encoder\/8|bottleneck)\/block(\d+)\/(first|second|third|shortcut)\/(conv|norm)\/(\w+)$/.exec(ours);
    if (!found) return undefined;
    const [stage, block, part, what, last] = found.slice(1) as [string, string, string, string, string];
    const place = part === "shortcut" ? say.shortcut(what) : say.part(what, thirds[part]!);
    return `${say.block(stages[stage]!, Number(block) - 1)}.${place}.${ends[last]!}`;
  };

/** A ViT's names from its parts; without `embed`, its patch embedding is not asked for. */
const viT =
  (say: {
    readonly positions: string;
    readonly embed?: string;
    readonly last: string;
    readonly layer: (layer: number) => string;
    readonly parts: Readonly<Record<string, string | readonly string[]>>;
  }): NamesOf =>
  (ours) => {
    if (ours === "bottleneck/positions/grid") return say.positions;
    const [, whole, end = ""] = /^bottleneck\/(embed|norm)\/(\w+)$/.exec(ours) ?? [];
    const at = whole === "embed" ? say.embed : say.last;
    if (whole) return at && `${at}.${ends[end]!}`;
    const [, layer, part = "", last = ""] = /^bottleneck\/layer(\d+)\/(.+)\/(\w+)$/.exec(ours) ?? [];
    const theirs = say.parts[part];
    if (!layer || theirs === undefined) return undefined;
    const full = (one: string): string => `${say.layer(Number(layer) - 1)}.${one}.${ends[last]!}`;
    return typeof theirs === "string" ? full(theirs) : theirs.map(full);
  };

const either =
  (...all: readonly NamesOf[]): NamesOf =>
  (ours) =>
    all.reduce<ReturnType<NamesOf>>((found, one) => found ?? one(ours), undefined);

const torchvisionResNet = resNet({
  stem: (kind) => (kind === "conv" ? "conv1" : "bn1"),
  block: (stage, block) => `layer${stage + 1}.${block}`,
  part: (kind, i) => `${kind === "conv" ? "conv" : "bn"}${i}`,
  shortcut: (kind) => `downsample.${kind === "conv" ? 0 : 1}`,
});

const timmViT = {
  positions: "pos_embed",
  last: "norm",
  layer: (i: number) => `blocks.${i}`,
  parts: {
    "attention/norm": "norm1",
    "attention/heads/qkv": "attn.qkv",
    "attention/heads/out": "attn.proj",
    "mlp/norm": "norm2",
    "mlp/widen": "mlp.fc1",
    "mlp/narrow": "mlp.fc2",
  },
};

/**
 * Names of published weights by source, for the variables of `transunet`; from knowledge of the public libraries, no file of theirs was read here [inferred]:
 * - `resnet50`: torchvision's and timm's ResNet-50, for `norm: "batch"`; its third stage has 6 blocks, TransUNet's 9: the last three are not in it.
 * - `vit`: timm's ViT-B/16. `vit-huggingface`: the same as `transformers` names it. Their patch embedding reads 16 × 16 pixels and does not fit.
 * - `hybrid`: timm's `vit_base_r50_s16_224`, Google's R50-ViT-B/16: everything up to the bottleneck, for `norm: "group"`.
 */
export const publishedNames = {
  resnet50: torchvisionResNet,
  vit: viT(timmViT),
  "vit-huggingface": viT({
    positions: "vit.embeddings.position_embeddings",
    last: "vit.layernorm",
    layer: (i) => `vit.encoder.layer.${i}`,
    parts: {
      "attention/norm": "layernorm_before",
      "attention/heads/qkv": ["query", "key", "value"].map((one) => `attention.attention.${one}`),
      "attention/heads/out": "attention.output.dense",
      "mlp/norm": "layernorm_after",
      "mlp/widen": "intermediate.dense",
      "mlp/narrow": "output.dense",
    },
  }),
  hybrid: either(
    viT({ ...timmViT, embed: "patch_embed.proj" }),
    resNet({
      stem: (kind) => `patch_embed.backbone.stem.${kind}`,
      block: (stage, block) => `patch_embed.backbone.stages.${stage}.blocks.${block}`,
      part: (kind, i) => `${kind}${i}`,
      shortcut: (kind) => `downsample.${kind}`,
    }),
  ),
} as const satisfies Readonly<Record<string, NamesOf>>;
