/** The gate around a handler that answers whatever it is shown. */
import { type ConfigurationSource, type Context, gate } from "audgate/gate";

export default gate<{ CONFIG: ConfigurationSource }, Context>(
  { fetch: (_request, _env, { access }) => Response.json({ admitted: access.kind }) },
  { tenant: "demo" },
);
