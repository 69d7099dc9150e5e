/** One decision of the core: it says what it waits for, until the decision is there. */
import type {
  GateDecision,
  InquiriesHandle,
  KeysHandle,
  ProofHandle,
  ProofSignatureHandle,
  ProofUseHandle,
  ReadingHandle,
} from "../wasm/full_types.js";
import { admitted, frozen } from "./admitted.ts";
import type { LoadedTenant } from "./configuration.ts";
import type { CoreExports } from "./instance.ts";
import type { IssuerKeys } from "./issuer-keys/key-sets.ts";
import { type Proofs, withProof, withProofChecked, withProofUsed } from "./possession.ts";
import { checked, checkedNow, type SignatureCheck, signatureCheck } from "./signature-check.ts";
import { isUnsupported } from "./signatures.ts";

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

/** What a decision may need beyond its configuration: revocations, proofs of possession, other issuers' keys. */
export interface DecisionHost {
  /** Has decisions under this configuration honour the tenant's list. */
  honour(tenant: LoadedTenant): void;
  /** Reads the list again, as far as that is possible now. */
  read(): Promise<void>;
  /** The objects' replies, `undefined` for one that could not be asked. */
  ask(inquiries: Inquiry[]): Promise<(string | undefined)[]>;
  /** What proofs of possession are checked with. */
  readonly proofs: Proofs;
  /** The keys of other issuers. */
  readonly issuerKeys: IssuerKeys;
}

/** The core's words for what is to be done next. */
const DECIDED = 0;
const SIGNATURE = 1;
const READING = 2;
const INQUIRIES = 3;
const REPEATED = 4;
const FORGOTTEN = 5;
const PROOF = 6;
const PROOF_SIGNATURE = 7;
const PROOF_USE = 8;
const KEYS = 9;
const ADMITTED = 10;

/** The core's words for why keys are asked for. */
const NEEDS = ["missing", "due", "unknownKey"] as const;

/** What the core waits for. */
type Waiting =
  | SignatureCheck
  | { type: "reading"; pending: ReadingHandle }
  | { type: "inquiries"; pending: InquiriesHandle }
  | { type: "proof"; pending: ProofHandle }
  | { type: "proofSignature"; pending: ProofSignatureHandle }
  | { type: "proofUse"; pending: ProofUseHandle }
  | { type: "keys"; pending: KeysHandle };

type Next = GateDecision | Waiting;

/** Whether a signature is right; `undefined` where the platform could not check it now. */
type Verdict = boolean | undefined | "unsupported";

/** The core waits no longer for the verdict about a signature. A retry is safe. */
class TooLate extends Error {
  override readonly name = "TooLate";
}

/** One decision on its way. */
interface Course {
  readonly tenant: LoadedTenant;
  /** The `Authorization` field, empty for none. */
  readonly authorization: string;
  readonly trace: boolean;
  readonly host: DecisionHost | undefined;
}

/**
 * The decision about a request under a tenant's configuration, at `now` milliseconds since the Unix epoch; at once where
 * it waits for nothing. The caller holds the configuration until the decision is there. Without `host` no list is honoured
 * and no object asked, and no token is let in that is bound to a key or is another issuer's.
 */
export function decide(
  request: RequestParts,
  tenant: LoadedTenant,
  now: number,
  trace: boolean,
  host?: DecisionHost,
): GateDecision | Promise<GateDecision> {
  const authorization = request.headers.get("authorization") ?? "";
  host?.honour(tenant);
  const course = { tenant, authorization, trace, host };
  const first = tenant.instance.use((core) => begun(core, course, requestText(request), Math.floor(now / 1_000)));
  const next = settled(course, first);
  return isDecision(next) ? next : concluded(course, next);
}

/** The first step, by the number of a token that is known or by the token itself. */
function begun(core: CoreExports, course: Course, parts: string, seconds: number): Next {
  const { tenant, authorization, trace } = course;
  const number = tenant.numbers.get(authorization);
  if (number !== undefined) {
    const step = stepOf(core, tenant, parts, number, seconds, trace);
    if (step !== FORGOTTEN) {
      return taken(core, course, step);
    }
  }
  return taken(core, course, stepOf(core, tenant, parts + authorization, 0, seconds, trace));
}

function stepOf(core: CoreExports, tenant: LoadedTenant, text: string, known: number, seconds: number, trace: boolean): number {
  const { handle } = tenant;
  const { read, written } = encoder.encodeInto(text, tenant.buffer(core));
  return read === text.length
    ? handle.decideBuffered(written, known, seconds, trace)
    : handle.decideText(text, known, seconds, trace);
}

function isDecision(next: Next): next is GateDecision {
  return next.type === "allow" || next.type === "deny" || next.type === "respond";
}

/** Goes on as far as signatures can be checked in this turn, so that nobody waits behind others for nothing. */
function settled(course: Course, first: Next): Next {
  let next = first;
  while (next.type === "signature") {
    const check = next;
    const verdict = failing(() => checkedNow(course.tenant, check));
    if (verdict === "later") {
      break;
    }
    next = judged(course, check.ticket, verdict);
  }
  return next;
}

async function concluded(course: Course, waiting: Waiting): Promise<GateDecision> {
  let next: Next = waiting;
  while (!isDecision(next)) {
    if (next.type === "signature") {
      const { ticket } = next;
      const verdict: Verdict = await checked(course.tenant, next).catch(failed);
      next = settled(course, judged(course, ticket, verdict));
    } else {
      next = settled(course, await proceed(course, next));
    }
  }
  return next;
}

/** What is known of a signature where the platform could not check it. */
function failed(error: unknown): Verdict {
  return isUnsupported(error) ? "unsupported" : undefined;
}

/** What `check` answers, or what its failure means. */
function failing<T>(check: () => T): T | Verdict {
  try {
    return check();
  } catch (error) {
    return failed(error);
  }
}

/** Goes on by what was found out about a signature. */
function judged(course: Course, ticket: number, verdict: Verdict): Next {
  const { tenant, trace } = course;
  const { instance, handle } = tenant;
  const next = instance.use((core) => {
    const step =
      verdict === "unsupported" ? handle.concludeHere(ticket, trace) : handle.conclude(ticket, verdict, trace);
    return step === FORGOTTEN ? undefined : taken(core, course, step);
  });
  if (next === undefined) {
    throw new TooLate("the signature was checked too late");
  }
  return next;
}

/** Does what the core waits for, and has it go on. */
async function proceed(course: Course, next: Exclude<Waiting, SignatureCheck>): Promise<Next> {
  const { tenant, trace, host } = course;
  const { instance, handle } = tenant;
  switch (next.type) {
    case "keys": {
      const { pending } = next;
      const wanted = instance.use(() => ({
        issuer: pending.issuer,
        jwksUri: pending.jwksUri,
        metadataUrls: pending.metadataUrls(),
        need: NEEDS[pending.need] ?? "missing",
        confirmedAt: pending.confirmedAt,
      }));
      const { keys, reached } = (await host?.issuerKeys.answer(wanted)) ?? { keys: undefined, reached: false };
      const seconds = (time = 0): number => Math.floor(time / 1_000);
      return instance.use((core) => {
        const [confirmedAt, freshUntil] = [seconds(keys?.confirmedAt), seconds(keys?.freshUntil)];
        const step = handle.concludeKeys(pending, keys?.text, confirmedAt, freshUntil, reached, trace);
        return taken(core, course, step);
      });
    }
    case "reading": {
      await host?.read();
      return instance.use((core) => taken(core, course, handle.concludeReading(next.pending, trace)));
    }
    case "inquiries": {
      const { pending } = next;
      const inquiries = instance.use(() =>
        Array.from({ length: pending.count }, (_, at) => ({ object: pending.object(at), request: pending.request(at) })),
      );
      const replies = (await host?.ask(inquiries)) ?? [];
      return instance.use((core) => {
        for (const reply of replies) pending.answer(reply);
        return taken(core, course, handle.concludeInquiries(pending, trace));
      });
    }
    case "proof": {
      // What is configured is asked for here: an error of it is none of the core's.
      const { field, nonceSecret } = host?.proofs ?? {};
      return instance.use((core) => taken(core, course, withProof(core, tenant, next.pending, { field, nonceSecret }, trace)));
    }
    case "proofSignature": {
      const step = await withProofChecked(tenant, next.pending, trace);
      return instance.use((core) => taken(core, course, step()));
    }
    case "proofUse": {
      const step = await withProofUsed(tenant, next.pending, host?.proofs, trace);
      return instance.use((core) => taken(core, course, step()));
    }
  }
}

/** Takes over what a step has left, before another request's step can. */
function taken(core: CoreExports, { tenant, authorization }: Course, step: number): Next {
  const { handle, kept } = tenant;
  switch (step) {
    case REPEATED:
      return present(kept[handle.tokenNumber % kept.length]);
    case ADMITTED:
    case DECIDED: {
      // Neither of the two lets the memory grow.
      const text = decoder.decode(new Uint8Array(core.memory.buffer, handle.decisionAddress(), handle.decisionLength()));
      const decision = step === ADMITTED ? admitted(text) : frozen(JSON.parse(text) as GateDecision);
      const { tokenNumber } = handle;
      if (tokenNumber > 0) {
        tenant.remember(authorization, tokenNumber);
      }
      if (handle.isRepeatable) {
        kept[tokenNumber % kept.length] = decision;
      }
      return decision;
    }
    case SIGNATURE:
      return signatureCheck(core, tenant);
    case READING:
      return { type: "reading", pending: present(handle.takeReading()) };
    case INQUIRIES:
      return { type: "inquiries", pending: present(handle.takeInquiries()) };
    case PROOF:
      return { type: "proof", pending: present(handle.takeProof()) };
    case PROOF_SIGNATURE:
      return { type: "proofSignature", pending: present(handle.takeProofSignature()) };
    case PROOF_USE:
      return { type: "proofUse", pending: present(handle.takeProofUse()) };
    case KEYS:
      return { type: "keys", pending: present(handle.takeKeys()) };
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

/** The parts of a request that decide, as the core reads them, but for the last. None of them can hold a line feed. */
function requestText(request: RequestParts): string {
  const { headers } = request;
  const field = (name: string): string => headers.get(name) ?? "";
  const { method } = request;
  // Nothing but a preflight asks for another method.
  const preflight = method === "OPTIONS" ? field("access-control-request-method") : "";
  return `${method}\n${request.url}\n${field("origin")}\n${preflight}\n`;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
