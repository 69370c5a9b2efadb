import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Machine } from "./machine.js";
import { setupLibrary, type SetupOptions, type SetupPlan, type SetupResult } from "./setup.js";
import { indexServer, type IndexServer, type ServerOptions } from "./testing/index-server.js";
import { emptyFolder, failure, filesBelow, testMachine } from "./testing/test-machine.js";
import { contents, noise, tinyWheel, tinyWheelName, zipOf } from "./testing/tiny-wheel.js";

async function serve(options: ServerOptions = {}): Promise<IndexServer> {
  const server = await indexServer(options);
  onTestFinished(server.close);
  return server;
}
/** A machine whose pip is configured for the server. */
const machineFor = (server: IndexServer, changes: Partial<Machine> = {}): ReturnType<typeof testMachine> =>
  testMachine({ ...changes, env: { PIP_INDEX_URL: server.url, ...changes.env } });

const build = "tensorflow/2.21.0-cpu-linux-x86_64";
const whole = ["LICENSE", "libtensorflow_cc.so.2", "libtensorflow_framework.so.2", "segdistill.json"].map((name) => `${build}/${name}`);
const byHand =
  "Or fetch the file on another computer (pip download --no-deps tensorflow-cpu==2.21.0) and run `segdistill setup --from FILE`.";

function expectWhole(result: SetupResult, cache: string): void {
  expect(result.outcome).toBe("installed");
  expect(filesBelow(cache)).toEqual(whole);
  expect(readFileSync(join(cache, build, "libtensorflow_cc.so.2")).equals(contents.cc)).toBe(true);
  expect(readFileSync(join(cache, build, "libtensorflow_framework.so.2")).equals(contents.framework)).toBe(true);
  expect(readFileSync(join(cache, build, "LICENSE")).equals(contents.licence)).toBe(true);
}

for (const form of ["json", "html"] as const)
  test(`from nothing to the two libraries, by the index's ${form} form; a second call does nothing`, async () => {
    const server = await serve({ form });
    const machine = machineFor(server);
    const plans: SetupPlan[] = [];
    const told: string[] = [];
    const result = await setupLibrary({
      machine,
      announce: (plan) => plans.push(plan) > 0,
      progress: ({ phase, done, total }) => told.push(`${phase} ${done} of ${total}`),
    });
    expectWhole(result, machine.cache);
    const folder = join(machine.cache, build);
    const url = `http://127.0.0.1:${server.port}/files/${tinyWheelName}?a=1&b=2`;
    expect(plans).toEqual([{ action: "download", file: tinyWheelName, url, bytes: tinyWheel.length, folder }]);
    expect(told).toContain(`download ${tinyWheel.length} of ${tinyWheel.length}`);
    expect(told.at(-1)).toBe("unpack 350001 of 350001");
    expect(JSON.parse(readFileSync(join(folder, "segdistill.json"), "utf8"))).toEqual({
      version: "2.21.0",
      from: url,
      sha256: server.sha256,
      bytes: { "libtensorflow_cc.so.2": 300_000, "libtensorflow_framework.so.2": 50_001 },
    });
    const asked = server.asked.length;
    expect(asked).toBe(form === "json" ? 1 : 2); // the HTML form does not say the size: HEAD
    expect(await setupLibrary({ machine })).toMatchObject({ outcome: "present", library: { folder, source: "cache" } });
    expect(server.asked.length).toBe(asked);
  });

test("of several wheels the first by name; other platforms' and versions' are passed over", async () => {
  const name = (python: string, tag: string, version = "2.21.0"): string => `tensorflow_cpu-${version}-${python}-${python}-${tag}.whl`;
  const linux = "manylinux_2_27_x86_64";
  const names = [
    name("cp313", linux),
    name("cp310", "win_amd64"),
    name("cp310", linux, "2.20.0"),
    name("cp310", "manylinux_2_27_aarch64"),
    name("cp312", linux),
  ];
  const server = await serve({ names });
  const result = await setupLibrary({ machine: machineFor(server), dryRun: true });
  expect(result).toMatchObject({ outcome: "planned", plan: { file: name("cp312", linux) } });
});

test("a dry run and a refusal fetch and write nothing", async () => {
  const server = await serve();
  const machine = machineFor(server);
  expect((await setupLibrary({ machine, dryRun: true })).outcome).toBe("planned");
  expect((await setupLibrary({ machine, announce: () => false })).outcome).toBe("refused");
  expect(server.asked).toEqual([]);
  expect(existsSync(machine.cache)).toBe(false);
});

test("user name and password of the index go into the header, not into messages", async () => {
  const server = await serve({ sha256: null });
  const index = server.url.replace("//", "//ada:p%40ss@");
  const { message } = await failure(setupLibrary({ machine: testMachine(), index }));
  expect(message).toBe(
    `[setup] the package index gives no SHA-256 for ${tinyWheelName}, so a download could not be checked. Expected one in ${server.url}/tensorflow-cpu/. Name another index with PIP_INDEX_URL. ${byHand}`,
  );
  const open = await serve();
  await setupLibrary({ machine: testMachine(), index: open.url.replace("//", "//ada:p%40ss@") });
  expect(open.asked[0]!.authorization).toBe(`Basic ${Buffer.from("ada:p@ss").toString("base64")}`);
});

test("neither goes to another host than the index's", async () => {
  const server = await serve();
  const page = JSON.stringify({
    files: [
      {
        filename: tinyWheelName,
        url: `${server.url.replace("/simple", "")}/files/${tinyWheelName}?a=1&b=2`,
        hashes: { sha256: server.sha256 },
      },
    ],
  });
  const index = await serve({ page });
  await setupLibrary({ machine: testMachine(), index: index.url.replace("//", "//ada:p%40ss@") });
  expect(server.asked.map(({ method, authorization }) => [method, authorization])).toEqual([
    ["HEAD", null],
    ["GET", null],
  ]);
});

test("a file that was withdrawn from the index is not taken", async () => {
  const file = (python: string, yanked: boolean | string): object => ({
    filename: tinyWheelName.replaceAll("cp311", python),
    url: "x.whl",
    hashes: { sha256: "0".repeat(64) },
    size: 5,
    yanked,
  });
  const json = JSON.stringify({ files: [file("cp310", "broken"), file("cp311", true), file("cp312", false)] });
  const link = (python: string, attribute: string): string =>
    `<a ${attribute} href='x.whl#sha256=${"0".repeat(64)}'>${tinyWheelName.replaceAll("cp311", python)}</a>`;
  const html = `${link("cp310", 'data-yanked="broken"')} ${link("cp312", 'class="a"')}`;
  for (const [form, page] of [
    ["json", json],
    ["html", html],
  ] as const) {
    const server = await serve({ form, page });
    const result = await setupLibrary({ machine: machineFor(server), dryRun: true });
    expect(result).toMatchObject({ plan: { file: tinyWheelName.replaceAll("cp311", "cp312"), url: `${server.url}/tensorflow-cpu/x.whl` } });
  }
});

test("a connection that breaks is taken up where it broke", async () => {
  const server = await serve({ breaks: [100_000, 150_000] });
  const machine = machineFor(server);
  expectWhole(await setupLibrary({ machine }), machine.cache);
  expect(server.asked.map(({ range }) => range)).toEqual([null, "bytes=100000-", "bytes=250000-"]);
});

test("a later call asks only for the rest", async () => {
  const server = await serve({ breaks: [123_456], hang: true });
  const machine = machineFor(server);
  const stop = new AbortController();
  const reason = new Error("stopped");
  const part = join(machine.cache, "tensorflow", "downloads", `${tinyWheelName}.part`);
  const first = setupLibrary({ machine, signal: stop.signal });
  await expect.poll(() => existsSync(part) && statSync(part).size).toBe(123_456);
  stop.abort(reason);
  expect(await failure(first)).toBe(reason);
  expect(filesBelow(machine.cache)).toEqual([`tensorflow/downloads/${tinyWheelName}.part`]); // no lock, no half library
  const done: number[] = [];
  expectWhole(await setupLibrary({ machine, progress: (now) => now.phase === "download" && done.push(now.done) }), machine.cache);
  expect(server.asked.map(({ range }) => range)).toEqual([null, "bytes=123456-"]);
  expect(done[0]).toBeGreaterThanOrEqual(123_456);
});

test("a server without ranges sends all of it again", async () => {
  const server = await serve({ breaks: [100_000], noRanges: true });
  const machine = machineFor(server);
  expectWhole(await setupLibrary({ machine }), machine.cache);
  expect(server.asked.length).toBe(2);
});

test("a part that was of another file is dropped and fetched from its beginning", async () => {
  const server = await serve();
  const machine = machineFor(server);
  mkdirSync(join(machine.cache, "tensorflow", "downloads"), { recursive: true });
  writeFileSync(join(machine.cache, "tensorflow", "downloads", `${tinyWheelName}.part`), noise(1000, 9));
  expectWhole(await setupLibrary({ machine }), machine.cache);
  expect(server.asked.map(({ range }) => range)).toEqual(["bytes=1000-", null]);
});

test("a part that is the whole file is not asked for again", async () => {
  const server = await serve();
  const machine = machineFor(server);
  mkdirSync(join(machine.cache, "tensorflow", "downloads"), { recursive: true });
  writeFileSync(join(machine.cache, "tensorflow", "downloads", `${tinyWheelName}.part`), tinyWheel);
  expectWhole(await setupLibrary({ machine }), machine.cache);
  expect(server.asked).toEqual([]);
});

test("a connection that breaks again and again: what came is kept", async () => {
  const server = await serve({ breaks: [200_000, 0, 0, 0, 0, 0, 0] });
  const machine = machineFor(server);
  expect(await failure(setupLibrary({ machine }))).toMatchObject({
    message: `[setup] the download of ${tinyWheelName} broke off. Expected 0.4 MB from http://127.0.0.1:${server.port}/files/${tinyWheelName}?a=1&b=2, found 0.2 MB and then: other side closed. What came is kept: run \`segdistill setup\` again and it goes on from there.`,
    code: "library/broke-off",
    exit: 2,
  });
  expect(filesBelow(machine.cache)).toEqual([`tensorflow/downloads/${tinyWheelName}.part`]);
});

test("a connection on which nothing comes is given up", async () => {
  const server = await serve({ breaks: [100_000, 0, 0, 0, 0, 0, 0], hang: true });
  const machine = machineFor(server);
  expect((await failure(setupLibrary({ machine, patienceMs: 100 }))).message).toBe(
    `[setup] the download of ${tinyWheelName} broke off. Expected 0.4 MB from http://127.0.0.1:${server.port}/files/${tinyWheelName}?a=1&b=2, found 0.1 MB and then: nothing came for 0.1 s. What came is kept: run \`segdistill setup\` again and it goes on from there.`,
  );
});

test("a wheel with a wrong hash leaves nothing", async () => {
  const expected = "ab".repeat(32);
  const server = await serve({ sha256: expected });
  const machine = machineFor(server);
  expect(await failure(setupLibrary({ machine }))).toMatchObject({
    message: `[setup] ${tinyWheelName} is not the file that the index names. Expected SHA-256 ${expected}, found ${server.sha256}. It came from http://127.0.0.1:${server.port}/files/${tinyWheelName}?a=1&b=2, was deleted, and nothing was installed. Try again; if it stays so, something between here and the index changes files: name another index with PIP_INDEX_URL.`,
    code: "library/hash",
    exit: 2,
  });
  expect(filesBelow(machine.cache)).toEqual([]);
});

test("no network", async () => {
  const server = await serve();
  await server.close();
  const text = (proxy: string): string =>
    `[setup] the package index could not be reached. Expected an answer from ${server.url}/tensorflow-cpu/, found: connect ECONNREFUSED 127.0.0.1:${server.port}. Check the network, or name a mirror with PIP_INDEX_URL.${proxy} ${byHand}`;
  expect(await failure(setupLibrary({ machine: machineFor(server) }))).toMatchObject({
    message: text(""),
    code: "library/network",
    exit: 2,
  });
  expect((await failure(setupLibrary({ machine: machineFor(server, { env: { HTTPS_PROXY: "http://proxy:3128" } }) }))).message).toBe(
    text(" HTTPS_PROXY is set: Node follows it only from version 22.21 on and with NODE_USE_ENV_PROXY=1."),
  );
});

const refusals: readonly (readonly [string, ServerOptions, (server: IndexServer) => string])[] = [
  [
    "an index without the project",
    { indexStatus: 404 },
    ({ url }) =>
      `[setup] the package index has no list of files for tensorflow-cpu. Expected HTTP status 200 from ${url}/tensorflow-cpu/, found 404. Name an index that has it with PIP_INDEX_URL (PyPI's is https://pypi.org/simple). ${byHand}`,
  ],
  [
    "an index without the version",
    {
      names: ["tensorflow_cpu-2.9.3-cp310-cp310-manylinux_2_17_x86_64.whl", "tensorflow_cpu-2.20.0-cp311-cp311-win_amd64.whl"],
      form: "html",
    },
    ({ url }) =>
      `[setup] the package index has no file of tensorflow-cpu 2.21.0 for this platform. Expected "tensorflow_cpu-2.21.0-cp*-manylinux*_x86_64.whl" in ${url}/tensorflow-cpu/, found versions 2.9.3, 2.20.0. Name an index that has it with PIP_INDEX_URL (PyPI's is https://pypi.org/simple). ${byHand}`,
  ],
  [
    "an empty index",
    { names: [] },
    ({ url }) =>
      `[setup] the package index has no file of tensorflow-cpu 2.21.0 for this platform. Expected "tensorflow_cpu-2.21.0-cp*-manylinux*_x86_64.whl" in ${url}/tensorflow-cpu/, found no version at all. Name an index that has it with PIP_INDEX_URL (PyPI's is https://pypi.org/simple). ${byHand}`,
  ],
  [
    "an index whose file is gone",
    { wheelStatus: 404 },
    ({ port }) =>
      `[setup] ${tinyWheelName} could not be downloaded. Expected HTTP status 200 or 206 from http://127.0.0.1:${port}/files/${tinyWheelName}?a=1&b=2, found 404. Try again later, or name another index with PIP_INDEX_URL.`,
  ],
];
for (const [name, options, text] of refusals)
  test(name, async () => {
    const server = await serve(options);
    const machine = machineFor(server);
    expect(await failure(setupLibrary({ machine }))).toMatchObject({ message: text(server), exit: 2 });
    expect(existsSync(machine.cache) ? filesBelow(machine.cache) : []).toEqual([]);
  });

test("a page that is no index", async () => {
  const server = await serve();
  const page = `data:text/plain,hello#`;
  expect((await failure(setupLibrary({ machine: machineFor(server), index: page }))).message).toBe(
    `[setup] data:text/plain,hello#/tensorflow-cpu/ is not a package index. Expected a list of files (PEP 691 JSON or PEP 503 HTML), found text/plain. Name an index with PIP_INDEX_URL (PyPI's is https://pypi.org/simple).`,
  );
});

const platforms: readonly (readonly [Partial<Machine>, string])[] = [
  [{ os: "win32" }, "win32 x64"],
  [{ os: "darwin" }, "darwin x64"],
  [{ glibc: null }, "linux x64 without glibc"],
  [{ arch: "arm64", glibc: "2.17" }, "linux arm64 with glibc 2.17"],
];
for (const [changes, found] of platforms)
  test(`a platform without a library: ${found}`, async () => {
    expect(await failure(setupLibrary({ machine: testMachine(changes) }))).toMatchObject({
      message: `[setup] TensorFlow 2.21.0 has no library for this platform. Expected linux x64 or linux arm64 (both with glibc 2.27 or newer) or darwin arm64; found ${found}. Work there (on Windows: in WSL 2, on Alpine: in a Debian container), or set SEGDISTILL_TENSORFLOW to a folder with a library that you built.`,
      code: "library/platform",
      exit: 2,
    });
  });

test("gpu is not there yet", async () => {
  expect((await failure(setupLibrary({ machine: testMachine(), gpu: true }))).message).toBe(
    '[setup] gpu was asked for; only the CPU\'s library is fetched so far. Leave gpu out, or install tensorflow[and-cuda]==2.21.0 with pip and set SEGDISTILL_TENSORFLOW to its "tensorflow" folder.',
  );
});

test("not enough room for the download and what comes out of it", async () => {
  const server = await serve();
  const machine = machineFor(server, { freeBytes: () => Promise.resolve(1_200_000) });
  const needed = tinyWheel.length + Math.ceil(3.2 * tinyWheel.length); // 1.47 MB
  expect(needed).toBeGreaterThan(1_450_000);
  expect(await failure(setupLibrary({ machine }))).toMatchObject({
    message: `[setup] not enough room in "${machine.cache}/tensorflow/downloads". Expected 1.5 MB free, found 1.2 MB. Free some, or set SEGDISTILL_CACHE to a folder on another disk.`,
    code: "library/disk",
    exit: 2,
  });
  expect(server.asked).toEqual([]);
});

test("a cache that cannot be written", async () => {
  const server = await serve();
  const file = join(emptyFolder(), "file");
  writeFileSync(file, "");
  const machine = machineFor(server, { env: { SEGDISTILL_CACHE: file } });
  expect((await failure(setupLibrary({ machine }))).message).toBe(
    `[setup] the cache cannot be written. Expected a folder "${file}/tensorflow" of yours with room in it, found: ENOTDIR: not a directory, mkdir '${file}/tensorflow'. Set SEGDISTILL_CACHE to such a folder.`,
  );
});

test("a damaged wheel leaves no half library, and one that an earlier process left is removed", async () => {
  const wheel = Buffer.from(tinyWheel);
  wheel.fill(0, 200_000, 200_100); // within the bigger library, which is stored as it is
  const server = await serve({ wheel });
  const machine = machineFor(server);
  const path = join(machine.cache, "tensorflow", "downloads", tinyWheelName);
  expect((await failure(setupLibrary({ machine }))).message).toMatch(
    new RegExp(
      `^\\[setup\\] the wheel "${path}" is damaged: "tensorflow/libtensorflow_cc\\.so\\.2" (cannot be unpacked \\([a-z ]+\\)|should have CRC-32 [0-9a-f]{8}, [0-9a-f]{8} came out)\\. Nothing was installed\\. Fetch it anew\\.$`,
    ),
  );
  expect(filesBelow(machine.cache)).toEqual([]);
  const leftover = join(machine.cache, `${build}.partial-0badcafe`);
  mkdirSync(leftover);
  writeFileSync(join(leftover, "libtensorflow_cc.so.2"), "half");
  const good = await serve();
  expectWhole(await setupLibrary({ machine, index: good.url }), machine.cache);
});

test("stopped while unpacking: no half library; the wheel is there for the next call", async () => {
  const server = await serve();
  const machine = machineFor(server);
  const stop = new AbortController();
  const halfway = (now: { readonly phase: string; readonly done: number }): void => {
    if (now.phase === "unpack" && now.done < 350_001) stop.abort();
  };
  expect((await failure(setupLibrary({ machine, signal: stop.signal, progress: halfway }))).message).toBe("The operation was aborted");
  expect(filesBelow(machine.cache)).toEqual([`tensorflow/downloads/${tinyWheelName}`]);
  expectWhole(await setupLibrary({ machine }), machine.cache);
  expect(server.asked.length).toBe(1);
});

test("two at once: one fetches, the other waits and takes what the first made", async () => {
  const server = await serve();
  const machine = machineFor(server);
  const waits: string[] = [];
  const options: SetupOptions = { machine, waiting: (holder) => waits.push(holder) };
  const [first, second] = await Promise.all([setupLibrary(options), setupLibrary(options)]);
  expectWhole(first, machine.cache);
  expectWhole(second, machine.cache);
  expect(server.asked.length).toBe(1);
  expect(waits).toEqual([`process ${process.pid} on ${hostname()}`]);
});

test("the lock of a process that was killed is taken over", async () => {
  const server = await serve();
  const machine = machineFor(server);
  mkdirSync(join(machine.cache, "tensorflow"), { recursive: true });
  const lock = join(machine.cache, "tensorflow", "lock");
  const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  writeFileSync(lock, `${other.pid!} ${hostname()} 1-1`);
  const waits: string[] = [];
  const result = setupLibrary({ machine, waiting: (holder) => waits.push(holder) });
  await expect.poll(() => waits).toEqual([`process ${other.pid!} on ${hostname()}`]);
  expect(server.asked).toEqual([]);
  other.kill("SIGKILL");
  expectWhole(await result, machine.cache);
  // one that was dead before: no wait is told
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  writeFileSync(lock, `${pid} ${hostname()} 1-1`);
  truncateSync(join(machine.cache, build, "libtensorflow_cc.so.2"), 5);
  expectWhole(await setupLibrary({ machine, waiting: (holder) => waits.push(holder) }), machine.cache);
  expect(waits.length).toBe(1);
});

test("from a wheel, and from a folder", async () => {
  const wheel = join(emptyFolder(), tinyWheelName);
  writeFileSync(wheel, tinyWheel);
  const machine = testMachine();
  const folder = join(machine.cache, build);
  expect(await setupLibrary({ machine, from: wheel, dryRun: true })).toEqual({
    outcome: "planned",
    plan: { action: "unpack", file: tinyWheelName, url: null, bytes: tinyWheel.length, folder },
  });
  expectWhole(await setupLibrary({ machine, from: wheel }), machine.cache);
  expect(existsSync(wheel)).toBe(true);
  const second = testMachine();
  const result = await setupLibrary({ machine: second, from: folder });
  expect(result).toMatchObject({ outcome: "installed", plan: { action: "copy", file: folder, url: null, bytes: 350_001 } });
  expect(filesBelow(second.cache)).toEqual(whole.slice(1));
  expect(readFileSync(join(second.cache, build, "libtensorflow_cc.so.2")).equals(contents.cc)).toBe(true);
});

test("from what is not there, another wheel, a folder that lacks one, a wheel without the library, one that is none", async () => {
  const folder = emptyFolder();
  const machine = testMachine();
  const message = async (from: string): Promise<string> => (await failure(setupLibrary({ machine, from }))).message;
  const put = (name: string, bytes: string | Uint8Array): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  expect(await message(join(folder, "no"))).toBe(
    `[setup] --from names "${folder}/no". Expected a wheel file or a folder with TensorFlow's two libraries, found nothing there. Check the path.`,
  );
  const other = put("tensorflow_cpu-2.20.0-cp311-cp311-manylinux_2_27_x86_64.whl", tinyWheel);
  expect(await message(other)).toBe(
    `[setup] --from names "${other}". Expected a wheel named "tensorflow_cpu-2.21.0-cp*-manylinux*_x86_64.whl", found "tensorflow_cpu-2.20.0-cp311-cp311-manylinux_2_27_x86_64.whl". Get the right one: pip download --no-deps tensorflow-cpu==2.21.0`,
  );
  put("libtensorflow_framework.so.2", "x");
  expect(await message(folder)).toBe(
    `[setup] --from names "${folder}". Expected "libtensorflow_cc.so.2" and "libtensorflow_framework.so.2" in it, found no "libtensorflow_cc.so.2". Name the folder that holds both (in a Python environment it is site-packages/tensorflow).`,
  );
  const empty = put(tinyWheelName, zipOf({ "tensorflow/libtensorflow_framework.so.2": contents.framework }));
  expect(await message(empty)).toBe(
    `[setup] the wheel "${empty}" does not hold the library. Expected "tensorflow/libtensorflow_cc.so.2" in it, found no such file. Nothing was installed. Fetch the wheel anew.`,
  );
  put(tinyWheelName, "<html>Please log in</html>");
  expect(await message(empty)).toBe(
    `[setup] the wheel "${empty}" is damaged: its 26 bytes do not end with a zip directory, so it was cut off or is no wheel. Nothing was installed. Fetch it anew.`,
  );
  expect(filesBelow(machine.cache)).toEqual([]);
});
