/** Verifying any compact JWS against any JWK Set. */
import { performVerify } from "./effects/verify.ts";
import { drive } from "./exchange.ts";
import type { CoreInstances } from "./instance.ts";

/** The outcome of {@link VerifyCompact}. */
export type Verification =
  | { ok: true; header: Record<string, unknown>; payload: Uint8Array }
  | { ok: false; reason: string };

/**
 * Verifies a compact JWS (RFC 7515) of at most 8 KiB by a key of a JWK Set (RFC 7517): HS256, ES256, ES384, RS256,
 * PS256, EdDSA (also as `Ed25519`, RFC 9864). The key's type and `alg` decide which algorithms are possible. The payload
 * may be any octets, also none. Bad input of any kind is `{ ok: false, reason }`, never an exception.
 */
export type VerifyCompact = (token: string, jwks: { keys: JsonWebKey[] }) => Promise<Verification>;

/** Enough of a token for the core to see that it is too long, whatever its characters are. */
const TOO_LONG = 8 * 1_024 + 1;

/** As the core gives it: the header as JSON text. */
type CoreVerification = { ok: true; header: string; payload: Uint8Array } | { ok: false; reason: string };

/** More than any JWK Set of 100 keys needs, in characters. */
const MAX_SET_LENGTH = 1024 * 1024;

export function verifyCompactWith(instances: CoreInstances): VerifyCompact {
  return async (token, jwks) => {
    if (typeof token !== "string") {
      return { ok: false, reason: "malformed_token" };
    }
    let text: string | undefined;
    try {
      text = JSON.stringify(jwks);
    } catch {
      // Cycles, BigInt, throwing getters.
    }
    // The core's own bound, checked before so much memory is copied: what wasm once took stays taken.
    if (typeof text !== "string" || text.length > MAX_SET_LENGTH) {
      return { ok: false, reason: "not_a_key_set" };
    }
    try {
      const instance = instances.current();
      const exchange = instance.use((core) => core.verifyCompact(token.slice(0, TOO_LONG), text));
      const result = await drive<CoreVerification>(instance, exchange, async (effect) =>
        effect.type === "verify" ? performVerify(effect) : { type: "unavailable" },
      );
      return result.ok ? { ...result, header: JSON.parse(result.header) as Record<string, unknown> } : result;
    } catch {
      return { ok: false, reason: "cannot_verify_now" };
    }
  };
}
