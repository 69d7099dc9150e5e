/** What the gate asks of the issuer as its client. */
import type { PageEffect } from "../../wasm/full_types.js";
import { within } from "../deadline.ts";
import type { Reply } from "../exchange.ts";

/** An issuer that takes longer has not answered; in milliseconds. */
const TIMEOUT = 10_000;
/** More than any answer with tokens has, in octets. */
const MAX_BODY = 65_536;

/** The issuer as the gate reaches it. */
export interface IssuerFetcher {
  fetch(request: Request): Response | Promise<Response>;
}

/** Posts a form. A redirect is not followed, and counts as no answer like a body that is too long. */
export async function post(
  { url, authorization, body }: PageEffect & { type: "post" },
  issuer: IssuerFetcher,
  headers: Record<string, string>,
): Promise<Reply> {
  const request = new Request(url, {
    method: "POST",
    headers: {
      accept: "application/json",
      "content-type": "application/x-www-form-urlencoded",
      ...(authorization === null ? {} : { authorization }),
      ...headers,
    },
    body,
    redirect: "manual",
  });
  const answered = async (): Promise<Reply> => {
    const response = await issuer.fetch(request);
    const text = await bounded(response);
    return text === undefined ? { type: "unavailable" } : { type: "value", value: `${response.status}\n${text}` };
  };
  return within(answered(), TIMEOUT);
}

/** The body as text; `undefined` where it is longer than any legitimate one. */
async function bounded(response: Response): Promise<string | undefined> {
  if (response.body === null) {
    return "";
  }
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  let text = "";
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return text + decoder.decode();
    }
    length += value.length;
    if (length > MAX_BODY) {
      await reader.cancel();
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}
