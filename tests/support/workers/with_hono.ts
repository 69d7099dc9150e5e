/** The gate as middleware in front of a route for everything. */
import { audgate, type GateVariables } from "audgate/hono";
import { Hono } from "hono";

const app = new Hono<{ Bindings: object; Variables: GateVariables }>();
app.use(audgate({ tenant: "demo" }));
app.all("*", (c) => c.json({ admitted: c.var.access.kind }));

export default app;
