/** What stands behind the gate. It decides nothing about access: whoever arrives here was admitted. */
import type { GatedHandler } from "audgate";

export const handlers: GatedHandler<unknown, ExecutionContext> = {
  fetch(request, _env, { access }) {
    const { pathname } = new URL(request.url);
    const [, , area, ...rest] = pathname.split("/");
    const caller = access.kind === "public" ? "anybody" : { kind: access.kind, subject: access.subject, scopes: access.scopes };
    switch (area) {
      case "orders":
        return Response.json({
          order: rest[0] ?? null,
          status: request.method === "DELETE" ? "cancelled" : "shipped",
          caller,
        });
      case "profile":
        return Response.json({ profile: rest.join("/"), caller });
      case "payments":
        return Response.json({ payment: rest[0] ?? null, status: "accepted", caller });
      default:
        return Response.json({ error: "not found" }, { status: 404 });
    }
  },
};
