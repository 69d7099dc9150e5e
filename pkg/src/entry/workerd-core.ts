/** The core in a worker: handlers and objects of one isolate share its instances. The bundler hands over the module. */
import module from "../../wasm/full.wasm";
import { instantiate } from "../../wasm/full.js";
import { CoreInstances } from "../instance.ts";

export const instances = new CoreInstances(module, instantiate);
