/** What there is to do until a token is for one's own resource, and what of it is done. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { list } from "../api/queries.ts";
import { Failed, Section } from "../shell/page.tsx";

export function ThreeSteps() {
  const resources = useInfiniteQuery(list("resource", { limit: 100 }));
  const clients = useInfiniteQuery(list("client", { limit: 100 }));
  if (resources.data === undefined || clients.data === undefined) {
    const error = resources.error ?? clients.error;
    return error === null ? null : <Failed error={error} again={() => void Promise.all([resources.refetch(), clients.refetch()])} />;
  }
  const own = resources.data.pages.flatMap(({ result }) => result).filter(({ resource_id }) => resource_id !== "default");
  const assigned = clients.data.pages.flatMap(({ result }) => result).find((client) => (client.resources ?? []).length > 0);
  const hasResource = own.length > 0;
  const hasAssignment = assigned !== undefined;
  return (
    <Section
      title={hasResource && hasAssignment ? "From a URI to a token for it" : "Three steps to a token for your own URI"}
      help={hasResource && hasAssignment ? undefined : "Until then every token is for the default resource, which opens the management API only."}
    >
      <ol className="steps">
        <li data-done={hasResource}>
          <p>
            <Link to={hasResource ? "/resources" : "/resources/new"}>Create a resource</Link>
            {hasResource && <span className="badge good">done</span>}
          </p>
          <p className="help">Its URI, how long its tokens live, and which scopes can be asked for.</p>
        </li>
        <li data-done={hasAssignment}>
          <p>
            <Link to="/clients">Assign it to a client</Link>
            {hasAssignment && <span className="badge good">done</span>}
          </p>
          <p className="help">A client may ask for the resources on its own list, and for no others.</p>
        </li>
        <li>
          <p>
            {assigned === undefined ? (
              <b>Ask for it explicitly</b>
            ) : (
              <Link to="/clients/$id" params={{ id: assigned.client_id }}>
                Ask for it explicitly
              </Link>
            )}
          </p>
          <p className="help">
            Put <code>resource</code> into the request: the token’s <code>aud</code> is then that URI. A client’s page shows the command.
          </p>
        </li>
      </ol>
    </Section>
  );
}
