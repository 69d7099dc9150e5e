/** Isolates that read a configuration through a store in trouble (THREATS E2, E3, E4). */
import { test } from "node:test";
import { playAll } from "./runs.ts";

test("an isolate never goes back to an older configuration, and a good one admits whom it should", () => playAll("configuration", 160));
