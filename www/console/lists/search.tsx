import { useEffect, useState } from "react";
import { Button, Input, Label, SearchField } from "react-aria-components";

/** How long to wait for the next letter, in milliseconds. */
const PAUSE = 250;

interface SearchProps {
  label: string;
  searchedIn: string;
  value: string;
  onSearch: (search: string) => void;
}

export function Search({ label, searchedIn, value, onSearch }: SearchProps) {
  const [typed, setTyped] = useState(value);
  const settled = useSettled(typed.trim(), PAUSE);
  useEffect(() => {
    if (settled !== value) {
      onSearch(settled);
    }
    // Only typing searches: an address that changes otherwise is no reason to.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [settled]);
  return (
    <SearchField className="search" value={typed} onChange={setTyped}>
      <Label className="unseen">{label}</Label>
      <Input className="input" placeholder={`Search by ${searchedIn}`} />
      <Button className="button quiet clear">×</Button>
    </SearchField>
  );
}

/** `value`, once it has not changed for a while. */
export function useSettled<Value>(value: Value, pause: number): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pause);
    return () => clearTimeout(timer);
  }, [value, pause]);
  return settled;
}
