import { join } from "node:path";
import { expect, test } from "vitest";
import { command, output } from "./command.js";
import { root } from "./packed.js";

const seen = async (threads: number): Promise<{ patches: string; views: string; tensors: number }> =>
  JSON.parse(output(await command(process.execPath, [join(root, "test/fixtures/independence.mjs"), String(threads)], { cwd: root }))) as {
    patches: string;
    views: string;
    tensors: number;
  };

test("augmentations of the loader and of views have the same bytes in another process and with another number of threads", async () => {
  const [one, two] = [await seen(1), await seen(2)];
  expect(one.tensors).toBe(6); // of two views: pictures, labels, validity
  expect(two).toEqual(one);
});
