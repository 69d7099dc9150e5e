import type { Draft } from "../form/editing.ts";
import { SpanInput } from "../form/span-input.tsx";
import { lanesOf } from "../../time/lanes.ts";
import { Section } from "../shell/page.tsx";
import { SPANS } from "./lifetimes.ts";
import { TimeLine } from "../../time/time-line.tsx";

/** The three expirations of a resource, and what they mean, live while editing. */
export function SessionManagement({ draft }: { draft: Draft<"resource"> }) {
  return (
    <Section title="Session management settings" help="Type a span such as 5 min, 14 days or 1 h 30 min, or plain seconds.">
      <div className="spans">
        {SPANS.map(({ member, label, description }) => (
          <SpanInput
            key={member}
            path={member}
            label={label}
            description={description}
            value={draft.value[member]}
            onChange={(value) => draft.set({ [member]: value as number })}
          />
        ))}
      </div>
      <TimeLine lanes={lanesOf(draft.value)} />
      <p className="help">
        Tokens that are out keep what they were issued with. Only a shorter session expiration also counts for refresh tokens that are
        out already.
      </p>
    </Section>
  );
}
