export function StatusBadge({ status }: { status: string }) {
  return <span className={status === "active" ? "badge good" : "badge bad"}>{status}</span>;
}
