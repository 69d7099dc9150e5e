export function KindBadge({ kind }: { kind: string }) {
  return <span className={kind === "management" ? "badge time" : "badge"}>{kind}</span>;
}
