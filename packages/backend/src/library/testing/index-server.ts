import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tinyWheel, tinyWheelName } from "./tiny-wheel.js";

export interface ServerOptions {
  readonly form?: "json" | "html";
  /** The index's whole page, instead of one that lists `names`. */
  readonly page?: string;
  readonly wheel?: Buffer;
  /** Names of the files that the index lists; every one is the wheel. */
  readonly names?: readonly string[];
  /** SHA-256 that the index gives; null: none. */
  readonly sha256?: string | null;
  /** Bytes of its body after which each answer for the wheel breaks, in turn. */
  readonly breaks?: number[];
  /** After its bytes an answer stays open instead of breaking. */
  readonly hang?: boolean;
  /** Answers every request for the wheel with all of it. */
  readonly noRanges?: boolean;
  readonly indexStatus?: number;
  readonly wheelStatus?: number;
}

/** A request for the wheel. */
interface Asked {
  readonly method: string;
  readonly range: string | null;
  readonly authorization: string | null;
}

export interface IndexServer {
  readonly url: string;
  readonly port: number;
  readonly asked: readonly Asked[];
  readonly sha256: string;
  readonly close: () => Promise<void>;
}

/** A package index on this computer with one project, `tensorflow-cpu`. */
export async function indexServer(options: ServerOptions = {}): Promise<IndexServer> {
  const { form = "json", wheel = tinyWheel, names = [tinyWheelName], breaks = [] } = options;
  const sha256 = createHash("sha256").update(wheel).digest("hex");
  const given = options.sha256 === undefined ? sha256 : options.sha256;
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    if (path === "/simple/tensorflow-cpu/") {
      response.statusCode = options.indexStatus ?? 200;
      response.setHeader("content-type", form === "json" ? "application/vnd.pypi.simple.v1+json" : "text/html; charset=utf-8");
      const hashes = given === null ? {} : { sha256: given };
      const fragment = given === null ? "" : `#sha256=${given}`;
      return response.end(
        options.page !== undefined
          ? options.page
          : form === "json"
            ? JSON.stringify({
                files: names.map((filename) => ({ filename, url: `../../files/${filename}?a=1&b=2`, hashes, size: wheel.length })),
              })
            : `<!DOCTYPE html><html><body>\n${names.map((name) => `<a href="../../files/${name}?a=1&amp;b=2${fragment}" data-requires-python="&gt;=3.9">${name}</a><br/>`).join("\n")}</body></html>`,
      );
    }
    if (!path.startsWith("/files/") || !path.endsWith("?a=1&b=2")) return response.writeHead(404).end();
    const { method = "", headers } = request;
    asked.push({ method, range: headers.range ?? null, authorization: headers.authorization ?? null });
    if (options.wheelStatus !== undefined) return response.writeHead(options.wheelStatus).end();
    const start = options.noRanges ? 0 : Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);
    if (start >= wheel.length) return response.writeHead(416).end();
    const ranged = headers.range !== undefined && !options.noRanges;
    response.writeHead(ranged ? 206 : 200, {
      "content-length": wheel.length - start,
      ...(ranged ? { "content-range": `bytes ${start}-${wheel.length - 1}/${wheel.length}` } : {}),
    });
    if (method === "HEAD") return response.end();
    const length = breaks.shift();
    if (length === undefined) return response.end(wheel.subarray(start));
    return response.write(wheel.subarray(start, start + length), () =>
      options.hang ? undefined : setTimeout(() => response.destroy(), 30),
    );
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  return { url: `http://127.0.0.1:${port}/simple`, port, asked, sha256, close };
}
