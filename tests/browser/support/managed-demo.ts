/** The demo whose tenant is in its directory, as its administrators find it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { document, records, type TenantDocument } from "../../support/demo.ts";
import { basic } from "../../support/http.ts";
import { startWorker } from "../../support/worker.ts";
import { type Demo, runningDemo } from "./visitor.ts";

const CREDENTIALS = join(import.meta.dirname, "../../../demo/credentials.json");

export interface ManagedDemo extends Demo {
  /** Asks the token endpoint as a client of the demo that acts for itself. */
  askToken(clientId: string, parameters?: Record<string, string>): Promise<Response>;
}

/** A demo of this process with the console's build, or that which runs at `AUDGATE_URL`; the latter has to be a fresh one. */
export async function startManagedDemo(): Promise<ManagedDemo> {
  const running = process.env["AUDGATE_URL"]?.replace(/\/$/, "");
  if (running !== undefined) {
    return { ...runningDemo(running), askToken: (clientId, parameters) => asked(running, clientId, secretInFile(clientId), parameters) };
  }
  const worker = await startWorker({ assets: "www/dist", entries: (port) => records(managed(port)) });
  const token = await worker.askToken("tenant-admin");
  const { access_token: management } = (await token.json()) as { access_token: string };
  const headers = { authorization: `Bearer ${management}`, "content-type": "application/json" };
  const imported = await worker.fetch("/v1/tenant", { method: "PUT", headers, body: JSON.stringify(managed(worker.port)) });
  if (!imported.ok) throw new Error(`the directory did not take the demo: ${imported.status} ${await imported.text()}`);
  for (let pending = 1; pending > 0; ) {
    const { result } = (await (await worker.fetch("/v1/publication", { headers })).json()) as { result: { pending: number } };
    pending = result.pending;
  }
  // Until the isolate knows the keys that the directory made, it refuses whatever they signed.
  while ((await worker.fetch("/healthz")).status !== 200);
  return worker;
}

/** The demo's document as `make dev` applies it: its keys are the directory's. */
function managed(port: number): TenantDocument {
  const { signing_keys: _, ...rest } = document(port);
  return rest as TenantDocument;
}

function secretInFile(clientId: string): string {
  const { clients } = JSON.parse(readFileSync(CREDENTIALS, "utf8")) as { clients: { client_id: string; client_secret: string }[] };
  const secret = clients.find(({ client_id }) => client_id === clientId)?.client_secret;
  if (secret === undefined) throw new Error(`demo/credentials.json has no client ${clientId}`);
  return secret;
}

function asked(origin: string, clientId: string, secret: string, parameters: Record<string, string> = {}): Promise<Response> {
  return fetch(`${origin}/oidc/token`, {
    method: "POST",
    headers: { authorization: basic(clientId, secret) },
    body: new URLSearchParams({ grant_type: "client_credentials", ...parameters }),
  });
}
