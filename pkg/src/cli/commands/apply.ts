/** `plan`, `apply` and `restore`: making a tenant equal to its document, nothing of it unseen. */
import { planText, summary } from "../difference.ts";
import { readDocument } from "../document.ts";
import { EXIT, Failure, type Exit } from "../failure.ts";
import { type Change, type Imported, Management, type ManagementOptions, type Publication } from "../management.ts";
import type { Output } from "../terminal.ts";
import { duration, moment } from "../time-words.ts";

export interface PlanOptions extends ManagementOptions {
  detailedExitcode?: boolean;
}

export interface ApplyOptions extends ManagementOptions {
  yes?: boolean;
  wait?: boolean;
  /** Seconds. */
  timeout: number;
}

/** What a document would change, and the revision of the tenant that this was found against. */
interface Plan {
  changes: Change[];
  revision: string;
}

/** How often a plan is made again because the tenant changed while it was made. */
const ATTEMPTS = 5;
/** Between two looks at the publication, in milliseconds. */
const POLL = 1_000;

export async function plan(file: string, options: PlanOptions, output: Output): Promise<Exit> {
  const { text } = await readDocument(file, output.terminal);
  const management = await Management.connect(options, output.terminal);
  const { changes, revision } = await planned(management, text);
  output.result({ issuer: management.issuer, revision, changes }, (style) =>
    changes.length === 0 ? `nothing to do: ${management.issuer} is what the document says` : planText(changes, style),
  );
  return changes.length > 0 && options.detailedExitcode === true ? EXIT.changes : EXIT.done;
}

export async function apply(file: string, options: ApplyOptions, output: Output): Promise<Exit> {
  const { text } = await readDocument(file, output.terminal);
  const management = await Management.connect(options, output.terminal);
  const found = await planned(management, text);
  const { issuer } = management;
  if (found.changes.length === 0) {
    output.result({ issuer, applied: false, ...found }, () => `nothing to do: ${issuer} is what the document says`);
    return EXIT.done;
  }
  output.show((style) => `${planText(found.changes, style)}\n`);
  await confirmed(`Change ${issuer} so (${summary(found.changes)})?`, options, output);
  const imported = await imports(management, text, found.revision);
  const published = options.wait === true ? await waited(management, imported, options, output) : undefined;
  output.result({ issuer, applied: true, ...imported, ...(published && { published }) }, () =>
    done("applied", imported, published, output),
  );
  return EXIT.done;
}

export async function restore(file: string, options: ApplyOptions, output: Output): Promise<Exit> {
  const { text } = await readDocument(file, output.terminal);
  const management = await Management.connect(options, output.terminal);
  const found = await planned(management, text);
  const { issuer } = management;
  const nothing = `${issuer} is what the backup says`;
  output.show((style) => `${found.changes.length === 0 ? nothing : planText(found.changes, style)}\n`);
  await confirmed(`Restore ${issuer} so (${summary(found.changes)}), and revoke every refresh token?`, options, output);
  const imported: Imported =
    found.changes.length === 0 ? { changes: [], publication: undefined } : await imports(management, text, found.revision);
  await revokeRefreshTokens(management, imported);
  const published = options.wait === true ? await waited(management, imported, options, output) : undefined;
  const state = { issuer, restored: true, refresh_tokens_revoked: true };
  output.result({ ...state, ...imported, ...(published && { published }) }, () =>
    done("restored, and every refresh token is revoked with its publication", imported, published, output),
  );
  return EXIT.done;
}

/** What the document changes. The revision goes along, so that the answer is about it and no later one. */
async function planned(management: Management, document: string): Promise<Plan> {
  for (let attempt = 1; ; attempt += 1) {
    const revision = await management.revision();
    try {
      const { changes } = await management.importDocument(document, revision, true);
      return { changes, revision };
    } catch (error) {
      const stale = error instanceof Failure && error.code === "precondition_failed";
      if (!stale || attempt === ATTEMPTS) throw error;
    }
  }
}

async function confirmed(question: string, { yes }: ApplyOptions, { terminal }: Output): Promise<void> {
  if (yes === true) {
    return;
  }
  if (!terminal.interactive) {
    throw new Failure("not_confirmed", "nothing was changed: there is nobody to ask here; --yes answers beforehand");
  }
  if ((await terminal.ask(`${question} Only \`yes\` does it: `))?.trim() !== "yes") {
    throw new Failure("not_confirmed", "nothing was changed");
  }
}

/** Changes what was shown, or nothing. */
async function imports(management: Management, document: string, revision: string): Promise<Imported> {
  try {
    return await management.importDocument(document, revision, false);
  } catch (error) {
    if (error instanceof Failure && error.code === "precondition_failed") {
      const problem = "nothing was changed: somebody has changed the tenant since this plan was made; plan again";
      throw new Failure(error.code, problem, { details: error.details });
    }
    if (error instanceof Failure && error.exit === EXIT.unreachable) {
      const problem = "whether the tenant was changed cannot be told: plan again";
      throw new Failure(error.code, [...error.messages, problem], error);
    }
    throw error;
  }
}

/** An old backup must not bring back grants that were taken away since. */
async function revokeRefreshTokens(management: Management, imported: Imported): Promise<void> {
  try {
    await management.call("POST", "/v1/tenant/refresh-tokens/revocation");
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const problem = "the tenant is restored, and its refresh tokens are NOT revoked: restore again";
    throw new Failure("refresh_tokens_not_revoked", [...error.messages, problem], {
      exit: error.exit,
      details: { restored: true, refresh_tokens_revoked: false, ...imported },
    });
  }
}

interface Published {
  version: number;
  /** Seconds since the Unix epoch. */
  reliable_at: number | null;
}

/** Looks until everything is written that waited when the change was made. */
async function waited(
  management: Management,
  { publication }: Imported,
  { timeout }: ApplyOptions,
  { terminal }: Output,
): Promise<Published> {
  const wanted = publication?.version ?? 0;
  for (let spent = 0; ; spent += POLL) {
    const state = await publicationOf(management);
    if (state !== undefined && state.pending === 0 && state.version >= wanted) {
      return { version: state.version, reliable_at: state.reliable_at };
    }
    if (spent >= timeout * 1_000) {
      const { pending, failures = 0 } = state ?? {};
      const waits = pending === undefined ? "" : `: ${pending} records wait`;
      const tried = failures === 0 ? "" : `, and writing failed ${failures} times in a row`;
      const problem = `it is done, and not published yet after ${duration(timeout)}${waits}${tried}`;
      throw new Failure("not_published_yet", `${problem}; the issuer goes on by itself`, {
        exit: EXIT.unreachable,
        details: { applied: true, version: wanted, pending, failures },
      });
    }
    await terminal.pause(POLL);
  }
}

/** How far publication is; `undefined` where it cannot be told now. */
async function publicationOf(management: Management): Promise<Publication | undefined> {
  try {
    return await management.publication();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.exit === EXIT.unreachable) return undefined;
    const problem = "it is done, and whether it is published cannot be told";
    throw new Failure(error.code, [...error.messages, problem], { details: { applied: true, ...error.details } });
  }
}

function done(what: string, { publication }: Imported, published: Published | undefined, { terminal }: Output): string {
  if (published !== undefined) {
    const { version, reliable_at: reliableAt } = published;
    const reliable = reliableAt === null ? "" : `; every gate goes by it from ${moment(reliableAt, terminal.now())}`;
    return `${what}; version ${version} is published${reliable}`;
  }
  const within = publication?.reliable_within;
  const reliable = within === undefined ? "" : `: every gate goes by it within ${duration(within)}`;
  return publication === undefined ? what : `${what}; version ${publication.version} is on its way${reliable}`;
}
