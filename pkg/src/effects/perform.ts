/** What an endpoint of the issuer asks for, done. */
import type { Effect } from "../../wasm/full_types.js";
import type { Bindings } from "../bindings.ts";
import { type ConfigurationSource, read } from "../configuration.ts";
import type { Reply } from "../exchange.ts";
import { generateKey, sign } from "../signatures.ts";
import { performCall } from "./call.ts";
import { deliver } from "./deliver.ts";
import { performLimit } from "./limit.ts";
import { sendMail } from "./mail.ts";
import type { Signers } from "./signers.ts";
import { performVerify } from "./verify.ts";

/** What one request may use. */
export interface Means {
  readonly source: ConfigurationSource;
  readonly secretKeys: string | undefined;
  readonly signers: Signers;
  readonly bindings: Bindings;
  readonly waitUntil: (work: Promise<unknown>) => void;
}

async function handedOver(sent: Promise<void>, { bindings, waitUntil }: Means): Promise<void> {
  if (bindings.mailer?.awaited === true) {
    return sent;
  }
  waitUntil(sent);
}

export async function perform(effect: Effect, means: Means): Promise<Reply> {
  switch (effect.type) {
    case "read":
      return { type: "value", value: await read(means.source, effect.key) };
    case "sign": {
      const key = await means.signers.key(means.secretKeys, effect.kid, effect.algorithm);
      return key === undefined
        ? { type: "unsupported" }
        : { type: "signature", signature: await sign(key, effect.algorithm, effect.message) };
    }
    case "has": {
      const key = await means.signers.key(means.secretKeys, effect.kid, effect.algorithm);
      return { type: "verdict", verified: key !== undefined };
    }
    case "generate":
      return { type: "value", value: await generateKey(effect.algorithm) };
    case "import":
      await means.signers.adopt(effect.kid, effect.algorithm, effect.jwk);
      return { type: "value", value: null };
    case "verify":
      return performVerify(effect);
    case "call":
      return performCall(effect, means.bindings.objects);
    case "limit":
      return performLimit(effect, means.bindings.limiters);
    case "mail":
      await handedOver(sendMail(effect, means.bindings), means);
      return { type: "value", value: null };
    case "deliver":
      means.waitUntil(deliver(effect));
      return { type: "value", value: null };
  }
}
