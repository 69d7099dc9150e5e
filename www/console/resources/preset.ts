import type { Resource } from "../api/wire.ts";

/** What the default resource has where its record names none; `preset: "legacy"` rotates for a year. */
export function withPreset(resource: Resource): Resource {
  if (resource.resource_id !== "default") {
    return resource;
  }
  const { preset } = resource as { preset?: string };
  return {
    ...resource,
    name: resource.name ?? "Default resource",
    access_token_ttl: resource.access_token_ttl ?? 3_600,
    refresh_token_ttl: resource.refresh_token_ttl ?? 1_209_600,
    max_refresh_rotate: resource.max_refresh_rotate ?? (preset === "legacy" ? 31_536_000 : 1_209_600),
  };
}
