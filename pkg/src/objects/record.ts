/** An object's storage: one table of rows. */
import type { Outcome, Row } from "../../wasm/full_types.js";
import type { ObjectStorage } from "./platform.ts";

/**
 * The rows of an object. An object that was asked and had nothing to keep has no table: whoever guesses names must not
 * fill the store.
 */
export class RecordTable {
  readonly #storage: ObjectStorage;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
  }

  /** Every row, by key. */
  rows(): Row[] {
    return this.#exists() ? this.#storage.sql.exec<{ key: string; value: string }>("SELECT key, value FROM record ORDER BY key").toArray() : [];
  }

  /** Changes rows. Answers whether none are left that had been there. */
  write(changes: Pick<Outcome, "put" | "delete">): "emptied" | "kept" {
    const { sql } = this.#storage;
    if (changes.put.length > 0) {
      sql.exec("CREATE TABLE IF NOT EXISTS record (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID");
    }
    for (const { key, value } of changes.put) {
      sql.exec("INSERT INTO record VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, value);
    }
    if (changes.delete.length === 0 || !this.#exists()) {
      return "kept";
    }
    for (const key of changes.delete) {
      sql.exec("DELETE FROM record WHERE key = ?", key);
    }
    return sql.exec("SELECT 1 AS found FROM record LIMIT 1").toArray().length === 0 ? "emptied" : "kept";
  }

  #exists(): boolean {
    const tables = this.#storage.sql.exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'record'");
    return tables.toArray().length > 0;
  }
}
