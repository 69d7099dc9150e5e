/** Entry for browsers: the module is fetched beside this file. */
import { instantiate } from "../../wasm/full.js";
import { audgate } from "../audgate.ts";
import { CoreInstances } from "../instance.ts";

const module = await WebAssembly.compileStreaming(fetch(new URL("../../wasm/full.wasm", import.meta.url)));

export type * from "../types.ts";
export { AccessRefused } from "../access.ts";
export { BrokenConfiguration } from "../decide.ts";
export const { gate, decide, issuer, verifyCompact, check, publish, secretHash } = audgate(new CoreInstances(module, instantiate));
