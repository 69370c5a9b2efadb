import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { configure } from "../../apps/cli/src/config/configure.js";
import { parseSource } from "../../apps/cli/src/config/read.js";
import { overlay } from "../../apps/cli/src/config/set.js";
import { mutated, outcome, tally, tries } from "./mutations.js";

const here = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
const samples = [
  here("examples/tiny.yaml"),
  "a: &x [1, 2]\nb: *x\nc: { d: *x }\n? e\n: |\n  text\n  more\nf: >-\n  folded\n",
  '{"name": "json", "seeds": [0, 1], "data": {"train": {"use": "folder"}}}',
];
const read = (text: string): unknown => configure(parseSource(text, "c.yaml"));

/** What a text does to the objects of the program, if anything. */
const untouched = (): void => {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
};
const messageOf = (act: () => unknown): string => {
  try {
    act();
  } catch (e) {
    expect((e as Error).name).toBe("SegDistillError");
    return (e as Error).message;
  }
  return "no error";
};

describe("a configuration from a stranger", () => {
  it("that was changed anywhere is read or refused with an error of ours", () => {
    const { add, codes } = tally();
    fc.assert(
      fc.property(mutated(samples), (bytes) => {
        add(outcome(() => read(Buffer.from(bytes).toString("utf8"))));
      }),
      tries(10_000),
    );
    untouched();
    for (const code of ["read", "config/yaml", "config/unknown-key"]) expect(codes.get(code), code).toBeGreaterThan(0);
  });

  it("as any text at all is read or refused, by --set too", () => {
    const source = parseSource(samples[0]!, "c.yaml");
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 80 }), fc.string({ maxLength: 30 }), (text, path) => {
        outcome(() => read(text));
        outcome(() => configure(overlay(source, [`${path}=${text}`, text])));
      }),
      tries(1000),
    );
    untouched();
  });

  it("cannot change other objects: __proto__, constructor and prototype are no keys, written or set", () => {
    const why = (key: string): string => `has the key "${key}", which no configuration may have. Take it out`;
    expect(messageOf(() => read("name: a\n__proto__: { polluted: 1 }"))).toBe(`[c.yaml:2:1] ${why("__proto__")}.`);
    expect(messageOf(() => read('{ "data": { "__proto__": { "polluted": 1 } } }'))).toBe(`[c.yaml:1:13] ${why("__proto__")}.`);
    expect(messageOf(() => read("a:\n  constructor: { prototype: { polluted: 1 } }"))).toBe(`[c.yaml:2:3] ${why("constructor")}.`);
    expect(messageOf(() => read("toString: 1"))).toBe(`[c.yaml:1:1] ${why("toString")}.`);
    const source = parseSource("name: a", "c.yaml");
    const tail = "Expected a.b=value, for example --set distil.epochs=2";
    for (const path of ["__proto__.polluted", "constructor.prototype.polluted", "data.__proto__.polluted"])
      expect(messageOf(() => overlay(source, [`${path}=1`]))).toBe(`[--set ${path}=1] has an empty or forbidden part in its path. ${tail}`);
    expect(messageOf(() => overlay(source, ["data={ __proto__: { polluted: 1 } }"]))).toBe(
      `[--set data={ __proto__: { polluted: 1 } }] ${why("__proto__")}. ${tail}`,
    );
    untouched();
  });

  it("cannot fill the memory by aliases, deep nesting or size", () => {
    const levels = "abcdefgh".split("").map((name, i) => `${name}: &${name} [${i === 0 ? "x, x" : Array(9).fill(`*${"abcdefgh"[i - 1]!}`).join(", ")}]`); // prettier-ignore
    const tooMuch = "[c.yaml:1:1] holds more than 50000 values once its aliases are written out, or more than 100 aliases. Expected a configuration. Write the values themselves."; // prettier-ignore
    expect(messageOf(() => read(levels.join("\n")))).toBe(tooMuch);
    expect(messageOf(() => read(`a: &a [${"1,".repeat(2000)}]\nb: [${"*a,".repeat(50)}]`))).toBe(tooMuch);
    expect(messageOf(() => read("a: &a [*a]"))).toBe(tooMuch);
    const deep = "is nested more than 32 levels deep. Expected a configuration. Take the nesting out.";
    expect(messageOf(() => read(`${"[".repeat(40)}${"]".repeat(40)}`))).toBe(`[c.yaml:1:34] ${deep}`);
    for (const unit of ["[", "? "]) expect(messageOf(() => read(unit.repeat(20_000)))).toMatch(deep);
  });

  it("has no tags: nothing but plain values is made of it, whatever version it says it is", () => {
    const plain = "Expected plain YAML. Take the tag out.";
    expect(messageOf(() => read('a: !!js/function "process.exit()"'))).toBe(
      `[c.yaml:1:18] has the tag "tag:yaml.org,2002:js/function". ${plain}`,
    );
    expect(messageOf(() => read("a: !mine x"))).toBe(`[c.yaml:1:10] has the tag "!mine". ${plain}`);
    const old = parseSource("%YAML 1.1\n---\nname: yes\n<<: { b: 1 }\nd: 2001-01-01\n", "c.yaml").value;
    expect(old).toEqual({ name: "yes", "<<": { b: 1 }, d: "2001-01-01" });
  });
});
