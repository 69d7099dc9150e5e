/** The core of the gate alone in Node: the module is read from the package. */
import { readFileSync } from "node:fs";
import { instantiate } from "../../wasm/gate.js";
import { CoreInstances, type Instantiate } from "../instance.ts";
import { verifySynchronously } from "../synchronous.ts";

const module = new WebAssembly.Module(readFileSync(new URL("../../wasm/gate.wasm", import.meta.url)));

export const instances = new CoreInstances(module, instantiate as Instantiate, verifySynchronously);
