/** Somebody else saved in between: what differs, and whose counts. */
import { Button } from "react-aria-components";
import { KINDS, type Kind } from "../api/wire.ts";
import { Action } from "../shell/action.tsx";
import { Question } from "../shell/dialog.tsx";
import { asText, memberName } from "../words/members.ts";
import { type Editing, isSame } from "./editing.ts";

/** Members that say nothing about what anybody wanted. */
const STAMPS = new Set(["updated_at", "created_at"]);

export function ConflictQuestion<K extends Kind>({ editing }: { editing: Editing<K> }) {
  const { conflict, resolve, kind, isSaving } = editing;
  const seen = (conflict?.seen ?? {}) as unknown as Record<string, unknown>;
  const theirs = (conflict?.theirs.value ?? {}) as unknown as Record<string, unknown>;
  const mine = (conflict?.mine ?? {}) as Record<string, unknown>;
  const members = [...new Set([...Object.keys(seen), ...Object.keys(theirs), ...Object.keys(mine)])].filter(
    (member) => !STAMPS.has(member) && (member in mine || !isSame(seen[member], theirs[member])),
  );
  return (
    <Question
      isOpen={conflict !== null}
      onClose={() => void resolve("back")}
      title="Somebody else changed this"
      grave
      wide
      answers={
        <>
          <Button className="button" onPress={() => void resolve("back")}>
            Go on editing
          </Button>
          <Button className="button" onPress={() => void resolve("theirs")}>
            Reload theirs, and lose mine
          </Button>
          <Action className="button danger" onPress={() => void resolve("mine")} isBusy={isSaving}>
            Overwrite with mine
          </Action>
        </>
      }
    >
      <p>
        The {KINDS[kind].one} was saved by somebody else after you opened it. Overwriting saves only what you changed; their other
        changes stay.
      </p>
      <div className="scroller" role="region" aria-label="Differences" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Member</th>
              <th scope="col">When you opened it</th>
              <th scope="col">Theirs, now</th>
              <th scope="col">Yours</th>
            </tr>
          </thead>
          <tbody>
            {members.map((member) => (
              <tr key={member}>
                <th scope="row">{memberName(member)}</th>
                <td>
                  <pre>{asText(seen[member], member)}</pre>
                </td>
                <td className={isSame(seen[member], theirs[member]) ? "" : "changed"}>
                  <pre>{asText(theirs[member], member)}</pre>
                </td>
                <td className={member in mine ? "changed" : ""}>
                  <pre>{member in mine ? asText(mine[member], member) : "not changed"}</pre>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Question>
  );
}
