/** Orders behind the gate, with Hono. */
import { audgate, type GateVariables } from "audgate/hono";
import { Hono } from "hono";

const app = new Hono<{ Bindings: { CONFIG: KVNamespace }; Variables: GateVariables }>();

// In front of everything: the gate also answers for the metadata of its resources, outside their own paths.
app.use(audgate({ tenant: "demo" }));

app.get("/demo/orders/:id", ({ req, var: { access }, json }) =>
  json({ order: req.param("id"), seenBy: access.kind === "public" ? "anybody" : access.subject }),
);

// The tenant's rule asks for `orders:read` on every GET. Only this handler knows that it shows more than the order.
app.get("/demo/orders/:id/cancellation", ({ req, var: { access }, json }) => {
  access.require("orders:cancel");
  return json({ order: req.param("id"), refund: "12.50" });
});

app.delete("/demo/orders/:id", ({ req, json }) => json({ order: req.param("id"), status: "cancelled" }));

export default app;
