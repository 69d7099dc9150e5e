/** What the core says of the document. */
import { Button } from "react-aria-components";
import type { Fault } from "../../form/fault.ts";
import { WithCode } from "../../form/faults.tsx";
import { useModel } from "../model-in-react.ts";

export function Verdict({ follow }: { follow: (fault: Fault) => void }) {
  const { faults, core } = useModel();
  const count = faults.length;
  const says =
    core.state !== "ready"
      ? ""
      : count === 0
        ? "In force: the gate goes by this document."
        : `${count} ${count === 1 ? "fault" : "faults"}. Not in force: the gate goes on with the last good document.`;
  return (
    <div className="verdict" aria-live="polite">
      <p id="document-verdict" className={count === 0 ? "good" : "bad"}>
        {says}
      </p>
      <ol className="faults" id="faults">
        {faults.map((fault) => (
          <li key={`${fault.path} ${fault.problem}`}>
            <Button className="fault-path" onPress={() => follow(fault)}>
              {fault.path}
            </Button>
            <p>
              <WithCode text={fault.problem} />
            </p>
            <p className="expected">
              Expected: <WithCode text={fault.expected} />
            </p>
          </li>
        ))}
      </ol>
    </div>
  );
}
