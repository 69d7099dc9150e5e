/** What an object is given by its platform. */
import type { ObjectNamespace } from "../bindings.ts";
import type { CoreInstances } from "../instance.ts";

/** The part of a Durable Object's state that objects use. */
export interface ObjectState {
  readonly id: { readonly name?: string };
  readonly storage: ObjectStorage;
  waitUntil(work: Promise<unknown>): void;
  /** Lets nothing else reach the object until `work` is done. */
  blockConcurrencyWhile<T>(work: () => Promise<T>): Promise<T>;
}

/** Its storage, with SQLite. */
export interface ObjectStorage {
  readonly sql: Sql;
  /** Runs `work` whole or not at all. */
  transactionSync<T>(work: () => T): T;
  /** When to be called again, in milliseconds since the Unix epoch. */
  setAlarm(time: number): Promise<void>;
  /** That time; `null` where no alarm is set, or where it is running. */
  getAlarm(): Promise<number | null>;
  deleteAlarm(): Promise<void>;
  deleteAll(): Promise<void>;
}

/** SQL that runs at once. */
export interface Sql {
  exec<R extends Record<string, string | number | null | ArrayBuffer>>(
    query: string,
    ...parameters: SqlValue[]
  ): { toArray(): R[]; raw(): Iterable<unknown[]> };
}

/** A parameter of a statement. */
export type SqlValue = string | number | null;

/** Where records are published: Workers KV. */
export interface PublicationTarget {
  put(key: string, value: string): Promise<void>;
  /** Removes a key, or finds it gone. */
  delete(key: string): Promise<void>;
}

/** The bindings of objects, under their names by convention. */
export interface ObjectEnv {
  CONFIG?: PublicationTarget;
  DIRECTORY?: ObjectNamespace;
}

/** What objects of one isolate share. */
export interface ObjectPlatform {
  readonly instances: CoreInstances;
  /** The clock, in milliseconds since the Unix epoch. */
  readonly now?: () => number;
}
