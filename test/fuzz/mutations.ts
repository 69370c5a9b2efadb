import { getHeapStatistics } from "node:v8";
import fc from "fast-check";
import { expect, vi } from "vitest";

// Ten thousand inputs take seconds on an idle machine; how long on a busy one says nothing.
vi.setConfig({ testTimeout: 3_600_000 });

/** `npm run fuzz` sets both; in `npm test` the seed is always the same, so that a failure belongs to a change. */
const given = { runs: process.env["SEGDISTILL_FUZZ_RUNS"], seed: process.env["SEGDISTILL_FUZZ_SEED"] };

/** How often a property is tried, and from which seed; fast-check names the seed and the path to the shortened input where one fails. */
export const tries = (runs: number): { readonly numRuns: number; readonly seed: number } => ({
  numRuns: Math.max(runs, Number(given.runs ?? 0)),
  seed: Number(given.seed ?? 20260401),
});

/** Numbers that headers lie with: too large to allocate, around 2^31, 2^32 and 2^53, negative, none at all. */
const numbers = [
  "0",
  "-1",
  "1e999",
  "NaN",
  "null",
  "2147483648",
  "4294967295",
  "1099511627776",
  "9007199254740993",
  "18446744073709551615",
];
/** Texts that mean something to one of the formats. */
const words = ['"', "'", "\\", "{", "}", "[", "]", "<", ">", "&a ", "*a", "!!x ", "#", "\n", "\r", "\0", "\u2028", "__proto__", "constructor", "../../etc/passwd", "%", "\x1b[2J", "\ud800"]; // prettier-ignore

type Edit = (bytes: Uint8Array) => Uint8Array;
/** A place in bytes of any length, as a share of it. */
const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const at = (bytes: Uint8Array, where: number): number => Math.floor(where * bytes.length);
const joined = (...parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);
const text = (value: string): Uint8Array => Buffer.from(value);

const flipped = fc.tuple(share, fc.nat(7)).map(
  ([where, bit]): Edit =>
    (bytes) => {
      const out = Uint8Array.from(bytes);
      if (out.length > 0) out[at(out, where)]! ^= 1 << bit;
      return out;
    },
);
const cut = share.map(
  (where): Edit =>
    (bytes) =>
      bytes.subarray(0, at(bytes, where)),
);
const without = fc.tuple(share, fc.nat(40)).map(
  ([where, length]): Edit =>
    (bytes) => {
      const start = at(bytes, where);
      return joined(bytes.subarray(0, start), bytes.subarray(start + length));
    },
);
const inserted = fc.tuple(share, fc.oneof(fc.uint8Array({ maxLength: 12 }), fc.constantFrom(...words, ...numbers).map(text))).map(
  ([where, more]): Edit =>
    (bytes) =>
      joined(bytes.subarray(0, at(bytes, where)), more, bytes.subarray(at(bytes, where))),
);
const swapped = fc.tuple(share, share, fc.nat(24)).map(
  ([one, other, length]): Edit =>
    (bytes) => {
      const [a, b] = [at(bytes, one), at(bytes, other)].sort((x, y) => x - y) as [number, number];
      const end = Math.min(a + length, b);
      return joined(
        bytes.subarray(0, a),
        bytes.subarray(b, b + length),
        bytes.subarray(end, b),
        bytes.subarray(a, end),
        bytes.subarray(b + length),
      );
    },
);
const repeated = fc.tuple(share, fc.integer({ min: 1, max: 16 }), fc.integer({ min: 2, max: 300 })).map(
  ([where, length, times]): Edit =>
    (bytes) => {
      const start = at(bytes, where);
      const piece = bytes.subarray(start, start + length);
      return joined(bytes.subarray(0, start), ...Array.from({ length: times }, () => piece), bytes.subarray(start + length));
    },
);
/** One of the numbers that stand in the text becomes another. */
const lying = fc.tuple(share, fc.constantFrom(...numbers)).map(
  ([which, number]): Edit =>
    (bytes) => {
      const whole = Buffer.from(bytes).toString("latin1");
      const found = [...whole.matchAll(/\d+/g)];
      const one = found[Math.floor(which * found.length)];
      return one ? joined(bytes.subarray(0, one.index), text(number), bytes.subarray(one.index + one[0].length)) : bytes;
    },
);
/** Four or eight bytes become the largest number, as a binary header would hold it. */
const huge = fc.tuple(share, fc.constantFrom(4, 8), fc.constantFrom(0xff, 0x7f, 0x00)).map(
  ([where, length, byte]): Edit =>
    (bytes) => {
      const out = Uint8Array.from(bytes);
      out.subarray(at(out, where), at(out, where) + length).fill(byte);
      return out;
    },
);

/**
 * Inputs as a damaged disk or a stranger makes them: one of the samples with one to four changes, each a flipped bit, a cut, bytes taken out, put in, exchanged or
 * repeated up to 300 times, a number in the text replaced, or a number in a binary header set to its extremes.
 */
export const mutated = (samples: readonly (Uint8Array | string)[]): fc.Arbitrary<Uint8Array> => {
  const whole = samples.map((sample) => (typeof sample === "string" ? text(sample) : Uint8Array.from(sample)));
  return fc
    .tuple(
      fc.constantFrom(...whole),
      fc.array(fc.oneof(flipped, cut, without, inserted, swapped, repeated, lying, huge), { minLength: 1, maxLength: 4 }),
    )
    .map(([sample, edits]) => edits.reduce((bytes, edit) => edit(bytes), sample));
};

/** What came of one input: a value, or an error that is ours. Any other error fails the test, and so do a second of computing and 64 MiB of arrays. */
export type Outcome<T> = { readonly value: T } | { readonly code: string };

const told = (e: unknown): { readonly code: string } => {
  if (!(e instanceof Error) || e.name !== "SegDistillError") throw e;
  const { code, message } = e as Error & { readonly code?: unknown };
  expect(typeof code).toBe("string");
  expect(message.length, "length of the message").toBeLessThan(20_000);
  return { code: String(code) };
};
/** What one input may take of memory at once: bytes asked for, touched or not. The inputs have some kilobytes. */
const mostBytes = 64 * 2 ** 20;
/** Where an input begins. Time is the processor's, not the clock's: other programs on the machine do not count. */
const begin = (): { readonly cpu: NodeJS.CpuUsage; readonly arrays: number } => ({
  cpu: process.cpuUsage(),
  arrays: getHeapStatistics().external_memory,
});
const end = ({ cpu, arrays }: ReturnType<typeof begin>): void => {
  const { user, system } = process.cpuUsage(cpu);
  expect((user + system) / 1000, "milliseconds for one input").toBeLessThan(1000);
  expect(getHeapStatistics().external_memory - arrays, "bytes of arrays for one input").toBeLessThan(mostBytes);
};
/** What waits takes no time of the processor: what has not come within half a minute by the clock never comes. */
const arrived = <T>(work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("nothing came within half a minute")), 30_000);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
};

/** Runs what reads one input. */
export const outcome = <T>(read: () => T): Outcome<T> => {
  const start = begin();
  try {
    return { value: read() };
  } catch (e) {
    return told(e);
  } finally {
    end(start);
  }
};
/** The same of what takes a promise. */
export const outcomeOf = async <T>(read: () => Promise<T>): Promise<Outcome<T>> => {
  const start = begin();
  try {
    return { value: await arrived(read()) };
  } catch (e) {
    return told(e);
  } finally {
    end(start);
  }
};

/** What a property may add to the most that the process ever held, in MiB: libraries' own memory is in it, and what waits to be collected. */
const mostGrowth = 768;
/**
 * Counts outcomes by code, "read" among them: a parser that refuses every input, or none, would satisfy a property and say nothing. Watches the memory of the
 * process meanwhile.
 */
export const tally = (): { readonly add: (one: Outcome<unknown>) => void; readonly codes: ReadonlyMap<string, number> } => {
  const codes = new Map<string, number>();
  const held = process.resourceUsage().maxRSS;
  return {
    codes,
    add: (one) => {
      expect((process.resourceUsage().maxRSS - held) / 1024, "MiB that the process grew by").toBeLessThan(mostGrowth);
      const key = "code" in one ? one.code : "read";
      codes.set(key, (codes.get(key) ?? 0) + 1);
    },
  };
};
