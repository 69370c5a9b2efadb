import { expect, test } from "vitest";
import type { Json } from "../contract/index.js";
import { canonicalJson } from "./canonical.js";

test("one text for equal data: keys sorted, no white space, numbers by JSON", () => {
  expect(canonicalJson({ b: [1, -0, 2.5, 1e21, 1e-7], a: null, "": { z: "é\n", Z: false } })).toBe(
    '{"":{"Z":false,"z":"é\\n"},"a":null,"b":[1,0,2.5,1e+21,1e-7]}',
  );
  expect(canonicalJson({ "10": 1, "9": 2 })).toBe('{"10":1,"9":2}');
});

test("the same value twice is not a cycle", () => {
  const shared = [1];
  expect(canonicalJson({ a: shared, b: shared })).toBe('{"a":[1],"b":[1]}');
});

const refused: readonly (readonly [unknown, string, string])[] = [
  [{ a: { b: [1, NaN] } }, "options.a.b[1]", "NaN"],
  [{ a: Infinity }, "options.a", "Infinity"],
  [{ a: undefined }, "options.a", "undefined"],
  [() => 1, "options", "a function"],
  [{ a: 1n }, "options.a", "a bigint"],
  [{ a: Symbol("x") }, "options.a", "a symbol"],
  [[new Date(0)], "options[0]", "an object of type Date"],
  [new Float32Array(2), "options", "an object of type Float32Array"],
  [new Array(1), "options[0]", "undefined"],
];
test.each(refused)("refuses what is not plain data (%#)", (value, at, found) => {
  expect(() => canonicalJson(value as Json, "options")).toThrow(
    `[hash] ${at} is ${found}. Expected plain data: null, true or false, a finite number, text, a list or a mapping of these. Say it as plain data, or leave the key out.`,
  );
});

test("refuses a value that contains itself", () => {
  const loop: Record<string, unknown> = {};
  loop["again"] = { loop };
  expect(() => canonicalJson(loop as Json)).toThrow(
    "[hash] value.again.loop is a value that contains itself. Expected plain data: null, true or false, a finite number, text, a list or a mapping of these. Say it as plain data, or leave the key out.",
  );
});
