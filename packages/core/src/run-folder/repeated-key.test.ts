import { expect, test } from "vitest";
import { repeatedKey } from "./repeated-key.js";

test("the key that stands twice in the outermost object, however it is written", () => {
  expect(repeatedKey('{"a":1,"b":2,"a":3}')).toBe("a");
  expect(repeatedKey('{ "a" \n : 1, "\\u0061":2 }')).toBe("a");
  expect(repeatedKey('{"\\"":1,"\\\\":[],"\\"":{}}')).toBe('"');
});

test("null where each stands once: keys inside and values do not count", () => {
  expect(repeatedKey('{"a":{"x":1,"x":2},"b":["a","a"],"c":"b","d":"{\\"a\\":1}"}')).toBe(null);
  expect(repeatedKey("{}")).toBe(null);
});
