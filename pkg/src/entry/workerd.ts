/** Entry for Cloudflare Workers. */
import { audgate } from "../audgate.ts";
import { instances } from "./workerd-core.ts";

export type * from "../types.ts";
export const { gate, issuer, verifyCompact, check, publish, secretHash } = audgate(instances);
