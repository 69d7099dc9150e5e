/** Entry for Node: the module is read from the package. */
import { readFileSync } from "node:fs";
import { instantiate } from "../../wasm/full.js";
import { audgate } from "../audgate.ts";
import { CoreInstances } from "../instance.ts";
import { verifySynchronously } from "../synchronous.ts";

const module = new WebAssembly.Module(readFileSync(new URL("../../wasm/full.wasm", import.meta.url)));

export type * from "../types.ts";
export { AccessRefused } from "../access.ts";
export { BrokenConfiguration } from "../decide.ts";
export const { gate, decide, issuer, verifyCompact, check, publish, secretHash } = audgate(
  new CoreInstances(module, instantiate, verifySynchronously),
);
