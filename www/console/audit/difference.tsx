import { isSame } from "../form/editing.ts";
import { asText, memberName } from "../words/members.ts";

/** Members that differ, before and after. */
export function Difference({ before, after }: { before: unknown; after: unknown }) {
  const old = membersOf(before);
  const young = membersOf(after);
  const members = [...new Set([...Object.keys(old), ...Object.keys(young)])].filter((member) => !isSame(old[member], young[member]));
  if (members.length === 0) {
    return <p className="help">Nothing differs.</p>;
  }
  return (
    <dl className="difference">
      {members.map((member) => (
        <div key={member}>
          <dt>{memberName(member)}</dt>
          {old[member] !== undefined && (
            <dd className="was">
              <span className="unseen">before: </span>
              <pre>{asText(old[member], member)}</pre>
            </dd>
          )}
          {young[member] !== undefined && (
            <dd className="is">
              <span className="unseen">after: </span>
              <pre>{asText(young[member], member)}</pre>
            </dd>
          )}
        </div>
      ))}
    </dl>
  );
}

function membersOf(value: unknown): Record<string, unknown> {
  if (value === null || value === undefined) {
    return {};
  }
  return typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown>) : { value };
}
