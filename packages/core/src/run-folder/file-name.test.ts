import { expect, test } from "vitest";
import { fileName, nameOf } from "./file-name.js";

test.each([
  ["teacher", "teacher"],
  ["align/teacher.2", "align%2Fteacher.2"],
  ["..", "%2E."],
  [".hidden", "%2Ehidden"],
  ["a b*(é)'!~", "a%20b%2A%28%C3%A9%29%27%21%7E"],
  ["100%", "100%25"],
  ["a\\b", "a%5Cb"],
])("%s is the file %s, and back", (name, file) => {
  expect(fileName(name)).toBe(file);
  expect(nameOf(file)).toBe(name);
});

test("other file names are no name", () => {
  expect(nameOf(".DS_Store")).toBe(null);
  expect(nameOf("100%")).toBe(null);
  expect(nameOf("%61")).toBe(null);
});

test("half a character, as a stranger's file may hold one, is replaced", () => {
  expect(fileName("a\ud800")).toBe("a%EF%BF%BD");
});
