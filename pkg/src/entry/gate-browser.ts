/** Entry for browsers: the gate without the issuer. */
import { audgateGate } from "../audgate.ts";
import { instances } from "./gate-browser-core.ts";

export type * from "../types.ts";
export { AccessRefused } from "../access.ts";
export { BrokenConfiguration } from "../decide.ts";
export const { gate, decide, verifyCompact } = audgateGate(instances);
