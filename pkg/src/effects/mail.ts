/** Mail to users. */
import type { Effect } from "../../wasm/full_types.js";
import type { Bindings } from "../bindings.ts";
import { log } from "../log.ts";

/** Sends a message. Nobody waits for it: whether an address is known must not show in how long an answer takes. */
export async function sendMail(
  { to, subject, text, html, link }: Effect & { type: "mail" },
  { mailer, mailFrom }: Bindings,
): Promise<void> {
  if (mailer === undefined) {
    log({ event: "binding_missing", binding: "EMAIL" });
    return;
  }
  if (mailFrom === undefined) {
    log({ event: "mail_not_sent", hint: "the variable `MAIL_FROM` is not set" });
    return;
  }
  try {
    await mailer.send({ from: mailFrom, to, subject, text, html, link });
  } catch (error) {
    // The message of the error could quote the address.
    log({ event: "mail_not_sent", reason: error instanceof Error ? error.name : "unknown" });
  }
}
