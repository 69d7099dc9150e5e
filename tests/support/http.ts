/** HTTP as clients really send it: raw bytes on a socket, so that nothing is normalised on the way. */
import { connect, createServer, type AddressInfo } from "node:net";

/** A response as it came over the wire. Names of fields are in lower case. */
export interface RawResponse {
  status: number;
  headers: Map<string, string>;
  body: string;
}

const TIMEOUT = 15_000;

/** Sends `request`, CRLF and all, and reads until the server closes. */
export function raw(port: number, request: string | Uint8Array): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    const socket = connect(port, "127.0.0.1");
    socket.setTimeout(TIMEOUT, () => socket.destroy(new Error("the server neither answered nor closed")));
    socket.on("data", (part) => parts.push(part));
    socket.on("error", (error) => (parts.length === 0 ? reject(error) : undefined));
    socket.on("close", () => (parts.length === 0 ? reject(new Error("closed without an answer")) : resolve(parsed(parts))));
    socket.write(request);
  });
}

/** The text of a request: the start line's target stands as it is, whatever it is. */
export function requestText(options: {
  method?: string;
  target: string;
  host: string;
  headers?: string[];
  body?: string;
}): string {
  const { method = "GET", target, host, headers = [], body = "" } = options;
  const fields = [`Host: ${host}`, "Connection: close", ...headers];
  if (body !== "") fields.push(`Content-Length: ${Buffer.byteLength(body)}`);
  return `${method} ${target} HTTP/1.1\r\n${fields.join("\r\n")}\r\n\r\n${body}`;
}

/** A body without the lengths of its chunks (RFC 9112 section 7.1). */
export function dechunked(body: string): string {
  return body.replace(/^[0-9a-f]+\r\n|\r\n[0-9a-f]+(?:\r\n|$)/gi, "").trim();
}

/** The value of an `Authorization` field with HTTP Basic credentials, form-encoded as RFC 6749 asks. */
export function basic(clientId: string, secret: string): string {
  const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`;
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}

/** A port of the loopback interface that nobody listens at. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function parsed(parts: Buffer[]): RawResponse {
  const text = Buffer.concat(parts).toString("latin1");
  const end = text.indexOf("\r\n\r\n");
  const [start = "", ...fields] = text.slice(0, end).split("\r\n");
  const headers = new Map(
    fields.map((field) => {
      const colon = field.indexOf(":");
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()] as const;
    }),
  );
  return { status: Number(start.split(" ")[1]), headers, body: text.slice(end + 4) };
}
