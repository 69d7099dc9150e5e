/** Entry for browsers: the module is fetched beside this file. */
import { instantiate } from "../../wasm/gate.js";
import { audgateGate } from "../audgate.ts";
import { CoreInstances, type Instantiate } from "../instance.ts";

const module = await WebAssembly.compileStreaming(fetch(new URL("../../wasm/gate.wasm", import.meta.url)));

export type * from "../types.ts";
export const { gate, verifyCompact } = audgateGate(new CoreInstances(module, instantiate as Instantiate));
