/** A URL that may hold a user name and password, taken apart: fetch refuses such URLs, and messages must not show them. */
interface Address {
  readonly url: string;
  readonly authorization: string | null;
}

/** Takes user name and password out of a URL. */
export function address(text: string): Address {
  const url = new URL(text);
  if (url.username === "" && url.password === "") return { url: url.href, authorization: null };
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  url.username = "";
  url.password = "";
  return { url: url.href, authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

/** The reason of a failed request in one phrase: undici hides it in `cause`, and in `errors` where several addresses were tried. */
export function reason(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure);
  if (failure.cause !== undefined) return reason(failure.cause);
  if (failure instanceof AggregateError && failure.errors.length > 0) return reason(failure.errors[0]);
  return failure.message || failure.name;
}

/** Name of the proxy variable that is set, if one is: Node 20's fetch does not follow it, which a message then says. */
export const proxyVariable = (env: Readonly<Record<string, string | undefined>>): string | null =>
  ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].find((name) => env[name]) ?? null;
