import type { NetworkSpec } from "@segdistill/core";
import { enet, erfnet, fanet, mobileUNet, uNet } from "@segdistill/models";
import { expect, test } from "vitest";
import type { MsanOptions } from "../src/index.js";
import { discs, distil, small, user } from "./steps.js";

const classes = 3;
const each = (make: (o: { classes: number }) => NetworkSpec<string>): NetworkSpec<never> => make({ classes }) as never;

// pictures of 32 × 64 pixels, three classes
test.each([
  ["FANet → Mobile U-Net", each(() => fanet({ classes, width: 2 })), each(mobileUNet), {}],
  [
    "U-Net → ENet",
    each(() => uNet({ classes, width: 2 })),
    each(enet),
    { autoencoder: { joint: true, emptyMasks: "keep" }, act: { views: ["flips"] } },
  ],
  ["FANet → ERFNet", each(() => fanet({ classes, width: 2 })), each(erfnet), { act: { latent: false } }],
] as const)(
  "%s: the whole chain, three classes",
  async (_, teacher, student, options: MsanOptions) => {
    const { steps, outcomes } = await distil({
      teacher,
      student,
      methods: [small(options), user()],
      data: discs({ classes }),
      before: 1,
      steps: 1,
    });
    expect([...outcomes.keys()]).toEqual([
      "teacher",
      "baseline",
      "psae",
      ...(options.autoencoder?.joint ? [] : ["psae-headers"]),
      "tan",
      "san",
      "distilled",
    ]);
    for (const { stage, record } of steps)
      for (const [name, { raw }] of Object.entries(record.terms))
        expect(Number.isFinite(raw) && raw > 0, `${stage} ${name}: ${raw}`).toBe(true);
    const gates = [...outcomes.values()].flatMap((one) => one.gates);
    expect(gates.length).toBe(9);
    for (const { name, value } of gates) expect(value >= 0 && Number.isFinite(value), name).toBe(true);
  },
  300_000,
);
