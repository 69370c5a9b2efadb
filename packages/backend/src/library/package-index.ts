import { indexRefused, noHash, noSuchFile, notAnIndex, unreachable } from "./errors.js";
import type { Release } from "./release.js";
import { address, proxyVariable, reason } from "./request.js";

/** A wheel as an index lists it. */
export interface Wheel {
  readonly file: string;
  readonly url: string;
  readonly sha256: string;
  /** Size in bytes; null where the index does not say (the HTML form). */
  readonly bytes: number | null;
  /** Value of the Authorization header, where the index asks for one and the file is on the same host. */
  readonly authorization: string | null;
}

interface Entry {
  readonly file: string;
  readonly url: string;
  readonly sha256: string | null;
  readonly bytes: number | null;
}

interface JsonIndex {
  readonly files: readonly {
    readonly filename: string;
    readonly url: string;
    readonly hashes?: Readonly<Record<string, string>>;
    readonly size?: number;
    readonly yanked?: boolean | string;
  }[];
}

function readJson(text: string, base: string): readonly Entry[] | null {
  const found = JSON.parse(text) as Partial<JsonIndex> | null;
  if (!Array.isArray(found?.files)) return null;
  return (found as JsonIndex).files
    .filter(({ yanked }) => yanked === undefined || yanked === false)
    .map(({ filename, url, hashes, size }) => ({
      file: filename,
      url: new URL(url, base).href,
      sha256: hashes?.["sha256"] ?? null,
      bytes: size ?? null,
    }));
}

const unescaped = (text: string): string =>
  text.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** The HTML form (PEP 503): one link a file, its hash in the fragment. Enough of HTML for what indexes write; no page of another kind has such links. */
function readHtml(text: string, base: string): readonly Entry[] {
  const entries: Entry[] = [];
  for (const [, attributes, content] of text.matchAll(/<a\s([^>]*)>([^<]*)<\/a>/gi)) {
    const href = /\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(attributes!);
    if (!href || /\bdata-yanked\b/i.test(attributes!)) continue;
    const url = new URL(unescaped(href[1] ?? href[2] ?? ""), base);
    const sha256 = /^#sha256=([0-9a-f]{64})$/i.exec(url.hash)?.[1]?.toLowerCase() ?? null;
    url.hash = "";
    entries.push({ file: unescaped(content!).trim(), url: url.href, sha256, bytes: null });
  }
  return entries;
}

/** Versions named by files of a project, each once, newest last as far as the index sorts. */
const versionsOf = (entries: readonly Entry[]): readonly string[] => [
  ...new Set(entries.map(({ file }) => /^[A-Za-z0-9_.]+?-(\d[^-]*)-.*\.whl$/.exec(file)?.[1]).filter((version) => version !== undefined)),
];

interface IndexOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks an index (`https://pypi.org/simple`) for the wheel of a release: the first by name of those that fit, so that everybody gets the same.
 * JSON where the index has it (PEP 691), else HTML (PEP 503). Throws if there is no answer, no such file, or no SHA-256 to check it by.
 */
export async function findWheel(index: string, release: Release, { env, signal }: IndexOptions): Promise<Wheel> {
  const { url, authorization } = address(`${index}/${release.project}/`);
  const limit = AbortSignal.timeout(60_000);
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(url, {
      headers: {
        accept: "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1",
        ...(authorization === null ? {} : { authorization }),
      },
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    text = await answer.text();
  } catch (failure) {
    signal?.throwIfAborted();
    throw unreachable(url, reason(failure), release.project, release.version, proxyVariable(env));
  }
  if (!answer.ok) throw indexRefused(url, answer.status, release.project, release.version);
  const type = answer.headers.get("content-type") ?? "no content type";
  const base = answer.url || url;
  let entries: readonly Entry[] | null;
  try {
    entries = type.includes("json") ? readJson(text, base) : type.includes("html") ? readHtml(text, base) : null;
  } catch {
    entries = null;
  }
  if (entries === null) throw notAnIndex(url, type);
  const fitting = entries.filter(({ file }) => release.wheel.test(file)).sort((a, b) => (a.file < b.file ? -1 : 1));
  const found = fitting.find(({ sha256 }) => sha256 !== null) ?? fitting[0];
  if (!found) throw noSuchFile(url, release.wheelName, release.project, release.version, versionsOf(entries).slice(-5));
  if (found.sha256 === null) throw noHash(found.file, url, release.project, release.version);
  const sameHost = new URL(found.url).origin === new URL(url).origin;
  return { ...found, sha256: found.sha256, authorization: sameHost ? authorization : null };
}
