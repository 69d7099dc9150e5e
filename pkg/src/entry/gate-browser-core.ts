/** The core of the gate alone in a browser: the module is fetched beside this file. */
import { instantiate } from "../../wasm/gate.js";
import { CoreInstances, type Instantiate } from "../instance.ts";

const module = await WebAssembly.compileStreaming(fetch(new URL("../../wasm/gate.wasm", import.meta.url)));

export const instances = new CoreInstances(module, instantiate as Instantiate);
