/** Figures of long runs, for `make soak` to add up. */
import { appendFileSync } from "node:fs";

/** Prints what a run came to, and keeps it in the file FIGURES where there is one. */
export function report(run: string, seed: number, figures: Record<string, number>): void {
  const told = Object.entries(figures).map(([name, value]) => `${value} ${name}`);
  console.log(`${run}, seed ${seed}: ${told.join(", ")}`);
  const file = process.env["FIGURES"];
  if (file !== undefined && file !== "") appendFileSync(file, `${JSON.stringify({ run, seed, figures })}\n`);
}
