/** A token opened up: its three parts, its header and claims, and how long it is good for. */
import { Fragment } from "react";
import { Copy } from "../../copying/copy.tsx";
import { Unfolding } from "../../disclosure/disclosure.tsx";
import { dateOf, inWords, timeOfDay } from "../../time/duration.ts";
import { ExchangeView } from "../edge/exchange-view.tsx";
import type { Minted } from "../model.ts";
import { useModel } from "../model-in-react.ts";
import { TokenTime } from "./token-time.tsx";

const MEANINGS: Record<string, string> = {
  alg: "how it is signed",
  typ: "an access token, RFC 9068",
  kid: "the key of this page",
  iss: "who issued it",
  sub: "who asked",
  aud: "the resource, and only this one",
  jti: "this very token",
  client_id: "the client that got it",
  scope: "what it may do",
  tid: "the tenant",
  app_id: "the client’s application",
  sid: "the user’s session, its public name",
  roles: "the roles behind the scopes",
  management: "covers every application of the tenant",
  auth_time: "when the user logged in",
  amr: "how the user logged in",
};

export function ClaimsView({ token, subject, exchange }: Minted) {
  const model = useModel();
  const resource = model.inForce?.resources.find(({ uri }) => uri === token.claims.aud)?.name ?? "the default resource";
  return (
    <>
      <p className="banner plain">
        <b>
          {subject.id} → {resource}
        </b>
        <code>{String(token.header["alg"])}</code>
      </p>
      <TokenTime claims={token.claims} />
      <Members caption="Claims" members={token.claims} />
      <Members caption="Header" members={token.header} />
      <div className="unfoldings">
        <Unfolding title="Encoded" level={3}>
          {() => <Encoded encoded={token.encoded} />}
        </Unfolding>
        {exchange !== undefined && <ExchangeView title="How it was issued" exchange={exchange} />}
      </div>
      {exchange === undefined && <p className="help">Nobody logs in here: the page signed the user’s token itself, with the issuer’s key.</p>}
    </>
  );
}

function Members({ caption, members }: { caption: string; members: Record<string, unknown> }) {
  return (
    <table className="claims">
      <caption>{caption}</caption>
      <tbody>
        {Object.entries(members).map(([name, value]) => (
          <tr key={name} className={name === "aud" ? "chief" : ""}>
            <th scope="row">
              <code>{name}</code>
            </th>
            <td>
              <code>{typeof value === "string" ? value : JSON.stringify(value)}</code>
              <small>{meaning(name, value, members)}</small>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function meaning(name: string, value: unknown, claims: Record<string, unknown>): string {
  if (typeof value === "number") {
    const moment = `${timeOfDay(value)}, ${dateOf(value)}`;
    return name === "exp" ? `${moment}: ${inWords(value - Number(claims["iat"]))} after issue` : moment;
  }
  return MEANINGS[name] ?? "";
}

function Encoded({ encoded }: { encoded: string }) {
  return (
    <>
      <p className="encoded" tabIndex={0} role="region" aria-label="The encoded token">
        {encoded.split(".").map((part, index) => (
          <Fragment key={index}>
            {index > 0 && "."}
            <span className={`part-${index}`}>{part}</span>
          </Fragment>
        ))}
      </p>
      <Copy text={encoded} label="token">
        Copy token
      </Copy>
    </>
  );
}
