import type { ListedOption } from "../resolve/option-list.js";

/** What a first configuration is written from. */
export interface Draft {
  readonly name: string;
  /** Path of the schema from the configuration's folder. */
  readonly schema: string;
  readonly data: string;
  /** Where the data lie, for the comment; null where that is not known, or where the set needs no files. */
  readonly root: string | null;
  readonly splits: { readonly train: string; readonly validation: string | null; readonly test: string };
  /** Of the first picture; null where no data were at hand. */
  readonly picture: { readonly height: number; readonly width: number; readonly channels: number; readonly bits: 8 | 16 } | null;
  readonly teacher: string;
  readonly student: string;
  readonly options: Readonly<Record<"data" | "teacher" | "student", readonly ListedOption[]>>;
}

const quoted = (text: string): string => (/^[a-z][A-Za-z0-9-]*$/.test(text) ? text : JSON.stringify(text));

/** Options as comments, each with its default, so that taking the mark away is all there is to do. */
const commented = (options: readonly ListedOption[]): string =>
  options
    .map((o) => `  # ${o.name}: ${o.default === null ? "…" : JSON.stringify(o.default)}${o.description && ` # ${o.description}`}\n`)
    .join("");

/** The largest patch of at most 256 pixels that fits, in multiples of 32 (of 16 for small pictures): networks halve their maps several times. */
const patchOf = ({ height, width }: { readonly height: number; readonly width: number }): number => {
  const side = Math.min(256, height, width);
  const step = side >= 64 ? 32 : 16;
  return Math.max(16, Math.floor(side / step) * step);
};

/** A first configuration as commented YAML. The numbers are a beginning, our choice: 40 epochs, Adam at 1e-3, patches that cover a picture about once. */
export const draft = ({ name, schema, data, root, splits, picture, teacher, student, options }: Draft): string => {
  const patch = picture ? patchOf(picture) : 64;
  const perImage = picture ? Math.min(16, Math.max(1, Math.round((picture.height * picture.width) / patch ** 2))) : 4;
  const channel = data === "folder" || picture?.channels === 1 ? "grey" : "green";
  const scaled = picture?.bits === 16 ? "{ scale: 65535 }" : "{ clahe: { clip: 2, tiles: 8 } }, { scale: 255 }";
  const part = (split: string): string => `{ use: ${quoted(data)}, split: ${quoted(split)} }`;
  const where = root ?? (picture ? null : "PATH");
  return `# yaml-language-server: $schema=${schema}
# An editor that knows YAML explains every key by the schema above; "segdistill plugins" lists all options.
name: ${quoted(name)}
seed: 0 # or seeds: [0, 1, 2], to tell chance from gain

${where === null ? "" : `# Where the data lie is said on the command line: --data ${data}=${where}\n`}data:
  train: ${part(splits.train)}
${splits.validation === null ? "" : `  validation: ${part(splits.validation)}\n`}  test:
    ${/^[A-Za-z][A-Za-z0-9-]*$/.test(data) ? data : "own"}: ${part(splits.test)}
    # pictures of another source show what the student is worth elsewhere:
    # other: { use: …, unseen: true }
${options.data.length > 0 ? `  # options of ${data}, to be written beside split in every entry:\n${commented(options.data)}` : ""}
# What becomes of a picture before a network sees it; kept with the student.
prepare: [{ channel: ${channel} }, ${scaled}]
sample: { patch: ${patch}, perImage: ${perImage}, batch: 4, augment: [flips] }

# The large network. With weights: file.safetensors in place of train it is not trained here.
teacher:
  use: ${quoted(teacher)}
${commented(options.teacher)}  train: { epochs: 40, optimiser: { adam: { rate: 1e-3 } }, schedule: { poly: 0.9 } }

# The small network.
student:
  use: ${quoted(student)}
${commented(options.student)}
# How the student learns. Methods that read the student alone also train teacher and baseline.
distil:
  epochs: 40
  optimiser: { adam: { rate: 1e-3 } }
  schedule: { poly: 0.9 }
  methods:
    - { use: "@segdistill/plugin-kd#supervised" }
    - { use: "@segdistill/plugin-kd#logits", weight: 1, temperature: 4 }
baseline: true # the same student without a teacher: gains are given against it
evaluate: { metrics: [dice, iou, sensitivity, specificity, auc] }
`;
};
