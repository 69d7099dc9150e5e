/** Orders behind the gate of another worker. There is no WebAssembly here, no key and no configuration. */
import { type Authorizer, gateThrough } from "audgate/service-binding";

interface Env {
  GATE: Authorizer;
}

export default gateThrough<Env, ExecutionContext>((env) => env.GATE, {
  fetch(request, _env, { access }) {
    const [, , , order, part] = new URL(request.url).pathname.split("/");
    if (part === "cancellation") {
      access.require("orders:cancel");
      return Response.json({ order, refund: "12.50" });
    }
    const status = request.method === "DELETE" ? "cancelled" : "shipped";
    return Response.json({ order, status, seenBy: access.kind === "public" ? "anybody" : access.subject });
  },
});
