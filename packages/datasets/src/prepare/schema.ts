import { z } from "zod";

/** Bounds of what becomes 8 bits: values, those of liver in HU unless said (datasets.md 2.6 [ours]), or percentiles of the volume. */
export const windowSchema = z.union([
  z.strictObject({ from: z.number().default(-100), to: z.number().default(240) }).refine(({ from, to }) => from < to, "from below to"),
  z
    .strictObject({ percentiles: z.tuple([z.number().min(0).max(100), z.number().min(0).max(100)]) })
    .refine(({ percentiles: [from, to] }) => from < to, "the lower percentile first"),
]);
const windowStep = z.strictObject({ window: windowSchema });
const channelStep = z.strictObject({ channel: z.enum(["green", "grey", "red", "blue"]) });
const claheStep = z.strictObject({
  clahe: z.strictObject({ clip: z.number().positive().default(2), tiles: z.int().min(1).max(64).default(8) }),
});
const fieldOfViewWidthStep = z.strictObject({ fieldOfViewWidth: z.int().min(16).max(8192) });
const resizeStep = z.strictObject({ resize: z.tuple([z.int().min(1).max(8192), z.int().min(1).max(8192)]) });
const scaleStep = z.strictObject({ scale: z.number().positive() });

const forms =
  "{ window: { from, to } | { percentiles } }, { channel: green | grey | red | blue }, { clahe: { clip, tiles } }, { fieldOfViewWidth: pixels }, { resize: [height, width] }, { scale: divisor }";

const prepareStepSchema = z.union([windowStep, channelStep, claheStep, fieldOfViewWidthStep, resizeStep, scaleStep], {
  error: ({ input }) => `[prepare] ${JSON.stringify(input)} is no step. Expected one of ${forms}. Correct it.`,
});

/** One step of the preparation, defaults filled in. */
export type PrepareStep = z.output<typeof prepareStepSchema>;

/** `"channel"`, `"clahe"` … of a step. */
const stepName = (step: PrepareStep): string => Object.keys(step)[0]!;

/**
 * The configuration's `prepare`: a list of steps, done in the order they are written in. interfaces.md 2
 *
 * `{ window: { from, to } }` or `{ window: { percentiles: [1, 99] } }` (to 8 bits; first, before anything loses precision) · `{ channel: green | grey | red | blue }` · `{ clahe: { clip, tiles } }` (defaults 2 and 8; 8-bit, so before resizing and scaling) · `{ fieldOfViewWidth: pixels }` or
 * `{ resize: [height, width] }` · `{ scale: divisor }`. Every step at most once, one of the two resizings at most.
 */
export const prepareSchema = z.array(prepareStepSchema).superRefine((steps, context) => {
  const names = steps.map(stepName);
  const refuse = (index: number, message: string): void => context.addIssue({ code: "custom", path: [index], message });
  const resizing = ["fieldOfViewWidth", "resize"];
  for (const [index, name] of names.entries()) {
    const before = names.slice(0, index);
    if (before.includes(name)) refuse(index, `[prepare] step "${name}" is there twice. Expected every step at most once. Take one out.`);
    else if (resizing.includes(name) && before.some((other) => resizing.includes(other))) {
      refuse(index, `[prepare] both "fieldOfViewWidth" and "resize" are there. Expected one of them. Take one out.`);
    }
    if (name === "window" && index > 0)
      refuse(index, `[prepare] "window" comes after "${names[0]!}". Expected it first, where values are as read. Move it up.`);
    const late = before.find((other) => other === "scale" || resizing.includes(other));
    if (name === "clahe" && late !== undefined) {
      refuse(index, `[prepare] "clahe" comes after "${late}". Expected it before, where pictures still have 8 bits. Move it up.`);
    }
  }
});

/** What a configuration may write. */
export type PrepareOptions = z.input<typeof prepareSchema>;
