import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { fingerprint } from "./fingerprint.js";

// Python: hashlib.sha256("".join(sorted(f"{id} {len(b)} {hashlib.sha256(b).hexdigest()}\n" for id, b in files)).encode()).hexdigest()
const expected = "b23a4c9ec1e083a2e08a4d6798d57a6aba40e745cef2979c49ec2d2d9ca77049";

it("is the SHA-256 of the sorted lines id, size, SHA-256, of files and of bytes in any order", async () => {
  const folder = await mkdtemp(join(tmpdir(), "segdistill-fingerprint-"));
  try {
    await writeFile(join(folder, "some.png"), "abcd");
    const files = [
      { id: "b image", bytes: new Uint8Array([1, 2, 3]) },
      { id: "a mask", bytes: new Uint8Array(0) },
      { id: "a image", bytes: join(folder, "some.png") },
    ];
    expect(await fingerprint(files)).toBe(expected);
    expect(await fingerprint([...files].reverse())).toBe(expected);
  } finally {
    await rm(folder, { recursive: true });
  }
});
