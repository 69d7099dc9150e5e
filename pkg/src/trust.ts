/** Resources that stand in code: a worker that gates with nothing but an issuer's URL. */
import type { CoreInstances } from "./instance.ts";
import { ConfigurationUnavailable, LoadedTenant } from "./configuration.ts";
import { log } from "./log.ts";

/** An issuer whose tokens are accepted, member by member as `trusted_issuers` of the tenant document has them. */
export interface TrustedIssuer {
  /** Its URL, exactly as its tokens have it in `iss`. */
  issuer: string;
  /** The URL of its JWK Set; its metadata tells where this is absent (RFC 8414, OpenID Connect Discovery 1.0). */
  jwks_uri?: string;
  /** The algorithms that it signs with. No others are accepted, whatever its keys are for. */
  algorithms: ("ES256" | "ES384" | "EdDSA" | "Ed25519" | "RS256" | "PS256")[];
  /** The `typ` of its access tokens; `at+jwt` (RFC 9068) unless given. */
  types?: string[];
  /** Whether `aud` is one string, or may be an array of which one element has to be accepted; `string` unless given. */
  audience?: "string" | "array";
  /** The values of `aud` that stand for the resource; its URI unless given. */
  audiences?: string[];
  /** The claims that hold the client (`client_id` unless given) and the scopes (`scope` unless given; a string or an array). */
  claims?: { client_id?: string; scope?: string };
  /** Whose tokens are users': by default those whose `sub` is not the client. */
  subject_kind?: "compared" | "user" | "client";
  /** Whose names its tokens carry; `own` lets `{sub}` and the like in rules mean them. */
  subjects?: "foreign" | "own";
  /** How long its tokens live at most, in seconds; 3,600 unless given. */
  max_access_token_ttl?: number;
}

/** A resource and the rules of its gate, as in a tenant document. */
export interface TrustingResource {
  /** Its URI: what requests lie below, and the `aud` of its tokens. */
  uri: string;
  resource_id?: string;
  name?: string;
  description?: string;
  /** The scopes that rules may name; any where this is absent. */
  scopes?: { name: string; description?: string }[];
  /** What is let through. A request that no rule is for is refused. */
  rules: {
    methods: string[];
    path: string;
    scopes?: string[];
    subjects?: ("user" | "client" | "management")[];
    /** How the user must have authenticated, by the issuer's words, and how long ago at most, in seconds (RFC 9470). */
    acr_values?: string[];
    max_age?: number;
    public?: boolean;
  }[];
  cors?: { origins: string[]; headers?: string[]; methods?: string[]; max_age?: number };
  /** Issuers that this resource trusts in place of `issuer`. */
  trusted_issuers?: TrustedIssuer[];
}

/** Resources, and whose tokens open them. */
export interface Trust {
  /**
   * Whose tokens open the resources. A URL alone is that of an Audgate issuer: `at+jwt` tokens signed with ES256, EdDSA or
   * RS256, for the URI of the resource, whose subjects are the only ones.
   */
  issuer?: string | TrustedIssuer;
  resources: TrustingResource[];
  /** By how many seconds clocks may differ, 0 to 60; 10 unless given. */
  clock_tolerance?: number;
}

/** Stands for the tenant that there is not, in logs and in the access of handlers. */
export const TRUSTING = "trust";

/** Compiles the resources in the instance of the core that is in use. */
export class TrustingConfiguration {
  readonly #instances: CoreInstances;
  readonly #text: string;
  #loaded: LoadedTenant | undefined;

  constructor(instances: CoreInstances, trust: Trust) {
    this.#instances = instances;
    this.#text = JSON.stringify(trust);
  }

  tenant(): LoadedTenant {
    const instance = this.#instances.current();
    if (this.#loaded?.instance !== instance) {
      const outcome = instance.use((core) => core.TenantHandle.trusting(this.#text));
      if (outcome.type !== "loaded") {
        log({ event: "trust_broken", faults: outcome.type === "broken" ? outcome.faults : [] });
        throw new ConfigurationUnavailable("the option `trust` has faults");
      }
      this.#loaded = new LoadedTenant(instance, outcome.tenant);
    }
    return this.#loaded;
  }
}
