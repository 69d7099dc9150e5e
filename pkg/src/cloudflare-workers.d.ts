/** The part of the platform's module that objects use. Users have the whole of it from `@cloudflare/workers-types`. */
declare module "cloudflare:workers" {
  export abstract class DurableObject<Env = unknown> {
    protected readonly env: Env;
    constructor(ctx: unknown, env: Env);
  }
}
