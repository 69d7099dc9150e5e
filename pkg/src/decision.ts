/** One decision of the core: it says what it waits for, until the decision is there. */
import type { GateDecision, InquiriesHandle, PendingHandle, ReadingHandle } from "../wasm/full_types.js";
import type { LoadedTenant } from "./configuration.ts";
import type { CoreExports } from "./instance.ts";
import { importKey, isUnsupported, verify } from "./signatures.ts";

/** The parts of a request that decide. */
export interface RequestParts {
  readonly method: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null };
}

/** What is asked of an `Account` object. */
export interface Inquiry {
  readonly object: string;
  readonly request: string;
}

/** How a request finds out whether a token was revoked. */
export interface Liveness {
  /** Has decisions under this configuration honour the tenant's list. */
  honour(tenant: LoadedTenant): void;
  /** Reads the list again, as far as that is possible now. */
  read(): Promise<void>;
  /** The objects' replies, `undefined` for one that could not be asked. */
  ask(inquiries: Inquiry[]): Promise<(string | undefined)[]>;
}

/** The core's words for what is to be done next. */
const DECIDED = 0;
const SIGNATURE = 1;
const READING = 2;
const INQUIRIES = 3;

/** What the core waits for, or its decision as text. */
type Next =
  | { type: "decided"; decision: string }
  | { type: "signature"; pending: PendingHandle }
  | { type: "reading"; pending: ReadingHandle }
  | { type: "inquiries"; pending: InquiriesHandle };

/**
 * The decision about a request under a tenant's configuration, at `now` milliseconds since the Unix epoch. The caller
 * holds the configuration until the decision is there. Without `liveness` no list is honoured and no object asked.
 */
export async function decide(
  request: RequestParts,
  tenant: LoadedTenant,
  now: number,
  trace: boolean,
  liveness?: Liveness,
): Promise<GateDecision> {
  const { instance, handle } = tenant;
  const text = requestText(request);
  liveness?.honour(tenant);
  let next = instance.use((core) => {
    const seconds = Math.floor(now / 1_000);
    const length = writeInto(core, tenant, text);
    return taken(
      tenant,
      length === undefined ? handle.decideText(text, seconds, trace) : handle.decideBuffered(length, seconds, trace),
    );
  });
  while (next.type !== "decided") {
    next = await proceed(tenant, next, trace, liveness);
  }
  return JSON.parse(next.decision) as GateDecision;
}

/** Does what the core waits for, and has it go on. */
async function proceed(
  tenant: LoadedTenant,
  next: Exclude<Next, { type: "decided" }>,
  trace: boolean,
  liveness: Liveness | undefined,
): Promise<Next> {
  const { instance, handle } = tenant;
  switch (next.type) {
    case "signature": {
      const { pending } = next;
      const check = instance.use(() => ({
        kid: pending.kid(),
        algorithm: pending.algorithm(),
        message: pending.message(),
        signature: pending.signature(),
      }));
      const verdict = await checked(tenant, check);
      return instance.use(() =>
        taken(
          tenant,
          verdict === "unsupported" ? handle.concludeHere(pending, trace) : handle.conclude(pending, verdict, trace),
        ),
      );
    }
    case "reading": {
      await liveness?.read();
      return instance.use(() => taken(tenant, handle.concludeReading(next.pending, trace)));
    }
    case "inquiries": {
      const { pending } = next;
      const inquiries = instance.use(() =>
        Array.from({ length: pending.count }, (_, at) => ({ object: pending.object(at), request: pending.request(at) })),
      );
      const replies = (await liveness?.ask(inquiries)) ?? [];
      return instance.use(() => {
        for (const reply of replies) pending.answer(reply);
        return taken(tenant, handle.concludeInquiries(pending, trace));
      });
    }
  }
}

/** Takes over what a step has left, before another request's step can. */
function taken({ handle }: LoadedTenant, step: number): Next {
  switch (step) {
    case DECIDED:
      return { type: "decided", decision: handle.takeDecision() };
    case SIGNATURE:
      return { type: "signature", pending: present(handle.takePending()) };
    case READING:
      return { type: "reading", pending: present(handle.takeReading()) };
    case INQUIRIES:
      return { type: "inquiries", pending: present(handle.takeInquiries()) };
    default:
      throw new TypeError("audgate: the core asks for a step that is not known");
  }
}

function present<T>(pending: T | undefined): T {
  if (pending === undefined) {
    throw new TypeError("audgate: the core neither decided nor asked for anything");
  }
  return pending;
}

/** Whether the signature is right; `undefined` where the platform could not check it now. */
async function checked(tenant: LoadedTenant, check: SignatureCheck): Promise<boolean | undefined | "unsupported"> {
  try {
    const key = await publicKey(tenant, check.kid, check.algorithm);
    return await verify(key, check.algorithm, check.message, check.signature);
  } catch (error) {
    return isUnsupported(error) ? "unsupported" : undefined;
  }
}

interface SignatureCheck {
  kid: string;
  algorithm: string;
  message: Uint8Array;
  signature: Uint8Array;
}

async function publicKey(tenant: LoadedTenant, kid: string, algorithm: string): Promise<CryptoKey> {
  const known = tenant.keys.get(kid);
  if (known !== undefined) {
    return known;
  }
  const named = tenant.instance.use(() => tenant.handle.verificationKeys()).find((key) => key.kid === kid);
  if (named === undefined) {
    throw new TypeError("audgate: the core named a key that its configuration does not have");
  }
  const key = await importKey(named.jwk, algorithm, "verify");
  tenant.keys.set(kid, key);
  return key;
}

/** The parts of a request that decide, as the core reads them. None of them can hold a line feed. */
function requestText(request: RequestParts): string {
  const { headers } = request;
  const field = (name: string): string => headers.get(name) ?? "";
  const authorization = field("authorization");
  return `${request.method}\n${request.url}\n${field("origin")}\n${field("access-control-request-method")}\n${authorization}`;
}

const encoder = new TextEncoder();

/** Writes `text` into the core's buffer; `undefined` where it does not fit. */
function writeInto(core: CoreExports, tenant: LoadedTenant, text: string): number | undefined {
  const { handle } = tenant;
  const buffer = new Uint8Array(core.memory.buffer, handle.bufferAddress(), handle.bufferLength());
  const { read, written } = encoder.encodeInto(text, buffer);
  return read === text.length ? written : undefined;
}
