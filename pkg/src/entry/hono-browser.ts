/** Entry for Hono in browsers. */
import { gateWith } from "../gate.ts";
import { honoWith } from "../hono.ts";
import { instances } from "./gate-browser-core.ts";

export type * from "../types.ts";
export type { GateVariables, HonoGate } from "../hono.ts";
export { AccessRefused } from "../access.ts";
export const audgate = honoWith(gateWith(instances));
