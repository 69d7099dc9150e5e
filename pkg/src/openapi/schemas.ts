/**
 * The schemas of the API. What a tenant consists of is described once, by the JSON Schema of the tenant document; what a
 * request may leave out, and what a response has more, is made of that.
 */
import tenantSchema from "../../tenant.schema.json" with { type: "json" };

/** A JSON Schema of draft 2020-12, which OpenAPI 3.1 takes as it is. */
export type Schema = Record<string, unknown>;

interface ObjectSchema extends Schema {
  properties: Record<string, Schema>;
  required: string[];
}

const {
  $defs: definitions,
  $schema: _,
  ...tenantDocument
} = tenantSchema as unknown as ObjectSchema & {
  $defs: Record<string, ObjectSchema>;
  $schema: string;
};

/** A component of this document. */
export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

/** Seconds since the Unix epoch. */
export const time = (description: string): Schema => ({
  type: "integer",
  minimum: 0,
  description: `${description} Seconds since the Unix epoch.`,
});

/** An object with these members and no others. Those whose name ends in a question mark may be absent. */
export function object(members: Record<string, Schema>, description?: string): ObjectSchema {
  const names = Object.entries(members).map(([name, schema]) => [name.replace(/\?$/, ""), schema] as const);
  return {
    type: "object",
    ...(description === undefined ? {} : { description }),
    properties: Object.fromEntries(names),
    required: Object.keys(members).filter((name) => !name.endsWith("?")),
    additionalProperties: false,
  };
}

/** The kinds of what a tenant consists of, each with the member that names it. */
export const KINDS = {
  resource: "resource_id",
  role: "role_id",
  application: "app_id",
  client: "client_id",
  user: "user_id",
} as const;

export type Kind = keyof typeof KINDS;

/** A signing key as the API lists it: as the tenant document would have it, with its dates. */
export const listedKey: Schema = object(
  {
    ...adopted((definitions["signing_key"] as ObjectSchema).properties),
    "published_at?": time("Since when its state is published; absent while that is under way."),
    "allowed_at?": time("From when on the next step is allowed; absent where there is none to take."),
  },
  "A signing key that the tenant's directory made.",
);

const TIMES = { created_at: time("When it was made."), updated_at: time("When it was last changed.") };
/** What a response tells and a request may bring back, which changes nothing. */
const READ_ONLY = ["tenant_id", "created_at", "updated_at", "secrets"];
const IGNORED: Schema = { description: "Told by responses. A request may have it, and it is ignored." };

/** A schema that `null` fits too, which stands for absence. */
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: "null" }] });

function read(kind: Kind): ObjectSchema {
  const { properties, required, ...rest } = definitions[kind] as ObjectSchema;
  const { secret_hashes: hashes, ...shown } = properties;
  const secrets = { secrets: { type: "array", items: ref("secret"), description: "Its secrets, by name only." } };
  return {
    ...rest,
    properties: {
      ...shown,
      ...(hashes === undefined ? {} : secrets),
      ...(kind === "resource" ? { tenant_id: ref("identifier") } : {}),
      ...TIMES,
    },
    required: [...required, ...(kind === "resource" ? ["tenant_id"] : []), ...Object.keys(TIMES)],
  };
}

/** The default resource stands among the others, named as nothing else can be. */
function readDefaultResource(): ObjectSchema {
  const { properties, ...rest } = definitions.default_resource as ObjectSchema;
  const own = {
    resource_id: { const: "default" },
    name: ref("name"),
    uri: ref("resource_uri"),
    tenant_id: ref("identifier"),
  };
  return {
    ...rest,
    title: "default resource",
    properties: { ...own, ...properties, ...TIMES },
    required: [...Object.keys(own), ...Object.keys(TIMES)],
  };
}

/** What creates one: the identifier is made where none is given. */
function creation(kind: Kind): ObjectSchema {
  const { properties, required, ...rest } = definitions[kind] as ObjectSchema;
  const given = required.filter((name) => name !== KINDS[kind] && name !== "status");
  return { ...rest, properties: { ...accepted(properties, given), ...ignored() }, required: given };
}

/** What changes one: the members that change, `null` for those that go. */
function changes(kind: Kind): ObjectSchema {
  const { properties: own, ...rest } = definitions[kind] as ObjectSchema;
  const preset = kind === "resource" ? (definitions.default_resource as ObjectSchema).properties.preset : undefined;
  const properties = { ...own, ...(preset === undefined ? {} : { preset }) };
  // Of the default resource it is `default`; whoever changes it finds out by its own reading.
  const named = { [KINDS[kind]]: { ...ref("identifier"), description: "Its identifier, which cannot change." } };
  return { ...rest, properties: { ...accepted(properties), ...named, ...ignored() }, required: [] };
}

function accepted(properties: Record<string, Schema>, required: string[] = []): Record<string, Schema> {
  const entries = Object.entries(properties);
  return Object.fromEntries(entries.map(([name, schema]) => [name, required.includes(name) ? schema : orNull(schema)]));
}

const ignored = (): Record<string, Schema> => Object.fromEntries(READ_ONLY.map((name) => [name, IGNORED]));

/** Points the references of the tenant document's schema at this document, and takes placeholders out: files have them. */
function adopted<T>(schema: T): T {
  if (Array.isArray(schema)) {
    return schema.filter((element) => (element as Schema)?.$ref !== "#/$defs/placeholder").map(adopted) as T;
  }
  if (typeof schema !== "object" || schema === null) {
    return schema;
  }
  const entries = Object.entries(schema).map(([name, value]): [string, unknown] => [
    name,
    name === "$ref" ? String(value).replace("#/$defs/", "#/components/schemas/") : adopted<unknown>(value),
  ]);
  const { anyOf, ...rest } = Object.fromEntries(entries) as { anyOf?: Schema[] } & Schema;
  const [only, ...others] = anyOf ?? [];
  if (only === undefined) {
    return rest as T;
  }
  return (others.length > 0 ? { ...rest, anyOf } : { ...only, ...rest }) as T;
}

function components(): Record<string, Schema> {
  const { placeholder: _, ...shared } = definitions;
  const kinds = Object.keys(KINDS) as Kind[];
  return adopted<Record<string, Schema>>({
    ...shared,
    tenant_document: tenantDocument,
    secret: object(
      { secret_id: { ...ref("identifier"), description: "Names the secret: the first characters of its hash." } },
      "A secret of a client.",
    ),
    ...Object.fromEntries(kinds.map((kind) => [`${kind}_read`, read(kind)])),
    default_resource_read: readDefaultResource(),
    ...Object.fromEntries(kinds.map((kind) => [`${kind}_creation`, creation(kind)])),
    ...Object.fromEntries(kinds.map((kind) => [`${kind}_changes`, changes(kind)])),
  });
}

/** The schemas of what a tenant consists of, by name. */
export const entitySchemas: Record<string, Schema> = components();

/** One of a kind as a response has it. */
export const shown = (kind: Kind): Schema =>
  kind === "resource" ? { anyOf: [ref("resource_read"), ref("default_resource_read")] } : ref(`${kind}_read`);
