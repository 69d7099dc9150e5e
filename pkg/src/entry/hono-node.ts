/** Entry for Hono in Node. */
import { gateWith } from "../gate.ts";
import { honoWith } from "../hono.ts";
import { instances } from "./gate-node-core.ts";

export type * from "../types.ts";
export type { GateVariables, HonoGate } from "../hono.ts";
export { AccessRefused } from "../access.ts";
export const audgate = honoWith(gateWith(instances));
