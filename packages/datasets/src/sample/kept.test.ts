import { expect, it } from "vitest";
import { kept } from "./kept.js";

it("keeps what fits, makes the rest again, shares one making", async () => {
  const made: string[] = [];
  const get = kept(async (key) => (made.push(key), await Promise.resolve(), { key, bytes: 40 }), 100);
  const [a, again] = await Promise.all([get("a"), get("a")]);
  expect(a).toBe(again);
  await get("b");
  await get("c"); // 120 bytes: does not fit
  expect(made).toEqual(["a", "b", "c"]);
  await get("c");
  await get("a");
  await get("b");
  expect(made).toEqual(["a", "b", "c", "c"]);
});

it("does not keep a failure", async () => {
  let times = 0;
  const get = kept(() => (++times === 1 ? Promise.reject(new Error("disk")) : Promise.resolve({ bytes: 1 })), 10);
  await expect(get("a")).rejects.toEqual(new Error("disk"));
  expect(await get("a")).toEqual({ bytes: 1 });
});
