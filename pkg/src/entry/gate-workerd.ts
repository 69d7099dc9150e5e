/** Entry for Cloudflare Workers: the gate without the issuer. */
import { audgateGate } from "../audgate.ts";
import { instances } from "./gate-workerd-core.ts";

export type * from "../types.ts";
export { AccessRefused } from "../access.ts";
export { BrokenConfiguration } from "../decide.ts";
export const { gate, decide, verifyCompact } = audgateGate(instances);
