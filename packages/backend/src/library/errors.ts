import { megabytes } from "./megabytes.js";

/** What finding and fetching the library throws: always the user's to mend, so a program ends with exit code 2. */
export interface LibraryError extends Error {
  readonly code: string;
  readonly exit: number;
}
const error = (code: string, message: string): LibraryError =>
  Object.assign(new Error(message), { name: "SegDistillError", code: `library/${code}`, exit: 2 });

/** Whether something thrown is one of the errors below. */
export const isOurs = (thrown: unknown): thrown is LibraryError => thrown instanceof Error && thrown.name === "SegDistillError";

const byHand = (project: string, version: string): string =>
  `Or fetch the file on another computer (pip download --no-deps ${project}==${version}) and run \`segdistill setup --from FILE\`.`;

export const unsupportedPlatform = (version: string, found: string): LibraryError =>
  error(
    "platform",
    `[setup] TensorFlow ${version} has no library for this platform. Expected linux x64 or linux arm64 (both with glibc 2.27 or newer) or darwin arm64; found ${found}. Work there (on Windows: in WSL 2, on Alpine: in a Debian container), or set SEGDISTILL_TENSORFLOW to a folder with a library that you built.`,
  );

export const gpuNotYet = (version: string): LibraryError =>
  error(
    "gpu",
    `[setup] gpu was asked for; only the CPU's library is fetched so far. Leave gpu out, or install tensorflow[and-cuda]==${version} with pip and set SEGDISTILL_TENSORFLOW to its "tensorflow" folder.`,
  );

/** `proxy` is the name of the proxy variable that is set, if one is. */
export const unreachable = (url: string, cause: string, project: string, version: string, proxy: string | null): LibraryError =>
  error(
    "network",
    `[setup] the package index could not be reached. Expected an answer from ${url}, found: ${cause}. Check the network, or name a mirror with PIP_INDEX_URL.${
      proxy === null ? "" : ` ${proxy} is set: Node follows it only from version 22.21 on and with NODE_USE_ENV_PROXY=1.`
    } ${byHand(project, version)}`,
  );

export const indexRefused = (url: string, status: number, project: string, version: string): LibraryError =>
  error(
    "index",
    `[setup] the package index has no list of files for ${project}. Expected HTTP status 200 from ${url}, found ${status}. Name an index that has it with PIP_INDEX_URL (PyPI's is https://pypi.org/simple). ${byHand(project, version)}`,
  );

export const notAnIndex = (url: string, found: string): LibraryError =>
  error(
    "index-form",
    `[setup] ${url} is not a package index. Expected a list of files (PEP 691 JSON or PEP 503 HTML), found ${found}. Name an index with PIP_INDEX_URL (PyPI's is https://pypi.org/simple).`,
  );

export const noSuchFile = (url: string, wanted: string, project: string, version: string, versions: readonly string[]): LibraryError =>
  error(
    "version",
    `[setup] the package index has no file of ${project} ${version} for this platform. Expected "${wanted}" in ${url}, found ${
      versions.length === 0 ? "no version at all" : `versions ${versions.join(", ")}`
    }. Name an index that has it with PIP_INDEX_URL (PyPI's is https://pypi.org/simple). ${byHand(project, version)}`,
  );

export const noHash = (file: string, url: string, project: string, version: string): LibraryError =>
  error(
    "no-hash",
    `[setup] the package index gives no SHA-256 for ${file}, so a download could not be checked. Expected one in ${url}. Name another index with PIP_INDEX_URL. ${byHand(project, version)}`,
  );

export const wrongHash = (file: string, url: string, expected: string, found: string): LibraryError =>
  error(
    "hash",
    `[setup] ${file} is not the file that the index names. Expected SHA-256 ${expected}, found ${found}. It came from ${url}, was deleted, and nothing was installed. Try again; if it stays so, something between here and the index changes files: name another index with PIP_INDEX_URL.`,
  );

export const downloadRefused = (file: string, url: string, status: number): LibraryError =>
  error(
    "download",
    `[setup] ${file} could not be downloaded. Expected HTTP status 200 or 206 from ${url}, found ${status}. Try again later, or name another index with PIP_INDEX_URL.`,
  );

export const brokeOff = (file: string, url: string, done: number, total: number, cause: string): LibraryError =>
  error(
    "broke-off",
    `[setup] the download of ${file} broke off. Expected ${total > 0 ? megabytes(total) : "the whole file"} from ${url}, found ${megabytes(done)} and then: ${cause}. What came is kept: run \`segdistill setup\` again and it goes on from there.`,
  );

export const notEnoughDisk = (folder: string, needed: number, free: number): LibraryError =>
  error(
    "disk",
    `[setup] not enough room in "${folder}". Expected ${megabytes(needed)} free, found ${megabytes(free)}. Free some, or set SEGDISTILL_CACHE to a folder on another disk.`,
  );

export const cacheNotWritable = (folder: string, cause: string): LibraryError =>
  error(
    "cache",
    `[setup] the cache cannot be written. Expected a folder "${folder}" of yours with room in it, found: ${cause}. Set SEGDISTILL_CACHE to such a folder.`,
  );

/** `who` is what gave the folder: "SEGDISTILL_TENSORFLOW", "--from", "library". */
export const folderLacks = (who: string, folder: string, expected: readonly string[], missing: readonly string[]): LibraryError =>
  error(
    "folder",
    `[setup] ${who} names "${folder}". Expected ${expected.map((name) => `"${name}"`).join(" and ")} in it, found no ${missing
      .map((name) => `"${name}"`)
      .join(" and no ")}. Name the folder that holds both (in a Python environment it is site-packages/tensorflow).`,
  );

export const nothingThere = (path: string): LibraryError =>
  error(
    "from",
    `[setup] --from names "${path}". Expected a wheel file or a folder with TensorFlow's two libraries, found nothing there. Check the path.`,
  );

export const wrongWheel = (path: string, expected: string, found: string, project: string, version: string): LibraryError =>
  error(
    "wheel",
    `[setup] --from names "${path}". Expected a wheel named "${expected}", found "${found}". Get the right one: pip download --no-deps ${project}==${version}`,
  );

export const damagedWheel = (path: string, damage: string): LibraryError =>
  error("damaged", `[setup] the wheel "${path}" is damaged: ${damage}. Nothing was installed. Fetch it anew.`);

export const wheelLacks = (path: string, name: string): LibraryError =>
  error(
    "wheel-lacks",
    `[setup] the wheel "${path}" does not hold the library. Expected "${name}" in it, found no such file. Nothing was installed. Fetch the wheel anew.`,
  );
