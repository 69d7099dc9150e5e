/** A directory that publishes through a store in trouble (THREATS E6). */
import { test } from "node:test";
import { playAll } from "./runs.ts";

test("what a directory publishes ends at the last of its changes, and refuses nobody on the way", () => playAll("publication", 100));
