import { useQuery } from "@tanstack/react-query";
import { one } from "../api/queries.ts";
import { useWho } from "./who.ts";

/** The issuer's URL: what the session says of the tenant, else the URI of its default resource. */
export function useIssuer(): string {
  const { tenant } = useWho();
  const told = typeof tenant === "object" ? tenant.issuer : undefined;
  const { data } = useQuery({ ...one("resource", "default"), enabled: told === undefined });
  return told ?? data?.value.uri ?? location.origin;
}
