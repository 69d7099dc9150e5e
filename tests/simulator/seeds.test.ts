/** That a seed decides everything, and that schedules notice what they are for. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { rotationSchedule } from "./rotation.ts";
import { type Kind, play } from "./schedules.ts";
import { World } from "./world.ts";

const { warn } = console;
before(() => {
  console.warn = () => undefined;
});
after(() => {
  console.warn = warn;
});

for (const kind of ["configuration", "publication", "revocation"] as Kind[]) {
  test(`a schedule of ${kind} that is played again is the same`, async () => assert.deepEqual(await play(kind, 7), await play(kind, 7)));
  test(`a schedule of ${kind} with another seed is another`, async () => assert.notDeepEqual(await play(kind, 7), await play(kind, 8)));
}

test("keys that follow each other before everybody has heard are noticed", async () => {
  const noticed: number[] = [];
  for (const seed of [1, 2, 3]) {
    const world = new World(seed, "kept");
    const uninstall = world.clock.install();
    await rotationSchedule(world, "ignored").finally(uninstall);
    if (world.violations.some((violation) => violation.includes("a valid token was refused"))) noticed.push(seed);
  }
  assert.notDeepEqual(noticed, []);
});
