/** Entry for Cloudflare Workers: the bundler hands over the compiled module. */
import module from "../../wasm/full.wasm";
import { instantiate } from "../../wasm/full.js";
import { audgate } from "../audgate.ts";

export type * from "../types.ts";
export const { gate, issuer, verifyCompact, check, publish, secretHash } = audgate(module, instantiate);
