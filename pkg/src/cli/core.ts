/** The core of the command line. Compiling it takes a while, so only the commands that need it import this. */
import { readFileSync } from "node:fs";
import { instantiate } from "../../wasm/full.js";
import { audgate } from "../audgate.ts";
import { CoreInstances } from "../instance.ts";

const module = new WebAssembly.Module(readFileSync(new URL("../../wasm/full.wasm", import.meta.url)));

export const instances = new CoreInstances(module, instantiate);
export const { check, publish, secretHash, verifyCompact } = audgate(instances);
