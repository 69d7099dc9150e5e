/** Signing keys that follow each other as fast as the overlap rule allows, through a store in trouble (THREATS E5). */
import { test } from "node:test";
import { playAll } from "./runs.ts";

test("no token is refused before it expires while keys are announced, used, retired and disabled", () => playAll("rotation", 30));
