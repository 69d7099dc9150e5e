/** Something that is folded until somebody wants to see it. */
import type { ReactNode } from "react";
import { Button, Disclosure, DisclosurePanel, Heading } from "react-aria-components";

interface UnfoldingProps {
  title: string;
  /** Where the title alone does not tell it from others. */
  label?: string;
  level: 2 | 3 | 4;
  /** Made when it is unfolded. */
  children: () => ReactNode;
}

export function Unfolding({ title, label, level, children }: UnfoldingProps) {
  return (
    <Disclosure className="disclosure">
      {({ isExpanded }) => (
        <>
          <Heading level={level}>
            <Button slot="trigger" className="button quiet small" {...(label !== undefined && { "aria-label": label })}>
              <svg viewBox="0 0 12 12" aria-hidden="true" className="chevron">
                <path d={isExpanded ? "M2.500 4.500 6 8 9.500 4.500" : "M4.500 2.500 8 6 4.500 9.500"} />
              </svg>
              {title}
            </Button>
          </Heading>
          <DisclosurePanel>{isExpanded && children()}</DisclosurePanel>
        </>
      )}
    </Disclosure>
  );
}
