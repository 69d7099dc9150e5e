/** A worker that asks a gate through a binding, and tells what its handler was shown; `x-needs` names what it asks for. */
import { AccessRefused, type Authorizer, gateThrough } from "audgate/service-binding";

interface Env {
  GATE: Authorizer;
}
type Context = { waitUntil(work: Promise<unknown>): void };

const broken: Record<string, () => unknown> = {
  throws: () => Promise.reject(new Error("the gate is down")),
  "is not there": () => {
    throw new TypeError("no binding");
  },
  "says nothing": () => Promise.resolve(undefined),
  "says something else": () => Promise.resolve({ type: "welcome", access: { kind: "client", scopes: [] }, headers: [] }),
};

function assertNever(): never {
  throw new Error("nobody was admitted, so nobody asks for more");
}

/** How often the handler was shown a request. */
let shown = 0;

const handler = {
  async fetch(request: Request, env: Env, { access }: { access: Parameters<Authorizer["demand"]>[1] & { require(...scopes: string[]): void } }): Promise<Response> {
    shown += 1;
    const needs = request.headers.get("x-needs");
    if (needs !== null) {
      try {
        access.require(...needs.split(","));
      } catch (error) {
        if (request.headers.has("x-forgives") && error instanceof AccessRefused) return new Response("forgiven");
        throw error;
      }
    }
    // Through another binding: what is handed over has to be plain data.
    const copied = await env.GATE.demand({ method: request.method, url: request.url }, access, ["orders:read"]);
    return Response.json({ access, cookie: request.headers.get("cookie"), body: await request.text(), copied: copied.type, cloned: structuredClone(access) });
  },
};

const gated = gateThrough<Env, Context>((env) => env.GATE, handler);

export default {
  fetch(request: Request, env: Env, context: Context): Promise<Response> | Response {
    if (new URL(request.url).pathname === "/test/shown") return Response.json(shown);
    const does = request.headers.get("x-gate");
    if (does === null) return gated.fetch(request, env, context);
    const answer = broken[does] as Authorizer["authorize"];
    const gate = { authorize: answer, demand: (): never => assertNever() };
    return gateThrough<Env, Context>(() => gate, handler).fetch(request, env, context);
  },
};
