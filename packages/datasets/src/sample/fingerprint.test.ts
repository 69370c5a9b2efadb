import { expect, it } from "vitest";
import { canonicalJson, hashed } from "./fingerprint.js";

it("sorts keys at every depth and leaves lists in order", () => {
  expect(canonicalJson({ b: [2, { d: 1, c: null }], a: "x" })).toBe('{"a":"x","b":[2,{"c":null,"d":1}]}');
});

it("hashes the text with SHA-256", () => {
  // printf '{"a":1,"b":2}' | sha256sum
  expect(hashed({ b: 2, a: 1 })).toBe("43258cff783fe7036d8a43033f830adfc60ec037382473548ac742b888292777");
});
