/** A client's own server on the loopback interface, which keeps what it is sent. */
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Listener {
  /** `http://127.0.0.1:{port}`. */
  readonly origin: string;
  /** Everything that has arrived, in order. */
  readonly received: readonly Received[];
  /** The next request to `path` that nobody has taken yet, which may still be on its way. */
  taken(path: string): Promise<Received>;
  stop(): Promise<void>;
}

/** Starts one, which answers everything with `status`. */
export async function startListener(status = 200): Promise<Listener> {
  const received: Received[] = [];
  const left: Received[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      const complete = { method, path, headers, body: Buffer.concat(parts).toString() };
      received.push(complete);
      left.push(complete);
      response.writeHead(status).end();
      for (const look of waiting) look();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    taken: (path) =>
      new Promise((resolve) => {
        const look = (): void => {
          const index = left.findIndex((candidate) => candidate.path === path);
          const [found] = index < 0 ? [] : left.splice(index, 1);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
