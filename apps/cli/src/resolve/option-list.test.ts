import { expect, test } from "vitest";
import { z } from "zod";
import type { JsonSchema } from "./offerings.js";
import { optionList } from "./option-list.js";

const listed = (schema: z.ZodType) => optionList(z.toJSONSchema(schema, { io: "input" }) as JsonSchema);

test("name, kind, default, source and description of every option, in order", () => {
  const options = listed(
    z.strictObject({
      temperature: z.number().positive().default(4).describe("softens [paper 3.1]"),
      rounds: z.int().min(1).max(9).describe("how often"),
      by: z.enum(["pixel", "element"]).default("pixel").describe("[row] mean [ours]"),
      at: z.tuple([z.number(), z.boolean()]).optional(),
      more: z.union([z.literal("auto"), z.array(z.string()), z.strictObject({ a: z.int(), b: z.int() })]).optional(),
    }),
  );
  expect(options).toEqual([
    { name: "temperature", kind: "number above 0", default: 4, required: false, source: "paper 3.1", description: "softens" },
    { name: "rounds", kind: "whole number from 1 to 9", default: null, required: true, source: null, description: "how often" },
    { name: "by", kind: "pixel | element", default: "pixel", required: false, source: "ours", description: "[row] mean" },
    { name: "at", kind: "[number, true | false]", default: null, required: false, source: null, description: "" },
    { name: "more", kind: "auto | list of text | { a, b }", default: null, required: false, source: null, description: "" },
  ]);
});
