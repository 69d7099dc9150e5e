/** A request and its response as text. */
import { Unfolding } from "../../disclosure/disclosure.tsx";
import type { Exchange } from "./edge.ts";

/** An exchange, folded. Credentials are left out: they are this page's secrets. */
export function ExchangeView({ title, exchange }: { title: string; exchange: Exchange }) {
  return (
    <Unfolding title={title} level={3}>
      {() => (
        <>
          <pre tabIndex={0} role="region" aria-label="Request">
            {requestText(exchange)}
          </pre>
          <pre tabIndex={0} role="region" aria-label="Response">
            {responseText(exchange)}
          </pre>
        </>
      )}
    </Unfolding>
  );
}

function requestText({ request, sent }: Exchange): string {
  const { pathname, host } = new URL(request.url);
  const form = sent === "" ? [] : ["", sent.split("&").map(readableParameter).join("\n  &")];
  return [`${request.method} ${pathname} HTTP/1.1`, `host: ${host}`, "authorization: Basic ••••••", ...form].join("\n");
}

/** Status, header fields and body of a response. */
export function responseText({ status, headers, body }: Exchange): string {
  return [`HTTP/1.1 ${status}`, ...headers.map(([name, value]) => `${name}: ${value}`), "", readableBody(body)].join("\n").trimEnd();
}

function readableParameter(parameter: string): string {
  return decodeURIComponent(parameter.replaceAll("+", " "));
}

function readableBody(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), shortened, 2);
  } catch {
    return body;
  }
}

/** Tokens are shown elsewhere, in full. */
function shortened(name: string, value: unknown): unknown {
  return name === "access_token" && typeof value === "string" ? `${value.slice(0, 24)}…` : value;
}
