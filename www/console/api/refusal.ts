/** What the API answers instead of doing what it was asked. */

import type { Fault } from "../../form/fault.ts";

export type { Fault };

export interface Mention {
  kind: string;
  id: string;
}

interface RefusalBody {
  message?: unknown;
  error_code?: unknown;
  error?: unknown;
  reason?: unknown;
  used_by?: unknown;
  allowed_at?: unknown;
}

export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly messages: readonly string[];
  /** What names the thing that was to be deleted. */
  readonly usedBy: readonly Mention[];
  /** From when on the step is allowed. */
  readonly allowedAt: number | undefined;

  constructor(status: number, body: RefusalBody) {
    const messages = [body.message ?? []].flat().map(String);
    const code = String(body.error_code ?? body.error ?? body.reason ?? `status ${status}`);
    super(messages[0] ?? code);
    this.name = "Refusal";
    this.status = status;
    this.code = code;
    this.messages = messages;
    this.usedBy = Array.isArray(body.used_by) ? (body.used_by as Mention[]) : [];
    this.allowedAt = typeof body.allowed_at === "number" ? body.allowed_at : undefined;
  }

  get faults(): Fault[] {
    return this.messages.map(parsedFault);
  }
}

/** The console's session is over: nothing was done. */
export class SessionOver extends Error {
  constructor() {
    super("the session is over");
    this.name = "SessionOver";
  }
}

/** No answer came, so whether anything was done is not known. */
export class Unreachable extends Error {
  constructor() {
    super("the server cannot be reached");
    this.name = "Unreachable";
  }
}

/** `$.uri: problem (expected: …)`; what is written otherwise is a problem without a place. */
export function parsedFault(message: string): Fault {
  const [, path = "", problem = "", expected = ""] = /^(\$[^:\s]*): (.*?)(?: \(expected: (.*)\))?$/s.exec(message) ?? [];
  return path === "" ? { path: "", problem: message, expected: "" } : { path, problem, expected };
}

/** What to tell people about anything that can go wrong. */
export function inPlainWords(error: unknown): string {
  if (error instanceof SessionOver) {
    return "Your session is over. Nothing was changed.";
  }
  if (error instanceof Unreachable) {
    return "The server cannot be reached. Whether it did what was asked is not known; trying again is safe.";
  }
  if (error instanceof Refusal) {
    switch (error.code) {
      case "not_found":
        return "There is no such thing in this tenant, or no longer.";
      case "directory_empty":
        return "Nobody has given this tenant's directory a document yet. `npx audgate apply` does.";
      case "duplicate":
        return `Not saved: ${error.message} by another one of this tenant.`;
      case "no_administrator":
      case "wrong_subject":
        return "You may not do this: it takes the role `tenant-administrator`.";
      default:
        return error.status === 503 ? "The server is busy or cannot reach its storage. Try again in a moment." : error.messages.join(" ") || error.code;
    }
  }
  return error instanceof Error ? error.message : String(error);
}
