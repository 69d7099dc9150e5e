/** The three expirations of the resource, in seconds. */
import { useState } from "react";
import { Input, Label, TextField } from "react-aria-components";
import { FaultText, useFaultsAt } from "../../form/faults.tsx";
import { inWords } from "../../time/duration.ts";
import { useModel } from "../model-in-react.ts";

const EXPIRATIONS = [
  { member: "access_token_ttl", label: "Access token", kind: "access" },
  { member: "refresh_token_ttl", label: "Refresh token", kind: "refresh" },
  { member: "max_refresh_rotate", label: "Session expiration", kind: "rotation", help: "session-help" },
] as const;

type Expiration = (typeof EXPIRATIONS)[number];

export function Expirations() {
  return (
    <>
      <h3>Expirations</h3>
      <div className="expirations" id="expirations">
        {EXPIRATIONS.map((expiration) => (
          <Field key={expiration.member} expiration={expiration} />
        ))}
      </div>
      {EXPIRATIONS.map((expiration) => (
        <FaultOf key={expiration.member} expiration={expiration} />
      ))}
      <p className="help" id="session-help">
        A resource’s <em>session expiration</em> is the maximum period in which its refresh token can rotate, counted from the first
        one. The user’s session is another thing: it ends after 14 days unless the user authenticates again, and no setting changes
        that.
      </p>
    </>
  );
}

function Field({ expiration }: { expiration: Expiration }) {
  const { member, label, kind } = expiration;
  const model = useModel();
  const value = model.resource?.[member] ?? "";
  const [typed, setTyped] = useState(() => String(value));
  const isFaulty = useFaultsAt(member).length > 0;
  const described = [`${member}-words`, `${member}-fault`, "help" in expiration ? expiration.help : ""].join(" ").trim();
  return (
    <TextField
      className="field expiration"
      id={member}
      // What was typed stays as it was typed while it means the same.
      value={read(typed) === value ? typed : String(value)}
      onChange={(text) => {
        setTyped(text);
        model.editResource((resource) => {
          resource[member] = read(text);
        });
      }}
      isInvalid={isFaulty}
      validationBehavior="aria"
      autoComplete="off"
      inputMode="numeric"
      aria-describedby={described}
    >
      <Label>
        <i className={`swatch ${kind}`} />
        {label}
      </Label>
      <div className="affixed">
        <Input className="input code" size={7} />
        <span className="affix">s</span>
      </div>
      <p id={`${member}-words`} className="echo">
        {typeof value === "number" ? inWords(value) : ""}
      </p>
    </TextField>
  );
}

/** Below all three: a column is too narrow for a sentence. */
function FaultOf({ expiration: { member, label } }: { expiration: Expiration }) {
  const [fault] = useFaultsAt(member);
  return (
    <p id={`${member}-fault`} className="fault-at">
      {fault !== undefined && (
        <>
          {label}: <FaultText fault={fault} />
        </>
      )}
    </p>
  );
}

/** Seconds; the core says what is wrong with anything else. */
function read(typed: string): number | string {
  const text = typed.trim();
  return /^\d{1,15}$/.test(text) ? Number(text) : text;
}
