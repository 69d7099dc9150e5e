/** What every refusal has in common, whoever gives it. */
import assert from "node:assert/strict";
import type { RawResponse } from "./http.ts";

/** Asserts a refusal of the token endpoint: RFC 6749 section 5.2, never kept by a cache, never a stack trace. */
export async function assertTokenRefusal(response: Response, status: number, error: string): Promise<void> {
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.equal(response.headers.get("content-type"), "application/json");
  const body = JSON.parse(text) as { error?: string; error_description?: string };
  assert.equal(body.error, error);
  // RFC 6749 section 5.2: no quote, no backslash, nothing outside printable ASCII.
  assert.match(body.error_description ?? "", /^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/);
  assertNoStackTrace(text);
}

/** The parameters of the one challenge of a response, a Bearer challenge unless said otherwise. */
export function challengeOf(response: Response | RawResponse, scheme = "Bearer"): Record<string, string> {
  const field = response.headers.get("www-authenticate") ?? "";
  assert.ok(field.startsWith(`${scheme} `), field);
  const parameters = [...field.matchAll(/([a-z_]+)="([^"\\]*)"/g)];
  return Object.fromEntries(parameters.map(([, name, value]) => [name, value])) as Record<string, string>;
}

/** Asserts a refusal of the gate, by its status and its reason code. */
export async function assertGateRefusal(response: Response, status: number, reason: string): Promise<void> {
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.equal((JSON.parse(text) as { reason?: string }).reason, reason);
  assert.equal(response.headers.get("cache-control"), "no-store");
  assertNoStackTrace(text);
}

/** Asserts that a body tells nothing of the code that made it. */
export function assertNoStackTrace(text: string): void {
  assert.doesNotMatch(text, /\.(?:rs|js|ts|mjs|wasm)\b|panicked|wasm-function|\bat .+:\d+/);
}
