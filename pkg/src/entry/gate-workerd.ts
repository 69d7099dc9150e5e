/** Entry for Cloudflare Workers: the bundler hands over the compiled module. */
import module from "../../wasm/gate.wasm";
import { instantiate } from "../../wasm/gate.js";
import { audgateGate } from "../audgate.ts";
import { CoreInstances, type Instantiate } from "../instance.ts";

export type * from "../types.ts";
export const { gate, verifyCompact } = audgateGate(new CoreInstances(module, instantiate as Instantiate));
