import { expect, test } from "vitest";
import { table } from "./table.js";
import { columnsOf, wrapped, write, writeJson, writeWhole } from "./write.js";

test("lines are cut at spaces and go on two further in; a word that is too long is cut", () => {
  expect(wrapped("one two three four\n  five six seven\n\nhttps://example.org/a-long-path\n", 12)).toBe(
    ["one two", "  three four", "  five six", "    seven", "", "https://exam", "  ple.org/a-", "  long-path", ""].join("\n"),
  );
  expect(wrapped("äöü\u{1F600} äöü", 4)).toBe("äöü\u{1F600}\n  äö\n  ü");
});

test("a pipe gets whole lines, a terminal lines of its width", () => {
  const sent: string[] = [];
  const out = { write: (text: string) => sent.push(text) };
  write("one two three\n", out);
  write("one two three\n", { ...out, isTTY: true, columns: 8 });
  write("a \u001b[31mname\u009b2J\n", out);
  expect(sent).toEqual(["one two three\n", "one two\n  three\n", "a �[31mname�2J\n"]);
  expect([columnsOf(out), columnsOf({ ...out, isTTY: true, columns: 40 }), columnsOf({ ...out, isTTY: false, columns: 40 })]).toEqual([
    Infinity,
    40,
    Infinity,
  ]);
});

test("tables and JSON go out whole, and do not steer a terminal either", () => {
  const sent: string[] = [];
  const out = { write: (text: string) => sent.push(text), isTTY: true, columns: 8 };
  writeWhole("name,a long cell\r\n\u001b[2J,\rb\n", out);
  const value = { name: "\u001b[2J\u009b2J\u007f ü" };
  writeJson(value, out);
  expect(sent).toEqual(["name,a long cell\r\n�[2J,�b\n", '{"name":"\\u001b[2J\\u009b2J\\u007f ü"}\n']);
  expect(JSON.parse(sent[1]!)).toEqual(value);
});

test("a table that does not fit stands below each other, each cell after its head", () => {
  const rows = [
    ["use", "parameters", ""],
    ["u-net", "31.04", "the largest of them"],
    ["enet", "", "small"],
  ];
  expect(table(rows, 1, 38)).toBe("use    parameters\nu-net       31.04  the largest of them\nenet                             small\n");
  expect(table(rows, 1, 37).split("\n")[1]).toBe("  parameters: 31.04");
  expect(table(rows, 1, 20)).toBe("u-net\n  parameters: 31.04\n  the largest of\n    them\nenet\n  small\n");
});
