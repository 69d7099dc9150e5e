/** Entry for Cloudflare Workers. */
import { audgate } from "../audgate.ts";
import { instances } from "./workerd-core.ts";

export type * from "../types.ts";
export { AccessRefused } from "../access.ts";
export { BrokenConfiguration } from "../decide.ts";
export const { gate, decide, issuer, verifyCompact, check, publish, secretHash } = audgate(instances);
