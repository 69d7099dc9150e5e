/** One call of the management API, through the console's own server side: the session is a cookie that no script sees. */
import { Refusal, SessionOver, Unreachable } from "./refusal.ts";

const API = "/console/api/v1/";

export type Method = "GET" | "POST" | "PUT" | "DELETE";

export interface Options {
  query?: Record<string, string | number | undefined>;
  body?: unknown;
  /** The `ETag` of what was seen. */
  ifMatch?: string | undefined;
  /** Under which a repeated creation does nothing again. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

export interface Reply<Body> {
  body: Body;
  /** Names the revision that `body` is; what is changed under it was not changed by others. */
  etag: string | undefined;
}

/**
 * Calls `path` below `/v1/`.
 *
 * @throws {Refusal} the API refused
 * @throws {SessionOver} nobody is logged in any more
 * @throws {Unreachable} no answer came
 */
export async function call<Body>(method: Method, path: string, options: Options = {}): Promise<Reply<Body>> {
  const { query = {}, body, ifMatch, idempotencyKey, signal } = options;
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") {
      parameters.set(name, String(value));
    }
  }
  const search = parameters.size === 0 ? "" : `?${parameters}`;
  const headers = new Headers({ accept: "application/json" });
  if (method !== "GET") {
    headers.set("content-type", "application/json");
  }
  if (ifMatch !== undefined) {
    headers.set("if-match", ifMatch);
  }
  if (idempotencyKey !== undefined) {
    headers.set("idempotency-key", idempotencyKey);
  }
  const response = await answerOf(`${API}${path}${search}`, {
    method,
    headers,
    cache: "no-store",
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (response.status === 401) {
    throw new SessionOver();
  }
  const parsed = await jsonOf(response);
  if (!response.ok) {
    throw new Refusal(response.status, parsed ?? {});
  }
  return { body: parsed as Body, etag: response.headers.get("etag") ?? undefined };
}

/** A path with each of its parts encoded. */
export function pathOf(...parts: string[]): string {
  return parts.map(encodeURIComponent).join("/");
}

export async function answerOf(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { credentials: "same-origin", ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") {
      throw error;
    }
    throw new Unreachable();
  }
}

async function jsonOf(response: Response): Promise<Record<string, unknown> | null> {
  const text = await response.text();
  if (text === "") {
    return null;
  }
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { message: [`the answer is no JSON (status ${response.status})`], error_code: "unreadable_answer" };
  }
}
