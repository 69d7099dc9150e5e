/** Proof of possession (RFC 9449): what a decision needs of the request and of the platform for it. */
import type { ProofHandle, ProofSignatureHandle, ProofUseHandle } from "../wasm/full_types.js";
import type { Bindings } from "./bindings.ts";
import type { LoadedTenant } from "./configuration.ts";
import type { RequestParts } from "./decision.ts";
import { performCall } from "./effects/call.ts";
import type { CoreExports } from "./instance.ts";
import { log } from "./log.ts";
import { importKey, isUnsupported, verify } from "./signatures.ts";

/** What proofs are checked with. */
export interface Proofs {
  /** The `DPoP` field of the request. */
  readonly field: string | undefined;
  /** Under which nonces are made; without it proofs need none. */
  readonly nonceSecret: string | undefined;
  /** The reply of a `Challenge` object; `undefined` where it could not be asked. */
  use(name: string, request: string): Promise<string | undefined>;
}

/** What the proof of `request` is checked with; bindings are looked at only where it has to be. */
export function proofsOf(request: RequestParts, bindings: () => Bindings): Proofs {
  return {
    get field() {
      return request.headers.get("dpop") ?? undefined;
    },
    get nonceSecret() {
      return bindings().dpopNonceSecret;
    },
    use: async (name, asked) => {
      const reply = await performCall({ type: "call", object: "challenge", name, request: asked }, bindings().objects);
      return reply.type === "value" ? (reply.value ?? undefined) : undefined;
    },
  };
}

/** Goes on with the proof that came with the request, if one did. */
export function withProof(
  core: CoreExports,
  { handle }: LoadedTenant,
  pending: ProofHandle,
  { field, nonceSecret: secret }: Partial<Pick<Proofs, "field" | "nonceSecret">>,
  trace: boolean,
): number {
  if (secret !== undefined && !core.isNonceSecret(secret)) {
    log({ event: "dpop_nonce_secret_unusable", hint: "the secret `DPOP_NONCE_SECRET` has fewer than 32 octets" });
  }
  return handle.concludeProof(pending, field, secret, trace);
}

/** Checks the signature of a proof by the key in it, and has the core go on. */
export async function withProofChecked(
  { instance, handle }: LoadedTenant,
  pending: ProofSignatureHandle,
  trace: boolean,
): Promise<() => number> {
  const check = instance.use(() => ({
    jwk: pending.jwk(),
    algorithm: pending.algorithm(),
    message: pending.message(),
    signature: pending.signature(),
  }));
  const verdict = await checked(check);
  return () =>
    verdict === "unsupported"
      ? handle.concludeProofSignatureHere(pending, trace)
      : handle.concludeProofSignature(pending, verdict, trace);
}

/** Asks the object of a proof whether it is the first to come, and has the core go on. */
export async function withProofUsed(
  { instance, handle }: LoadedTenant,
  pending: ProofUseHandle,
  proofs: Proofs | undefined,
  trace: boolean,
): Promise<() => number> {
  const { object, request } = instance.use(() => ({ object: pending.object(), request: pending.request() }));
  const reply = await proofs?.use(object, request);
  return () => handle.concludeProofUse(pending, reply, trace);
}

interface ProofCheck {
  jwk: JsonWebKey;
  algorithm: string;
  message: Uint8Array;
  signature: Uint8Array;
}

/** Whether the signature is right; `undefined` where the platform could not check it now. */
async function checked({ jwk, algorithm, message, signature }: ProofCheck): Promise<boolean | undefined | "unsupported"> {
  let key: CryptoKey;
  try {
    key = await importKey(jwk, algorithm, "verify");
  } catch (error) {
    // The core has checked the key; one that the platform refuses all the same signs nothing that it could verify.
    return isUnsupported(error) ? "unsupported" : false;
  }
  try {
    return await verify(key, algorithm, message, signature);
  } catch (error) {
    return isUnsupported(error) ? "unsupported" : undefined;
  }
}
