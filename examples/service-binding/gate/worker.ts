/** The gate as a service: it answers other workers through their bindings, and has no address of its own. */
import { authorizer } from "audgate/entrypoint";

export default authorizer({ tenant: "demo" });
