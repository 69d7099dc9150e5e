/**
 * What the issuer uses of its platform besides published configuration: objects, mail, rate limits, the master key.
 * Each stands in `env` under a name by convention, unless an option names another. A deployment may lack any of them.
 */

/** An object as others see it: it answers one request after another. */
export interface ObjectStub {
  turn(request: string): Promise<string>;
  /** Answers a request to the management of a tenant; objects of `DIRECTORY` have it, others need not. */
  manage?(request: string): Promise<string>;
}

/** Objects of one class, by name. A Durable Object namespace of `audgate/objects` is one. */
export interface ObjectNamespace {
  getByName(name: string): ObjectStub;
}

/** A message to a user. */
export interface Mail {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The link that stands in `text` and in `html`, for an outbox of development. */
  readonly link: string;
}

/** Sends mail. */
export interface Mailer {
  send(mail: Mail): Promise<unknown>;
  /**
   * Whether an answer waits until the message is handed over, for an outbox of development. Elsewhere the time would
   * tell which addresses are known.
   */
  readonly awaited?: boolean;
}

/** A `send_email` binding. */
interface SendEmail {
  send(message: Omit<Mail, "link">): Promise<unknown>;
}

/** Counts what happens under a key. A rate-limiting binding is one. */
export interface RateLimiter {
  limit(options: { key: string }): Promise<{ success: boolean }>;
}

/** Options that say where the bindings are. */
export interface BindingOptions<Env> {
  /** The objects of users and clients; the Durable Object binding `ACCOUNT` of `env` unless said otherwise. */
  account?: (env: Env) => ObjectNamespace | undefined;
  /** The objects of codes, links and logins; the Durable Object binding `CHALLENGE` of `env` unless said otherwise. */
  challenge?: (env: Env) => ObjectNamespace | undefined;
  /** The objects of tenants; the Durable Object binding `DIRECTORY` of `env` unless said otherwise. */
  directory?: (env: Env) => ObjectNamespace | undefined;
  /**
   * One or two versions of the secret under which everything else is sealed, newest first: `{version}:{base64url of 32
   * octets}`, separated by a space. The secret `MASTER_KEY` of `env` unless said otherwise.
   */
  masterKey?: (env: Env) => string | undefined;
  /**
   * Under which the gate makes nonces for proofs of possession (RFC 9449 section 9), at least 32 octets. The secret
   * `DPOP_NONCE_SECRET` of `env` unless said otherwise; without it proofs need no nonce.
   */
  dpopNonceSecret?: (env: Env) => string | undefined;
  /** Sends mail; the `send_email` binding `EMAIL` of `env` unless said otherwise. */
  email?: (env: Env) => Mailer | undefined;
  /** The address that mail comes from; the variable `MAIL_FROM` of `env` unless said otherwise. */
  mailFrom?: (env: Env) => string | undefined;
  /** Limits logins; the rate-limiting binding `LOGIN_LIMIT` of `env` unless said otherwise. */
  loginLimit?: (env: Env) => RateLimiter | undefined;
  /** Limits links sent by mail; the rate-limiting binding `LINK_LIMIT` of `env` unless said otherwise. */
  linkLimit?: (env: Env) => RateLimiter | undefined;
  /** Limits token requests; the rate-limiting binding `TOKEN_LIMIT` of `env` unless said otherwise. */
  tokenLimit?: (env: Env) => RateLimiter | undefined;
}

interface ConventionalEnv {
  ACCOUNT?: ObjectNamespace;
  CHALLENGE?: ObjectNamespace;
  DIRECTORY?: ObjectNamespace;
  MASTER_KEY?: string;
  DPOP_NONCE_SECRET?: string;
  EMAIL?: SendEmail;
  MAIL_FROM?: string;
  LOGIN_LIMIT?: RateLimiter;
  LINK_LIMIT?: RateLimiter;
  TOKEN_LIMIT?: RateLimiter;
}

/** The bindings of one deployment, by the names that the core uses. */
export interface Bindings {
  readonly objects: Readonly<Record<"account" | "challenge" | "directory" | "management", ObjectNamespace | undefined>>;
  readonly limiters: Readonly<Record<"login" | "link" | "token", RateLimiter | undefined>>;
  readonly masterKey: string | undefined;
  readonly dpopNonceSecret: string | undefined;
  readonly mailer: Mailer | undefined;
  readonly mailFrom: string | undefined;
}

export function bindings<Env>(env: Env, options: BindingOptions<Env>): Bindings {
  const conventional = (env ?? {}) as ConventionalEnv;
  const named = <T>(option: ((env: Env) => T | undefined) | undefined, byConvention: T | undefined): T | undefined =>
    option === undefined ? byConvention : option(env);
  const directory = named(options.directory, conventional.DIRECTORY);
  return {
    objects: {
      account: named(options.account, conventional.ACCOUNT),
      challenge: named(options.challenge, conventional.CHALLENGE),
      directory,
      management: directory,
    },
    limiters: {
      login: named(options.loginLimit, conventional.LOGIN_LIMIT),
      link: named(options.linkLimit, conventional.LINK_LIMIT),
      token: named(options.tokenLimit, conventional.TOKEN_LIMIT),
    },
    masterKey: named(options.masterKey, conventional.MASTER_KEY),
    dpopNonceSecret: named(options.dpopNonceSecret, conventional.DPOP_NONCE_SECRET),
    mailer: named(options.email, conventional.EMAIL && mailerOf(conventional.EMAIL)),
    mailFrom: named(options.mailFrom, conventional.MAIL_FROM),
  };
}

/** The link is no member of a message as the binding knows it. */
function mailerOf(binding: SendEmail): Mailer {
  return { send: ({ from, to, subject, text, html }) => binding.send({ from, to, subject, text, html }) };
}
