/** Entry for the gate as a service, which runs on Cloudflare Workers only. */
import { authorizerWith } from "../entrypoint.ts";
import { instances } from "./gate-workerd-core.ts";

export type * from "../types.ts";
export type { Authorization, Authorizer, AuthorizerWith } from "../entrypoint.ts";
export const authorizer = authorizerWith(instances);
