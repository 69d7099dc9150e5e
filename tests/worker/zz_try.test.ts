import { after, test } from "node:test";
import { startTenants, imported } from "../support/tenants.ts";
const { first, second, stop, worker } = await startTenants();
after(stop);
test("x", async () => {
  console.time("import");
  await imported(first);
  await imported(second);
  console.timeEnd("import");
  console.time("login");
  const ada = await first.userTokens("ada");
  console.timeEnd("login");
  { const { ConsoleAgent } = await import("../support/tenants.ts"); const ag = new ConsoleAgent(first); const u = await ag.authorizeConsole("hedy"); console.log(u.href); const r = await ag.fetch(u); console.log(r.status, (await r.text()).slice(-400)); console.log(worker.log.slice(-3));}
  const admin = await first.administrator();
  console.log(await admin.call("GET", "/v1/publication"));
  const paths = ["/v1/tenant", "/v1/publication"];
  const tokens: Record<string, string | undefined> = {
    management: await first.management(), own: await first.clientToken("orders-backend"), other: await first.clientToken("partner-app"),
    user: ada.access_token, id: ada.id_token, refresh: ada.refresh_token, foreign: await second.management(), none: undefined,
    orders: await first.clientToken("tenant-admin", { resource: `${first.origin}/demo/orders` }),
    third: await first.clientToken("shop-auditor"),
    consoleUser: (await first.userTokens("hedy", { client: "console", callback: "/console/callback", scope: "" })).access_token,
  };
  for (const [name, token] of Object.entries(tokens)) {
    const a = await first.send("GET", "/v1/publication", { token });
    console.log(name, a.status, a.text, a.headers.get("www-authenticate"));
  }
  const d = await (await fetch(`${first.origin}/v1/openapi.json`)).json() as any;
  console.log(Object.entries(d.paths).map(([p, o]: any) => `${p} ${Object.keys(o)}`).join("\n"));
  const s = await first.stored(["ada"]);
  console.log(Object.entries(s).map(([k, v]: any) => `${k} ${v.length}`));
  console.log(s.keys, s.ada);
  console.log(worker.log.slice(-10));
});
