import { Link } from "@tanstack/react-router";
import type { Kind, Stamped } from "../api/wire.ts";
import { moment } from "../../time/spans.ts";

/** When it was made and changed, and where to read by whom. */
export function Stamps({ entity, kind, id }: { entity: Stamped; kind: Kind; id: string }) {
  const { created_at, updated_at } = entity;
  return (
    <p className="stamps help">
      {created_at !== undefined && <>Created {moment(created_at)} UTC. </>}
      {updated_at !== undefined && <>Changed {moment(updated_at)} UTC. </>}
      <Link to="/audit" search={{ kind, id }}>
        Its history in the audit log
      </Link>
    </p>
  );
}
