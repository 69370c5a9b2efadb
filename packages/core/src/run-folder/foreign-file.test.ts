import { expect, test } from "vitest";
import { parseForeignJson } from "./foreign-file.js";

const found = (text: string): unknown => {
  const parsed = parseForeignJson(text);
  return "problem" in parsed ? parsed.problem : "read";
};

test("how many values a JSON text may hold follows its length: long results of one's own are read, a dense text of a stranger is not parsed", () => {
  const scores = Array.from({ length: 600_000 }, (_, i) => (i + 1) / 3e6);
  expect(found(JSON.stringify(scores, null, 2))).toBe("read"); // as results.json is written
  const dense = `[${"0,".repeat(500_000)}0]`;
  expect(found(dense)).toBe("expected at most 500000 values, found more");
  expect(found(`[${"0,".repeat(499_997)}0]`)).toBe("read");
  const padded = `[${"[],".repeat(600_000)}0${" ".repeat(8_000_000)}]`;
  expect(found(padded)).toBe(`expected at most ${Math.floor(padded.length / 16)} values, found more`);
});

test("signs inside of texts are no values, whatever is escaped in them", () => {
  expect(found(JSON.stringify([`${"[,{".repeat(300_000)}\\"`, '\\\\",', ",".repeat(600_000)]))).toBe("read");
  expect(found(`{"a":"\\\\",${'"b":[],'.repeat(400_000)}"c":0}`)).toBe("expected at most 500000 values, found more");
});
