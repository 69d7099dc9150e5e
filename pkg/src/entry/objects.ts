/**
 * Entry for the objects of the authorization server, which run on Cloudflare Workers only. A worker exports the three
 * classes and names them in its configuration: `ACCOUNT`, `CHALLENGE` and `DIRECTORY`, with SQLite.
 */
import { AccountObject } from "../objects/account.ts";
import { ChallengeObject } from "../objects/challenge.ts";
import { DirectoryObject } from "../objects/directory.ts";
import type { ObjectEnv, ObjectState } from "../objects/platform.ts";
import { instances } from "./workerd-core.ts";

export type { ObjectEnv, ObjectState, PublicationTarget } from "../objects/platform.ts";

/** One for each user and each client: sessions, grants, refresh token families. */
export class Account extends AccountObject {
  constructor(state: ObjectState, env: ObjectEnv) {
    super(state, env, { instances });
  }
}

/** One for each attempt: authorization codes, links, logins. */
export class Challenge extends ChallengeObject {
  constructor(state: ObjectState, env: ObjectEnv) {
    super(state, env, { instances });
  }
}

/** One for each tenant: keys, and what is published of it. */
export class Directory extends DirectoryObject {
  constructor(state: ObjectState, env: ObjectEnv) {
    super(state, env, { instances });
  }
}
