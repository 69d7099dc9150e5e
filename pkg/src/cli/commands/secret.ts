/** `secret-hash` and `master-key`: what a deployment's secrets are made of. */
import { randomBytes } from "node:crypto";
import { EXIT, Failure, type Exit } from "../failure.ts";
import { readLine } from "../input.ts";
import type { Output } from "../terminal.ts";

export async function secretHash(output: Output): Promise<Exit> {
  const { terminal } = output;
  if (terminal.interactive) {
    const way = "pipe it, such as `audgate secret-hash < secret.txt`";
    throw new Failure("input_is_a_terminal", `the secret is read from standard input, where nobody sees it: ${way}`);
  }
  const secret = await readLine("-", "the secret", terminal);
  const core = await import("../core.ts");
  let hash: string;
  try {
    hash = core.secretHash(secret);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const way = "such as `openssl rand -base64 32` gives";
    throw new Failure("secret_length", `a client secret is a random string of 32 to 256 characters, ${way}`);
  }
  output.result({ secret_hash: hash }, () => hash);
  return EXIT.done;
}

export interface MasterKeyOptions {
  /** Which of the keys that a deployment has had this is. */
  number: number;
}

export async function masterKey({ number }: MasterKeyOptions, output: Output): Promise<Exit> {
  const key = `${number}:${randomBytes(32).toString("base64url")}`;
  output.result({ master_key: key }, () => key);
  return EXIT.done;
}
