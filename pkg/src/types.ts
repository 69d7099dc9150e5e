/** The types that users of the package meet. */
export type { Access, CheckOutcome, Fault, GateDecision, PlainResponse, PublishOutcome, Trace } from "../wasm/full_types.js";
export type { Demands, Denial, GatedAccess, Undecided } from "./access.ts";
export type { AnalyticsDataset, AnalyticsOptions } from "./analytics.ts";
export type { Audgate, AudgateGate } from "./audgate.ts";
export type { BindingOptions, Mail, Mailer, ObjectNamespace, ObjectStub, RateLimiter } from "./bindings.ts";
export type { ConfigurationSource } from "./configuration.ts";
export type { Decide, DecisionInput } from "./decide.ts";
export type { Gate, GatedContext, GatedHandler, GateOptions, Handler } from "./gate.ts";
export type { Fetcher } from "./issuer-keys/origin.ts";
export type { KeyStore } from "./issuer-keys/shared-stores.ts";
export type { Issuer, IssuerOptions } from "./issuer.ts";
export type { Verification, VerifyCompact } from "./jws.ts";
export type { Context, PlatformOptions } from "./options.ts";
export type { PagesOptions } from "./pages.ts";
export type { PlainRequest } from "./plain-request.ts";
export type { Trust, TrustedIssuer, TrustingResource } from "./trust.ts";
