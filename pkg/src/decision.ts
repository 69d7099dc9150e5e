/** One decision of the core: it says what it waits for, until the decision is there. */
import type {
  GateDecision,
  InquiriesHandle,
  KeysHandle,
  PendingHandle,
  ProofHandle,
  ProofSignatureHandle,
  ProofUseHandle,
  ReadingHandle,
  TenantHandle,
} from "../wasm/full_types.js";
import type { ImportedKey, LoadedTenant } from "./configuration.ts";
import type { CoreExports } from "./instance.ts";
import type { IssuerKeys } from "./issuer-keys/key-sets.ts";
import { type Proofs, withProof, withProofChecked, withProofUsed } from "./possession.ts";
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

/** The core's words for why keys are asked for. */
const NEEDS = ["missing", "due", "unknownKey"] as const;

/** Keys that are kept as the platform imported them: other issuers change theirs as often as they like. */
const MAX_IMPORTED_KEYS = 1_000;

/** What the core waits for, or its decision. */
type Next =
  | { type: "decided"; decision: GateDecision }
  | { type: "signature"; pending: PendingHandle; check: SignatureCheck }
  | { type: "reading"; pending: ReadingHandle }
  | { type: "inquiries"; pending: InquiriesHandle }
  | { type: "proof"; pending: ProofHandle }
  | { type: "proofSignature"; pending: ProofSignatureHandle }
  | { type: "proofUse"; pending: ProofUseHandle }
  | { type: "keys"; pending: KeysHandle };

type Waiting = Exclude<Next, { type: "decided" }>;

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
  const { instance, handle } = tenant;
  const authorization = request.headers.get("authorization") ?? "";
  const parts = requestText(request);
  const seconds = Math.floor(now / 1_000);
  host?.honour(tenant);
  const begun = (core: CoreExports, field: string, known: number): number => {
    const text = parts + field;
    const length = writeInto(core, handle, text);
    return length === undefined
      ? handle.decideText(text, known, seconds, trace)
      : handle.decideBuffered(length, known, seconds, trace);
  };
  const course = { tenant, authorization, trace, host };
  const next = instance.use((core) => {
    const number = tenant.numbers.get(authorization) ?? 0;
    const step = number === 0 ? FORGOTTEN : begun(core, "", number);
    return taken(core, course, step === FORGOTTEN ? begun(core, authorization, 0) : step);
  });
  return next.type === "decided" ? next.decision : concluded(course, next);
}

async function concluded(course: Course, waiting: Waiting): Promise<GateDecision> {
  let next: Next = waiting;
  while (next.type !== "decided") {
    next = await proceed(course, next);
  }
  return next.decision;
}

/** Does what the core waits for, and has it go on. */
async function proceed(course: Course, next: Waiting): Promise<Next> {
  const { tenant, trace, host } = course;
  const { instance, handle } = tenant;
  switch (next.type) {
    case "signature": {
      const { pending } = next;
      const verdict = await checked(tenant, next.check);
      return instance.use((core) =>
        taken(
          core,
          course,
          verdict === "unsupported" ? handle.concludeHere(pending, trace) : handle.conclude(pending, verdict, trace),
        ),
      );
    }
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
    case "proof":
      return instance.use((core) => taken(core, course, withProof(core, tenant, next.pending, host?.proofs, trace)));
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
      return { type: "decided", decision: present(kept[handle.tokenNumber % kept.length]) };
    case DECIDED: {
      const decision = frozen(JSON.parse(handle.takeDecision()) as GateDecision);
      const { tokenNumber } = handle;
      if (tokenNumber > 0) {
        tenant.remember(authorization, tokenNumber);
      }
      if (handle.isRepeatable) {
        kept[tokenNumber % kept.length] = decision;
      }
      return { type: "decided", decision };
    }
    case SIGNATURE: {
      const key = handle.checkKey();
      const messageLength = handle.messageLength();
      const length = messageLength + handle.signatureLength();
      // A copy, so that it stays what it is while the platform looks at it. Asking for the key may let the memory grow.
      const octets = new Uint8Array(core.memory.buffer, handle.checkAddress(), length).slice();
      const check = { key, message: octets.subarray(0, messageLength), signature: octets.subarray(messageLength) };
      return { type: "signature", pending: present(handle.takePending()), check };
    }
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

/** One decision may be handed to several requests, so none of them can change it. */
function frozen<T extends object>(value: T): T {
  for (const name in value) {
    const member: unknown = value[name];
    if (typeof member === "object" && member !== null) {
      frozen(member);
    }
  }
  return Object.freeze(value);
}

function present<T>(pending: T | undefined): T {
  if (pending === undefined) {
    throw new TypeError("audgate: the core neither decided nor asked for anything");
  }
  return pending;
}

interface SignatureCheck {
  /** Algorithm and `kid`, or the JWK of another issuer's key, with a space between. */
  key: string;
  message: Uint8Array;
  signature: Uint8Array;
}

/** Whether the signature is right; `undefined` where the platform could not check it now. */
async function checked(
  tenant: LoadedTenant,
  { key, message, signature }: SignatureCheck,
): Promise<boolean | undefined | "unsupported"> {
  try {
    const { algorithm, cryptoKey } = tenant.keys.get(key) ?? (await imported(tenant, key));
    const here = tenant.instance.verifySynchronously?.(cryptoKey, algorithm, message, signature);
    return here ?? (await verify(cryptoKey, algorithm, message, signature));
  } catch (error) {
    return isUnsupported(error) ? "unsupported" : undefined;
  }
}

async function imported(tenant: LoadedTenant, name: string): Promise<ImportedKey> {
  const space = name.indexOf(" ");
  const algorithm = name.slice(0, space);
  const key = { algorithm, cryptoKey: await importKey(jwkOf(tenant, name, name.slice(space + 1)), algorithm, "verify") };
  if (tenant.keys.size >= MAX_IMPORTED_KEYS) {
    tenant.keys.clear();
  }
  tenant.keys.set(name, key);
  return key;
}

/** The JWK of a key: another issuer's stands there itself, which no `kid` could. */
function jwkOf(tenant: LoadedTenant, name: string, kid: string): JsonWebKey {
  if (kid.startsWith("{")) {
    return JSON.parse(kid) as JsonWebKey;
  }
  const keys = tenant.instance.use(() => tenant.handle.verificationKeys());
  const named = keys.find((key) => `${key.algorithm} ${key.kid}` === name);
  if (named === undefined) {
    throw new TypeError("audgate: the core named a key that its configuration does not have");
  }
  return named.jwk;
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

/** Writes `text` into the core's buffer; `undefined` where it does not fit. */
function writeInto(core: CoreExports, handle: TenantHandle, text: string): number | undefined {
  const buffer = new Uint8Array(core.memory.buffer, handle.bufferAddress(), handle.bufferLength());
  const { read, written } = encoder.encodeInto(text, buffer);
  return read === text.length ? written : undefined;
}
