/** Gates that hear of revocations through a store in trouble (THREATS E2, E3). */
import { test } from "node:test";
import { playAll } from "./runs.ts";

test("no revoked token is admitted past the bound, and no other is refused", () => playAll("revocation", 210));
