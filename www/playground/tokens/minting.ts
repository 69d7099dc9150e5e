/** From the visitor's choices to a token, or to the refusal that the issuer gives. */
import type { Exchange } from "../edge/edge.ts";
import { announce } from "../../announcements/announcements.ts";
import type { MintingRefused, Model } from "../model.ts";
import { type Subject, subjectsOf } from "../tenant/subjects.ts";
import type { Resource } from "../tenant/tenant-document.ts";
import { decode, type Token } from "./tokens.ts";
import { userToken, UserTokenRefused } from "./user-token.ts";

export function chosenSubject(model: Model): Subject | undefined {
  const { inForce } = model;
  const subjects = inForce === undefined ? [] : subjectsOf(inForce);
  return subjects.find(({ id }) => id === model.choices.subject);
}

/** Asks for a token as chosen, and shows what comes of it. */
export async function mint(model: Model): Promise<void> {
  const { edge, secrets, inForce: document, choices } = model;
  const subject = chosenSubject(model);
  if (edge === undefined || secrets === undefined || document === undefined) {
    return;
  }
  if (subject === undefined) {
    refuse(model, { error: "nobody asks", description: "choose who asks for the token", exchange: undefined });
    return;
  }
  const resource = document.resources.find(({ resource_id }) => resource_id === choices.target);
  const scope = choices.scope.split(/\s+/).filter(Boolean);
  try {
    const { token, exchange } =
      subject.kind === "user"
        ? { token: await signed(subject, resource, scope), exchange: undefined }
        : await issued(subject, resource, scope);
    model.change(() => {
      model.minted = { token, subject, exchange };
      model.refused = undefined;
      model.mintings += 1;
    });
    announce(`Token minted for ${token.claims.aud}`);
  } catch (error) {
    if (!(error instanceof MintingFailed || error instanceof UserTokenRefused)) {
      throw error;
    }
    const exchange = error instanceof MintingFailed ? error.exchange : undefined;
    refuse(model, { error: error.error, description: error.message, exchange });
  }

  async function issued({ id }: Subject, resource: Resource | undefined, scope: string[]) {
    const exchange = await edge!.mint(document!.issuer, id, resource?.uri, scope.join(" "));
    return { token: tokenOf(exchange), exchange };
  }

  async function signed(subject: Subject & { kind: "user" }, resource: Resource | undefined, scope: string[]) {
    if (resource === undefined) {
      throw new UserTokenRefused("invalid_target", "without a login, this page signs users' tokens for named resources only");
    }
    return decode(await userToken(subject, document!, resource, scope, model.clock.now, secrets!));
  }
}

function refuse(model: Model, refused: MintingRefused): void {
  model.change(() => {
    model.minted = undefined;
    model.refused = refused;
    model.mintings += 1;
  });
  announce(`No token: ${refused.error}, ${refused.description}`);
}

/** A token for another resource than the one that is being edited, got by whoever may have one. */
export async function tokenForAnotherResource(model: Model): Promise<Token> {
  const { edge, inForce: document, choices } = model;
  const others = document?.resources.filter(({ resource_id }) => resource_id !== choices.resource) ?? [];
  for (const subject of document === undefined ? [] : subjectsOf(document)) {
    const resource = others.find(({ resource_id }) => subject.client.resources.some((grant) => grant.resource_id === resource_id));
    if (subject.kind !== "user" && resource !== undefined && edge !== undefined) {
      return tokenOf(await edge.mint(document!.issuer, subject.id, resource.uri, ""));
    }
  }
  throw new MintingFailed("invalid_target", "no client may ask for another resource", undefined);
}

export class MintingFailed extends Error {
  readonly error: string;
  readonly exchange: Exchange | undefined;

  constructor(error: string, description: string, exchange: Exchange | undefined) {
    super(description);
    this.error = error;
    this.exchange = exchange;
  }
}

function tokenOf(exchange: Exchange): Token {
  const body = JSON.parse(exchange.body) as { access_token?: string; error?: string; error_description?: string; reason?: string };
  if (exchange.status !== 200 || body.access_token === undefined) {
    throw new MintingFailed(body.error ?? `status ${exchange.status}`, body.error_description ?? body.reason ?? "", exchange);
  }
  return decode(body.access_token);
}
