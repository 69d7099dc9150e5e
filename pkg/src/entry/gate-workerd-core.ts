/** The core of the gate alone in a worker: handlers and entrypoints of one isolate share its instances. */
import module from "../../wasm/gate.wasm";
import { instantiate } from "../../wasm/gate.js";
import { CoreInstances, type Instantiate } from "../instance.ts";

export const instances = new CoreInstances(module, instantiate as Instantiate);
