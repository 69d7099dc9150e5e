/**
 * A WebSocket behind gated pages. What the gate says to the browser besides, such as a cookie with a refresh token that was
 * rotated just now, goes with the switch of protocols: there is no other response.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import { after, before, test } from "node:test";
import { PageVisitor, seen, startPages } from "../support/pages.ts";
import type { RunningWorker } from "../support/worker.ts";

const PROFILE = "/demo/profile/users/ada";

let worker: RunningWorker;
before(async () => {
  worker = await startPages();
});
after(() => worker.stop());

interface Switched {
  answer: IncomingMessage;
  /** What the other side says back to `text`. */
  say(text: string): Promise<string>;
  close(): void;
}

/** Opens a WebSocket as a page of this host does (RFC 6455 section 4.1); another answer than 101 is given as its status. */
function opened(headers: Record<string, string>): Promise<Switched | number> {
  return new Promise((resolve, reject) => {
    const asking = request(new URL(PROFILE, worker.origin), {
      agent: false,
      headers: {
        ...{ connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13" },
        ...{ "sec-websocket-key": randomBytes(16).toString("base64"), origin: worker.origin },
        ...{ "sec-fetch-site": "same-origin", "sec-fetch-mode": "websocket", "sec-fetch-dest": "websocket" },
        ...headers,
      },
    });
    asking.on("upgrade", (answer, socket: Socket) => {
      const say = (text: string): Promise<string> => {
        socket.write(frame(text));
        return new Promise((told) => socket.once("data", (octets: Buffer) => told(octets.subarray(2).toString())));
      };
      resolve({ answer, say, close: () => void socket.destroy() });
    });
    asking.on("response", (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asking.on("error", reject);
    asking.end();
  });
}

/** One masked frame of text, shorter than 126 octets (RFC 6455 section 5.2). */
function frame(text: string): Buffer {
  const mask = randomBytes(4);
  const payload = Buffer.from(text).map((octet, index) => octet ^ (mask[index % 4] ?? 0));
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length]), mask, payload]);
}

async function switched(headers: Record<string, string>): Promise<Switched> {
  const socket = await opened(headers);
  assert.ok(typeof socket === "object", `the protocol was not switched: ${socket}`);
  return socket;
}

test("opens by a cookie, and to nobody without one or from another site", async () => {
  const visitor = new PageVisitor(worker);
  await visitor.visit(PROFILE);
  const { cookie } = visitor;
  const socket = await switched({ cookie });
  assert.equal(await socket.say("hello"), "hello");
  assert.equal(socket.answer.headers["set-cookie"], undefined);
  socket.close();
  assert.equal(await opened({}), 401);
  assert.equal(await opened({ cookie, "sec-fetch-site": "cross-site", origin: "https://evil.example" }), 401);
});

test("brings the browser the refresh token that was rotated on its way", async () => {
  const visitor = new PageVisitor(worker);
  const { expiresAt } = await seen(await visitor.visit(PROFILE));
  await worker.fetch("/test/clock?ahead=320");
  const socket = await switched({ cookie: visitor.cookie });
  assert.equal(await socket.say("still here"), "still here");
  socket.close();
  const fields = socket.answer.headers["set-cookie"] ?? [];
  assert.match(fields.join(), /audgate-page\.token\.profile=\d/);
  // The one before is used up by now, so that only what came with the socket can be refreshed again.
  await worker.fetch("/test/clock?ahead=320");
  const cookie = fields.map((field) => field.split(";", 1)[0]).join("; ");
  const again = await seen(await visitor.navigateWith(PROFILE, cookie));
  assert.ok(again.subject === "ada" && Number(again.expiresAt) > Number(expiresAt));
});
